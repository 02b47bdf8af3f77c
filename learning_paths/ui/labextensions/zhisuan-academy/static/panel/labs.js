// All labs: what each is waiting for, its deadline, its mark, the way in. Below them the lessons of further courses.

import { button, element } from '../dom.js';

export class LabsTab {
  /** @param panel  its data, and what its buttons do */
  constructor(panel) {
    this.panel = panel;
  }

  render(words) {
    const { labs } = this.panel.data;
    return [
      labs.length ? element('ul', { class: 'za-units' }, labs.map(lab => this.lab(lab, words))) : element('p', {}, words.say('labs-none')),
      this.lessons(words)
    ];
  }

  /** The lessons of each course beside the academy's own. */
  lessons(words) {
    const { lessons } = this.panel.data;
    return [...new Set(lessons.map(one => one.course))].map(course => {
      const mine = lessons.filter(one => one.course === course);
      return element(
        'section',
        { class: 'za-lessons', 'aria-labelledby': `za-lessons-${course}`, 'data-lessons': course },
        element('h3', { id: `za-lessons-${course}` }, words.say('lessons-of', { course: words.of(mine[0].within) })),
        element('ul', { class: 'za-units' }, mine.map(lesson => this.lesson(lesson, words)))
      );
    });
  }

  lesson(lesson, words) {
    const title = words.of(lesson.title);
    const unit = { id: lesson.unit, title: lesson.title };
    return element(
      'li',
      { class: 'za-unit', 'data-lesson': lesson.unit },
      element('h4', {}, title),
      element('p', { class: 'za-facts' }, [lesson.folder, words.say(lesson.path ? 'lesson-copied' : 'lesson-new')].join(words.say('dot'))),
      button(words, lesson.path ? 'open' : 'fetch', `open ${unit.id}`, pressed => this.panel.open(pressed, unit), { title })
    );
  }

  lab(lab, words) {
    const title = words.of(lab.title);
    const unit = { id: `lab:${lab.lab}`, title: lab.title };
    return element(
      'li',
      { class: `za-unit za-lab-${lab.state}`, 'data-lab': lab.lab },
      element('h3', {}, title),
      lab.within ? element('p', { class: 'za-within' }, words.say('lab-within', { course: words.of(lab.within) })) : null,
      facts(lab, words),
      element(
        'div',
        { class: 'za-buttons' },
        button(words, lab.path ? 'open' : 'fetch', `open ${unit.id}`, pressed => this.panel.open(pressed, unit), { title }),
        feedbackButton(this.panel, lab, words)
      ),
      marks(lab, words)
    );
  }
}

/** What is known of a lab, a line each: state and mark, deadline, attempts, why it is closed. */
export function facts(lab, words) {
  const when = lab.submitted_at ? words.moment(new Date(lab.submitted_at)) : '';
  const mark = { score: words.number(lab.score ?? 0), points: words.number(lab.points ?? 0) };
  const lines = [
    words.say(`lab-${lab.state}`, { moment: when, minutes: lab.minutes, ...mark }),
    lab.state === 'open' && lab.minutes ? words.say('lab-minutes', { minutes: words.number(lab.minutes) }) : null,
    lab.due ? words.say('due', { moment: words.deadline(new Date(lab.due)) }) : null,
    lab.attempts ? words.say('attempts', { used: lab.attempts_used, of: lab.attempts }) : null,
    lab.late_seconds > 0 ? words.say('lab-late', { hours: words.number(lab.late_seconds / 3600) }) : null,
    lab.feedback === 'none' ? null : words.say(`lab-feedback-${lab.feedback}`),
    lab.closed ? words.say(`closed-${lab.closed}`) : null
  ];
  return element('ul', { class: 'za-facts' }, lines.filter(Boolean).map(line => element('li', {}, line)));
}

export function feedbackButton(panel, lab, words) {
  return lab.feedback === 'none'
    ? null
    : button(words, 'read-feedback', `feedback ${lab.lab}`, pressed => panel.readFeedback(pressed, lab.lab), { title: words.of(lab.title) });
}

/** The marks by task, once there are some. */
export function marks(lab, words) {
  if (lab.state !== 'graded' || !lab.tasks.length) {
    return null;
  }
  const row = task =>
    element('li', {}, words.say('task-mark', { title: words.of(task.title), score: words.number(task.score ?? 0), points: words.number(task.points) }));
  return element(
    'details',
    {},
    element('summary', { 'data-key': `marks ${lab.lab}`, 'aria-label': words.say('marks-of', { title: words.of(lab.title) }) }, words.say('marks-by-task')),
    element('ul', {}, lab.tasks.map(row))
  );
}
