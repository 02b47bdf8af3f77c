// What another role would take: what it shares with the present goal, what is extra, what falls away.

import { button, element } from './dom.js';

const PARTS = ['shared', 'extra', 'dropped'];

export class WhatIf {
  /** @param page  the start page: its service, its choices and what its buttons do */
  constructor(page) {
    this.page = page;
    this.open = false;
    this.role = '';
    this.found = null;
  }

  /** Forget a comparison: it was made from where the learner stood then. */
  forget() {
    this.found = null;
  }

  render(words) {
    const select = element('select', { id: 'za-what-if', 'data-key': 'what-if' }, this.options(words));
    select.value = this.role;
    select.addEventListener('change', () => (this.role = select.value));
    const compare = button(words, 'compare', 'compare', pressed => this.compare(pressed, select));
    const shown = element(
      'details',
      { class: 'za-what-if', open: this.open },
      element('summary', { 'data-key': 'open what-if' }, words.say('what-if')),
      element('label', { for: 'za-what-if' }, words.say('what-if-label')),
      element('div', { class: 'za-buttons' }, select, compare),
      element('div', { class: 'za-compared', tabindex: '-1', role: 'group', 'aria-label': words.say('what-if') }, this.found ? this.compared(words) : null)
    );
    shown.addEventListener('toggle', () => (this.open = shown.open));
    return shown;
  }

  options(words) {
    const { roles, targets } = this.page.choices;
    const option = one => element('option', { value: one.id }, words.of(one.title));
    return [
      element('option', { value: '' }, words.say('choose')),
      element('optgroup', { label: words.say('what-if-roles') }, roles.map(option)),
      element('optgroup', { label: words.say('migration-targets') }, targets.map(option))
    ];
  }

  compare(button, select) {
    return this.page.act(button, 'planning', async () => {
      if (!select.value) {
        select.focus();
        this.page.tell('what-if-missing');
        return;
      }
      this.found = await this.page.service.get(`api/what-if/${select.value}`);
      this.page.renderBody();
      this.page.body.querySelector('.za-compared')?.focus();
    });
  }

  compared(words) {
    const { goal, other, saved_hours: saved } = this.found;
    const named = one => ({ title: words.of(one.title), hours: words.number(one.hours), weeks: one.weeks });
    return [
      element('p', {}, words.say('what-if-sum', named(other)), words.language === 'zh' ? '' : ' ', words.say('what-if-now', named(goal))),
      element(
        'ul',
        {},
        PARTS.map(name => {
          const part = this.found[name];
          const titles = words.quoted(part.units).join(words.say('comma'));
          return element('li', { 'data-part': name }, words.say(`what-if-${name}`, { hours: words.number(part.hours) }), titles ? [words.say('colon'), titles] : null);
        })
      ),
      element('p', {}, words.say('what-if-saved', { hours: words.number(saved) }))
    ];
  }
}
