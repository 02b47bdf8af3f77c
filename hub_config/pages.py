"""What staff see in the browser: where everyone stands, and one learner's plan with its marks."""

import asyncio
import json
import re
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from tornado import web

from catalogue import Level
from learning_paths.curriculum import Ground
from learning_paths.errors import BadMark, NoProfile
from learning_paths.marking import MOST_LETTERS, kinds_of
from learning_paths.profiles import LANGUAGES

from .course_handlers import OfCourse
from .handlers import SECURITY_HEADERS, STAFF, Handler
from .overview import MARK_TITLES, Standing, marks, named, standings_in
from .spreadsheets import as_csv

FOLDER = Path(__file__).resolve().parent / "staff"
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


class Page(Handler):
    """A page for people, errors included."""

    def set_default_headers(self) -> None:
        """Let forms go nowhere else."""
        super().set_default_headers()
        policy = SECURITY_HEADERS["Content-Security-Policy"]
        self.set_header("Content-Security-Policy", f"{policy}; form-action 'self'; base-uri 'none'")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what is wrong and where to go on, in both languages."""
        self.show("problem.html", said=PROBLEMS.get(status_code, OURS))

    @property
    def language(self) -> str:
        """The language that was asked for, else the first of ours that the browser names, else English."""
        asked = self.get_query_argument("language", "")
        if asked in LANGUAGES:
            return asked
        named = re.findall(r"(?:^|[,\s])(en|zh)\b", self.request.headers.get("Accept-Language", "").lower())
        return named[0] if named else "en"

    def show(self, template: str, **given: Any) -> None:
        """Answer with a page that knows where it stands."""
        places = {"prefix": self.settings["prefix"], "hub": self.hub_auth.hub_prefix}
        self.render(template, **places, **given)

    def hand_over(self, name: str, table: str) -> None:
        """Answer with a CSV file; by its first mark every spreadsheet reads Chinese in it."""
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(f"\ufeff{table}")


class LearnersPage(OfCourse, Page):
    """The learners of a course, for staff; of the academy's own course with their plans."""

    @web.authenticated
    async def get(self) -> None:
        """Show it."""
        self.must_be_staff()
        if self.sees_marks:
            await self.viewed(self.opened.at.lab("learners"))
        found = await asyncio.to_thread(self._standings)
        self.show(
            "learners.html",
            standings=found,
            person=self.person,
            address=address,
            below=self.below,
            course=self.opened.said,
            cohorts=self.is_own and self.settings["delivery"] is not None,
            marks=self.sees_marks,
            all_learners=not self.is_own and bool(STAFF & set(self.groups)),
            overseen=self.overseen(),
            manager=self.is_own and self.is_manager,
        )

    def _standings(self) -> list[Standing]:
        if self.is_own:
            return self.settings["standings"]()
        if self.sees_marks:
            return standings_in(self.opened, self.people(), self.academy.catalogue)
        return named(self.people())


class MarksTable(OfCourse, Page):
    """Everybody's marks in a course, for spreadsheets."""

    @web.authenticated
    async def get(self) -> None:
        """Answer them as CSV."""
        self.must_see_marks()
        await self.viewed(self.opened.at.lab("marks.csv"))
        found = await asyncio.to_thread(lambda: marks(self.opened, self.people(), self.academy.catalogue))
        self.hand_over("marks.csv" if self.is_own else f"{self.course}-marks.csv", as_csv(MARK_TITLES, found))


class LearnerPage(Page):
    """One learner's plan, and what staff want to be otherwise in it."""

    @web.authenticated
    async def get(self, learner: str) -> None:
        """Show it; ``mark`` names the mark that was just set or undone."""
        self._check(learner)
        await self._show(learner, done=self.get_query_argument("mark", ""))

    @web.authenticated
    async def post(self, learner: str) -> None:
        """Set a mark (``unit``, ``kind``, ``reason``) or undo one (``undo``), and show the page anew."""
        self._check(learner)
        said = {name: self.get_body_argument(name, "") for name in ("unit", "kind", "reason", "undo")}
        try:
            mark = await asyncio.to_thread(self._change, learner, said)
        except BadMark as error:
            self.set_status(400)
            await self._show(learner, wrong=error.said[self.language], said=said)
            return
        asked = {"language": self.language, "mark": mark["id"]}
        self.redirect(f"{self.settings['prefix']}{address(learner)}?{urlencode(asked)}", status=303)

    def _check(self, learner: str) -> None:
        self.must_be_staff()
        self.must_be_known(learner)

    def _change(self, learner: str, said: dict[str, str]) -> dict[str, Any]:
        marking = self.academy.marking
        if said["undo"]:
            numbers = {str(mark["id"]): mark["id"] for mark in marking.told(learner, history=True)}
            if said["undo"] not in numbers:
                raise _NotSo("gone")
            return marking.undo(learner, numbers[said["undo"]], self.person)
        ground = self.academy.ground
        if said["unit"] not in ground.items:
            raise _NotSo("choose-unit")
        if said["kind"] not in kinds_of(ground, said["unit"]):
            raise _NotSo("not-so", title=ground.title(ground.items[said["unit"]]))
        if not said["reason"].strip():
            raise _NotSo("say-why")
        if len(said["reason"]) > MOST_LETTERS:
            raise _NotSo("too-long", most=MOST_LETTERS)
        return marking.add(learner, {name: said[name] for name in ("unit", "kind", "reason")}, self.person)

    async def _show(
        self, learner: str, *, done: str = "", wrong: str = "", said: dict[str, str] | None = None
    ) -> None:
        await self.viewed("learner", learner)
        found = await asyncio.to_thread(self._found, learner)
        self.show(
            "learner.html",
            learner=learner,
            shown=self.settings["shown"](learner),
            person=self.person,
            language=self.language,
            say=partial(say, self.language),
            address=address,
            kinds_of=partial(kinds_of, self.academy.ground),
            done=next((mark for mark in found["log"] if str(mark["id"]) == done), None),
            wrong=wrong,
            said=said or {},
            extends=self.settings["office"] is not None,
            **found,
        )

    def _found(self, learner: str) -> dict[str, Any]:
        """Return plan (None before there is a profile), marks, log, hints, units that may be brought in."""
        try:
            plan = self.academy.plan(learner)
        except NoProfile:
            plan = None
        log = self.academy.marking.told(learner, history=True)
        inside = {unit["id"] for unit in plan["units"]} if plan else set()
        ground = self.academy.ground
        courses: dict[str, list[tuple[str, dict[str, str]]]] = {}
        for name, item in ground.items.items():
            if name not in inside and "pin" in kinds_of(ground, name):
                courses.setdefault(item.course, []).append((name, ground.title(item)))
        titles = {slug: course.title for slug, course in ground.catalogue.courses.items()}
        return {
            "plan": plan,
            "weeks": _weeks(plan["units"]) if plan else [],
            "uncovered": [_named(ground, one) for one in plan["uncovered"]] if plan else [],
            "marks": [mark for mark in log if mark["undone_at"] is None],
            "log": log[::-1],
            "hints": self.academy.hints.used(learner),
            "others": [(titles[course], units) for course, units in courses.items()],
        }


class NoPage(Page):
    """Any other address."""

    def prepare(self) -> None:
        """Answer 404 as a page."""
        raise web.HTTPError(404)


@cache
def _words() -> dict[str, dict[str, str]]:
    return json.loads((FOLDER / "words.json").read_text(encoding="utf-8"))


class _NotSo(BadMark):
    """A mark that the page cannot set, in the page's own words."""

    sayings = _words()


def address(learner: str) -> str:
    """Return where a learner's page is, below the service's prefix."""
    return f"learners/{quote(learner, safe='')}"


def say(language: str, name: str, /, **values: Any) -> str:
    """Return one of the page's texts in a language, with its values filled in."""
    return _words()[name][language].format(**values)


def _named(ground: Ground, skill: str) -> dict[str, str]:
    """Return ``competency:fine-tuning@P`` in words."""
    name, _, level = skill.partition(":")[2].partition("@")
    return {language: ground.name(ground.node_of(name, Level[level]), language) for language in LANGUAGES}


def _weeks(units: list[dict[str, Any]]) -> list[tuple[int, int, list[dict[str, Any]]]]:
    """Return first week, last week and units of each part of a plan."""
    found: dict[int, list[dict[str, Any]]] = {}
    for unit in units:
        found.setdefault(unit["week"], []).append(unit)
    return [(week, max(unit["until"] for unit in part), part) for week, part in found.items()]
