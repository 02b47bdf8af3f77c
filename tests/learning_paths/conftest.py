"""A small academy: two courses with labs beside the real framework, a real gradebook, a real service."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import settings
from nbgrader.api import Gradebook
from nbgrader.utils import notebook_hash
from sqlalchemy.exc import SAWarning
from tornado import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from catalogue import Catalogue, load
from catalogue.folders import CHECKOUT
from learning_paths.academy import Academy
from learning_paths.errors import BadProfile, NoProfile, PlanError

COURSES = {
    "3-computing/python-start": """
title: {en: Python from the first line, zh: 从第一行开始学 Python}
promise: {en: "You write small programs.", zh: "你能写小程序。"}
tracks: [infrastructure, data, model, application]
teaches: [programming-basics@B, programming-basics@I]
assesses: [programming-basics@I]
lessons:
  - {slug: 01-values, title: {en: Values, zh: 值}, minutes: 60, teaches: [programming-basics@B]}
  - {slug: 02-loops, title: {en: Loops, zh: 循环}, minutes: 60, teaches: [programming-basics@I]}
labs: [first-programs]
""",
    "1-mathematics/numerics-information": """
title: {en: Numerics and information, zh: 数值与信息}
promise: {en: "You compute stably.", zh: "你能稳定地计算。"}
tracks: [infrastructure, data, model]
teaches: [numerics-information@B, numerics-information@I]
assesses: [numerics-information@I]
uses: [programming-basics@B]
lessons:
  - slug: 01-floating-point
    title: {en: Floating point, zh: 浮点数}
    minutes: 55
    teaches: [numerics-information@B]
  - slug: 02-stable-algorithms
    title: {en: Stable algorithms, zh: 稳定算法}
    minutes: 60
    teaches: [numerics-information@I]
  - slug: 03-entropy
    title: {en: Entropy, zh: 熵}
    minutes: 50
    teaches: [numerics-information@I]
labs: [stable-softmax]
""",
}
CHECKPOINTS = """
overflow:
  lesson: 01-floating-point
  kind: choice
  prompt: {en: "What is exp(89) in float32?", zh: "float32 中 exp(89) 是多少？"}
  choices: {a: {en: infinity, zh: 无穷大}, b: {en: "4.5e38", zh: "4.5e38"}}
  answer: a
  explanations:
    a: {en: "Right: 88.7 is the limit.", zh: "对：上限是 88.7。"}
    b: {en: "Too large for float32.", zh: "超出 float32。"}
bits:
  lesson: 01-floating-point
  kind: number
  prompt: {en: "How many bits has bf16?", zh: "bf16 有几位？"}
  answer: {value: 16, tolerance: 0}
  right: {en: "Sixteen.", zh: "十六位。"}
  explanations: [{when: "= 32", en: "That is fp32.", zh: "那是 fp32。"}]
  otherwise: {en: "Count its name.", zh: "看它的名字。"}
"""
LABS = {
    "first-programs": ("programming-basics@I", {"read-table": ["check-read-table"]}),
    "stable-softmax": (
        "numerics-information@I",
        {"log-sum-exp": ["check-lse", "check-lse-hidden"], "sums": ["check-sums"]},
    ),
}
POINTS = 5.0

# two shared cores: fewer examples, and no clock that a busy machine could trip
settings.register_profile("learning_paths", max_examples=1500, deadline=None)
settings.load_profile("learning_paths")

# nbgrader's gradebook calls `alembic`, which lies beside this interpreter
os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))


def notebook(title: str, grade_ids: tuple[str, ...] = ()) -> str:
    """A notebook with a title and graded cells."""
    cells = [
        nbformat.v4.new_markdown_cell(f"# {title}", id="title"),
        nbformat.v4.new_code_cell("1 + 1", id="sum"),
    ]
    for grade_id in grade_ids:
        mark = {
            "grade_id": grade_id,
            "grade": True,
            "solution": False,
            "locked": True,
            "task": False,
            "points": POINTS,
            "schema_version": 3,
            "cell_type": "code",
        }
        cells.append(nbformat.v4.new_code_cell("assert True", id=grade_id, metadata={"nbgrader": mark}))
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=metadata))


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small academy's material."""
    root = tmp_path_factory.mktemp("material")
    for place, text in COURSES.items():
        folder = root / "courses" / place
        folder.mkdir(parents=True)
        (folder / "course.yml").write_text(text, encoding="utf-8")
    numerics = root / "courses/1-mathematics/numerics-information"
    (numerics / "checkpoints.yml").write_text(CHECKPOINTS, encoding="utf-8")
    (numerics / "data").mkdir()
    (numerics / "data" / "loss.csv").write_text("step,loss\n1,2.5\n", encoding="utf-8")
    (numerics / "01-floating-point.zh.ipynb").write_text(notebook("浮点数"), encoding="utf-8")
    for course in load(root).courses.values():
        for lesson in course.lessons:
            path = (root / course.file).with_name(f"{lesson.slug}.ipynb")
            path.write_text(notebook(lesson.title.en), encoding="utf-8")
            path.with_suffix(".py").write_text("# the source\n", encoding="utf-8")
    for lab, (skill, tasks) in LABS.items():
        (root / "labs/authoring" / lab).mkdir(parents=True)
        (root / "labs/source" / lab).mkdir(parents=True)
        lines = [
            f"  - {{id: {name}, title: {{en: {name}, zh: 任务 {name}}}, proves: [{skill}], grades: {ids}}}"
            for name, ids in tasks.items()
        ]
        (root / "labs/authoring" / lab / "lab.yml").write_text(
            f"title: {{en: Lab {lab}, zh: 实验 {lab}}}\npromise: {{en: Proof., zh: 证明。}}\nminutes: 60\n"
            "limits: {seconds: 50, memory_mib: 2048}\ntasks:\n" + "\n".join(lines) + "\n",
            encoding="utf-8",
        )
        ids = tuple(grade for one in tasks.values() for grade in one)
        (root / "labs/source" / lab / f"{lab}.ipynb").write_text(notebook(lab, ids), encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def small(tree: Path) -> Catalogue:
    """The small academy's catalogue."""
    return load(tree)


@dataclass
class Clock:
    """A clock that a test turns."""

    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        """Move on."""
        self.now += timedelta(**span)


@dataclass
class Teacher:
    """Writes a real gradebook through nbgrader's own API."""

    path: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def grade(
        self, learner: str, lab: str, scores: dict[str, float], at: datetime, *, due: datetime | None = None
    ) -> None:
        """Enter a submission's scores; the same learner and time again is a re-grade."""
        # nbgrader 0.9 adds children to objects that SQLAlchemy 2 does not hold yet, and is warned of it
        with warnings.catch_warnings(category=SAWarning, action="ignore"), Gradebook(self.url) as book:
            book.update_or_create_student(learner)
            book.update_or_create_assignment(lab, duedate=due.replace(tzinfo=None) if due else None)
            handed_in = book.update_or_create_submission(lab, learner, timestamp=at.replace(tzinfo=None))
            for grade_id, score in scores.items():
                grade = book.find_grade(grade_id, lab, handed_in.assignment.name, learner)
                grade.auto_score = score
                grade.needs_manual_grade = False
            book.db.commit()

    def override(self, learner: str, lab: str, grade_id: str, score: float) -> None:
        """Grade a cell by hand."""
        with Gradebook(self.url) as book:
            book.find_grade(grade_id, lab, lab, learner).manual_score = score
            book.db.commit()


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook with the labs and no submission; made once, because nbgrader starts alembic for it."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    with Gradebook(f"sqlite:///{path}") as book:
        for lab, (_, tasks) in LABS.items():
            book.add_assignment(lab)
            book.add_notebook(lab, lab)
            for grade_id in (grade for one in tasks.values() for grade in one):
                book.add_grade_cell(grade_id, lab, lab, max_score=POINTS, cell_type="code")
    return path


@pytest.fixture
def teacher(tmp_path: Path, empty_gradebook: Path) -> Teacher:
    return Teacher(Path(shutil.copy(empty_gradebook, tmp_path / "gradebook.db")))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def academy(tmp_path: Path, small: Catalogue, teacher: Teacher, clock: Clock) -> Iterator[Academy]:
    opened = Academy(f"sqlite:///{tmp_path / 'store.db'}", small, teacher.url, clock)
    yield opened
    opened.close()


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
        self.answer({"error": str(error), "field": getattr(error, "field", None)})

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
            "plan": lambda: self.academy.plan(self.person),
            "grades": lambda: self.academy.grades(self.person),
        }
        self.answer(
            answers[path]() if path in answers else self.academy.prediction(self.person, course, name)
        )

    def put(self, path: str) -> None:
        self.answer(self.academy.save_profile(self.person, json.loads(self.request.body)))

    def post(self, path: str) -> None:
        course, name = path.removeprefix("checkpoints/").split("/")
        self.answer(
            self.academy.checkpoint(self.person, course, name, json.loads(self.request.body)["answer"])
        )


class Service:
    """Serves an academy on loopback, in a thread. The token `of-ada` speaks for ada."""

    def __init__(self, academy: Academy):
        self._app = web.Application([(r"/academy/api/(.+)", _Api, {"academy": academy})])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._port = 0
        self.come_back()
        self.url = f"http://127.0.0.1:{self._port}/academy"

    def come_back(self) -> None:
        """Listen, at the same address as before."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def go_away(self) -> None:
        """Stop listening."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)

    def end(self) -> None:
        """Stop for good."""
        self.go_away()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> None:
        sockets = bind_sockets(self._port, "127.0.0.1")
        self._port = sockets[0].getsockname()[1]
        self._server = HTTPServer(self._app)
        self._server.add_sockets(sockets)

    async def _close(self) -> None:
        self._server.stop()
        await self._server.close_all_connections()


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


@pytest.fixture(scope="module")
def campus(
    tmp_path_factory: pytest.TempPathFactory, small: Catalogue, tree: Path, empty_gradebook: Path
) -> Iterator[Campus]:
    """Start JupyterLab as the hub does, for the learner ada."""
    folder = tmp_path_factory.mktemp("campus")
    home, config, log = folder / "home", folder / "config", folder / "lab.log"
    home.mkdir()
    config.mkdir()
    exchange = Exchange(folder / "exchange", tree)
    (config / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        f"c.CourseDirectory.course_id = {exchange.course!r}\n"
        f"c.Exchange.root = {str(exchange.root)!r}\n"
    )
    (config / "jupyter_server_config.py").write_text(
        "c = get_config()\n"
        "c.ServerApp.jpserver_extensions = {'learning_paths.ui.server': True}\n"
        f"c.LabApp.extra_labextensions_path = [{str(CHECKOUT / 'learning_paths/ui/labextensions')!r}]\n"
        "c.LabApp.news_url = None\n"
        "c.LabApp.check_for_updates_class = 'jupyterlab.NeverCheckForUpdate'\n"
    )
    (config / "labconfig").mkdir()
    (config / "labconfig/default_setting_overrides.json").write_text(
        json.dumps({"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}})
    )
    teacher = Teacher(Path(shutil.copy(empty_gradebook, folder / "gradebook.db")))
    academy = Academy(f"sqlite:///{folder / 'store.db'}", small, teacher.url)
    port, token = _free_port(), "letmein"
    service = Service(academy)
    with log.open("wb") as output:
        environment = {
            **os.environ,
            "HOME": str(home),
            "JUPYTER_CONFIG_DIR": str(config),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "ACADEMY_URL": service.url,
            "ACADEMY_MATERIAL": str(tree / "courses"),
            "JUPYTERHUB_API_TOKEN": "of-ada",
        }
        command = [
            str(Path(sys.executable).with_name("jupyter-lab")),
            "--no-browser",
            "--allow-root",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={token}",
            f"--ServerApp.root_dir={home}",
        ]
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=home)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/api", process, log)
            yield Campus(url, token, home, log, academy, teacher, exchange, service)
        finally:
            process.terminate()
            process.wait(20)
            service.end()
            academy.close()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())
