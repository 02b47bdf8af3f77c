// The tour: five places, one after the other, each shown where it is. It keeps the keyboard, and can be left at any time.

import { element } from '../dom.js';

const GAP = 12; // pixels between the place and what is said of it

export class Tour {
  /**
   * @param words
   * @param {() => void} onEnd
   */
  constructor(words, onEnd) {
    Object.assign(this, { words, onEnd });
    this.at = 0;
    this.node = null;
  }

  /** @param {Array<{name: string, before?: Function, place: () => Element|null}>} stops */
  start(stops) {
    this.end(false);
    this.stops = stops;
    this.back = document.activeElement;
    this.ring = element('div', { class: 'za-tour-ring', 'aria-hidden': 'true' });
    this.node = element('div', {
      class: 'za-tour',
      lang: this.words.language,
      role: 'dialog',
      'aria-modal': 'true',
      'aria-labelledby': 'za-tour-title',
      'aria-describedby': 'za-tour-text',
      onkeydown: event => this.key(event)
    });
    document.body.append(this.ring, this.node);
    this.moved = () => this.place();
    window.addEventListener('resize', this.moved);
    // what Lab or a page brings up late takes the keyboard: it gets it when the tour is over
    this.kept = ({ target }) => {
      if (!this.node.contains(target)) {
        this.back = target;
        this.hold();
      }
    };
    document.addEventListener('focusin', this.kept);
    return this.go(0);
  }

  /** Leave; `kept` when it need not come again by itself. */
  end(kept = true) {
    if (!this.node) {
      return;
    }
    window.removeEventListener('resize', this.moved);
    document.removeEventListener('focusin', this.kept);
    this.ring.remove();
    this.node.remove();
    this.node = null;
    if (kept) {
      this.back?.focus?.();
      this.onEnd();
    }
  }

  async go(at) {
    this.at = at;
    const { name, before } = this.stops[at];
    await before?.();
    if (!this.node) {
      return; // it was left meanwhile
    }
    this.draw(name);
    this.place();
    this.hold();
  }

  hold() {
    this.node.querySelector('#za-tour-title')?.focus();
  }

  draw(name) {
    const { words, at, stops } = this;
    const last = at === stops.length - 1;
    const act = (text, work, main = '') => element('button', { type: 'button', class: `jp-mod-styled${main}`, onclick: work }, words.say(text));
    this.node.replaceChildren(
      element('p', { class: 'za-tour-step' }, words.say('tour-step', { at: at + 1, all: stops.length })),
      element('h2', { id: 'za-tour-title', tabindex: '-1' }, words.say(`tour-${name}-title`)),
      element('p', { id: 'za-tour-text' }, words.say(`tour-${name}`)),
      element(
        'div',
        { class: 'za-buttons' },
        act(last ? 'tour-end' : 'tour-next', () => (last ? this.end() : this.go(at + 1)), ' jp-mod-accept'),
        at ? act('tour-back', () => this.go(at - 1)) : null,
        last ? null : act('tour-skip', () => this.end())
      )
    );
  }

  /** Put the ring around the place, and the words beside it, inside the window. */
  place() {
    const target = this.stops[this.at].place();
    const box = target?.getBoundingClientRect();
    const seen = Boolean(box && box.width && box.height);
    this.ring.hidden = !seen;
    const { offsetWidth: width, offsetHeight: height } = this.node;
    let [left, top] = [(window.innerWidth - width) / 2, (window.innerHeight - height) / 2];
    if (seen) {
      Object.assign(this.ring.style, { left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px`, height: `${box.height}px` });
      const beside = box.right + GAP + width <= window.innerWidth;
      left = beside ? box.right + GAP : box.left;
      top = beside ? box.top : box.bottom + GAP + height <= window.innerHeight ? box.bottom + GAP : box.top - GAP - height;
    }
    this.node.style.left = `${Math.max(GAP, Math.min(left, window.innerWidth - width - GAP))}px`;
    this.node.style.top = `${Math.max(GAP, Math.min(top, window.innerHeight - height - GAP))}px`;
  }

  key(event) {
    if (event.key === 'Escape') {
      this.end();
    } else if (event.key === 'ArrowRight' && this.at < this.stops.length - 1) {
      this.go(this.at + 1);
    } else if (event.key === 'ArrowLeft' && this.at) {
      this.go(this.at - 1);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
