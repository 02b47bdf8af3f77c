// My path in short: how far it is, and what comes next and why.

import { button, element } from '../dom.js';

export class PathTab {
  /** @param panel  its data, and what its buttons do */
  constructor(panel) {
    this.panel = panel;
  }

  render(words) {
    const { plan } = this.panel.data;
    if (!plan) {
      return [
        element('p', {}, words.say('path-none')),
        button(words, 'path-begin', 'begin', () => this.panel.ways.start(), { main: ' jp-mod-accept' })
      ];
    }
    const all = plan.done_hours + plan.left_hours;
    return [
      element('h3', {}, words.of(plan.goal)),
      element('progress', { max: '1', value: String(all ? plan.done_hours / all : 1), 'aria-labelledby': 'za-path-done' }),
      element('p', { id: 'za-path-done' }, words.say('path-done', { done: words.number(plan.done_hours), all: words.number(all) })),
      plan.units.length
        ? element('ol', { class: 'za-units' }, plan.units.map(unit => this.unit(unit, words)))
        : element('p', {}, words.say('nothing-left')),
      plan.left > plan.units.length ? element('p', {}, words.say('path-more', { number: plan.left - plan.units.length })) : null,
      button(words, 'path-whole', 'whole', () => this.panel.ways.start())
    ];
  }

  unit(unit, words) {
    const title = words.of(unit.title);
    return element(
      'li',
      { class: `za-unit za-${unit.state}`, 'data-next': unit.id },
      element('h4', {}, title),
      element('p', { class: 'za-facts' }, [words.say(`kind-${unit.kind}`), words.hours(unit.hours), words.say(`state-${unit.state}`)].join(words.say('dot'))),
      unit.why ? element('p', {}, words.of(unit.why)) : null,
      button(words, 'open', `open ${unit.id}`, pressed => this.panel.open(pressed, unit), { title, main: unit.state === 'next' ? ' jp-mod-accept' : '' })
    );
  }
}
