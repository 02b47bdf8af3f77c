// Joins the start page to JupyterLab: commands, palette, launcher, the notebook's submit button.

import { Desk } from './desk.js';
import { followTheme } from './formgrader.js';
import { StartPage } from './page.js';
import { Service } from './service.js';
import { Words, loadWords } from './words.js';

const BASE = new URL('.', import.meta.url);
const OPEN = 'academy:open-start-page';
const SUBMIT = 'academy:submit-lab';
// below this width in pixels the file browser would take a third of the page
const NARROW = 900;
const LANGUAGE_KEY = 'zhisuan-academy:language';

export function createPlugin(lab) {
  return {
    id: 'zhisuan-academy:plugin',
    description: 'The academy’s start page: form, plan, lessons and labs.',
    autoStart: true,
    requires: [lab.translation.ITranslator, lab.notebook.INotebookTracker],
    optional: [lab.apputils.ICommandPalette, lab.launcher.ILauncher],
    activate: (app, translator, tracker, palette, launcher) =>
      activate(app, lab, { translator, tracker, palette, launcher })
  };
}

async function activate(app, lab, { translator, tracker, palette, launcher }) {
  await loadWords(BASE);
  const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: new URL('style.css', BASE).href });
  document.head.append(sheet);

  followTheme();

  const svg = await (await fetch(new URL('icon.svg', BASE))).text();
  const icon = new lab.components.LabIcon({ name: 'zhisuan-academy:start', svgstr: svg });

  const labLanguage = (translator.languageCode ?? 'en').startsWith('zh') ? 'zh' : 'en';
  const labWords = new Words(labLanguage);
  const chosen = () => localStorage.getItem(LANGUAGE_KEY) ?? labLanguage;
  const service = new Service(lab.services, () => new Words(chosen()));
  const desk = new Desk(app, service, tracker);
  let widget = null;
  let page = null;

  function show(activate = true) {
    if (!widget || widget.isDisposed) {
      page = new StartPage(service, desk, chosen(), language => {
        localStorage.setItem(LANGUAGE_KEY, language);
        widget.title.label = new Words(language).say('title');
      });
      const content = new lab.widgets.Widget({ node: page.node });
      widget = new lab.apputils.MainAreaWidget({ content });
      widget.id = 'zhisuan-academy-start';
      widget.title.label = new Words(chosen()).say('title');
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
    label: labWords.say('command-open'),
    caption: labWords.say('command-open-caption'),
    icon,
    execute: () => show()
  });
  app.commands.addCommand(SUBMIT, {
    label: labWords.say('command-submit'),
    caption: labWords.say('command-submit-caption'),
    isEnabled: () => desk.labOf(tracker.currentWidget) !== null,
    execute: () => submitOpenLab(app, lab, desk, tracker, new Words(chosen()), () => page?.refresh(true))
  });
  const category = labWords.say('category');
  for (const command of [OPEN, SUBMIT]) {
    palette?.addItem({ command, category });
  }
  launcher?.add({ command: OPEN, category: labWords.say('category'), rank: 0 });
  tracker.currentChanged.connect(() => app.commands.notifyCommandChanged(SUBMIT));
  addSubmitButton(app, lab, desk, labWords);

  // the plan follows what happened elsewhere: a graded lab, an answered checkpoint
  app.shell.currentChanged?.connect((_, { newValue }) => {
    if (widget && newValue === widget) {
      page.refresh();
    }
  });
  app.restored.then(async () => {
    if (window.innerWidth < NARROW) {
      app.shell.collapseLeft?.();
    }
    const status = await service.get('status').catch(() => null);
    if (status?.academy) {
      const others = [...app.shell.widgets('main')].filter(one => !one.id.startsWith('launcher'));
      show(others.length === 0);
    }
  });
}

/** Put “Submit” into the toolbar of lab notebooks. */
function addSubmitButton(app, lab, desk, words) {
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew(panel) {
      if (desk.labOf(panel) === null) {
        return undefined;
      }
      const button = new lab.apputils.CommandToolbarButton({
        commands: app.commands,
        id: SUBMIT,
        label: words.say('submit-lab')
      });
      panel.toolbar.insertItem(10, 'academy-submit', button);
      return button;
    }
  });
}

async function submitOpenLab(app, lab, desk, tracker, words, after) {
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
