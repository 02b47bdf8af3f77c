"""A server a person, inside a wall."""

import asyncio
import html
import json
import math
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
from jupyterhub.spawner import LocalProcessSpawner, Spawner
from jupyterhub.utils import random_port
from tornado import web
from traitlets import Float, Instance, Unicode

import sandbox
from graders.exchange_steps import MODULE as EXCHANGE_STEPS
from graders.owners import belong_to
from graders.seeds import grading_key

from . import walls
from .accounts import Account, Accounts
from .crossings import Crossings, crossings
from .deployment import OWN_TREE, Deployment, write_private
from .enrolments import Enrolments
from .exchange import desk
from .processes import is_same_process
from .settings import Settings

# A server answers after 10 to 20 s on two cores.
USUAL_SECONDS = 10.0
PROGRESS_SECONDS = 0.5


class WalledSpawner(LocalProcessSpawner):
    """Starts each person's server behind a wall (`hub_config.walls`).

    The server without a name is the person's desk. One named after a course is the office of who teaches
    there: with a home of its own, so that nothing of a course gets where another's staff look.

    A server outlives a hub that was killed; the next hub finds it by process number and start time, so that a
    number which the system gave to another process meanwhile is never signalled.
    """

    data = Unicode(help="The data folder.").tag(config=True)
    academy_url = Unicode(help="Where a server reaches the academy service.").tag(config=True)
    settings = Instance(Settings, (), help="What the administrator chose.").tag(config=True)
    started = Float(0.0, help="When the server's process started, in seconds since the epoch.")

    @property
    def deployment(self) -> Deployment:
        """The data folder's places, as the server's course sees them."""
        here = Deployment(Path(self.data))
        return here.of(self.name) if self.name else here

    @property
    def _by_folder(self) -> bool:
        """Whether work goes through the exchange folder."""
        return self.settings.exchange.kind == "folder"

    def _account(self) -> Account:
        accounts = Accounts(self.deployment.accounts)
        account = accounts.get(self.user.name)
        if not self.name:
            return account
        named = {one.id for one in self.settings.courses}
        if self.name not in named or Enrolments(accounts).of(account.name).get(self.name) != "instructor":
            raise web.HTTPError(
                403, f"You do not teach a course {self.name!r} here. 你在此没有教授课程 {self.name!r}。"
            )
        return replace(account, role="instructor")

    def _courses(self) -> list[str]:
        """Return the courses beside the academy's own whose lessons the server shows."""
        if self.name:
            return [self.name]
        enrolled = Enrolments(Accounts(self.deployment.accounts)).of(self.user.name)
        return [one.id for one in self.settings.courses if one.id in enrolled]

    async def start(self) -> tuple[str, int]:
        """Start the server and return its address.

        Raises
        ------
        tornado.web.HTTPError
            Where this host allows no wall and another learner has the one place, or the server is the office
            of a course in which the person does not teach.
        """
        account = self._account()
        kind = sandbox.capabilities().kind
        if kind == "none":
            _take_only_place(self.deployment, account)
        make_ready(account, self.deployment, kind, self._by_folder)
        log = self.deployment.logs / f"server-{'+'.join(filter(None, (account.name, self.name)))}.log"
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            self.popen_kwargs = {"stdout": out, "stderr": subprocess.STDOUT, "cwd": "/"}
            self._argv = list(self.cmd)
            self.cmd = self._walled(account, kind)
            try:
                address = await super().start()
            finally:
                self.cmd = self._argv
        self.started = psutil.Process(self.pid).create_time()
        return address

    def _walled(self, account: Account, kind: str) -> list[str]:
        """Return the command line of the server behind its wall, with what crosses that."""
        if kind == "none":
            return self._argv
        wall = walls.wall_of(
            account, self.deployment, kind, self.settings.servers, self._by_folder, self._courses()
        )
        if wall.network:
            return sandbox.command(wall, self._argv)
        uid = wall.uid if os.geteuid() == 0 else None
        through = self._crossings(account)
        return [*through.outside(uid), *sandbox.command(wall, [*through.inside(), *self._argv])]

    def _crossings(self, account: Account) -> Crossings:
        self.port = self.port or random_port()
        return crossings(account, self.deployment, self.settings.servers, self.port)

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Yield how far the start has come, as far as time tells: fast at first, and never quite done."""
        begun = time.monotonic()
        yield {"progress": 2, "message": "Preparing your folders and walls · 正在准备文件与隔离环境"}
        said = False
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            seconds = time.monotonic() - begun
            event: dict[str, Any] = {"progress": round(95 * (1 - math.exp(-seconds / USUAL_SECONDS)))}
            if self.pid and not said:
                said = True
                event["message"] = "Starting JupyterLab · 正在启动 JupyterLab"
            yield event

    def make_preexec_fn(self, name: str) -> None:
        """Do nothing before the command runs: the wall drops the rights."""

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Add what the person's server needs to know."""
        account = self._account()
        kind = sandbox.capabilities().kind
        chosen = self.settings.submissions
        language = language_for(self)
        env.update(
            walls.environment(
                account, self.deployment, kind, self.academy_url, chosen, language, self._courses()
            )
        )
        if kind in OWN_TREE:
            env.update(self._crossings(account).environment)
        if not self._by_folder:
            env[EXCHANGE_STEPS] = "hub_config.work.steps"
        return env

    def get_state(self) -> dict:
        """Return what the next hub needs to find the server."""
        return super().get_state() | ({"started": self.started} if self.pid else {})

    def load_state(self, state: dict) -> None:
        """Take over a server from the hub before, when its process is still the same one."""
        super().load_state(state)
        self.started = state.get("started", 0.0)
        if self.pid and not is_same_process(self.pid, self.started):
            self.pid = 0

    def clear_state(self) -> None:
        """Forget the server."""
        super().clear_state()
        self.started = 0.0


def offices_within(courses: Collection[str], handler: web.RequestHandler) -> int:
    """Return the bound of somebody's offices: none, since there is one a course at most.

    The hub would keep each name that was ever asked for, and count those of courses that are closed.

    Raises
    ------
    tornado.web.HTTPError
        When what is asked for is the office of no course.
    """
    asked = handler.path_args[1:2]
    if asked and asked[0] not in courses:
        raise web.HTTPError(404, "%s", f"There is no course {asked[0]!r} here. 这里没有课程 {asked[0]!r}。")
    return 0


def language_for(spawner: Spawner) -> str:
    """Return the academy's language, or the one of the two that the person's browser asks for first.

    Parameters
    ----------
    spawner
        With a trait ``settings``: what the administrator chose.
    """
    if spawner.settings.language != "browser":
        return spawner.settings.language
    request = getattr(spawner.handler, "request", None)
    wanted = request.headers.get("Accept-Language", "") if request else ""
    return "zh" if wanted.lower().startswith("zh") else "en"


def make_ready(account: Account, deployment: Deployment, kind: str, by_folder: bool = True) -> None:
    """Make the folders that a person's wall shows, owned by who runs inside it."""
    uid = walls.uid_of(account, deployment)
    home, own = deployment.home(account.name), desk(deployment, account.name)
    own_tree = kind in OWN_TREE
    for folder, mode in (
        (home, 0o700),
        (own.folder, 0o700 if own_tree else 0o711),
        (own.inbound, 0o700),
        (own.feedback, 0o755),
    ):
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)
    seen = walls.view(account, deployment, kind)
    if seen.course:
        write_private(own.grading_key, grading_key(deployment.grading).hex())
    if not own_tree:
        for show in walls.shown(account, deployment, seen, by_folder):
            _link(show.at, show.real)
    else:
        # made anew: what a person left there is nothing that this end should follow
        shutil.rmtree(deployment.crossings(account.name), ignore_errors=True)
        deployment.crossings(account.name).mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        theirs = [home, own.inbound]
        if seen.course and kind != "none":
            theirs += [deployment.course, deployment.exchange]
            theirs += [deployment.labs] if deployment.labs.is_dir() else []
        theirs += [deployment.crossings(account.name)] if own_tree else []
        for folder in theirs:
            if folder.stat().st_uid != uid:
                belong_to(folder, uid)
        if seen.course:
            os.chown(own.grading_key, uid, uid)


def _link(link: Path, target: Path) -> None:
    if link != target and not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)


def _take_only_place(deployment: Deployment, account: Account) -> None:
    """Let one learner in where there are no walls, and turn a second one away with what would mend it."""
    if account.role != "learner":
        return
    place = deployment.hub / "only-learner.json"
    try:
        holder = json.loads(place.read_text())["name"]
    except FileNotFoundError:
        write_private(place, json.dumps({"name": account.name}))
        return
    if holder != account.name:
        lack = sandbox.capabilities()
        raise web.HTTPError(
            403,
            f"This machine cannot keep learners apart ({lack.why}), so only {holder!r} can work here."
            f" Whoever runs the academy can mend it: {lack.mend}",
        )


def walls_notice() -> str:
    """Return the sentence, as HTML, for every page where this host allows no walls; else nothing."""
    lack = sandbox.capabilities()
    if lack.kind != "none":
        return ""
    return (
        "This machine cannot keep learners apart: one learner only. 本机无法隔离学员，只能供一名学员使用。"
        f" {html.escape(lack.why)}. To mend it: <code>{html.escape(lack.mend)}</code>"
    )
