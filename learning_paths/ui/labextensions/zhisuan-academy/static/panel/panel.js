// The panel beside the notebooks: my path, the lab in front, all labs with their marks. Staff find their own pages.

import { button, element, refill } from '../dom.js';
import { isStaff, offices, staffSection } from '../staff.js';
import { Telling } from '../telling.js';
import { LANGUAGES } from '../words.js';
import { LabTab } from './lab.js';
import { LabsTab } from './labs.js';
import { PathTab } from './path.js';

export class Panel extends Telling {
  /**
   * @param service  where answers come from
   * @param desk  what opens and submits
   * @param {import('../words.js').Words} words
   * @param {{language: Function, tour: Function, start: Function, loaded: Function}} ways  out of the panel: changes
   *   Lab's language, starts the tour, opens the start page, is told what was loaded
   */
  constructor(service, desk, words, ways) {
    super(words);
    Object.assign(this, { service, desk, ways });
    this.data = null;
    this.failed = null;
    this.body = element('div', { class: 'za-panel-body' });
    this.tabs = { path: new PathTab(this), lab: new LabTab(this), labs: new LabsTab(this) };
    this.shown = 'path';
    this.node = element('div', { class: 'za-panel', lang: words.language, role: 'region', 'aria-label': words.say('panel') });
    this.node.append(this.head(), this.message, this.body, this.help());
    this.render();
  }

  /** Ask for everything. */
  async load() {
    try {
      this.data = await this.service.get('panel');
      this.failed = null;
      this.ways.loaded(this.data);
    } catch (error) {
      this.failed = error;
      console.error(error);
    }
    this.render();
  }

  lab(name) {
    return this.data?.labs.find(one => one.lab === name);
  }

  open(pressed, unit) {
    return this.act(pressed, 'opening', async () => {
      await this.bring(unit);
      if (unit.id.startsWith('lab:')) {
        this.shown = 'lab';
      }
      await this.load();
    });
  }

  readFeedback(pressed, lab) {
    return this.act(pressed, 'fetching', async () => {
      await this.desk.readFeedback(lab);
      this.tell('feedback-open');
      await this.load();
    });
  }

  /** Bring a tab to the front. */
  show(name) {
    this.shown = name;
    this.tell('');
    this.render();
  }

  /** Go to what there is of a course beside the academy's own: its first lab, else its first lesson. */
  toCourse(course) {
    const places = [...this.body.querySelectorAll('[data-lab], [data-lessons]')];
    const place = places.find(({ dataset }) => dataset.lab?.startsWith(`${course}/`) || dataset.lessons === course);
    if (place) {
      place.querySelector('button').focus();
    } else {
      this.tell('course-empty');
    }
  }

  head() {
    const other = LANGUAGES.find(language => language !== this.words.language);
    return element(
      'div',
      { class: 'za-head' },
      element('h2', {}, this.words.say('panel')),
      element(
        'button',
        { type: 'button', class: 'jp-mod-styled', lang: other, 'data-key': 'language', onclick: event => this.changeLanguage(event.currentTarget, other) },
        this.words.say('other-language')
      )
    );
  }

  changeLanguage(pressed, language) {
    return this.act(pressed, 'loading', () => this.ways.language(language));
  }

  /** Where help is. */
  help() {
    return element(
      'section',
      { class: 'za-help', 'aria-labelledby': 'za-help-title' },
      element('h3', { id: 'za-help-title' }, this.words.say('help')),
      element('p', {}, this.words.say('help-text')),
      element(
        'div',
        { class: 'za-buttons' },
        button(this.words, 'tour-again', 'tour', () => this.ways.tour()),
        button(this.words, 'start-page', 'start', () => this.ways.start())
      )
    );
  }

  render() {
    refill(this.body, this.problems(), this.data ? this.inside() : null);
  }

  /** What could not be loaded, and the way to try again. */
  problems() {
    const said = this.failed ? [this.failed.message] : (this.data?.problems ?? []).map(problem => this.words.of(problem));
    if (!this.data && !said.length) {
      return element('p', {}, this.words.say('loading'));
    }
    if (!said.length) {
      return null;
    }
    return element(
      'div',
      { class: 'za-problems' },
      said.map(text => element('p', {}, this.words.say('failed', { message: text }))),
      button(this.words, 'try-again', 'again', pressed => this.act(pressed, 'loading', () => this.load()))
    );
  }

  inside() {
    const { role } = this.data;
    const teaches = role === 'grader' ? null : offices(this.data.teaches, this.words, this.service);
    if (isStaff(role)) {
      return [staffSection(this, this.words.say('staff-panel-note'), role, 'h3'), teaches, this.tabs.labs.lessons(this.words)];
    }
    return [
      teaches,
      this.tablist(),
      element(
        'div',
        { role: 'tabpanel', id: 'za-tabpanel', class: 'za-tabpanel', 'aria-labelledby': `za-tab-${this.shown}`, tabindex: '0', 'data-key': 'tabpanel' },
        this.tabs[this.shown].render(this.words)
      )
    ];
  }

  tablist() {
    const names = Object.keys(this.tabs);
    const tab = name =>
      element(
        'button',
        {
          type: 'button',
          role: 'tab',
          id: `za-tab-${name}`,
          'data-key': `tab ${name}`,
          'aria-selected': String(name === this.shown),
          'aria-controls': name === this.shown ? 'za-tabpanel' : null,
          tabindex: name === this.shown ? '0' : '-1',
          onclick: () => this.show(name),
          onkeydown: event => this.move(event, names)
        },
        this.words.say(`tab-${name}`)
      );
    return element('div', { role: 'tablist', class: 'za-tabs', 'aria-label': this.words.say('views') }, names.map(tab));
  }

  /** The keys of tabs: arrows, Home and End. */
  move(event, names) {
    const at = names.indexOf(this.shown);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const name = names[(to + names.length) % names.length];
    this.show(name);
    this.body.querySelector(`#za-tab-${name}`).focus();
  }
}
