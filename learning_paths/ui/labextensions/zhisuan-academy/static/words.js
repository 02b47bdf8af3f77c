// The page's words in both languages, all from text.json.

let texts = {};

/** Load the words; called once before anything is shown. */
export async function loadWords(base) {
  const answer = await fetch(new URL('text.json', base));
  texts = await answer.json();
}

export const LANGUAGES = ['en', 'zh'];

/** The words of one language. */
export class Words {
  constructor(language) {
    this.language = language;
  }

  /** A text by its name, with `{name}` filled in. */
  say(name, values = {}) {
    const text = texts[name]?.[this.language] ?? name;
    return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
  }

  /** The right one of a text that the service gave in both languages. */
  of(text) {
    return text?.[this.language] ?? text?.en ?? '';
  }

  hours(number) {
    return number === null || number === undefined
      ? this.say('hours-unknown')
      : this.say('hours', { number: this.number(number) });
  }

  /** Sentences one after the other; Chinese has no space between them. */
  sentences(...parts) {
    return parts.filter(Boolean).join(this.language === 'zh' ? '' : ' ');
  }

  /** Titles in quotation marks: they hold commas themselves. */
  quoted(units) {
    return units.map(one => this.say('quoted', { title: this.of(one.title) }));
  }

  /** A share as a whole number of per cent, without the sign. */
  round(share) {
    return Math.round(100 * share);
  }

  /** A day that is given as `2026-11-23`. */
  day(text) {
    return new Intl.DateTimeFormat(this.language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(text));
  }

  number(value) {
    return new Intl.NumberFormat(this.language, { maximumFractionDigits: 1 }).format(value);
  }

  percent(share) {
    return new Intl.NumberFormat(this.language, { style: 'percent', maximumFractionDigits: 0 }).format(share);
  }

  /** A moment with the zone that it is told in, the reader's own. */
  deadline(date) {
    const parts = { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' };
    return new Intl.DateTimeFormat(this.language, parts).format(date);
  }

  moment(date) {
    return new Intl.DateTimeFormat(this.language, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
  }
}

/** Read nbgrader's `2026-11-23 18:00:00.123456 UTC`. */
export function nbgraderDate(text) {
  return new Date(text.replace(' UTC', 'Z').replace(' ', 'T').replace(/(\.\d{3})\d*/, '$1'));
}
