// Why a unit is there: in words, and as its way through the graph.

import { element } from './dom.js';

export class Why {
  /** @param page  the start page: its service, its plan and what its buttons do */
  constructor(page) {
    this.page = page;
    this.open = new Set();
  }

  render(unit, words) {
    const shown = element(
      'details',
      { class: 'za-why', open: this.open.has(unit.id) },
      element(
        'summary',
        { 'data-key': `why ${unit.id}`, 'aria-label': words.say('why-of', { title: words.of(unit.title) }) },
        words.say('why')
      ),
      element('ul', {}, unit.reasons.map(reason => element('li', {}, words.of(reason.text), this.restsOn(reason, words)))),
      unit.unlocks.length
        ? element('p', {}, words.say('unlocks', { titles: words.quoted(unit.unlocks).join(words.say('comma')) }))
        : null,
      element('p', {}, words.of(unit.if_skipped.text)),
      element('p', {}, words.of(unit.alternative.text))
    );
    const picture = element('div', { class: 'za-picture', 'aria-live': 'polite' });
    shown.append(picture);
    if (shown.open) {
      this.draw(picture, unit, words);
    }
    shown.addEventListener('toggle', () => {
      shown.open ? this.open.add(unit.id) : this.open.delete(unit.id);
      if (shown.open && !picture.childNodes.length) {
        this.draw(picture, unit, words);
      }
    });
    return shown;
  }

  /** All the work that a belief rests on, where that is more than its sentence names. */
  restsOn(reason, words) {
    if (!(reason.rests_on?.length > 1)) {
      return null;
    }
    const works = reason.rests_on.map(one =>
      words.say('rests-on-work', {
        work: words.of(one.work),
        score: words.number(one.score),
        points: words.number(one.points),
        date: one.date
      })
    );
    return element('ul', { 'aria-label': words.say('rests-on') }, works.map(work => element('li', {}, work)));
  }

  async draw(place, unit, words) {
    place.replaceChildren(element('p', {}, words.say('loading')));
    try {
      const { svg } = await this.page.service.get(`api/pictures/${words.language}/${unit.id}`);
      const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
      place.replaceChildren(document.importNode(parsed, true));
    } catch (error) {
      place.replaceChildren(element('p', {}, words.say('failed', { message: error.message })));
    }
  }
}
