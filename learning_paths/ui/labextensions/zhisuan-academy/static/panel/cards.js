// Cards in the launcher: go on where you were, each course's next lesson, my path, my labs.

const CONTINUE = 'academy:continue';
const COURSE = 'academy:open-course';
export const SHOW = 'academy:show-panel';
const MOST_COURSES = 6;

export class Cards {
  /** @param {Panel} panel  @param {(name: string) => void} show  brings a tab of the panel to the front */
  constructor(app, lab, launcher, panel, words, show) {
    Object.assign(this, { app, launcher, panel, words });
    this.items = [];
    this.plan = null;
    const icons = lab.components;
    this.add(CONTINUE, icons.runIcon, () => words.say('go-on', { title: words.of(this.next()?.title) }), () => this.next());
    this.add(COURSE, icons.notebookIcon, ({ course }) => words.of(this.course(course)?.course_title), ({ course }) => this.course(course));
    app.commands.addCommand(SHOW, {
      label: ({ tab }) => words.say(tab ? `card-${tab}` : 'command-panel'),
      caption: ({ tab }) => words.say(tab ? `tab-${tab}` : 'panel'),
      icon: icons.listIcon,
      execute: ({ tab }) => show(tab)
    });
  }

  add(command, icon, label, unit) {
    this.app.commands.addCommand(command, {
      label,
      caption: args => this.words.of(unit(args)?.title),
      icon,
      isEnabled: args => Boolean(unit(args)),
      execute: args => this.open(unit(args))
    });
  }

  open({ id }) {
    return this.panel.trying(() => this.panel.desk.open(id, this.words.language));
  }

  next() {
    return this.plan?.units.find(unit => unit.state === 'next') ?? this.plan?.units[0];
  }

  course(id) {
    return this.plan?.by_course.find(unit => unit.course === id);
  }

  /** Show what was loaded. */
  update({ plan, courses, role }) {
    this.plan = plan && {
      ...plan,
      by_course: plan.by_course.map(unit => ({ ...unit, course_title: courses.find(one => one.id === unit.course)?.title ?? unit.title }))
    };
    this.items.forEach(item => item.dispose());
    const category = this.words.say('category');
    const cards = [
      ...(this.next() ? [{ command: CONTINUE }] : []),
      ...(role === 'learner' ? ['path', 'labs'].map(tab => ({ command: SHOW, args: { tab } })) : []),
      ...(this.plan?.by_course ?? []).slice(0, MOST_COURSES).map(({ course }) => ({ command: COURSE, args: { course } }))
    ];
    this.items = cards.map((card, index) => this.launcher.add({ ...card, category, rank: index + 1 }));
  }
}
