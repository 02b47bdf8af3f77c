"""Where everyone stands, for who teaches and who answers for the academy."""

from dataclasses import asdict, dataclass
from typing import Any

from catalogue import Catalogue
from learning_paths.academy import Academy

from .accounts import Account
from .courses import OpenCourse

MARK_TITLES = ("learner", "name", "lab", "submitted_at", "late_seconds", "score", "points")


@dataclass(frozen=True)
class Standing:
    """One learner in one line.

    Parameters
    ----------
    learner
        The hub's name.
    shown
        How the person is called, else the hub's name again.
    goal
        The role or target wanted, in both languages; None before the learner said anything.
    done, units
        Units behind the learner, and those in the whole plan.
    share
        Hours behind the learner of all that can be done here, 0 to 1; None without a plan.
    labs
        How many labs were handed in.
    lab, score, points
        The lab handed in last, and its score; score None while it waits for grading.
    submitted_at
        When, ISO 8601; None where nothing was handed in.
    """

    learner: str
    shown: str = ""
    goal: dict[str, str] | None = None
    done: int = 0
    units: int = 0
    share: float | None = None
    labs: int = 0
    lab: dict[str, str] | None = None
    score: float | None = None
    points: float | None = None
    submitted_at: str | None = None

    def data(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        return asdict(self)


def standings(academy: Academy, accounts: list[Account]) -> list[Standing]:
    """Return one line for each learner, by name."""
    return [
        Standing(one.name, one.shown, **_planned(academy, one.name), **_handed_in(academy.grades(one.name)))
        for one in _learners(accounts)
    ]


def standings_in(course: OpenCourse, people: list[Account], known: Catalogue) -> list[Standing]:
    """Return one line for each learner of a course beside the academy's own, by name, without their plans.

    Parameters
    ----------
    course
        The course.
    people
        Who takes part in it, in the role that they have there.
    known
        What its labs are called.
    """
    found = course.grades_of_all(known)
    return [Standing(one.name, one.shown, **_handed_in(found.get(one.name, []))) for one in _learners(people)]


def named(people: list[Account]) -> list[Standing]:
    """Return one line for each learner, by name, that says nothing but who it is."""
    return [Standing(one.name, one.shown) for one in _learners(people)]


def marks(course: OpenCourse, people: list[Account], known: Catalogue) -> list[tuple[object, ...]]:
    """Return a row of `MARK_TITLES` for each learner and lab of a course.

    There is no score while it waits for grading. The parameters are those of `standings_in`.
    """
    found = course.grades_of_all(known)
    return [
        (one.name, one.shown, *(grade[title] for title in MARK_TITLES[2:]))
        for one in _learners(people)
        for grade in found.get(one.name, [])
    ]


def _learners(accounts: list[Account]) -> list[Account]:
    return sorted((one for one in accounts if one.role == "learner"), key=lambda one: one.name)


def _planned(academy: Academy, learner: str) -> dict[str, Any]:
    """Return what a standing says of a learner's plan; nothing before there is one."""
    if academy.profile(learner) is None:
        return {}
    plan = academy.plan(learner)
    done = len(plan["done"])
    return {
        "goal": plan["goal"]["title"],
        "done": done,
        "units": done + len(plan["units"]),
        "share": plan["progress"]["share"],
    }


def _handed_in(grades: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a standing says of a learner's labs."""
    handed_in = [grade for grade in grades if grade["submitted_at"]]
    if not handed_in:
        return {}
    last = max(handed_in, key=lambda grade: grade["submitted_at"])
    return {
        "labs": len(handed_in),
        "lab": last["title"],
        "score": last["score"],
        "points": last["points"],
        "submitted_at": last["submitted_at"],
    }
