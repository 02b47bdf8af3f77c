"""What the service's requests share: who asks, JSON in and out, errors with their status."""

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from jupyterhub.services.auth import HubOAuthenticated
from tornado import web
from tornado.log import app_log

from learning_paths.academy import Academy
from learning_paths.errors import (
    BadAnswer,
    BadHint,
    BadProfile,
    GradebookError,
    NoPlacement,
    NoProfile,
    PlanError,
    StoreError,
    UnknownCheckpoint,
    UnknownHint,
    UnknownUnit,
)

from .errors import HubError
from .oversight.deeds import Deed

HUB_AWAY = (500, 502)  # what jupyterhub.services.auth makes of a hub that does not answer
STAFF = frozenset({"instructor", "manager"})
STATUS: dict[type[Exception], HTTPStatus] = {
    NoProfile: HTTPStatus.NOT_FOUND,
    NoPlacement: HTTPStatus.NOT_FOUND,
    BadAnswer: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownCheckpoint: HTTPStatus.NOT_FOUND,
    UnknownUnit: HTTPStatus.NOT_FOUND,
    UnknownHint: HTTPStatus.NOT_FOUND,
    BadHint: HTTPStatus.CONFLICT,
    BadProfile: HTTPStatus.UNPROCESSABLE_ENTITY,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    GradebookError: HTTPStatus.SERVICE_UNAVAILABLE,
    PlanError: HTTPStatus.BAD_REQUEST,
    HubError: HTTPStatus.SERVICE_UNAVAILABLE,
}
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

    def get_current_user(self) -> dict[str, Any] | None:
        """Return who asks, None for nobody.

        Raises
        ------
        tornado.web.HTTPError
            503 while the hub cannot be asked: it starts anew, and who asks may try again.
        """
        try:
            return super().get_current_user()
        except web.HTTPError as error:
            if error.status_code not in HUB_AWAY:
                raise
            reason = "the hub cannot be asked who you are; nothing was changed, try again in a minute"
            raise web.HTTPError(503, reason=reason) from error

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

    async def viewed(self, page: str, about: str | None = None) -> None:
        """Note in the audit trail that who asks sees others' marks; where it cannot be, nothing is shown.

        Parameters
        ----------
        page
            Which page or question.
        about
            Whose marks; None for everybody's.
        """
        deed = Deed(self.person, "marks.viewed", f"page:{page}", about)
        await asyncio.to_thread(self.settings["trail"].note, deed)

    def must_be_known(self, learner: str) -> str:
        """Return a learner's name; turn away who asks for nobody."""
        if not self.settings["known"](learner):
            raise web.HTTPError(404, reason="no such learner; the page of all learners lists them")
        return learner

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
        """Answer what went wrong, in both languages where it knows them; what nobody foresaw is logged only.

        The answer is ``{"error": …, "error_zh": …}``.
        """
        error = kwargs.get("exc_info", (None, None, None))[1]
        said = {"error": self._reason}
        for kind, status in STATUS.items():
            if isinstance(error, kind):
                said["error"] = str(error)
                self.set_status(status)
                break
        if isinstance(error, PlanError):
            said["error_zh"] = error.said["zh"]
        if isinstance(error, BadProfile):
            said["field"] = error.field
        self.finish(json.dumps(said, ensure_ascii=False))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log one line for what a person can mend, everything for what nobody foresaw."""
        self.settings["watched"].declined(value)
        if isinstance(value, tuple(STATUS)):
            app_log.warning("%s %s: %s", self.request.method, self.request.path, value)
        else:
            super().log_exception(typ, value, tb)
