"""What the handlers on the learner's server share: the home, JSON in and out, the academy service."""

import asyncio
import json
import os
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse

from learning_paths.ui import course_lessons
from learning_paths.ui.errors import UIError
from learning_paths.ui.labs import LabDesk
from learning_paths.ui.lessons import open_lesson

SECONDS = 20
"""Patience with the academy service."""

_RELOAD_ZH = "请求有误；请刷新页面后重试"


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

    async def bring(self, unit: str, language: str, beside: bool = False) -> dict[str, Any]:
        """Copy a lesson (with `beside`, newer texts too) or fetch a lab; return where it lies, and if new."""
        kind, _, name = unit.partition(":")
        if kind == "lab":
            return await self.at_desk("fetch", name)
        if kind != "lesson":
            raise UIError(
                f"{unit!r} is neither lesson nor lab; open one from the plan",
                zh=f"{unit!r} 既不是课程也不是实验；请从计划中打开",
            )
        material = os.environ.get("ACADEMY_MATERIAL")
        if not material or not Path(material).is_dir():
            raise UIError(
                "the course material is not here; start this server from the hub: ./academy hub",
                503,
                zh="找不到课程材料；请从学院入口重新启动你的服务器",
            )
        given = (open_lesson, unit, Path(material), self.home, language)
        copied = await asyncio.to_thread(*given, courses=course_lessons.folders(), beside=beside)
        return {"path": copied.path, "new": copied.new, "outdated": copied.outdated}


class AcademyHandler(AtHome, APIHandler):
    """What answers in JSON, errors as ``{"error": …, "error_zh": …}``."""

    def body(self) -> dict[str, Any]:
        """Return the request's JSON object; raise `UIError` when it is none."""
        try:
            data = json.loads(self.request.body or b"{}")
        except ValueError as error:
            raise UIError("the request is no JSON; reload the page and try again", zh=_RELOAD_ZH) from error
        if not isinstance(data, dict):
            raise UIError("the request is no JSON object; reload the page and try again", zh=_RELOAD_ZH)
        return data

    def field(self, name: str) -> str:
        """Return a text of the request; raise `UIError` when it is missing."""
        value = self.body().get(name)
        if not isinstance(value, str) or not value:
            raise UIError(f"the request lacks {name!r}; reload the page and try again", zh=_RELOAD_ZH)
        return value

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what went wrong as JSON, in the words of the error where it is ours."""
        error = kwargs.get("exc_info", (None, None))[1]
        message, chinese = (str(error), error.zh) if isinstance(error, UIError) else ("", "")
        if isinstance(error, web.HTTPError):
            message = chinese = error.log_message or error.reason or ""
        said = {
            "error": message or "something broke in your server; see its log and try again",
            "error_zh": chinese or "你的服务器出错；请查看日志后重试",
        }
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(said, ensure_ascii=False))

    def _handle_request_exception(self, error: BaseException) -> None:
        if isinstance(error, UIError):
            # said to the learner and nothing that the server's log should alarm about
            self.send_error(error.status, exc_info=(type(error), error, error.__traceback__))
        else:
            super()._handle_request_exception(error)


async def ask_service(path: str, method: str = "GET", body: bytes | None = None) -> HTTPResponse:
    """Ask the academy service under the server's own token; return its answer, whatever its status.

    Parameters
    ----------
    path
        Below ``api/``.

    Raises
    ------
    UIError
        When there is no academy behind this server (503), or it does not answer in JSON (502).
    """
    url, token = os.environ.get("ACADEMY_URL"), os.environ.get("JUPYTERHUB_API_TOKEN")
    if not url or not token:
        raise UIError(
            "this server does not belong to an academy; start it from the hub: ./academy hub",
            503,
            zh="此服务器不属于任何学院；请从学院入口启动",
        )
    request = HTTPRequest(
        f"{url.rstrip('/')}/api/{path}",
        method=method,
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
            zh=f"学院服务没有响应（{error}）；你输入的内容已保留，请稍后重试",
        ) from error
    if "json" not in answer.headers.get("Content-Type", ""):
        raise UIError(
            f"the academy service answered {answer.code} {answer.reason}; what you typed is kept, "
            "try again, then tell your academy",
            502,
            zh=f"学院服务返回 {answer.code}；你输入的内容已保留，请重试，仍不行请联系学院",
        )
    return answer
