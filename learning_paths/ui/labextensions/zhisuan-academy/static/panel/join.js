// Joins the panel to JupyterLab: the left area, commands, palette, launcher, the notebook's check button, the tour.

import { isStaff } from '../staff.js';
import { Cards, SHOW } from './cards.js';
import { Panel } from './panel.js';
import { Tour } from './tour.js';

const ID = 'zhisuan-academy-panel';
const FILES = 'filebrowser';
export const CHECK = 'academy:check-lab';
const TOUR = 'academy:tour';
const SETTINGS = 'zhisuan-academy:plugin';
const LOOK_MILLISECONDS = 60_000;

/**
 * @param {Object} given  app, lab (Lab's modules), icon, words, service, desk, tracker, registry (of settings), and
 *   where they are: palette, launcher, restorer, course (the id of the one that a link leads to)
 * @param {{language: Function, start: Function}} ways  changes Lab's language; opens the start page
 * @returns {Promise<Panel>}
 */
export async function joinPanel(given, ways) {
  const { app, lab, icon, words, service, desk, tracker, registry, palette, launcher, restorer, course } = given;
  const panel = new Panel(service, desk, words, {
    ...ways,
    tour: () => app.commands.execute(TOUR),
    loaded: data => loaded(data)
  });
  const widget = sideWidget(lab, panel, icon);
  app.shell.add(widget, 'left', { rank: 150 });
  restorer?.add(widget, ID);

  const show = tab => {
    app.shell.activateById(ID);
    if (tab) {
      panel.show(tab);
    }
    panel.body.querySelector(`#za-tab-${panel.shown}`)?.focus();
  };
  const cards = launcher ? new Cards(app, lab, launcher, panel, words, show) : null;
  const settings = await registry.load(SETTINGS).catch(() => null);
  let awaited = course;
  const toCourse = () => {
    if (awaited) {
      show('labs');
      panel.toCourse(awaited);
      awaited = null;
    }
  };
  const tour = new Tour(words, () => {
    settings?.set('tourSeen', true);
    toCourse();
  });

  let first = true;
  function loaded(data) {
    cards?.update(data);
    if (!first) {
      return;
    }
    first = false;
    if (data.role === 'learner' && settings && !settings.composite.tourSeen) {
      app.commands.execute(TOUR);
    } else {
      toCourse();
    }
  }

  app.commands.addCommand(CHECK, {
    label: words.say('command-check'),
    caption: words.say('command-check-caption'),
    isEnabled: () => desk.labOf(tracker.currentWidget) !== null,
    execute: () => {
      app.shell.activateById(ID);
      panel.show('lab');
      return panel.tabs.lab.check();
    }
  });
  app.commands.addCommand(TOUR, { label: words.say('command-tour'), caption: words.say('command-tour-caption'), execute: () => tour.start(stops(app, panel)) });
  app.commands.addKeyBinding({ command: SHOW, keys: ['Accel Alt P'], selector: 'body', args: {} });
  for (const command of [SHOW, CHECK, TOUR]) {
    palette?.addItem({ command, category: words.say('category') });
  }

  tracker.currentChanged.connect(() => {
    panel.tabs.lab.follow(tracker.currentWidget);
    app.commands.notifyCommandChanged(CHECK);
    panel.render();
  });
  app.restored.then(() => {
    panel.tabs.lab.follow(tracker.currentWidget);
    panel.load();
    setInterval(() => widget.isVisible && !document.hidden && panel.load(), LOOK_MILLISECONDS);
  });
  return panel;
}

function sideWidget(lab, panel, icon) {
  class Side extends lab.widgets.Widget {
    onActivateRequest() {
      if (!panel.node.contains(document.activeElement)) {
        panel.node.querySelector('[role="tab"][aria-selected="true"]')?.focus();
      }
    }
  }
  const widget = new Side({ node: panel.node });
  widget.id = ID;
  widget.title.caption = panel.words.say('panel');
  widget.title.icon = icon;
  return widget;
}

/** The places of the tour, each brought into view first. */
function stops(app, panel) {
  const inPanel = (name, tab, find) => ({
    name,
    before: () => {
      app.shell.activateById(ID);
      panel.show(tab);
    },
    place: () => panel.node.querySelector(find) ?? panel.node.querySelector(`#za-tab-${tab}`)
  });
  const forLearners = [inPanel('check', 'lab', '[data-key="check"]'), inPanel('submit', 'lab', '[data-key="submit"]')];
  return [
    {
      name: 'files',
      before: () => app.shell.activateById(FILES),
      place: () => document.getElementById(FILES)
    },
    inPanel('panel', 'path', '.za-panel-body'),
    ...(isStaff(panel.data?.role) ? [] : forLearners),
    inPanel('help', 'path', '.za-help')
  ];
}
