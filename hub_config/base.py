"""The hub's configuration in plain functions, so that a deployment's own file stays a few lines."""

import atexit
import json
import os
import sys
from functools import partial
from pathlib import Path

from traitlets.config import Config

from . import drain, tether
from .authenticator import AccountsAuthenticator
from .deployment import MONITOR, Deployment
from .drain import Announcement
from .provider import client_secret
from .settings import Settings
from .spawner import WalledSpawner, offices_within, walls_notice

HERE = Path(__file__).resolve().parent
CULL_EVERY_SECONDS = 120
PROXY_PATIENCE_MILLISECONDS = 60 * 60 * 1000


def configure(c: Config, deployment: Deployment, settings: Settings) -> None:
    """Fill the configuration of a hub that runs on one machine, with everything in one data folder.

    Parameters
    ----------
    c
        What ``get_config()`` returns in a jupyterhub configuration file.
    deployment
        A prepared data folder (see `hub_config.first_start.prepare`).
    settings
        What its `academy.yml` says.

    Raises
    ------
    Refused
        When another hub runs on that folder.
    """
    _addresses(c, deployment, settings)
    academy = f"http://127.0.0.1:{deployment.ports()['academy']}"
    common(c, deployment, settings, academy)
    _servers(c, deployment, settings, academy)
    c.JupyterHub.template_vars = _shown(settings, Announcement(deployment, walls_notice()))


def common(c: Config, deployment: Deployment, settings: Settings, academy: str) -> None:
    """Fill what every deployment shares: who comes in, the services, the pages, the hub's database.

    Parameters
    ----------
    c, deployment, settings
        As in `configure`.
    academy
        Where hub, proxy and servers reach the academy service, without its path.

    Raises
    ------
    Refused
        When another hub runs on that folder.
    """
    _hold(deployment)
    # The scripts of this environment (jupyterhub-singleuser, alembic for nbgrader) come before any others.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.environ["ACADEMY_DATA"] = str(deployment.data)  # for the proxy, which gets the hub's environment
    c.JupyterHub.db_url = deployment.hub_url
    c.JupyterHub.upgrade_db = True
    _people(c, deployment, settings)
    c.Spawner.default_url = "/lab"
    c.Spawner.start_timeout = c.Spawner.http_timeout = settings.servers.start_seconds
    # a server named after a course is the office of who teaches there
    c.JupyterHub.allow_named_servers = bool(settings.courses)
    c.JupyterHub.named_server_limit_per_user = partial(offices_within, {one.id for one in settings.courses})
    c.JupyterHub.active_server_limit = settings.servers.most
    _services(c, deployment, settings, academy)
    c.JupyterHub.template_paths = [str(HERE / "templates")]
    c.JupyterHub.template_vars = _shown(settings, Announcement(deployment))
    c.JupyterHub.logo_file = str(HERE / "templates" / "logo.svg")


def _shown(settings: Settings, announcement: Announcement) -> dict[str, object]:
    """Return what the hub's pages show of the settings."""
    return {"announcement": announcement, "provider": settings.provider, "courses": settings.courses}


def _hold(deployment: Deployment) -> None:
    """Keep the data folder for this process until it ends."""
    guard = deployment.only_hub()
    guard.__enter__()
    atexit.register(guard.__exit__, None, None, None)
    drain.end(deployment)  # a plan ends with the hub that it was for


def _addresses(c: Config, deployment: Deployment, settings: Settings) -> None:
    ports = deployment.ports()
    c.JupyterHub.ip = settings.address.ip
    c.JupyterHub.port = settings.address.port
    c.JupyterHub.hub_ip = "127.0.0.1"
    c.JupyterHub.hub_port = ports["hub"]
    c.JupyterHub.cookie_secret_file = str(deployment.secrets / "cookie-secret")
    c.ConfigurableHTTPProxy.command = tether.command(
        [sys.executable, "-m", "hub_config.proxy", f"--proxy-timeout={PROXY_PATIENCE_MILLISECONDS}"]
    )
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{ports['proxy_api']}"
    c.ConfigurableHTTPProxy.auth_token = deployment.secret("proxy-token")
    # The proxy is tethered to the hub: a process number left by a killed hub may be anybody's by now.
    pid_file = deployment.hub / "proxy.pid"
    pid_file.unlink(missing_ok=True)
    c.ConfigurableHTTPProxy.pid_file = str(pid_file)


def _people(c: Config, deployment: Deployment, settings: Settings) -> None:
    c.JupyterHub.authenticator_class = AccountsAuthenticator
    c.AccountsAuthenticator.accounts_file = str(deployment.accounts)
    c.AccountsAuthenticator.own_passwords = settings.sign_in.own_passwords
    c.AccountsAuthenticator.free_tries = settings.sign_in.free_tries
    c.AccountsAuthenticator.longest_wait = float(settings.sign_in.longest_wait_seconds)
    if settings.provider.kind is not None:
        c.AccountsAuthenticator.provider = settings.provider
        c.AccountsAuthenticator.provider_secret = client_secret(deployment)
        c.AccountsAuthenticator.callback = (
            f"{settings.address.public}hub/oauth_callback" if settings.address.url else ""
        )
    c.AccountsAuthenticator.settings = settings
    c.AccountsAuthenticator.public = settings.address.url or ""
    c.Authenticator.allow_all = True  # whoever has an account; nobody can make one alone
    c.Authenticator.manage_groups = True
    c.Authenticator.enable_auth_state = True
    c.CryptKeeper.keys = [bytes.fromhex(deployment.secret("crypt-key"))]
    # besides what is their own (account, server, tokens); roles are groups, which the service looks at
    c.JupyterHub.extra_user_scopes = ["access:services!service=academy"]
    c.JupyterHub.load_roles = [
        {
            "name": "server",
            "description": "a person's server: say that it is in use, and ask the academy service",
            "scopes": [
                "users:activity!user",
                "access:servers!server",
                "access:services!service=academy",
            ],
        },
        {
            "name": "culler",
            "description": "stop servers that nobody uses",
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": ["culler"],
        },
        {
            "name": "usage",
            "description": "see which servers run and are in use, to sum that up a day",
            "scopes": ["list:users", "read:users:name", "read:users:activity", "read:servers"],
            "services": ["academy"],
        },
        {
            "name": "drain",
            "description": "end the hub, as ./academy hub --drain planned it",
            "scopes": ["shutdown"],
            "services": ["drain"],
        },
        {
            "name": "monitor",
            "description": "read figures of the hub and of the academy service",
            "scopes": ["read:metrics", "access:services!service=academy"],
            "services": [MONITOR],
        },
    ]
    c.JupyterHub.cookie_max_age_days = settings.sign_in.days
    c.JupyterHub.tornado_settings = {"cookie_options": _cookies(settings)}


def _cookies(settings: Settings) -> dict[str, str | bool]:
    """Return how cookies of hub, servers and service are set; the hub tells its servers itself.

    A page elsewhere cannot act with a learner's session, and where the academy's address is https no cookie
    goes without TLS. What a web server before the hub says of the request is lost at the proxy.
    """
    return {"samesite": "Lax"} | ({"secure": True} if settings.address.is_secure else {})


def _servers(c: Config, deployment: Deployment, settings: Settings, academy: str) -> None:
    c.JupyterHub.spawner_class = WalledSpawner
    c.WalledSpawner.data = str(deployment.data)
    c.WalledSpawner.settings = settings
    c.WalledSpawner.academy_url = f"{academy}/services/academy"
    c.Spawner.ip = "127.0.0.1"
    c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]


def _services(c: Config, deployment: Deployment, settings: Settings, academy: str) -> None:
    python = sys.executable
    c.JupyterHub.services = [
        {
            "name": "academy",
            "url": academy,
            "command": tether.command([python, "-m", "hub_config.listening"]),
            "api_token": deployment.secret("academy-service-token"),
            "environment": {
                "ACADEMY_DATA": str(deployment.data),
                "ACADEMY_STORE": deployment.store_url,
                "PATH": os.environ["PATH"],
                "OMP_NUM_THREADS": "1",
                "JUPYTERHUB_COOKIE_OPTIONS": json.dumps(_cookies(settings)),
            },
            "oauth_no_confirm": True,
            "display": True,
        },
        {
            "name": "culler",
            "command": tether.command(
                [
                    python,
                    "-m",
                    "jupyterhub_idle_culler",
                    f"--timeout={60 * settings.servers.idle_minutes}",
                    f"--cull-every={CULL_EVERY_SECONDS}",
                ]
            ),
            "api_token": deployment.secret("culler-service-token"),
            "display": False,
        },
        {"name": MONITOR, "api_token": deployment.secret("monitor-service-token"), "display": False},
        {"name": "drain", "api_token": deployment.secret("drain-service-token"), "display": False},
    ]
