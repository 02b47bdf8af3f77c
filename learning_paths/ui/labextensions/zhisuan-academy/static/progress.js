// Where you stand: every competency by stage, what is to be looked at again, and what moved it.

import { element } from './dom.js';

export class ProgressView {
  /** @param page  the start page: its choices and what its buttons do */
  constructor(page) {
    this.page = page;
    this.data = null;
    this.everything = false;
  }

  async load() {
    this.data = await this.page.service.get('api/progress');
  }

  render(words) {
    return [this.reviews(words), this.stages(words), this.log(words)];
  }

  reviews(words) {
    const due = this.data.stages
      .flatMap(stage => stage.competencies)
      .filter(one => one.review?.due)
      .sort((one, other) => one.review.in_days - other.review.in_days);
    if (!due.length) {
      return null;
    }
    return element(
      'section',
      { class: 'za-reviews', 'aria-labelledby': 'za-reviews-title' },
      element('h3', { id: 'za-reviews-title' }, words.say('reviews')),
      element('ul', {}, due.map(one => element('li', {}, words.of(one.title), words.say('colon'), this.review(one, words))))
    );
  }

  stages(words) {
    const box = element('input', { type: 'checkbox', id: 'za-everything', 'data-key': 'everything', checked: this.everything });
    box.addEventListener('change', () => {
      this.everything = box.checked;
      this.page.renderBody();
    });
    return element(
      'section',
      { class: 'za-standing', 'aria-labelledby': 'za-standing-title' },
      element('h2', { id: 'za-standing-title', tabindex: '-1' }, words.say('standing')),
      element('p', {}, words.say('standing-note')),
      element('p', { class: 'za-check' }, box, element('label', { for: 'za-everything' }, words.say('everything'))),
      this.data.stages.map(stage => this.stage(stage, words))
    );
  }

  stage(stage, words) {
    const shown = stage.competencies.filter(one => this.everything || one.needed || one.asked || one.review);
    if (!shown.length) {
      return null;
    }
    const title = `za-stage-${stage.id}`;
    return element(
      'section',
      { 'aria-labelledby': title },
      element('h3', { id: title }, words.of(stage.title)),
      element('ul', { class: 'za-stage' }, shown.map(one => this.competency(one, words)))
    );
  }

  competency(one, words) {
    return element(
      'li',
      { 'data-competency': one.id },
      element(
        'div',
        { class: 'za-line' },
        element('span', { class: 'za-title' }, words.of(one.title)),
        one.asked ? element('span', { class: 'za-state' }, words.say('asked', { level: this.level(one.asked, words) })) : null
      ),
      element('ul', { class: 'za-levels' }, one.levels.map(level => this.atLevel(level, words))),
      one.review ? element('p', {}, this.review(one, words)) : null
    );
  }

  atLevel({ level, probability, interval, mastered }, words) {
    const bar = element('meter', { min: '0', max: '1', value: String(probability), 'aria-hidden': 'true' });
    const values = { level: this.level(level, words), percent: words.percent(probability), low: words.round(interval[0]), high: words.round(interval[1]) };
    return element('li', { class: mastered ? 'za-mastered' : null }, mastered ? '✓ ' : '', words.say('level-standing', values), bar);
  }

  review(one, words) {
    const { level, in_days: days } = one.review;
    const values = { level: this.level(level, words), days: words.number(days), years: words.number(days / 365.25) };
    return words.say(days <= 0 ? 'review-now' : days < 365 ? 'review-days' : 'review-years', values);
  }

  log(words) {
    return element(
      'section',
      { class: 'za-log', 'aria-labelledby': 'za-log-title' },
      element('h3', { id: 'za-log-title' }, words.say('log')),
      this.data.log.length
        ? element('ol', {}, this.data.log.map(entry => element('li', {}, element('time', { datetime: entry.date }, words.day(entry.date)), words.say('colon'), words.of(entry.text))))
        : element('p', {}, words.say('log-empty'))
    );
  }

  level(id, words) {
    return words.of(this.page.choices.levels.find(level => level.id === id)?.title);
  }
}
