// The module-federation container that JupyterLab loads, written by hand: no node, no bundler.
// It hands Lab's own shared modules to plugin.js, which is an ordinary ES module beside this file.
(() => {
  const base = new URL('.', document.currentScript.src);
  let scope;

  async function shared(name) {
    const versions = Object.values(scope[name] ?? {});
    if (!versions.length) {
      throw new Error(`JupyterLab shares no ${name}; this extension needs JupyterLab 4`);
    }
    return (await versions[0].get())();
  }

  const container = {
    init(shareScope) {
      scope = shareScope;
      return Promise.resolve();
    },
    async get() {
      const names = ['application', 'apputils', 'launcher', 'notebook', 'services', 'settingregistry', 'translation', 'ui-components'];
      const [application, apputils, launcher, notebook, services, settingregistry, translation, components, widgets] = await Promise.all(
        [...names.map(name => `@jupyterlab/${name}`), '@lumino/widgets'].map(shared)
      );
      const lab = { application, apputils, launcher, notebook, services, settingregistry, translation, components, widgets };
      const { createPlugin } = await import(new URL('plugin.js', base).href);
      const plugin = createPlugin(lab);
      return () => ({ __esModule: true, default: plugin });
    }
  };

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB['zhisuan-academy'] = container;
})();
