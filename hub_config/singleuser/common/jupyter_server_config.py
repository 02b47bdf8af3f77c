"""Every person's Lab server behind the hub; read through JUPYTER_CONFIG_PATH."""

import json
import os

from catalogue.folders import CHECKOUT

c = get_config()  # noqa: F821 (jupyter puts it there)

# Kernels speak over sockets in the person's own folder: on loopback, which walls share, anybody could knock.
c.KernelManager.transport = "ipc"
c.ServerApp.tornado_settings = {
    # Formgrader's page stands in a frame of Lab. Nobody else may frame it.
    "headers": {"Content-Security-Policy": "frame-ancestors 'self'"},
    # jupyterhub sets the other cookies so by itself
    "xsrf_cookie_kwargs": json.loads(os.environ.get("JUPYTERHUB_COOKIE_OPTIONS", "{}")),
}
c.ServerApp.jpserver_extensions = {"learning_paths.ui.server": True}
c.LabApp.extra_labextensions_path = [str(CHECKOUT / "learning_paths" / "ui" / "labextensions")]
c.LabApp.extension_manager = "readonly"  # the environment is the academy's, read-only behind the wall
c.LanguageServerManager.autodetect = False
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
# A kernel that a closed tab left behind keeps its memory for half an hour more
c.MappingKernelManager.cull_idle_timeout = 1800
c.MappingKernelManager.cull_interval = 120
