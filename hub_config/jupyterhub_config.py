"""The embedded default: one machine, loopback, SQLite. Run by `./academy hub`, or by hand:

ACADEMY_DATA=FOLDER jupyterhub -f hub_config/jupyterhub_config.py
"""

import os
import sys

from hub_config import base, first_start, settings
from hub_config.deployment import Deployment
from hub_config.errors import HubError

try:
    deployment = Deployment.at()
    chosen = settings.read(deployment.data)
    if os.environ.get(first_start.DONE) != str(os.getppid()):  # started by hand
        first_start.prepare(deployment, chosen, say=lambda line: print(line, file=sys.stderr))
    base.configure(get_config(), deployment, chosen)  # noqa: F821 (jupyterhub puts it there)
except HubError as error:
    sys.exit(f"academy: {error}")
