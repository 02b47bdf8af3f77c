// A lab's tasks, read from the notebook's own cells, and the way to a cell.

const HEADING = /^#{2,4}\s+(.+)$/m;
const ORNAMENT = /^\d+\.\s*|\s*\((?:[\d.]+ points?|[\d.]+ 分)\)\s*$/g;

/** The index of the first cell for which something holds, or -1. */
export function indexOf(cells, holds) {
  for (let index = 0; index < cells.length; index++) {
    if (holds(cells.get(index))) {
      return index;
    }
  }
  return -1;
}

/** All that is written in a notebook, without its outputs. */
export function textOf(notebook) {
  return [...notebook.content.model.cells].map(cell => cell.sharedModel.getSource()).join('\n\0');
}

/**
 * The tasks of a lab's notebook: its graded cells, those of one task together.
 * @param notebook  Lab's panel of the notebook
 * @param lab  what the academy knows of it, or undefined: then headings name the tasks
 * @returns {Array<{id: string|null, title: string, points: number, grades: string[], index: number}>}  index: of the
 *   cell in which the answer is written
 */
export function tasksOf(notebook, lab, words) {
  const cells = notebook.content.model?.cells;
  const tasks = new Map();
  let heading = null;
  let answer = null;
  for (let index = 0; index < (cells?.length ?? 0); index++) {
    const cell = cells.get(index);
    const mark = cell.getMetadata('nbgrader') ?? {};
    const found = cell.type === 'markdown' ? HEADING.exec(cell.sharedModel.getSource()) : null;
    if (found) {
      heading = { title: found[1].replace(ORNAMENT, ''), index };
      answer = null;
    }
    answer = mark.solution ? index : answer;
    if (!mark.grade && !mark.task) {
      continue;
    }
    const known = lab?.tasks.find(task => task.grades.includes(mark.grade_id));
    const key = known?.id ?? heading?.index ?? mark.grade_id;
    const task = tasks.get(key) ?? {
      id: known?.id ?? null,
      title: known ? words.of(known.title) : heading?.title ?? mark.grade_id,
      points: 0,
      grades: [],
      index: answer ?? heading?.index ?? index
    };
    task.points += Number(mark.points ?? 0);
    task.grades.push(mark.grade_id);
    tasks.set(key, task);
  }
  return [...tasks.values()];
}

/** Show a cell and put the keyboard there. */
export async function goTo(app, notebook, index) {
  app.shell.activateById(notebook.id);
  notebook.content.activeCellIndex = index;
  await notebook.content.scrollToItem(index, 'start');
  notebook.content.activate();
}
