// The plan: what changed, where you stand, and the units week by week with their reasons.

import { deadlineSection } from './deadline.js';
import { button, element } from './dom.js';
import { Marks } from './marks.js';
import { WhatIf } from './whatif.js';
import { Why } from './why.js';
import { nbgraderDate } from './words.js';

export class PlanView {
  /** @param page  the start page: its plan, grades and status, and what its buttons do */
  constructor(page) {
    this.page = page;
    this.why = new Why(page);
    this.marks = new Marks(page);
    this.whatIf = new WhatIf(page);
  }

  render(words) {
    this.words = words;
    const { plan } = this.page;
    return [
      this.goal(plan),
      deadlineSection(plan.deadline, words, skill => this.marks.named(`competency:${skill}`, words)),
      this.changes(plan),
      this.marks.all(plan, words),
      plan.units.length ? this.weeks(plan) : element('p', { class: 'za-lead' }, words.say('nothing-left')),
      this.whatIf.render(words),
      this.uncovered(plan),
      this.done(plan),
      this.competencies(plan)
    ];
  }

  goal(plan) {
    const { words } = this;
    const { progress } = plan;
    const facts = words.sentences(
      words.say('sum', {
        total: words.number(plan.total_hours),
        weeks: plan.weeks,
        hours: words.number(plan.hours_a_week)
      }),
      plan.gap_hours
        ? words.say('sum-gaps', {
            gap: words.number(plan.gap_hours),
            here: words.number(plan.total_hours - plan.gap_hours)
          })
        : null,
      plan.units.length ? words.say('sum-practice', { share: words.percent(plan.practice_share) }) : null,
      plan.practice.work_hours ? words.say('sum-work', { hours: words.number(plan.practice.work_hours) }) : null,
      plan.deadline ? this.deadline(plan.deadline) : null
    );
    const next = plan.units.find(unit => unit.state === 'next');
    return element(
      'section',
      { class: 'za-goal', 'aria-labelledby': 'za-goal-title' },
      element('h2', { id: 'za-goal-title', tabindex: '-1' }, words.say('your-way', { goal: words.of(plan.goal.title) })),
      element('p', {}, facts),
      element(
        'div',
        { class: 'za-progress' },
        element('progress', { max: '1', value: String(progress.share), 'aria-labelledby': 'za-progress-text' }),
        element(
          'span',
          { id: 'za-progress-text' },
          words.say('progress', {
            done: words.number(progress.done_hours),
            all: words.number(progress.done_hours + progress.left_hours),
            mastered: progress.mastered,
            asked: progress.asked
          })
        )
      ),
      element(
        'div',
        { class: 'za-buttons' },
        next ? this.goOn(next) : null,
        button(this.words, 'change', 'edit', () => this.page.edit()),
        button(this.words, 'refresh', 'refresh', button => this.page.act(button, 'loading', () => this.page.refresh(true)))
      )
    );
  }

  goOn(unit) {
    const values = { title: this.words.of(unit.title) };
    return button(this.words, 'go-on', 'go on', button => this.page.openUnit(button, unit), { values, main: ' jp-mod-accept' });
  }

  deadline(deadline) {
    return this.words.say(deadline.fits ? 'fits' : 'late', {
      weeks: deadline.weeks,
      needed: this.words.number(deadline.hours_a_week_needed)
    });
  }

  changes(plan) {
    if (!plan.changes.length) {
      return null;
    }
    return element(
      'section',
      { class: 'za-changes', 'aria-labelledby': 'za-changes-title' },
      element('h3', { id: 'za-changes-title' }, this.words.say('what-changed')),
      element('ul', {}, plan.changes.map(change => element('li', {}, this.words.of(change.text))))
    );
  }

  weeks(plan) {
    const weeks = new Map();
    for (const unit of plan.units) {
      weeks.set(unit.week, [...(weeks.get(unit.week) ?? []), unit]);
    }
    return [...weeks].map(([week, units]) => {
      const last = Math.max(...units.map(unit => unit.until));
      const hours = units.reduce((sum, unit) => sum + (unit.hours ?? 0), 0);
      const title =
        last > week ? this.words.say('weeks-title', { first: week, last }) : this.words.say('week-title', { week });
      return element(
        'section',
        { class: 'za-week', 'aria-labelledby': `za-week-${week}` },
        element('h3', { id: `za-week-${week}` }, title, element('small', {}, this.words.hours(hours))),
        element('ol', {}, units.map(unit => this.unit(unit)))
      );
    });
  }

  unit(unit) {
    const { words } = this;
    const lab = unit.kind === 'lab' ? unit.id.slice('lab:'.length) : null;
    return element(
      'li',
      { class: `za-unit za-${unit.state}`, 'data-unit': unit.id },
      element(
        'div',
        { class: 'za-line' },
        element('span', { class: `za-kind za-kind-${unit.kind}` }, words.say(`kind-${unit.kind}`)),
        element('span', { class: 'za-title' }, words.of(unit.title)),
        element('span', { class: 'za-hours' }, words.hours(unit.hours)),
        element('span', { class: 'za-state' }, words.say(`state-${unit.state}`))
      ),
      lab ? this.labLine(lab) : null,
      element(
        'div',
        { class: 'za-foot' },
        this.why.render(unit, words),
        unit.kind === 'gap' ? null : element('div', { class: 'za-buttons' }, this.buttons(unit, lab)),
        this.marks.ofUnit(unit, words)
      )
    );
  }

  buttons(unit, lab) {
    const title = this.words.of(unit.title);
    const state = lab ? this.page.status.labs[lab] : null;
    return [
      button(this.words, 'open', `open ${unit.id}`, button => this.page.openUnit(button, unit), { title }),
      state?.path
        ? button(this.words, 'submit-lab', `submit ${lab}`, button => this.page.submitLab(button, lab), { title })
        : null,
      state && state.feedback !== 'none'
        ? button(this.words, 'read-feedback', `feedback ${lab}`, button => this.page.readFeedback(button, lab), { title })
        : null
    ];
  }

  /** A lab's score and what happened to it. */
  labLine(lab) {
    const { words } = this;
    const grade = this.page.grades.find(one => one.lab === lab);
    const state = this.page.status.labs[lab];
    const submitted = state?.submitted.at(-1);
    const parts = [];
    if (state?.due) {
      parts.push(words.say('due', { moment: words.moment(new Date(state.due)) }));
    }
    if (state?.attempts) {
      parts.push(words.say('attempts', { used: state.attempts_used, of: state.attempts }));
    }
    if (grade?.score !== null && grade !== undefined) {
      parts.push(words.say('score', { score: words.number(grade.score), points: words.number(grade.points) }));
    }
    const handedIn = submitted ? nbgraderDate(submitted) : null;
    // a newer submission than the graded one is still on its way
    const newer = handedIn && (!grade?.submitted_at || handedIn - new Date(grade.submitted_at) > 1000);
    if (handedIn && (newer || grade?.score === null)) {
      parts.push(words.say('waiting', { moment: words.moment(handedIn) }));
    }
    if (grade?.late_seconds > 0) {
      parts.push(words.say('late-by', { hours: words.number(grade.late_seconds / 3600) }));
    }
    return parts.length ? element('p', { class: 'za-score' }, words.sentences(...parts)) : null;
  }

  uncovered(plan) {
    if (!plan.goal.uncovered.length) {
      return null;
    }
    return element(
      'section',
      { 'aria-labelledby': 'za-uncovered' },
      element('h3', { id: 'za-uncovered' }, this.words.say('uncovered')),
      element('ul', {}, plan.goal.uncovered.map(text => element('li', {}, this.words.of(text))))
    );
  }

  done(plan) {
    if (!plan.done.length) {
      return null;
    }
    return element(
      'section',
      { class: 'za-done', 'aria-labelledby': 'za-done-title' },
      element('h3', { id: 'za-done-title' }, this.words.say('done-title')),
      element('ul', {}, plan.done.map(unit => this.doneUnit(unit)))
    );
  }

  doneUnit(unit) {
    const lab = unit.kind === 'lab' ? unit.id.slice('lab:'.length) : null;
    return element(
      'li',
      { class: 'za-unit', 'data-unit': unit.id },
      element(
        'div',
        { class: 'za-line' },
        element('span', { class: `za-kind za-kind-${unit.kind}` }, this.words.say(`kind-${unit.kind}`)),
        element('span', { class: 'za-title' }, this.words.of(unit.title)),
        element('div', { class: 'za-buttons' }, this.buttons(unit, lab))
      ),
      lab ? this.labLine(lab) : null
    );
  }

  competencies(plan) {
    const { words } = this;
    const row = one =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, words.of(one.title)),
        element('td', {}, words.of(this.page.choices.levels.find(level => level.id === one.level)?.title)),
        element('td', {}, words.percent(one.probability)),
        element('td', {}, words.say(one.mastered ? 'mastered' : 'not-mastered'))
      );
    const head = ['competency', 'level', 'probability', 'standing'];
    return element(
      'section',
      { class: 'za-competencies', tabindex: '0', 'aria-labelledby': 'za-competencies-title' },
      element('h3', { id: 'za-competencies-title' }, words.say('goal-asks')),
      element('p', {}, words.say('goal-asks-note')),
      element(
        'table',
        {},
        element('thead', {}, element('tr', {}, head.map(name => element('th', { scope: 'col' }, words.say(`column-${name}`))))),
        element('tbody', {}, plan.competencies.map(row))
      )
    );
  }
}
