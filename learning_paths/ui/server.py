"""The start page's own handlers on the learner's server.

``/academy/api/…`` passes questions on to the academy service under the server's token; ``/academy/open``,
``/academy/go/…``, ``/academy/submit`` and ``/academy/feedback`` move files in the learner's home;
``/academy/status`` says what lies there; ``/academy/panel``, ``/academy/check`` and ``/academy/language``
serve the panel beside the notebooks (`panel`). The learner's server holds neither store nor answers.
"""

import asyncio
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_escape, url_path_join
from tornado import web
from tornado.httputil import url_concat

from learning_paths.ui.errors import UIError
from learning_paths.ui.handlers import AcademyHandler, AtHome, ask_service
from learning_paths.ui.labs import in_office
from learning_paths.ui.lessons import opened_lessons
from learning_paths.ui.panel import CheckHandler, LanguageHandler, PanelHandler

_QUESTIONS = re.compile(
    r"me|notice|choices|profile|plan|progress|marks|marks/undo|what-if/[a-z0-9-]+|pictures/[a-z]+/[A-Za-z0-9:/@-]+|grades|checkpoints/[a-z0-9-]+/[A-Za-z0-9_-]+"
    r"|hints(/[a-z0-9-]+){2,3}"
    r"|placement(/(start|answer|end))?"
)


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
        if not _QUESTIONS.fullmatch(path):
            raise UIError(
                f"the academy has no {path!r}; reload the page", 404, zh=f"学院没有 {path!r}；请刷新页面"
            )
        answer = await ask_service(path, self.request.method or "GET", body)
        self.set_status(answer.code)
        self.finish(answer.body)


class OpenHandler(AcademyHandler):
    """Brings a lesson or a lab home."""

    @web.authenticated
    async def post(self) -> None:
        """Copy a lesson or fetch a lab; answer where its notebook lies.

        With ``beside``, a newer text of what the learner has changed is put beside it.
        """
        said = self.body()
        language, beside = str(said.get("language", "en")), said.get("beside") is True
        self.finish(json.dumps(await self.bring(self.field("unit"), language, beside)))


class GoHandler(AtHome, JupyterHandler):
    """Brings a lesson or a lab home and shows it in Lab: the address that links from elsewhere lead to.

    ``course:ID``, a course beside the academy's own, is shown in the panel.
    """

    @web.authenticated
    async def get(self, unit: str) -> None:
        """Send the browser on to the notebook; where there is none, to Lab with its start page."""
        lab, (kind, _, name) = url_path_join(self.base_url, "lab"), unit.partition(":")
        if kind == "course":
            self.redirect(url_concat(lab, {"academy-course": name}))
            return
        try:
            brought = await self.bring(unit, self.get_query_argument("language", "en"))
        except UIError as error:
            self.log.warning("a link leads to %s: %s", unit, error)
            self.redirect(lab)
            return
        self.redirect(url_path_join(lab, "tree", url_escape(brought["path"])))


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
            "office": in_office(),
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
    web_app.settings["academy_check"] = asyncio.Lock()
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
            (at("panel"), PanelHandler),
            (at("check"), CheckHandler),
            (at("language"), LanguageHandler),
        ],
    )
