// The lab in front: its tasks with their points, a check of what is open, handing in with a receipt.

import { button, element } from '../dom.js';
import { hints } from './hints.js';
import { facts, feedbackButton } from './labs.js';
import { goTo, indexOf, tasksOf, textOf } from './notebook.js';

export class LabTab {
  /** @param panel  its data, its desk, and what its buttons do */
  constructor(panel) {
    this.panel = panel;
    this.found = new Map(); // by lab: what the last check found, whether the notebook has changed since
    this.receipts = new Map(); // by lab: what the last submission of this visit gave
    this.hints = new Map(); // by lab and task: those given in this visit
    this.known = new WeakSet(); // notebooks that are followed
    this.busy = null; // check or submit
    this.name = null;
  }

  /** Follow the notebook in front: null where that is no lab. */
  follow(notebook) {
    const name = this.panel.desk.labOf(notebook);
    if (name && !this.known.has(notebook)) {
      this.known.add(notebook);
      // a notebook is in front before its cells have come
      notebook.context.ready.then(() => {
        notebook.context.model.contentChanged.connect(() => this.changed(name, notebook));
        this.panel.render();
      });
    }
    Object.assign(this, { notebook: name ? notebook : null, name });
  }

  /** Outputs change a notebook too, and what was checked holds all the same. */
  changed(name, notebook) {
    const found = this.found.get(name);
    const stale = Boolean(found) && found.text !== textOf(notebook);
    if (found && stale !== found.stale) {
      found.stale = stale;
      this.panel.render();
    }
  }

  render(words) {
    if (!this.name) {
      return [
        element('p', {}, words.say('lab-none')),
        button(words, 'lab-choose', 'choose', () => this.panel.show('labs'), { main: ' jp-mod-accept' })
      ];
    }
    const lab = this.panel.lab(this.name);
    const seconds = lab?.check_seconds ?? '';
    return [
      element('h3', {}, lab ? words.of(lab.title) : this.name),
      lab ? facts(lab, words) : null,
      element(
        'div',
        { class: 'za-buttons' },
        this.button('check', () => this.check(), words),
        this.button('submit', () => this.submit(), words, lab?.closed),
        lab ? feedbackButton(this.panel, lab, words) : null
      ),
      element('p', { id: 'za-check-note', class: 'za-note' }, words.say('check-note', { seconds })),
      this.receipt(words),
      this.outcome(words),
      this.tasks(lab, words)
    ];
  }

  button(name, act, words, closed = null) {
    const busy = this.busy === name;
    const off = Boolean(this.busy || closed);
    return element(
      'button',
      {
        type: 'button',
        class: `jp-mod-styled${name === 'check' ? ' jp-mod-accept' : ''}`,
        'data-key': name,
        'aria-describedby': name === 'check' ? 'za-check-note' : null,
        'aria-disabled': off ? 'true' : null,
        onclick: () => (closed ? this.panel.tell(`closed-${closed}`) : off || act())
      },
      words.say(busy ? `${name}-busy` : `${name}-lab`)
    );
  }

  /** Run the open checks of what stands in the notebook. */
  check() {
    return this.doing('check', async name => {
      this.panel.tell('check-running', { seconds: this.panel.lab(name)?.check_seconds ?? '' });
      const { notebook } = this;
      const text = textOf(notebook);
      const found = await this.panel.desk.check(name);
      const checks = new Map(found.checks.map(one => [one.grade_id, one]));
      this.found.set(name, { ...found, checks, text, stale: text !== textOf(notebook), at: new Date() });
      const tasks = tasksOf(notebook, this.panel.lab(name), this.panel.words);
      const states = tasks.map(task => this.verdict(name, task).kind);
      const values = { right: states.filter(state => state === 'right').length, all: states.length };
      this.panel.tell(values.right === values.all ? 'check-all-right' : 'check-done', values);
    });
  }

  submit() {
    return this.doing('submit', async name => {
      this.panel.tell('submitting');
      this.receipts.set(name, await this.panel.desk.submit(name));
      await this.panel.load();
      this.panel.tell('submitted-panel', this.submission(name));
    });
  }

  async doing(what, work) {
    if (this.busy || !this.name) {
      return;
    }
    this.busy = what;
    this.panel.render();
    const { name } = this;
    await this.panel.trying(() => work(name));
    this.busy = null;
    this.panel.render();
  }

  /** What a receipt says; where the exchange gives none, what the list of submissions says. */
  submission(name) {
    const { submitted_at: at, attempt, number, receipt } = this.receipts.get(name);
    const lab = this.panel.lab(name);
    return { moment: this.panel.words.deadline(readTime(at)), attempt: attempt ?? lab?.attempts_used ?? 1, number, receipt };
  }

  receipt(words) {
    if (!this.receipts.has(this.name)) {
      return null;
    }
    const said = this.submission(this.name);
    const open = () => this.panel.desk.show(said.receipt);
    return element(
      'section',
      { class: 'za-receipt', 'aria-labelledby': 'za-receipt-title' },
      element('h4', { id: 'za-receipt-title' }, words.say('receipt')),
      element('p', {}, words.say(said.number ? 'receipt-numbered' : 'receipt-plain', said)),
      said.receipt ? button(words, 'receipt-open', 'receipt', open, { values: said }) : null
    );
  }

  /** When the last check was, and what it found beside the tasks. */
  outcome(words) {
    const found = this.found.get(this.name);
    if (!found) {
      return null;
    }
    const cells = this.notebook.content.model.cells;
    const link = (index, key) => button(words, 'cell', key, () => goTo(this.panel.desk.app, this.notebook, index), { values: { number: index + 1 } });
    const stopped = found.stopped.map(one => [indexOf(cells, cell => cell.id === one.cell), one.error]).filter(([index]) => index >= 0);
    const changed = found.changed
      .map(name => indexOf(cells, cell => cell.getMetadata('nbgrader')?.grade_id === name))
      .filter(index => index >= 0);
    return [
      element('p', {}, words.say(found.stale ? 'check-stale' : 'check-at', { moment: words.moment(found.at), seconds: words.number(found.seconds) })),
      stopped.length
        ? element(
            'div',
            {},
            element('p', {}, words.say('check-stopped')),
            element('ul', {}, stopped.map(([index, error]) => element('li', {}, link(index, `stopped ${index}`), ' ', said(error, words))))
          )
        : null,
      changed.length
        ? element('div', {}, element('p', {}, words.say('check-changed')), element('div', { class: 'za-buttons' }, changed.map(index => link(index, `changed ${index}`))))
        : null
    ];
  }

  tasks(lab, words) {
    const tasks = tasksOf(this.notebook, lab, words);
    if (!tasks.length) {
      return this.notebook.context.isReady && element('p', {}, words.say('tasks-none'));
    }
    return [
      element('h4', {}, words.say('tasks')),
      element('ol', { class: 'za-units za-tasks' }, tasks.map((task, index) => this.task(task, index, lab, words)))
    ];
  }

  task(task, index, lab, words) {
    const { kind, failing, open, later } = this.verdict(this.name, task);
    const values = { bad: failing.length, all: open, later: words.number(later), points: words.number(task.points) };
    const go = () => goTo(this.panel.desk.app, this.notebook, task.index);
    return element(
      'li',
      { class: `za-unit za-task-${kind}`, 'data-task': task.id ?? `${index}` },
      button(words, 'task-title', `task ${index}`, go, { values: { title: task.title }, main: ' za-link' }),
      element('p', { class: 'za-facts' }, words.say('task-points', values)),
      kind === 'unknown' ? null : element('p', { class: 'za-verdict' }, words.say(`task-${kind}`, values), later > 0 ? words.say('task-later', values) : ''),
      failing.length ? element('ul', {}, failing.map(one => element('li', {}, one.name ?? '', one.says ? element('pre', {}, one.says) : null))) : null,
      hints(this, lab?.tasks.find(one => one.id === task.id), words)
    );
  }

  /** What the last check says of a task: right, wrong, by-hand (a person grades it), unknown. */
  verdict(name, task) {
    const checks = task.grades.map(grade => this.found.get(name)?.checks.get(grade)).filter(Boolean);
    const parts = checks.flatMap(check => check.parts);
    const failing = [
      ...parts.filter(part => part.earned < part.points),
      ...checks.filter(check => check.error).map(check => ({ says: said(check.error, this.panel.words) }))
    ];
    const wrong = failing.length || checks.some(check => check.passed === false);
    const kind = !checks.length ? 'unknown' : wrong ? 'wrong' : checks.some(check => check.passed === null) ? 'by-hand' : 'right';
    const tabled = parts.length ? task.points - parts.reduce((sum, part) => sum + part.points, 0) : 0;
    return { kind, failing, open: Math.max(parts.length, failing.length, 1), later: checks.some(check => check.error) ? 0 : tabled };
  }
}

/** An error in words; a time limit is no error of Python's. */
function said(error, words) {
  return error.kind === 'CellTimeoutError' ? words.say('check-late') : words.say('error', error);
}

/** nbgrader's time of a submission. */
function readTime(text) {
  return new Date(text.replace(' UTC', 'Z').replace(' ', 'T').replace(/(\.\d{3})\d*/, '$1'));
}
