// Joins the academy to JupyterLab: the start page, the panel, the buttons of lab notebooks.

import { Desk } from './desk.js';
import { followTheme } from './formgrader.js';
import { changeLanguage, languageOf } from './language.js';
import { watchNotice } from './notice.js';
import { StartPage } from './page.js';
import { CHECK, joinPanel } from './panel/join.js';
import { Service } from './service.js';
import { Words, loadWords } from './words.js';

const BASE = new URL('.', import.meta.url);
const OPEN = 'academy:open-start-page';
const SUBMIT = 'academy:submit-lab';
// below this width in pixels the file browser would take a third of the page
const NARROW = 900;

export function createPlugin(lab) {
  return {
    id: 'zhisuan-academy:plugin',
    description: 'The academy’s start page and panel: form, plan, lessons, labs, checks and marks.',
    autoStart: true,
    requires: [lab.translation.ITranslator, lab.notebook.INotebookTracker, lab.settingregistry.ISettingRegistry],
    optional: [lab.apputils.ICommandPalette, lab.launcher.ILauncher, lab.application.ILayoutRestorer],
    activate: (app, translator, tracker, registry, palette, launcher, restorer) =>
      activate(app, lab, { translator, tracker, registry, palette, launcher, restorer })
  };
}

async function activate(app, lab, { translator, tracker, registry, palette, launcher, restorer }) {
  const course = new URLSearchParams(window.location.search).get('academy-course'); // before Lab changes its address
  await loadWords(BASE);
  for (const sheet of ['style.css', 'panel/panel.css']) {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: new URL(sheet, BASE).href }));
  }

  followTheme();

  const svg = await (await fetch(new URL('icon.svg', BASE))).text();
  const icon = new lab.components.LabIcon({ name: 'zhisuan-academy:start', svgstr: svg });

  const words = new Words(languageOf(translator));
  const service = new Service(lab.services, words);
  const desk = new Desk(app, service, tracker);
  const toLanguage = language => changeLanguage(app, registry, language);
  watchNotice(app, lab, service, words);
  let widget = null;
  let page = null;
  let panel = null;

  function show(activate = true) {
    if (!widget || widget.isDisposed) {
      page = new StartPage(service, desk, words, toLanguage);
      const content = new lab.widgets.Widget({ node: page.node });
      widget = new lab.apputils.MainAreaWidget({ content });
      widget.id = 'zhisuan-academy-start';
      widget.title.label = words.say('title');
      widget.title.icon = icon;
      widget.title.closable = true;
      page.load();
    }
    if (!widget.isAttached) {
      app.shell.add(widget, 'main', { mode: 'tab-before', activate });
    }
    if (activate) {
      app.shell.activateById(widget.id);
    }
    return widget;
  }

  app.commands.addCommand(OPEN, {
    label: ({ card }) => words.say(card ? 'start-page' : 'command-open'),
    caption: words.say('command-open-caption'),
    icon,
    execute: () => show()
  });
  app.commands.addCommand(SUBMIT, {
    label: words.say('command-submit'),
    caption: words.say('command-submit-caption'),
    isEnabled: () => desk.labOf(tracker.currentWidget) !== null,
    execute: () =>
      submitOpenLab(lab, desk, tracker, words, () => {
        page?.refresh(true);
        panel?.load();
      })
  });
  const category = words.say('category');
  for (const command of [OPEN, SUBMIT]) {
    palette?.addItem({ command, category });
  }
  launcher?.add({ command: OPEN, args: { card: true }, category, rank: 0 });
  tracker.currentChanged.connect(() => app.commands.notifyCommandChanged(SUBMIT));

  // told at once, so that kernels that Lab restores speak the language too
  const { academy } = await service.steadily(() => service.put('language', { language: words.language })).catch(() => ({ academy: false }));
  if (academy) {
    const given = { app, lab, icon, words, service, desk, tracker, registry, palette, launcher, restorer, course };
    panel = await joinPanel(given, { language: toLanguage, start: () => show() });
  }
  addButtons(app, lab, desk, words, academy);

  // the plan follows what happened elsewhere: a graded lab, an answered checkpoint
  app.shell.currentChanged?.connect((_, { newValue }) => {
    if (widget && newValue === widget) {
      page.refresh();
    }
  });
  app.restored.then(() => {
    if (window.innerWidth < NARROW) {
      app.shell.collapseLeft?.();
    }
    if (academy) {
      const others = [...app.shell.widgets('main')].filter(one => !one.id.startsWith('launcher'));
      show(others.length === 0);
    }
  });
}

/** Put “Check” and “Submit” into the toolbar of lab notebooks. */
function addButtons(app, lab, desk, words, academy) {
  const buttons = [...(academy ? [['check', CHECK]] : []), ['submit', SUBMIT]];
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew(panel) {
      if (desk.labOf(panel) !== null) {
        buttons.forEach(([name, id], index) => {
          const button = new lab.apputils.CommandToolbarButton({ commands: app.commands, id, label: words.say(`${name}-lab`) });
          panel.toolbar.insertItem(10 + index, `academy-${name}`, button);
        });
      }
    }
  });
}

async function submitOpenLab(lab, desk, tracker, words, after) {
  const name = desk.labOf(tracker.currentWidget);
  const { Notification } = lab.apputils;
  const shown = Notification.emit(words.say('submitting'), 'in-progress', { autoClose: false });
  try {
    await desk.submit(name);
    Notification.update({ id: shown, message: words.say('submitted-now'), type: 'success', autoClose: 8000 });
    after();
  } catch (error) {
    Notification.update({ id: shown, message: error.message, type: 'error', autoClose: false });
  }
}
