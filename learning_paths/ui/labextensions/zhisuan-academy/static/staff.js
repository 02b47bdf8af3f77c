// What instructors and managers came for: the ways to their own pages.

import { element } from './dom.js';

/** A grader is somebody in the office of a course: formgrader is there, and nothing of the academy's. */
export function isStaff(role) {
  return ['instructor', 'manager', 'grader'].includes(role);
}

/** The ways to the offices and the learners of the courses that somebody teaches; null where there are none. */
export function offices(teaches, words, service) {
  const link = (href, key, text) => element('a', { href, target: '_blank', 'data-key': key }, text);
  const ways = course => {
    const named = { course: words.of(course.title) };
    return [
      link(service.officePage(course.id), `office ${course.id}`, words.say('staff-office', named)),
      link(service.staffPage(`courses/${course.id}/`), `learners ${course.id}`, words.say('staff-course', named))
    ];
  };
  return teaches?.length ? element('ul', { class: 'za-offices' }, teaches.flatMap(ways).map(way => element('li', {}, way))) : null;
}

/**
 * @param place  what shows it: `words`, `desk`, `service` and `act`
 * @param {string} note  said below the links
 * @param {string} role  whose
 * @param {string} heading  its tag
 */
export function staffSection(place, note, role, heading = 'h2') {
  const { words, desk, service } = place;
  const title = `za-staff-title-${heading}`;
  const grade = element('button', { type: 'button', class: 'jp-mod-styled jp-mod-accept', 'data-key': 'formgrader' }, words.say('staff-formgrader'));
  grade.addEventListener('click', () => place.act(grade, 'opening', () => desk.openFormgrader()));
  const link = (page, name) => element('a', { href: service.staffPage(page), target: '_blank', 'data-key': name }, words.say(name));
  return element(
    'section',
    { class: 'za-staff', 'aria-labelledby': title },
    element(heading, { id: title }, words.say('staff')),
    element('div', { class: 'za-buttons' }, desk.hasFormgrader() ? grade : null, role === 'grader' ? null : [link('', 'staff-learners'), link('cohorts', 'staff-cohorts')]),
    element('p', {}, role === 'grader' ? words.say('staff-office-note') : note)
  );
}
