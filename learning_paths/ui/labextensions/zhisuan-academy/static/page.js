// The start page: who you are, where you want to go, and the plan that leads there.

import { element, refill } from './dom.js';
import { ProfileForm } from './form.js';
import { PlacementView } from './placement.js';
import { PlanView } from './plan.js';
import { ProgressView } from './progress.js';
import { isStaff, staffSection } from './staff.js';
import { Telling } from './telling.js';
import { LANGUAGES } from './words.js';

const LEAST_MILLISECONDS = 5000;

export class StartPage extends Telling {
  /**
   * @param service  where answers come from
   * @param desk  what opens and submits
   * @param {Words} words
   * @param {(language: string) => void} onLanguage  asked to change the language of all of Lab
   */
  constructor(service, desk, words, onLanguage) {
    super(words);
    this.service = service;
    this.desk = desk;
    this.onLanguage = onLanguage;
    this.me = null;
    this.choices = null;
    this.plan = null;
    this.grades = [];
    this.status = { labs: {}, lessons: {} };
    this.editing = false;
    this.loadedAt = 0;
    this.body = element('div', { class: 'za-body' });
    this.head = element('div', { class: 'za-head' });
    this.node = element('div', { class: 'za-start', tabindex: '-1' }, this.head, this.message, this.body);
    this.form = new ProfileForm(profile => this.save(profile));
    // each has `render(words)` and may have `load()`, asked for when it comes into view
    this.views = { plan: new PlanView(this), placement: new PlacementView(this), progress: new ProgressView(this) };
    this.shown = 'plan';
    this.render();
  }

  /** Ask for everything. */
  async load() {
    this.tell('loading');
    try {
      const [me, choices, status] = await Promise.all(['api/me', 'api/choices', 'status'].map(path => this.service.get(path)));
      Object.assign(this, { me, choices, status });
      this.form.fill(choices, me.profile, me.name);
      await this.loadPlan();
      this.tell(status.problem);
    } catch (error) {
      this.fail(error);
    }
    this.render();
  }

  /** Ask again for what changes by itself, at most every few seconds; `now` where something has just changed. */
  async refresh(now = false) {
    if (!this.plan || this.editing || (!now && Date.now() - this.loadedAt < LEAST_MILLISECONDS)) {
      return;
    }
    try {
      this.status = await this.service.get('status');
      await this.loadPlan();
      this.tell(this.status.problem);
    } catch (error) {
      this.fail(error);
    }
    this.renderBody();
  }

  async loadPlan() {
    if (!this.me.profile) {
      return;
    }
    [this.plan, this.grades] = await Promise.all([this.service.get('api/plan'), this.service.get('api/grades')]);
    await this.views[this.shown].load?.();
    this.loadedAt = Date.now();
  }

  async save(profile) {
    this.tell('planning');
    try {
      this.me.profile = await this.service.put('api/profile', { ...profile, language: this.words.language });
      this.form.keepAsSaved();
      this.shown = 'plan';
      this.views.plan.whatIf.forget();
      await this.loadPlan();
      this.editing = false;
      this.tell('plan-made');
      this.renderBody();
      this.body.querySelector('#za-goal-title')?.focus();
    } catch (error) {
      this.form.blame(error);
      this.fail(error);
    }
  }

  openUnit(button, unit) {
    return this.act(button, 'opening', async () => {
      await this.bring(unit);
      this.status = await this.service.get('status'); // a lab that is at home now can be handed in
      this.renderBody();
    });
  }

  submitLab(button, lab) {
    return this.act(button, 'submitting', async () => {
      await this.desk.submit(lab);
      this.tell('submitted-now');
      this.status = await this.service.get('status');
      this.renderBody();
    });
  }

  readFeedback(button, lab) {
    return this.act(button, 'fetching', async () => {
      await this.desk.readFeedback(lab);
      this.tell('feedback-open');
    });
  }

  edit() {
    this.editing = true;
    this.renderBody();
    this.form.focus();
  }

  render() {
    this.node.lang = this.words.language;
    this.renderHead();
    this.form.render(this.words);
    this.renderBody();
  }

  renderHead() {
    const other = LANGUAGES.find(language => language !== this.words.language);
    refill(
      this.head,
      element('h1', {}, this.me ? this.words.say('welcome', { name: this.me.shown ?? this.me.name }) : this.words.say('title')),
      element(
        'button',
        { type: 'button', class: 'jp-mod-styled', lang: other, 'data-key': 'language', onclick: () => this.onLanguage(other) },
        this.words.say('other-language')
      )
    );
  }

  renderBody() {
    if (!this.choices) {
      const again = element('button', { type: 'button', class: 'jp-mod-styled jp-mod-accept' }, this.words.say('try-again'));
      again.addEventListener('click', () => this.act(again, 'loading', () => this.load()));
      refill(this.body, this.message.classList.contains('za-error') ? again : null);
    } else if (this.status.office) {
      refill(this.body, this.staff());
    } else if (!this.plan || this.editing) {
      refill(this.body, this.staff(), this.plan ? this.back() : element('p', { class: 'za-lead' }, this.words.say('lead')), this.form.node);
    } else {
      refill(this.body, this.staff(), this.tabs(), this.views[this.shown].render(this.words));
    }
  }

  /** The way between the views. */
  tabs() {
    return element(
      'nav',
      { class: 'za-buttons', 'aria-label': this.words.say('views') },
      Object.keys(this.views).map(name => {
        const button = element(
          'button',
          {
            type: 'button',
            class: `jp-mod-styled${name === this.shown ? ' za-current' : ''}`,
            'data-key': `view ${name}`,
            'aria-current': name === this.shown ? 'page' : null
          },
          this.words.say(`view-${name}`)
        );
        button.addEventListener('click', () => this.show(button, name));
        return button;
      })
    );
  }

  show(button, name) {
    return this.act(button, 'loading', async () => {
      await this.views[name].load?.();
      this.shown = name;
      this.renderBody();
    });
  }

  /** The way out of the form when there is a plan already. */
  back() {
    const button = element('button', { type: 'button', class: 'jp-mod-styled', 'data-key': 'back' }, this.words.say('keep-plan'));
    button.addEventListener('click', () => this.stopEditing());
    return element('div', { class: 'za-buttons' }, button);
  }

  stopEditing() {
    this.editing = false;
    this.form.problem = null;
    this.form.keepAsSaved();
    this.form.fill(this.choices, this.me.profile, this.me.name);
    this.form.render(this.words);
    this.renderBody();
    this.body.querySelector('[data-key="edit"]')?.focus();
  }

  staff() {
    const role = this.status.office ? 'grader' : this.me.role;
    return isStaff(role) ? staffSection(this, this.words.say('staff-note'), role) : null;
  }
}
