// The form: background, goal, time. What is typed is never lost: it lives in this one form element and,
// until it is saved, also in the browser's storage.

import { element, whileBusy } from './dom.js';

const FIELDS = ['degree', 'job', 'years', 'goal', 'hours', 'weeks'];

export class ProfileForm {
  /** @param {(profile: Object) => Promise} onSave */
  constructor(onSave) {
    this.onSave = onSave;
    this.values = { degree: '', job: '', years: '0', goal: '', hours: '5', weeks: '' };
    this.choices = null;
    this.problem = null;
    this.moves = element('div', { class: 'za-moves', 'aria-live': 'polite' });
    this.node = element('form', { class: 'za-form', novalidate: true, onsubmit: event => this.submit(event) });
    this.node.addEventListener('input', event => this.changed(event.target));
  }

  /** Take choices, the saved profile, and what was typed last and not saved. */
  fill(choices, profile, name) {
    this.choices = choices;
    this.draftKey = `zhisuan-academy:draft:${name}`;
    if (profile) {
      Object.assign(this.values, {
        degree: profile.degree ?? 'none',
        job: profile.job ?? 'none',
        years: String(profile.years),
        goal: this.goalOf(profile),
        hours: String(profile.hours),
        weeks: profile.weeks ? String(profile.weeks) : ''
      });
    }
    try {
      Object.assign(this.values, JSON.parse(localStorage.getItem(this.draftKey) ?? '{}'));
    } catch {
      localStorage.removeItem(this.draftKey);
    }
  }

  goalOf(profile) {
    const wanted = [...profile.competencies].sort().join();
    const track = this.choices.tracks.find(one => [...one.competencies].sort().join() === wanted);
    return profile.role ? `role:${profile.role}` : track ? `track:${track.id}` : '';
  }

  changed(control) {
    this.values[control.name] = control.value;
    localStorage.setItem(this.draftKey, JSON.stringify(this.values));
    if (this.problem?.field === control.name) {
      this.problem = null;
      this.showProblem();
    }
    if (control.name === 'goal') {
      this.showDuty();
    }
    if (control.name === 'job') {
      this.showMoves();
    }
  }

  keepAsSaved() {
    localStorage.removeItem(this.draftKey);
  }

  focus() {
    this.node.elements.degree?.focus();
  }

  /** Show an error at the field that it names. */
  blame(error) {
    const field = { role: 'goal', competencies: 'goal' }[error.field] ?? error.field;
    if (FIELDS.includes(field)) {
      this.problem = { field, message: error.message };
      this.showProblem();
      this.node.elements[field].focus();
    }
  }

  async submit(event) {
    event.preventDefault();
    const wrong = this.wrong();
    if (wrong) {
      this.blame(wrong);
      return;
    }
    this.problem = null;
    this.showProblem();
    await whileBusy(this.node.querySelector('button'), this.words.say('planning'), () => this.onSave(this.profile()));
  }

  /** What the service would refuse, said in the learner's language; the service checks again. */
  wrong() {
    const missing = ['degree', 'job', 'goal', 'hours'].find(name => this.values[name] === '');
    if (missing) {
      return { field: missing, message: this.words.say(`missing-${missing}`) };
    }
    for (const [field, [least, most]] of Object.entries(this.choices.limits)) {
      const value = this.values[field];
      // a number field that holds no number reads as empty, and says so itself
      const bad = this.node.elements[field].validity.badInput || (value !== '' && !(value >= least && value <= most));
      if (bad) {
        return { field, message: this.words.say('out-of-range', { least, most }) };
      }
    }
    return null;
  }

  profile() {
    const { degree, job, years, goal, hours, weeks } = this.values;
    const [kind, name] = [goal.slice(0, goal.indexOf(':')), goal.slice(goal.indexOf(':') + 1)];
    const track = kind === 'track' ? this.choices.tracks.find(one => one.id === name) : null;
    return {
      degree: degree === 'none' ? null : degree,
      job: job === 'none' ? null : job,
      years: years === '' ? 0 : years,
      role: track ? null : name,
      competencies: track ? track.competencies : [],
      hours,
      weeks: weeks === '' ? null : weeks
    };
  }

  render(words) {
    this.words = words;
    if (!this.choices) {
      return;
    }
    const { limits } = this.choices;
    this.node.replaceChildren(
      this.group('where-from', [
        this.select('degree', [this.none('no-degree'), ...this.options(this.choices.degrees)]),
        this.select('job', [this.none('no-job'), ...this.options(this.choices.jobs)]),
        this.number('years', limits.years, { step: '0.5' })
      ]),
      this.group('where-to', [this.select('goal', this.goals()), element('p', { class: 'za-duty', id: 'za-duty' }), this.moves]),
      this.group('your-time', [
        this.number('hours', limits.hours, { step: '0.5' }),
        this.number('weeks', limits.weeks, { step: '1' })
      ]),
      element('button', { type: 'submit', class: 'jp-mod-styled jp-mod-accept' }, words.say('make-plan'))
    );
    this.showDuty();
    this.showMoves();
    this.showProblem();
  }

  group(name, fields) {
    return element('fieldset', {}, element('legend', {}, this.words.say(name)), fields);
  }

  none(name) {
    return element('option', { value: 'none' }, this.words.say(name));
  }

  options(entries, prefix = '') {
    return entries
      .filter(one => one.id !== 'none')
      .map(one => element('option', { value: prefix + one.id }, this.words.of(one.title)));
  }

  goals() {
    const families = new Map();
    for (const role of this.choices.roles) {
      const family = this.words.of(role.family);
      families.set(family, [...(families.get(family) ?? []), role]);
    }
    const named = (label, options) => element('optgroup', { label }, options);
    return [
      ...[...families].map(([family, roles]) =>
        named(this.words.say('roles-of', { family }), this.options(roles, 'role:'))
      ),
      named(this.words.say('migration-targets'), this.options(this.choices.targets, 'role:')),
      named(this.words.say('tracks'), this.options(this.choices.tracks, 'track:'))
    ];
  }

  select(name, options) {
    const control = element('select', { name, ...this.described(name) }, this.placeholder(), options);
    control.value = this.values[name];
    return this.field(name, control);
  }

  placeholder() {
    return element('option', { value: '' }, this.words.say('choose'));
  }

  number(name, [min, max], extra) {
    const control = element('input', { name, type: 'number', min, max, ...extra, ...this.described(name) });
    control.classList.add('jp-mod-styled');
    control.value = this.values[name];
    return this.field(name, control);
  }

  described(name) {
    const extra = name === 'goal' ? ' za-duty' : '';
    return { id: `za-${name}`, 'aria-describedby': `za-${name}-note za-${name}-problem${extra}` };
  }

  field(name, control) {
    return element(
      'div',
      { class: 'za-field' },
      element('label', { for: control.id }, this.words.say(`field-${name}`)),
      control,
      element('small', { id: `za-${name}-note` }, this.words.say(`note-${name}`)),
      element('strong', { id: `za-${name}-problem`, class: 'za-problem' })
    );
  }

  showDuty() {
    const [kind, ...rest] = this.values.goal.split(':');
    const name = rest.join(':');
    const track = kind === 'track' ? this.choices.tracks.find(one => one.id === name) : null;
    const role = this.choices.roles.find(one => kind === 'role' && one.id === name);
    const duty = role ? this.words.say('duty', { duty: this.words.of(role.duty) }) : this.words.of(track?.promise);
    this.node.querySelector('#za-duty').textContent = duty;
  }

  /** Where people of this job move to, by the framework's migration paths; a click takes it as the goal. */
  showMoves() {
    const moves = this.choices.migrations.filter(one => one.origin.id === this.values.job);
    const button = one => {
      const values = { title: this.words.of(one.to.title), hours: this.words.number(one.hours), saved: this.words.number(one.saved_hours) };
      const made = element('button', { type: 'button', class: 'jp-mod-styled' }, this.words.say('move-to', values));
      made.addEventListener('click', () => {
        const goal = this.node.elements.goal;
        goal.value = `role:${one.to.id.slice(one.to.id.indexOf(':') + 1)}`;
        this.changed(goal);
        goal.focus();
      });
      return made;
    };
    this.moves.replaceChildren(
      ...(moves.length ? [element('p', {}, this.words.say('moves')), element('div', { class: 'za-buttons' }, moves.map(button))] : [])
    );
  }

  showProblem() {
    for (const name of FIELDS) {
      const control = this.node.elements[name];
      const problem = this.problem?.field === name ? this.problem.message : '';
      this.node.querySelector(`#za-${name}-problem`).textContent = problem;
      control.toggleAttribute('aria-invalid', false);
      if (problem) {
        control.setAttribute('aria-invalid', 'true');
      }
    }
  }
}
