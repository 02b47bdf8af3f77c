// What instructors and managers came for: the ways to their own pages.

import { element } from './dom.js';

export function isStaff(role) {
  return ['instructor', 'manager'].includes(role);
}

/**
 * @param place  what shows it: `words`, `desk`, `service` and `act`
 * @param {string} note  said below the links
 * @param {string} heading  its tag
 */
export function staffSection(place, note, heading = 'h2') {
  const { words, desk, service } = place;
  const title = `za-staff-title-${heading}`;
  const grade = element('button', { type: 'button', class: 'jp-mod-styled jp-mod-accept', 'data-key': 'formgrader' }, words.say('staff-formgrader'));
  grade.addEventListener('click', () => place.act(grade, 'opening', () => desk.openFormgrader()));
  const link = (page, name) => element('a', { href: service.staffPage(page), target: '_blank', 'data-key': name }, words.say(name));
  return element(
    'section',
    { class: 'za-staff', 'aria-labelledby': title },
    element(heading, { id: title }, words.say('staff')),
    element('div', { class: 'za-buttons' }, desk.hasFormgrader() ? grade : null, link('', 'staff-learners'), link('cohorts', 'staff-cohorts')),
    element('p', {}, note)
  );
}
