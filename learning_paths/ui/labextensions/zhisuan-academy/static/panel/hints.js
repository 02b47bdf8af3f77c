// Hints to a task, one after the other: the service keeps which were asked for, and gives none before.

import { button, element } from '../dom.js';

/**
 * The hints that were asked for, and a button for the next one.
 * @param tab  of the lab in front: its name, its panel, the hints given in this visit
 * @param {Object|undefined} task  as the academy knows it: hints (how many), shown (those asked for)
 */
export function hints(tab, task, words) {
  if (!task?.hints) {
    return null;
  }
  const given = tab.hints.get(`${tab.name} ${task.id}`) ?? [];
  // what was loaded last may have been asked for before the newest hint
  const shown = given.length > task.shown.length ? given : task.shown;
  const number = shown.length + 1;
  const more = { values: { number, all: task.hints }, title: words.of(task.title) };
  return [
    shown.length
      ? element(
          'ol',
          { class: 'za-hints', 'aria-label': words.say('hints') },
          shown.map((text, index) => element('li', { 'data-key': keyOf(task, index + 1), tabindex: '-1', lang: 'en' }, text))
        )
      : null,
    number > task.hints ? null : button(words, 'hint', `next-hint ${task.id}`, pressed => reveal(tab, pressed, task, number), more)
  ];
}

/** Ask for a hint, and put the keyboard on it: screen readers read it, and the next control comes after it. */
function reveal({ name, panel, hints: given }, pressed, task, number) {
  return panel.act(pressed, 'loading', async () => {
    given.set(`${name} ${task.id}`, await panel.service.post(`api/hints/${name}/${task.id}`, { number }));
    panel.render();
    panel.body.querySelector(`[data-key="${keyOf(task, number)}"]`)?.focus();
  });
}

function keyOf(task, number) {
  return `hint ${task.id} ${number}`;
}
