"""Where everyone stands, for who teaches and who answers for the academy."""

from dataclasses import asdict, dataclass
from typing import Any

from learning_paths.academy import Academy

from .accounts import Account

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
    lab: dict[str, str] | None = None
    score: float | None = None
    points: float | None = None
    submitted_at: str | None = None

    def data(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        return asdict(self)


def standings(academy: Academy, accounts: list[Account]) -> list[Standing]:
    """Return one line for each learner, by name."""
    return [_standing(academy, one.name, one.shown) for one in _learners(accounts)]


def marks(academy: Academy, accounts: list[Account]) -> list[tuple[object, ...]]:
    """Return a row of `MARK_TITLES` for each learner and lab; no score while it waits for grading."""
    return [
        (one.name, one.shown, *(grade[title] for title in MARK_TITLES[2:]))
        for one in _learners(accounts)
        for grade in academy.grades(one.name)
    ]


def _learners(accounts: list[Account]) -> list[Account]:
    return sorted((one for one in accounts if one.role == "learner"), key=lambda one: one.name)


def _standing(academy: Academy, learner: str, shown: str) -> Standing:
    found: dict[str, Any] = {}
    if academy.profile(learner) is not None:
        plan = academy.plan(learner)
        done = len(plan["done"])
        found = {
            "goal": plan["goal"]["title"],
            "done": done,
            "units": done + len(plan["units"]),
            "share": plan["progress"]["share"],
        }
    handed_in = [grade for grade in academy.grades(learner) if grade["submitted_at"]]
    if handed_in:
        last = max(handed_in, key=lambda grade: grade["submitted_at"])
        found |= {
            "lab": last["title"],
            "score": last["score"],
            "points": last["points"],
            "submitted_at": last["submitted_at"],
        }
    return Standing(learner, shown, **found)
