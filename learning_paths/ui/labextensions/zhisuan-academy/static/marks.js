// Pins, skips and test-outs: what somebody wants to be otherwise in the plan, and how to undo it.

import { button, element } from './dom.js';

export class Marks {
  /** @param page  the start page: its service, its plan and what its buttons do */
  constructor(page) {
    this.page = page;
    this.open = new Set();
  }

  /** What can be done with a unit, or what was. */
  ofUnit(unit, words) {
    if (unit.mark) {
      return element('p', { class: 'za-mark' }, this.told(unit.mark, words), ' ', this.undo(unit.mark, words, 'unit'));
    }
    const title = words.of(unit.title);
    const reason = element('input', { type: 'text', maxlength: '500', id: `za-reason ${unit.id}`, 'data-key': `reason ${unit.id}` });
    const kinds = [unit.kind === 'gap' ? null : 'pin', 'skip', unit.test_out && unit.kind === 'lesson' ? 'test-out' : null];
    const shown = element(
      'details',
      { class: 'za-otherwise', open: this.open.has(unit.id) },
      element(
        'summary',
        { 'data-key': `otherwise ${unit.id}`, 'aria-label': words.say('otherwise-of', { title }) },
        words.say('otherwise')
      ),
      element('label', { for: `za-reason ${unit.id}` }, words.say('mark-reason')),
      reason,
      element(
        'div',
        { class: 'za-buttons' },
        kinds
          .filter(Boolean)
          .map(kind =>
            button(words, `mark-${kind}`, `${kind} ${unit.id}`, pressed => this.set(pressed, unit, kind, reason.value), { title })
          )
      )
    );
    shown.addEventListener('toggle', () => (shown.open ? this.open.add(unit.id) : this.open.delete(unit.id)));
    return shown;
  }

  /** All marks that hold, also those of units that are out of the plan for it, and what stays unlearned. */
  all(plan, words) {
    if (!plan.marks.length) {
      return null;
    }
    return element(
      'section',
      { class: 'za-marks', 'aria-labelledby': 'za-marks-title' },
      element('h3', { id: 'za-marks-title', tabindex: '-1' }, words.say('marks-title')),
      element(
        'ul',
        {},
        plan.marks.map(mark =>
          element(
            'li',
            { 'data-mark': mark.unit },
            words.say('quoted', { title: words.of(mark.title) }),
            ' ',
            this.told(mark, words),
            ' ',
            this.undo(mark, words, 'list')
          )
        )
      ),
      plan.uncovered.length
        ? element('p', {}, words.say('stays-open', { titles: plan.uncovered.map(id => this.named(id, words)).join(words.say('comma')) }))
        : null
    );
  }

  told(mark, words) {
    return words.sentences(words.of(mark.text), mark.reason ? words.say('mark-because', { reason: mark.reason }) : null);
  }

  undo(mark, words, place) {
    if (!mark.own) {
      return null;
    }
    const undo = pressed => this.change(pressed, 'api/marks/undo', { id: mark.id }, 'mark-undone', mark);
    return button(words, 'mark-undo', `undo ${place} ${mark.unit}`, undo, { title: words.of(mark.title) });
  }

  set(button, unit, kind, reason) {
    return this.change(button, 'api/marks', { unit: unit.id, kind, reason }, `mark-${kind}-done`, unit);
  }

  change(button, path, body, said, { title }) {
    return this.page.act(button, 'planning', async () => {
      await this.page.service.post(path, body);
      await this.page.loadPlan();
      this.page.renderBody();
      this.page.tell(said, { title: this.page.words.of(title) });
      // the control may have gone with its unit: the list of marks is the next place to go on from
      if (!this.page.node.contains(document.activeElement) || document.activeElement === this.page.node) {
        (this.page.body.querySelector('#za-marks-title') ?? this.page.body.querySelector('#za-goal-title'))?.focus();
      }
    });
  }

  /** `competency:fine-tuning@P` in words. */
  named(id, words) {
    const [name, level] = id.slice('competency:'.length).split('@');
    const { competencies, levels } = this.page.choices;
    return words.say('competency-at', {
      title: words.of(competencies.find(one => one.id === name)?.title) || name,
      level: words.of(levels.find(one => one.id === level)?.title)
    });
  }
}
