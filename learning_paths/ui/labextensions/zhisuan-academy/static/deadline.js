// When the weeks that you have are too few: what would make them enough, and the best part until then.

import { element } from './dom.js';

/**
 * @param deadline  the plan's deadline
 * @param words
 * @param {(skill: string) => string} named  a competency at a level in words
 */
export function deadlineSection(deadline, words, named) {
  if (!deadline || deadline.fits) {
    return null;
  }
  const listed = skills => skills.map(named).join(words.say('comma'));
  const { partial } = deadline;
  const ways = [
    words.say('late-hours', { hours: words.number(deadline.hours_a_week_needed) }),
    words.say('late-weeks', { weeks: deadline.weeks_needed }),
    deadline.drop.length ? words.say('late-drop', { skills: listed(deadline.drop) }) : null
  ];
  return element(
    'section',
    { class: 'za-late', 'aria-labelledby': 'za-late-title' },
    element('h3', { id: 'za-late-title' }, words.say('late-title', { weeks: deadline.weeks })),
    element('ul', {}, ways.filter(Boolean).map(way => element('li', {}, way))),
    element(
      'p',
      {},
      partial.covered
        ? words.say('late-part', { covered: partial.covered, of: partial.of, weeks: deadline.weeks, reached: listed(partial.reached) })
        : words.say('late-nothing', { weeks: deadline.weeks })
    ),
    partial.units.length
      ? element(
          'details',
          {},
          element('summary', { 'data-key': 'late-units' }, words.say('late-units', { hours: words.number(partial.hours) })),
          element('ol', {}, partial.units.map(unit => element('li', {}, words.of(unit.title), ', ', words.hours(unit.hours))))
        )
      : null
  );
}
