// The language: Lab's own setting, so that menus, start page, panel and checks always speak the same.

const SETTING = '@jupyterlab/translation-extension:plugin';
const LOCALES = { en: 'en', zh: 'zh_CN' };

/** The one of our languages that Lab speaks. */
export function languageOf(translator) {
  return (translator.languageCode ?? 'en').startsWith('zh') ? 'zh' : 'en';
}

/** Let all of Lab speak another language, which it does after loading anew; what is open is saved first. */
export async function changeLanguage(app, registry, language) {
  await registry.set(SETTING, 'locale', LOCALES[language]);
  if (app.commands.hasCommand('docmanager:save-all')) {
    await app.commands.execute('docmanager:save-all');
  }
  window.location.reload();
}
