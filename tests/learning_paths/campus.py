"""A learner's JupyterLab with the start page, a real exchange, and a real service in front of the academy."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.utils import notebook_hash
from tornado import web

from learning_paths.academy import Academy
from learning_paths.errors import BadProfile, NoProfile, PlanError
from tests.learning_paths.small_academy import Teacher
from tests.threaded_service import ThreadedService


class _Api(web.RequestHandler):
    def initialize(self, academy: Academy) -> None:
        self.academy = academy

    def prepare(self) -> None:
        given = self.request.headers.get("Authorization", "")
        if not given.startswith("token of-"):
            raise web.HTTPError(401, reason="no valid token")
        self.person = given.removeprefix("token of-")

    def answer(self, what: Any) -> None:
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(what))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs["exc_info"][1]
        if isinstance(error, PlanError):
            self.set_status({BadProfile: 422, NoProfile: 404}.get(type(error), 400))
        chinese = error.said["zh"] if isinstance(error, PlanError) else None
        self.answer({"error": str(error), "error_zh": chinese, "field": getattr(error, "field", None)})

    def log_exception(self, *_: Any) -> None:
        return

    def get(self, path: str) -> None:
        course, _, name = path.removeprefix("checkpoints/").partition("/")
        answers: dict[str, Callable[[], Any]] = {
            "me": lambda: {
                "name": self.person,
                "role": "learner",
                "profile": self.academy.profile(self.person),
            },
            "choices": self.academy.choices,
            "courses": self.academy.courses,
            "courses/mine": list,
            "plan": lambda: self.academy.plan(self.person),
            "grades": lambda: self.academy.grades(self.person),
            "progress": lambda: self.academy.progress(self.person),
            "hints": lambda: self.academy.hints.shown(self.person),
            "placement": lambda: self.academy.placing.state(self.person),
        }
        kind, _, rest = path.partition("/")
        if kind == "what-if":
            self.answer(self.academy.what_if(self.person, rest))
        elif kind == "pictures":
            language, _, unit = rest.partition("/")
            self.answer(self.academy.picture(self.person, unit, language))
        else:
            self.answer(
                answers[path]() if path in answers else self.academy.prediction(self.person, course, name)
            )

    def put(self, path: str) -> None:
        self.answer(self.academy.save_profile(self.person, json.loads(self.request.body)))

    def post(self, path: str) -> None:
        said, marking, placing = json.loads(self.request.body), self.academy.marking, self.academy.placing
        steps: dict[str, Callable[[], Any]] = {
            "placement/start": lambda: placing.start(self.person),
            "placement/answer": lambda: placing.answer(self.person, **said),
            "placement/end": lambda: placing.end(self.person),
        }
        if path in steps:
            self.answer(steps[path]())
            return
        if path == "marks":
            self.answer(marking.add(self.person, said, self.person))
            return
        if path == "marks/undo":
            self.answer(marking.undo(self.person, said["id"], self.person))
            return
        if path.startswith("hints/"):
            lab, _, task = path.removeprefix("hints/").rpartition("/")
            self.answer(self.academy.hints.ask(self.person, lab, task, said["number"]))
            return
        course, name = path.removeprefix("checkpoints/").split("/")
        self.answer(self.academy.checkpoint(self.person, course, name, said["answer"]))


class Service(ThreadedService):
    """Serves an academy. The token `of-ada` speaks for ada."""

    def __init__(self, academy: Academy) -> None:
        app = web.Application([(r"/academy/api/(.+)", _Api, {"academy": academy})])
        super().__init__(app, "/academy")


@dataclass
class Exchange:
    """A real exchange folder, as nbgrader's release steps leave it."""

    root: Path
    tree: Path
    course: str = "academy"

    def __post_init__(self) -> None:
        for name in ("inbound", "outbound", "feedback"):
            (self.root / self.course / name).mkdir(parents=True)
        self.root.chmod(0o777)
        (self.root / self.course / "inbound").chmod(0o733)

    def release(self, lab: str) -> None:
        """Put a lab where learners fetch it."""
        shutil.copytree(self.tree / "labs/source" / lab, self.root / self.course / "outbound" / lab)

    def submissions(self, lab: str) -> list[Path]:
        """Return what was handed in, oldest first."""
        return sorted((self.root / self.course / "inbound").glob(f"*+{lab}+*"))

    def give_feedback(self, lab: str, html: str) -> None:
        """Put feedback on the last submission where its learner fetches it."""
        secret = (self.submissions(lab)[-1] / "submission_secret.txt").read_text()
        name = notebook_hash(secret=secret, notebook_id=lab)
        (self.root / self.course / "feedback" / f"{name}.html").write_text(html, encoding="utf-8")


@dataclass
class Campus:
    """A learner's JupyterLab with the start page, and the academy behind it."""

    url: str
    token: str
    home: Path
    log: Path
    academy: Academy
    teacher: Teacher
    exchange: Exchange
    service: Service

    def ask(
        self, path: str, body: object = None, *, method: str | None = None, token: bool = True
    ) -> tuple[int, Any]:
        """Send a request to the learner's server; return status and JSON (or text)."""
        request = urllib.request.Request(
            f"{self.url}/academy/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method or ("GET" if body is None else "POST"),
            headers={"Authorization": f"token {self.token}"} if token else {},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            return error.code, json.loads(text) if text.startswith("{") else text


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())
