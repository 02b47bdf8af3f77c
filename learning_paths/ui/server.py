"""The start page's own handlers on the learner's server.

``/academy/api/…`` passes questions on to the academy service under the server's token; ``/academy/open``,
``/academy/go/…``, ``/academy/submit`` and ``/academy/feedback`` move files in the learner's home;
``/academy/status`` says what lies there. The learner's server holds neither store nor answers.
"""

import asyncio
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_escape, url_path_join
from tornado import web
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from learning_paths.ui.errors import UIError
from learning_paths.ui.labs import LabDesk
from learning_paths.ui.lessons import open_lesson, opened_lessons

SECONDS = 20
"""Patience with the academy service."""

_QUESTIONS = re.compile(
    r"me|choices|profile|plan|progress|marks|marks/undo|what-if/[a-z0-9-]+|pictures/[a-z]+/[A-Za-z0-9:/@-]+|grades|checkpoints/[a-z0-9-]+/[A-Za-z0-9_-]+"
    r"|placement(/(start|answer|end))?"
)


class AtHome:
    """What all handlers share: the learner's home, one thread for nbgrader."""

    @property
    def home(self) -> Path:
        """The folder that the learner's files lie in."""
        return Path(self.settings["server_root_dir"]).expanduser()

    async def at_desk(self, step: str, *given: str) -> Any:
        """Run a step of `LabDesk` in its thread."""
        desk, thread = LabDesk(self.home), self.settings["academy_thread"]
        return await asyncio.get_running_loop().run_in_executor(thread, partial(getattr(desk, step), *given))

    async def bring(self, unit: str, language: str) -> dict[str, Any]:
        """Copy a lesson or fetch a lab; return where its notebook lies, and whether it is new."""
        kind, _, name = unit.partition(":")
        if kind == "lab":
            return await self.at_desk("fetch", name)
        if kind != "lesson":
            raise UIError(f"{unit!r} is neither lesson nor lab; open one from the plan")
        material = os.environ.get("ACADEMY_MATERIAL")
        if not material or not Path(material).is_dir():
            raise UIError(
                "the course material is not here; start this server from the hub: ./academy hub", 503
            )
        copied = await asyncio.to_thread(open_lesson, unit, Path(material), self.home, language)
        return {"path": copied.path, "new": copied.new, "outdated": copied.outdated}


class AcademyHandler(AtHome, APIHandler):
    """What answers in JSON, errors as ``{"error": …}``."""

    def body(self) -> dict[str, Any]:
        """Return the request's JSON object; raise `UIError` when it is none."""
        try:
            data = json.loads(self.request.body or b"{}")
        except ValueError as error:
            raise UIError("the request is no JSON; reload the page and try again") from error
        if not isinstance(data, dict):
            raise UIError("the request is no JSON object; reload the page and try again")
        return data

    def field(self, name: str) -> str:
        """Return a text of the request; raise `UIError` when it is missing."""
        value = self.body().get(name)
        if not isinstance(value, str) or not value:
            raise UIError(f"the request lacks {name!r}; reload the page and try again")
        return value

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what went wrong as JSON, in the words of the error where it is ours."""
        error = kwargs.get("exc_info", (None, None))[1]
        message = str(error) if isinstance(error, UIError) else ""
        if isinstance(error, web.HTTPError):
            message = error.log_message or error.reason or ""
        self.set_header("Content-Type", "application/json")
        self.finish(
            json.dumps({"error": message or "something broke in your server; see its log and try again"})
        )

    def _handle_request_exception(self, error: BaseException) -> None:
        if isinstance(error, UIError):
            # said to the learner and nothing that the server's log should alarm about
            self.send_error(error.status, exc_info=(type(error), error, error.__traceback__))
        else:
            super()._handle_request_exception(error)


class ServiceHandler(AcademyHandler):
    """Passes a question on to the academy service."""

    @web.authenticated
    async def get(self, path: str) -> None:
        """Ask the service."""
        await self._forward(path)

    @web.authenticated
    async def put(self, path: str) -> None:
        """Tell the service."""
        await self._forward(path, self.request.body)

    @web.authenticated
    async def post(self, path: str) -> None:
        """Tell the service."""
        await self._forward(path, self.request.body)

    async def _forward(self, path: str, body: bytes | None = None) -> None:
        url, token = os.environ.get("ACADEMY_URL"), os.environ.get("JUPYTERHUB_API_TOKEN")
        if not _QUESTIONS.fullmatch(path):
            raise UIError(f"the academy has no {path!r}; reload the page", 404)
        if not url or not token:
            raise UIError(
                "this server does not belong to an academy; start it from the hub: ./academy hub", 503
            )
        request = HTTPRequest(
            f"{url.rstrip('/')}/api/{path}",
            method=self.request.method or "GET",
            body=body,
            headers={"Authorization": f"token {token}", "Content-Type": "application/json"},
            connect_timeout=SECONDS,
            request_timeout=SECONDS,
            follow_redirects=False,
        )
        try:
            answer = await AsyncHTTPClient().fetch(request, raise_error=False)
        except (OSError, HTTPClientError) as error:
            raise UIError(
                f"the academy service does not answer ({error}); what you typed is kept, try again soon",
                502,
            ) from error
        if "json" not in answer.headers.get("Content-Type", ""):
            raise UIError(
                f"the academy service answered {answer.code} {answer.reason}; what you typed is kept, "
                "try again, then tell your academy",
                502,
            )
        self.set_status(answer.code)
        self.finish(answer.body)


class OpenHandler(AcademyHandler):
    """Brings a lesson or a lab home."""

    @web.authenticated
    async def post(self) -> None:
        """Copy a lesson or fetch a lab; answer where its notebook lies."""
        language = str(self.body().get("language", "en"))
        self.finish(json.dumps(await self.bring(self.field("unit"), language)))


class GoHandler(AtHome, JupyterHandler):
    """Brings a lesson or a lab home and shows it in Lab: the address that links from elsewhere lead to."""

    @web.authenticated
    async def get(self, unit: str) -> None:
        """Send the browser on to the notebook; where there is none, to Lab with its start page."""
        try:
            brought = await self.bring(unit, self.get_query_argument("language", "en"))
        except UIError as error:
            self.log.warning("a link leads to %s: %s", unit, error)
            self.redirect(url_path_join(self.base_url, "lab"))
            return
        self.redirect(url_path_join(self.base_url, "lab", "tree", url_escape(brought["path"])))


class SubmitHandler(AcademyHandler):
    """Hands a lab in."""

    @web.authenticated
    async def post(self) -> None:
        """Submit the saved lab; answer nbgrader's timestamp."""
        self.finish(json.dumps(await self.at_desk("submit", self.field("lab"))))


class FeedbackHandler(AcademyHandler):
    """Brings feedback home."""

    @web.authenticated
    async def post(self) -> None:
        """Fetch a lab's feedback; answer where it lies."""
        self.finish(json.dumps(await self.at_desk("feedback", self.field("lab"))))


class StatusHandler(AcademyHandler):
    """Says what lies in the home."""

    @web.authenticated
    async def get(self) -> None:
        """Answer with lessons and labs at home, and whether there is an academy behind this server."""
        academy = bool(os.environ.get("ACADEMY_URL"))
        try:
            labs, problem = (await self.at_desk("status") if academy else {}), None
        except UIError as error:  # lessons can be used all the same
            labs, problem = {}, str(error)
        answer = {
            "academy": academy,
            "language": os.environ.get("ACADEMY_LANGUAGE"),
            "lessons": await asyncio.to_thread(opened_lessons, self.home),
            "labs": labs,
            "problem": problem,
        }
        self.finish(json.dumps(answer))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "learning_paths.ui.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Add the handlers to a starting Jupyter server."""
    web_app = app.web_app
    web_app.settings["academy_thread"] = ThreadPoolExecutor(max_workers=1, thread_name_prefix="academy")
    at = partial(url_path_join, web_app.settings["base_url"], "academy")
    web_app.add_handlers(
        ".*$",
        [
            (at("api", "(.+)"), ServiceHandler),
            (at("open"), OpenHandler),
            (at("go", "(.+)"), GoHandler),
            (at("submit"), SubmitHandler),
            (at("feedback"), FeedbackHandler),
            (at("status"), StatusHandler),
        ],
    )
