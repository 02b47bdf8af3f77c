"""The academy service: what learners' servers ask, and what staff see. It alone holds store and gradebook."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from jupyterhub.log import log_request
from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from tornado import web
from tornado.httpserver import HTTPServer
from tornado.log import app_log, enable_pretty_logging

import catalogue
from learning_paths.academy import Academy
from learning_paths.errors import (
    BadProfile,
    GradebookError,
    NoProfile,
    PlanError,
    StoreError,
    UnknownCheckpoint,
    UnknownUnit,
)

from .accounts import Accounts
from .caretaker import Caretaker
from .deployment import Deployment
from .errors import HubError
from .overview import standings

STAFF = frozenset({"instructor", "manager"})
PAGES = Path(__file__).resolve().parent / "staff"
MOST_BODY_BYTES = 2**20
STATUS: dict[type[Exception], HTTPStatus] = {
    NoProfile: HTTPStatus.NOT_FOUND,
    UnknownCheckpoint: HTTPStatus.NOT_FOUND,
    UnknownUnit: HTTPStatus.NOT_FOUND,
    BadProfile: HTTPStatus.UNPROCESSABLE_ENTITY,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    GradebookError: HTTPStatus.SERVICE_UNAVAILABLE,
    PlanError: HTTPStatus.BAD_REQUEST,
    HubError: HTTPStatus.SERVICE_UNAVAILABLE,
}
PROBLEMS = {
    403: (
        "This page is for instructors and academy managers",
        "本页面仅供教师和学院管理者使用",
        "If you are one of them, sign in under that name; if not, your own plan is at your desk.",
        "如果你是其中一员，请用相应账号登录；否则，你的学习计划就在学习空间里。",
    ),
    404: (
        "There is no page at this address",
        "没有这个页面",
        "The address may be mistyped, or the page has moved.",
        "地址可能有误，或页面已移走。",
    ),
}
OURS = (
    "Something went wrong on our side",
    "系统出了问题",
    "Load the page anew; if it happens again, tell whoever runs the academy the time.",
    "请重新加载页面；如果再次出现，请把时间告诉学院的系统管理员。",
)
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Handler(HubOAuthenticated, web.RequestHandler):
    """A request by somebody whom the hub knows, by token or by the hub's sign-in."""

    @property
    def academy(self) -> Academy:
        """The facade behind all answers."""
        return self.settings["academy"]

    @property
    def person(self) -> str:
        """The hub's name of who asks: the token tells it, nothing that was sent along."""
        return self.current_user["name"]

    def set_default_headers(self) -> None:
        """Set what every answer carries."""
        for name, value in SECURITY_HEADERS.items():
            self.set_header(name, value)

    def body(self) -> dict[str, Any]:
        """Return the JSON object that was sent.

        Raises
        ------
        tornado.web.HTTPError
            When there is none.
        """
        try:
            sent = json.loads(self.request.body)
        except ValueError as error:
            raise web.HTTPError(400, reason="the body is no JSON") from error
        if not isinstance(sent, dict):
            raise web.HTTPError(400, reason="the body is no JSON object")
        return sent

    async def answer(self, ask: Callable[..., Any], *arguments: Any) -> None:
        """Answer with what `ask` returns, in a thread: others need not wait for databases and plans."""
        self.finish(json.dumps(await asyncio.to_thread(ask, *arguments), ensure_ascii=False))

    def must_be_staff(self) -> None:
        """Turn away who is neither instructor nor manager."""
        if not STAFF & set(self.current_user.get("groups", ())):
            raise web.HTTPError(403, reason="only instructors and academy managers see all learners")


class ApiHandler(Handler):
    """A request answered in JSON, errors included."""

    def set_default_headers(self) -> None:
        """Say that it is JSON."""
        super().set_default_headers()
        self.set_header("Content-Type", "application/json; charset=utf-8")

    def get_login_url(self) -> str:
        """Refuse instead of sending a program to a sign-in page."""
        raise web.HTTPError(401, reason="no valid token; sign in at the hub")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer ``{"error": what went wrong}``; what nobody foresaw is logged, its inside not told."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        said = {"error": self._reason}
        for kind, status in STATUS.items():
            if isinstance(error, kind):
                said["error"] = str(error)
                self.set_status(status)
                break
        if isinstance(error, BadProfile):
            said["field"] = error.field
        self.finish(json.dumps(said, ensure_ascii=False))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log one line for what a person can mend, everything for what nobody foresaw."""
        if isinstance(value, tuple(STATUS)):
            app_log.warning("%s %s: %s", self.request.method, self.request.path, value)
        else:
            super().log_exception(typ, value, tb)


class Me(ApiHandler):
    """Who asks."""

    @web.authenticated
    async def get(self) -> None:
        """Answer name, how the person is called, role and profile."""
        await self.answer(self._me)

    def _me(self) -> dict[str, Any]:
        groups = self.current_user.get("groups", [])
        role = next((role for role in ("instructor", "manager") if role in groups), "learner")
        return {
            "name": self.person,
            "shown": self.settings["shown"](self.person),
            "role": role,
            "profile": self.academy.profile(self.person),
        }


class Choices(ApiHandler):
    """What the form offers."""

    @web.authenticated
    async def get(self) -> None:
        """Answer degrees, jobs, roles, targets."""
        await self.answer(self.academy.choices)


class Profile(ApiHandler):
    """What a learner says of themselves."""

    @web.authenticated
    async def put(self) -> None:
        """Keep it."""
        await self.answer(self.academy.save_profile, self.person, self.body())


class Plan(ApiHandler):
    """The way to the goal."""

    @web.authenticated
    async def get(self) -> None:
        """Answer the plan, with what changed."""
        await self.answer(self.academy.plan, self.person)


class WhatIf(ApiHandler):
    """The way to another goal, beside the present one."""

    @web.authenticated
    async def get(self, role: str) -> None:
        """Answer what both share, what is extra and what is saved."""
        await self.answer(self.academy.what_if, self.person, role)


class Picture(ApiHandler):
    """A unit's way through the graph."""

    @web.authenticated
    async def get(self, language: str, unit: str) -> None:
        """Answer it as SVG."""
        await self.answer(self.academy.picture, self.person, unit, language)


class Grades(ApiHandler):
    """Scores."""

    @web.authenticated
    async def get(self) -> None:
        """Answer the learner's own."""
        await self.answer(self.academy.grades, self.person)


class Checkpoint(ApiHandler):
    """A question in a lesson."""

    @web.authenticated
    async def get(self, course: str, name: str) -> None:
        """Answer the learner's first prediction; null before there is one."""
        await self.answer(self.academy.prediction, self.person, course, name)

    @web.authenticated
    async def post(self, course: str, name: str) -> None:
        """Judge and keep an answer."""
        sent = self.body()
        if "answer" not in sent:
            raise web.HTTPError(400, reason='the body has no "answer"')
        await self.answer(self.academy.checkpoint, self.person, course, name, sent["answer"])


class Learners(ApiHandler):
    """Everybody, for staff."""

    @web.authenticated
    async def get(self) -> None:
        """Answer one line for each learner."""
        self.must_be_staff()
        await self.answer(lambda: [one.data() for one in self.settings["standings"]()])


class Page(Handler):
    """A page for people, errors included."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what is wrong and where to go on, in both languages."""
        said = PROBLEMS.get(status_code, OURS)
        self.render("problem.html", said=said, prefix=self.settings["prefix"], hub=self.hub_auth.hub_prefix)


class StaffPage(Page):
    """Everybody, for staff, as a page."""

    @web.authenticated
    async def get(self) -> None:
        """Show it."""
        self.must_be_staff()
        found = await asyncio.to_thread(self.settings["standings"])
        self.render(
            "learners.html",
            standings=found,
            person=self.person,
            prefix=self.settings["prefix"],
            hub=self.hub_auth.hub_prefix,
        )


class Health(web.RequestHandler):
    """Whether the service answers."""

    async def get(self) -> None:
        """Answer without asking who asks."""
        self.finish({"status": "ok"})


class NothingToAsk(ApiHandler):
    """Any other question."""

    def prepare(self) -> None:
        """Answer 404 in JSON."""
        raise web.HTTPError(404, reason=f"nothing at {self.request.path}")


class NoPage(Page):
    """Any other address."""

    def prepare(self) -> None:
        """Answer 404 as a page."""
        raise web.HTTPError(404)


def application(academy: Academy, accounts: Accounts, prefix: str, cookie_secret: str) -> web.Application:
    """Return the service's web application.

    Parameters
    ----------
    prefix
        ``/services/academy/``.
    cookie_secret
        Signs the cookies of staff who use the page.
    """
    routes = [
        ("", StaffPage),
        ("oauth_callback", HubOAuthCallbackHandler),
        ("health", Health),
        ("api/me", Me),
        ("api/choices", Choices),
        ("api/profile", Profile),
        ("api/plan", Plan),
        ("api/what-if/([^/]+)", WhatIf),
        ("api/pictures/([^/]+)/(.+)", Picture),
        ("api/grades", Grades),
        ("api/checkpoints/([^/]+)/([^/]+)", Checkpoint),
        ("api/learners", Learners),
        ("api/.*", NothingToAsk),
    ]
    return web.Application(
        [(prefix + path, handler) for path, handler in routes]
        + [(prefix + r"static/(.*)", web.StaticFileHandler, {"path": str(PAGES / "static")})],
        default_handler_class=NoPage,
        academy=academy,
        standings=lambda: standings(academy, accounts.all()),
        shown=lambda name: next((one.shown for one in accounts.all() if one.name == name), name),
        prefix=prefix,
        cookie_secret=cookie_secret,
        log_function=log_request,  # the hub's own: it leaves tokens and codes out
        template_path=str(PAGES),
    )


async def serve(deployment: Deployment) -> None:
    """Serve until SIGTERM, and look after exchange and gradebook meanwhile."""
    academy = Academy(deployment.store_url, catalogue.load(), deployment.gradebook)
    accounts = Accounts(deployment.accounts)
    prefix = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
    app = application(academy, accounts, prefix, deployment.secret("cookie-secret"))
    address = urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
    HTTPServer(app, max_body_size=MOST_BODY_BYTES, xheaders=True).listen(address.port, address.hostname)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    caretaker = asyncio.create_task(Caretaker(deployment, academy).go_on(stopping))
    await stopping.wait()
    await caretaker
    academy.close()


def main() -> int:
    """Run as the hub starts it."""
    enable_pretty_logging()
    asyncio.run(serve(Deployment.at()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
