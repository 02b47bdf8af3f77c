"""What the panel beside the notebooks asks of the learner's server: path, labs and marks; checks."""

import asyncio
import json
import math
import os
import signal
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tornado import web

from learning_paths.ui import course_lessons
from learning_paths.ui.errors import UIError
from learning_paths.ui.handlers import AcademyHandler, ask_service
from learning_paths.ui.labs import in_office, notebook_of

UNITS = 5
"""How many of the plan's next units the panel shows."""
UNKNOWN_SECONDS = 60
"""What a cell of a lab may take that the catalogue does not know."""
KERNEL_SECONDS = 60
"""What starting a kernel may take on a busy machine."""
ENDING_SECONDS = 5
LANGUAGES = ("en", "zh")

_ORDER = ("open", "fetched", "submitted", "graded")
_TIMESTAMP = "%Y-%m-%d %H:%M:%S.%f UTC"


class PanelHandler(AcademyHandler):
    """What the panel shows."""

    @web.authenticated
    async def get(self) -> None:
        """Answer it; what cannot be had now is left out, and ``problems`` says so."""
        problems: list[UIError] = []

        async def asked(path: str, otherwise: Any) -> Any:
            try:
                answer = await ask_service(path)
                told = json.loads(answer.body)
                if answer.code == 200:
                    return told
                if answer.code != 404:  # no plan before there is a profile
                    problems.append(UIError(told["error"], zh=told.get("error_zh", "")))
            except UIError as error:
                problems.append(error)
            return otherwise

        async def at_home() -> dict[str, Any]:
            try:
                return await self.at_desk("status")
            except UIError as error:
                problems.append(error)
                return {}

        me, plan, grades, hints, courses, mine, status, lessons = await asyncio.gather(
            asked("me", {}),
            asked("plan", None),
            asked("grades", []),
            asked("hints", {}),
            asked("courses", []),
            asked("courses/mine", []),
            at_home(),
            asyncio.to_thread(course_lessons.listed, course_lessons.folders(), self.home),
        )
        titles = {one["id"]: one["title"] for one in mine}
        now = datetime.now(UTC)
        self.finish(
            {
                "role": _role(me),
                "teaches": [one for one in mine if one["part"] == "instructor"],
                "plan": None if plan is None else shortened(plan),
                "courses": [{"id": one["id"], "title": one["title"]} for one in courses],
                "labs": labs(courses, status, grades, now, titles, hints),
                "lessons": [{**one, "within": _within(one["course"], titles)} for one in lessons],
                "problems": [
                    {"en": en, "zh": zh} for en, zh in dict.fromkeys((str(one), one.zh) for one in problems)
                ],
            }
        )


class LanguageHandler(AcademyHandler):
    """The language that the person chose in Lab."""

    @web.authenticated
    async def put(self) -> None:
        """Let kernels that start from now on speak it; answer whether an academy is behind the server."""
        language = self.field("language")
        if language not in LANGUAGES:
            raise UIError(
                f"unknown language {language!r}; use en or zh", zh=f"未知语言 {language!r}；请用 en 或 zh"
            )
        os.environ["ACADEMY_LANGUAGE"] = language
        self.finish({"language": language, "academy": bool(os.environ.get("ACADEMY_URL"))})


class CheckHandler(AcademyHandler):
    """A lab's open checks."""

    @web.authenticated
    async def post(self) -> None:
        """Run them on the saved notebook; answer what they say (`checking`), with the ``seconds`` it took."""
        notebook = self.home / notebook_of(self.field("lab"))
        if not notebook.is_file():
            shown = notebook.relative_to(self.home)
            raise UIError(
                f"there is no {shown}; open the lab first", 404, zh=f"找不到 {shown}；请先打开该实验"
            )
        busy: asyncio.Lock = self.settings["academy_check"]
        if busy.locked():
            raise UIError(
                "a check is running already; wait for its end", 409, zh="已有检查正在运行；请等它结束"
            )
        async with busy:
            begun = time.monotonic()
            found = await checked(notebook, await self._seconds(self.field("lab")))
        self.finish({**found, "seconds": round(time.monotonic() - begun, 1)})

    async def _seconds(self, lab: str) -> int:
        """Return what one cell of a lab may take."""
        try:
            courses = json.loads((await ask_service("courses")).body)
        except UIError:  # checking needs no academy
            return UNKNOWN_SECONDS
        name = lab.rpartition("/")[2]
        known = [one["seconds"] for course in courses for one in course["labs"] if one["lab"] == name]
        return math.ceil(known[0]) if known else UNKNOWN_SECONDS


async def checked(notebook: Path, seconds: int) -> dict[str, Any]:
    """Return what `checking` says of a notebook.

    Parameters
    ----------
    notebook
        Absolute path.
    seconds
        What one cell may take; all of them together may take `patience`.

    Raises
    ------
    UIError
        When it takes too long (504), or the notebook cannot be run at all (500).
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "learning_paths.ui.checking", str(notebook), "--seconds", str(seconds)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, said = await asyncio.wait_for(process.communicate(), patience(seconds))
    except TimeoutError as error:
        raise UIError(
            f"the check took longer than {patience(seconds)} s and was stopped; does a loop never end?",
            504,
            zh=f"检查超过 {patience(seconds)} 秒，已停止；是否有不会结束的循环？",
        ) from error
    finally:
        await _ended(process)
    if process.returncode:
        last = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise UIError(
            f"{notebook.name} could not be run: {last}; restart your kernel, save and check again",
            500,
            zh=f"{notebook.name} 无法运行：{last}；请重启内核，保存后再次检查",
        )
    return json.loads(out)


def patience(seconds: float) -> int:
    """Return how long a check may take in all, as in grading one and a half times what one cell may, in s."""
    return math.ceil(1.5 * seconds) + KERNEL_SECONDS


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Make sure that a check has ended, and its kernel with it."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.returncode is not None:
            return
        process.send_signal(number)
        try:
            await asyncio.wait_for(process.wait(), ENDING_SECONDS)
        except TimeoutError:
            continue


def shortened(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a plan what a narrow panel shows: goal, how far one is, the next units with a reason."""
    units = [unit for unit in plan["units"] if unit["kind"] != "gap"]
    courses = {unit["id"].partition("/")[0]: unit for unit in reversed(units) if unit["kind"] == "lesson"}
    nearest = [unit for unit in units if courses.get(unit["id"].partition("/")[0]) is unit]
    return {
        "goal": plan["goal"]["title"],
        "done_hours": plan["progress"]["done_hours"],
        "left_hours": plan["progress"]["left_hours"],
        "left": len(units),
        "units": [_unit(unit) for unit in units[:UNITS]],
        # the next lesson of each course, in the plan's order
        "by_course": [
            {"course": unit["id"].removeprefix("lesson:").partition("/")[0], **_unit(unit)}
            for unit in nearest
        ],
    }


def _unit(unit: Mapping[str, Any]) -> dict[str, Any]:
    reasons = unit["reasons"]
    return {
        **{name: unit[name] for name in ("id", "kind", "title", "hours", "state")},
        "why": reasons[0]["text"] if reasons else None,
    }


def _role(me: Mapping[str, Any]) -> str:
    """Return what the person is in this server: in the office of a course who teaches there."""
    return "grader" if in_office() else me.get("role", os.environ.get("ACADEMY_ROLE", "learner"))


def labs(
    courses: list[dict[str, Any]],
    status: Mapping[str, Any],
    grades: list[dict[str, Any]],
    now: datetime,
    titles: Mapping[str, Any] | None = None,
    hints: Mapping[str, Mapping[str, list[str]]] | None = None,
) -> list[dict[str, Any]]:
    """Return the labs that somebody can open or has handed in, what is due first first, graded ones last.

    Parameters
    ----------
    courses
        The service's `offered.courses`.
    status
        `LabDesk.status`: what is released, at home, handed in.
    grades
        The service's grades.
    now
        Decides what is over.
    titles
        Of courses beside the academy's own, by id.
    hints
        Those that were asked for, by lab and task.

    Returns
    -------
    list of dict
        ``lab``, ``title``, ``within`` (the title of a course that is not the academy's own, or None),
        ``course`` (the curriculum's, or None), ``minutes``, ``check_seconds``, ``tasks`` (with
        ``score``, None while not graded, and ``shown``, the hints that were asked for), ``points``;
        ``state``: open (not at home yet), fetched, submitted (not graded yet), graded; ``path``;
        ``submitted_at`` (ISO 8601), ``score``, ``late_seconds``; ``due`` (ISO 8601), ``late``, ``attempts``,
        ``attempts_used``; ``closed``: None, or why nothing can be handed in, attempts or deadline;
        ``feedback`` and ``feedback_path`` as in the status.
    """
    known = {lab["lab"]: {**lab, "course": course["id"]} for course in courses for lab in course["labs"]}
    graded = {grade["lab"]: grade for grade in grades}
    found = []
    for name, at_home in status.items():
        within, _, lab = name.rpartition("/")
        one = _lab(name, known.get(lab, {}), at_home, graded.get(name), (hints or {}).get(name, {}), now)
        found.append({**one, "within": _within(within, titles or {}) if within else None})
    return sorted(found, key=lambda one: (_ORDER.index(one["state"]), one["due"] or "9", one["lab"]))


def _within(course: str, titles: Mapping[str, Any]) -> dict[str, str]:
    """Return the title of a course, its id where that cannot be had now."""
    return titles.get(course, {"en": course, "zh": course})


def _lab(
    name: str,
    known: Mapping[str, Any],
    at_home: Mapping[str, Any],
    grade: Mapping[str, Any] | None,
    hints: Mapping[str, list[str]],
    now: datetime,
) -> dict[str, Any]:
    submitted = _moment(at_home["submitted"][-1]) if at_home["submitted"] else None
    # a newer submission than the graded one is still on its way; gradebooks keep whole seconds
    is_graded = bool(grade and grade["score"] is not None) and not (
        submitted and grade["submitted_at"] and (submitted - _read(grade["submitted_at"])).total_seconds() > 1
    )
    state = "graded" if is_graded else "submitted" if submitted else "fetched" if at_home["path"] else "open"
    used = at_home["attempts_used"] if at_home["attempts_used"] is not None else len(at_home["submitted"])
    due = at_home["due"] or (None if "/" in name else known.get("due"))
    scores = {task["id"]: task["score"] for task in grade["tasks"]} if grade else {}
    grace = timedelta(seconds=at_home["grace_seconds"] or 0)
    over = bool(due and at_home["late"] == "refuse" and _read(due) + grace < now)
    return {
        "lab": name,
        "title": known.get("title", {"en": name, "zh": name}),
        "course": known.get("course"),
        "minutes": known.get("minutes"),
        "check_seconds": patience(known.get("seconds", UNKNOWN_SECONDS)),
        "tasks": [
            {**task, "score": scores.get(task["id"]), "shown": hints.get(task["id"], [])}
            for task in known.get("tasks", ())
        ],
        "points": grade["points"] if grade else known.get("points"),
        "state": state,
        "path": at_home["path"],
        "submitted_at": submitted.isoformat() if submitted else None,
        "score": grade["score"] if is_graded else None,
        "late_seconds": grade["late_seconds"] if is_graded else 0,
        "due": due,
        "late": at_home["late"],
        "attempts": at_home["attempts"],
        "attempts_used": used,
        "closed": "attempts"
        if at_home["attempts"] and used >= at_home["attempts"]
        else "deadline"
        if over
        else None,
        "feedback": at_home["feedback"],
        "feedback_path": at_home["feedback_path"],
    }


def _moment(timestamp: str) -> datetime:
    """Read nbgrader's ``2026-11-23 18:00:00.123456 UTC``."""
    return datetime.strptime(timestamp, _TIMESTAMP).replace(tzinfo=UTC)


def _read(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
