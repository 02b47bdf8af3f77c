// The placement test: one question at a time, an honest “I don’t know”, and at the end what is believed.

import { button, element } from './dom.js';

const CHANGED = 0.05;

export class PlacementView {
  /** @param page  the start page: its service, messages, levels, and the plan that follows the answers */
  constructor(page) {
    this.page = page;
    this.state = null;
    this.answer = null;
    this.shownAt = 0;
  }

  async load() {
    this.take(await this.page.service.get('api/placement'));
  }

  /** Take what the service says; another question starts without an answer. */
  take(state) {
    const same = this.state?.state === 'open' && state.number === this.state.number && state.position === this.state.position;
    this.state = state;
    if (state.state === 'open' && !same) {
      this.answer = state.question.kind === 'order' ? state.question.options.map((_, place) => place) : null;
      this.shownAt = Date.now();
    }
  }

  render(words) {
    this.words = words;
    return { none: () => this.invitation(), open: () => this.asking(), ended: () => this.result() }[this.state.state]();
  }

  title(name, values) {
    return element('h2', { id: 'za-placement-title', tabindex: '-1' }, this.words.say(name, values));
  }

  invitation() {
    const { words } = this;
    return element(
      'section',
      { 'aria-labelledby': 'za-placement-title' },
      this.title('placement'),
      element('p', { class: 'za-lead' }, words.say('placement-lead', { most: this.state.most })),
      element('p', {}, words.say('placement-rules')),
      element('div', { class: 'za-buttons' }, this.step('placement-start', 'start', ' jp-mod-accept'))
    );
  }

  asking() {
    const { words } = this;
    const { position, most, question } = this.state;
    return element(
      'form',
      { class: 'za-question', novalidate: true, 'aria-labelledby': 'za-placement-title', onsubmit: event => this.submit(event) },
      this.title('placement-question', { number: position + 1 }),
      element('progress', {
        max: String(most),
        value: String(position),
        'aria-label': words.say('placement-progress', { asked: position, most })
      }),
      element('p', { class: 'za-ask', id: 'za-ask' }, words.of(question.ask)),
      question.code ? element('pre', { tabindex: '0', 'aria-label': words.say('placement-code') }, words.of(question.code)) : null,
      { number: () => this.number(question), choice: () => this.choice(question), order: () => this.order(question) }[question.kind](),
      element(
        'div',
        { class: 'za-buttons' },
        element('button', { type: 'submit', class: 'jp-mod-styled jp-mod-accept', 'data-key': 'answer' }, words.say('placement-answer')),
        button(this.words, 'placement-unknown', 'unknown', button => this.page.act(button, 'loading', () => this.send(null))),
        this.step('placement-end', 'end')
      ),
      element('p', { class: 'za-duty' }, words.say('placement-pause'))
    );
  }

  number(question) {
    return element(
      'div',
      { class: 'za-field' },
      element('label', { for: 'za-answer' }, this.words.say('placement-number')),
      element(
        'span',
        { class: 'za-with-unit' },
        element('input', {
          id: 'za-answer',
          'data-key': 'number',
          type: 'text',
          inputmode: 'decimal',
          autocomplete: 'off',
          'aria-describedby': 'za-ask za-unit-of-answer',
          value: this.answer ?? '',
          oninput: event => (this.answer = event.target.value)
        }),
        element('span', { id: 'za-unit-of-answer' }, this.words.of(question.unit))
      )
    );
  }

  choice(question) {
    return element(
      'fieldset',
      { class: 'za-options', 'aria-describedby': 'za-ask' },
      element('legend', {}, this.words.say('placement-choice')),
      question.options.map((option, place) =>
        element(
          'label',
          {},
          element('input', {
            type: 'radio',
            name: 'answer',
            'data-key': `option ${place}`,
            checked: this.answer === place,
            onchange: () => (this.answer = place)
          }),
          element('span', {}, this.words.of(option))
        )
      )
    );
  }

  order(question) {
    const last = this.answer.length - 1;
    return element(
      'fieldset',
      { class: 'za-options', 'aria-describedby': 'za-ask' },
      element('legend', {}, this.words.say('placement-order')),
      element(
        'ol',
        {},
        this.answer.map((place, at) => {
          const title = this.words.of(question.options[place]);
          return element(
            'li',
            {},
            element('span', {}, title),
            element(
              'span',
              { class: 'za-buttons' },
              button(this.words, 'move-up', `up ${place}`, () => this.move(at, -1), { title, off: at === 0 }),
              button(this.words, 'move-down', `down ${place}`, () => this.move(at, 1), { title, off: at === last })
            )
          );
        })
      )
    );
  }

  move(at, by) {
    const [place] = this.answer.splice(at, 1);
    this.answer.splice(at + by, 0, place);
    this.page.renderBody();
    this.page.tell('placement-moved', { title: this.words.of(this.state.question.options[place]), place: at + by + 1 });
  }

  async submit(event) {
    event.preventDefault();
    if (this.answer === null || this.answer === '') {
      this.page.fail(new Error(this.words.say('placement-nothing')));
      return;
    }
    await this.page.act(event.target.querySelector('[type="submit"]'), 'loading', () => this.send(this.answer));
  }

  /** Give an answer, null for “I don’t know”. */
  async send(answer) {
    const { position } = this.state;
    const seconds = (Date.now() - this.shownAt) / 1000;
    await this.goOn(await this.page.service.post('api/placement/answer', { position, answer, seconds }));
  }

  /** A button for a step of the test that takes no answer. */
  step(name, step, main = '') {
    return button(
      this.words,
      name,
      step,
      button => this.page.act(button, 'loading', async () => this.goOn(await this.page.service.post(`api/placement/${step}`, {}))),
      { main }
    );
  }

  async goOn(state) {
    const ended = this.state.state === 'open' && state.state === 'ended';
    this.take(state);
    if (ended) {
      await this.page.loadPlan();
    }
    this.page.tell(ended ? 'placement-over' : '');
    this.page.renderBody();
    this.page.body.querySelector('#za-placement-title').focus();
  }

  /** What is believed now, stage by stage: first what the answers changed. */
  result() {
    const { words } = this;
    const { asked, right, unsure, why, expected_accuracy: accuracy, stages } = this.state.summary;
    return element(
      'section',
      { class: 'za-placed', 'aria-labelledby': 'za-placement-title' },
      this.title('placement-result'),
      element(
        'p',
        {},
        words.sentences(
          words.say('placement-counts', { asked, right, unsure }),
          words.say(`placement-why-${why}`),
          words.say('placement-sure', { share: words.percent(accuracy) })
        )
      ),
      element('div', { class: 'za-buttons' }, this.step('placement-again', 'start')),
      stages.map(stage => this.stage(stage))
    );
  }

  stage(stage) {
    const moved = one => one.after.some((share, level) => Math.abs(share - one.before[level]) >= CHANGED);
    const changed = stage.competencies.filter(moved);
    const rest = stage.competencies.filter(one => !moved(one));
    return element(
      'section',
      {},
      element('h3', {}, this.words.of(stage.title)),
      changed.length ? this.table(changed) : null,
      rest.length
        ? element('details', {}, element('summary', {}, this.words.say('placement-rest', { count: rest.length })), this.table(rest))
        : null
    );
  }

  table(competencies) {
    const { words } = this;
    const head = ['competency', 'before', 'after'];
    return element(
      'table',
      {},
      element('thead', {}, element('tr', {}, head.map(name => element('th', { scope: 'col' }, words.say(`column-${name}`))))),
      element(
        'tbody',
        {},
        competencies.map(one =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, words.of(one.title)),
            element('td', {}, this.standing(one.before)),
            element('td', {}, this.standing(one.after))
          )
        )
      )
    );
  }

  /** The level that is likelier than not, with its probability, and a bar over all four levels. */
  standing(shares) {
    const { words } = this;
    const at = shares.findLastIndex(share => share >= 0.5);
    const level = at < 0 ? words.say('below-basic') : words.of(this.page.choices.levels[at].title);
    const text = words.say('placement-standing', { level, share: words.percent(at < 0 ? 1 - shares[0] : shares[at]) });
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    return [element('meter', { value: mean.toFixed(3), 'aria-hidden': 'true' }), element('span', {}, text)];
  }
}
