// What the learner does with files: open lessons and labs, hand labs in, read feedback.

const FORMGRADER = 'nbgrader:open-formgrader';

export class Desk {
  constructor(app, service, tracker) {
    this.app = app;
    this.service = service;
    this.tracker = tracker;
  }

  /** The lab that a notebook panel shows: `<lab>/<lab>.ipynb`, in another course `<course>/<lab>/<lab>.ipynb`; or null. */
  labOf(panel) {
    const slug = '[a-z0-9]+(?:-[a-z0-9]+)*';
    const found = new RegExp(`^((?:${slug}/)?(${slug}))/\\2\\.ipynb$`).exec(panel?.context?.path ?? '');
    return found ? found[1] : null;
  }

  /** Bring a unit home, `beside` with newer texts of what was changed, and show it; returns what the server says. */
  async open(unit, language, beside = false) {
    const answer = await this.service.post('open', { unit, language, beside });
    await this.app.commands.execute('docmanager:open', { path: answer.path });
    return answer;
  }

  /** Save an open lab and hand it in; returns when it was received, and its receipt. */
  async submit(lab) {
    await this.save(lab);
    return this.service.post('submit', { lab });
  }

  /** Save an open lab and run its open checks; returns what they say. */
  async check(lab) {
    await this.save(lab);
    return this.service.post('check', { lab });
  }

  async save(lab) {
    const path = `${lab}/${lab.split('/').pop()}.ipynb`;
    const panel = this.tracker.find(one => one.context.path === path);
    if (panel?.context.model.dirty) {
      await panel.context.save();
    }
  }

  /** Show a file of the home. */
  show(path) {
    return this.app.commands.execute('docmanager:open', { path });
  }

  hasFormgrader() {
    return this.app.commands.hasCommand(FORMGRADER);
  }

  openFormgrader() {
    return this.app.commands.execute(FORMGRADER);
  }

  /** Fetch the newest feedback and show it. */
  async readFeedback(lab) {
    const { path } = await this.service.post('feedback', { lab });
    await this.app.commands.execute('docmanager:open', { path, factory: 'HTML Viewer' });
  }
}
