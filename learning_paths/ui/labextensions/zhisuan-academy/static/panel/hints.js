// Hints to a task, one after the other: the server keeps which were asked for, and gives none before.

import { button, element } from '../dom.js';

/**
 * The hints that were asked for, and a button for the next one.
 * @param panel
 * @param {string} name  of the lab
 * @param {Object|undefined} known  the task as the academy knows it: hints (how many), shown (those asked for)
 */
export function hints(panel, name, known, words) {
  if (!known?.hints) {
    return null;
  }
  const { id, shown, hints: all } = known;
  const number = shown.length + 1;
  const values = { number, all };
  return [
    shown.length
      ? element(
          'ol',
          { class: 'za-hints', 'aria-label': words.say('hints') },
          shown.map((text, index) => element('li', { 'data-key': keyOf(id, index + 1), tabindex: '-1', lang: 'en' }, text))
        )
      : null,
    number > all
      ? null
      : button(words, 'hint', `next-hint ${id}`, pressed => reveal(panel, pressed, name, id, number), { values, title: words.of(known.title) })
  ];
}

/** Ask for a hint, and put the keyboard on it: screen readers read it, and the next control comes after it. */
function reveal(panel, pressed, name, id, number) {
  return panel.act(pressed, 'loading', async () => {
    const shown = await panel.service.post(`api/hints/${name}/${id}`, { number });
    panel.lab(name).tasks.find(task => task.id === id).shown = shown;
    panel.render();
    panel.body.querySelector(`[data-key="${keyOf(id, number)}"]`)?.focus();
  });
}

function keyOf(id, number) {
  return `hint ${id} ${number}`;
}
