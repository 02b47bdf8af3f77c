// What the start page and the panel share: a live region that says what became of things, buttons that wait, opening.

import { button, element, whileBusy } from './dom.js';

/** A view with `words` and a `desk`, which says aloud what it does and what fails. */
export class Telling {
  constructor(words) {
    this.words = words;
    this.message = element('div', { class: 'za-message', role: 'status', 'aria-live': 'polite' });
  }

  /** Do something while a button waits for it. */
  act(pressed, busy, work) {
    return whileBusy(pressed, this.words.say(busy), () => this.trying(work));
  }

  /** Do something; what fails is said aloud. */
  async trying(work) {
    try {
      await work();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Say something in the live region: the name of a text; nothing clears it. */
  tell(text, values) {
    this.message.classList.remove('za-error');
    this.message.textContent = text ? this.words.say(text, values) : '';
  }

  /** Bring a unit home, show it and say so; where there is a newer text, offer it. */
  async bring(unit) {
    const { path, outdated, new: fresh } = await this.desk.open(unit.id, this.words.language);
    const values = { path, title: this.words.of(unit.title) };
    this.tell(outdated ? 'opened-outdated' : fresh ? 'opened-new' : 'opened', values);
    if (outdated) {
      this.message.append(button(this.words, 'open-newer', `newer ${unit.id}`, pressed => this.bringNewer(pressed, unit)));
    }
  }

  bringNewer(pressed, unit) {
    return this.act(pressed, 'opening', async () => {
      const { path } = await this.desk.open(unit.id, this.words.language, true);
      this.tell('opened-newer', { path, title: this.words.of(unit.title) });
    });
  }

  fail(error) {
    console.error(error);
    this.message.classList.add('za-error');
    this.message.textContent = this.words.say('failed', { message: error.message });
    this.message.scrollIntoView({ block: 'nearest' });
  }
}
