"""What a learner says of themselves, checked."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from catalogue import Catalogue
from catalogue.errors import UnknownId
from learning_paths.errors import BadProfile
from learning_paths.goals import Goal, goal_of
from learning_paths.refusals import FIELDS, in_turn, unknown

MOST_YEARS = 60
LEAST_HOURS, MOST_HOURS = 0.5, 80
MOST_WEEKS = 520
LANGUAGES = ("en", "zh")
NONE = "none"
"""Said in place of a degree or a job."""


@dataclass(frozen=True, slots=True)
class Learner:
    """A checked profile.

    Parameters
    ----------
    degree, job
        Ids of backgrounds; None where the learner has none.
    years
        Years of work, 0 to ``MOST_YEARS``.
    role
        Id of a role or a migration target; may be None when competencies are named.
    competencies
        ``fine-tuning@I``, besides or instead of a role.
    hours
        Hours a week for learning, ``LEAST_HOURS`` to ``MOST_HOURS``.
    weeks
        In how many weeks the learner would like to be there; None without a date.
    language
        ``en`` or ``zh``.
    """

    degree: str | None = None
    job: str | None = None
    years: float = 0
    role: str | None = None
    competencies: tuple[str, ...] = ()
    hours: float = 5
    weeks: int | None = None
    language: str = "en"

    def data(self) -> dict[str, Any]:
        """Return the profile as JSON can carry it."""
        return {**asdict(self), "competencies": list(self.competencies)}

    def goal(self, catalogue: Catalogue) -> Goal:
        """Return what the learner aims at."""
        return goal_of(catalogue, self.role, self.competencies)


def check(catalogue: Catalogue, data: Mapping[str, Any]) -> Learner:
    """Return a profile from what a form or a command line gave.

    Empty text and ``"none"`` mean that there is no degree or no job. Unknown keys are refused, so that a
    misspelt one is not silently lost.

    Raises
    ------
    BadProfile
        Naming the field, what is wrong and what would be right.
    """
    if not isinstance(data, Mapping):
        raise BadProfile("profile", "no-profile-object")
    strange = sorted(set(data) - set(Learner.__slots__))
    if strange:
        raise BadProfile(
            strange[0], "unknown-field", field=repr(strange[0]), known=in_turn(Learner.__slots__)
        )
    competencies = data.get("competencies") or ()
    if isinstance(competencies, str) or not all(isinstance(one, str) for one in competencies):
        raise BadProfile("competencies", "no-names")
    weeks = data.get("weeks")
    learner = Learner(
        degree=_background(catalogue, "degree", data.get("degree")),
        job=_background(catalogue, "job", data.get("job")),
        years=_number(data, "years", 0, MOST_YEARS, default=0),
        role=_text(data, "role"),
        competencies=tuple(competencies),
        hours=_number(data, "hours", LEAST_HOURS, MOST_HOURS, default=5),
        weeks=None if weeks in (None, "") else int(_number(data, "weeks", 1, MOST_WEEKS, default=1)),
        language=data.get("language") or "en",
    )
    if learner.language not in LANGUAGES:
        raise BadProfile("language", "no-language", language=repr(learner.language))
    learner.goal(catalogue)  # so that an unknown one is refused when it is said, not when it is planned
    return learner


def _text(data: Mapping[str, Any], field: str) -> str | None:
    value = data.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BadProfile(field, "no-name", field=FIELDS[field], value=repr(value))
    return value


def _background(catalogue: Catalogue, kind: str, value: object) -> str | None:
    name = _text({kind: value}, kind)
    if name in (None, NONE):
        return None
    try:
        return catalogue.background(name, kind).id
    except UnknownId as error:
        there = catalogue.degrees if kind == "degree" else catalogue.jobs
        raise BadProfile(kind, "unknown-background", unknown=unknown(error, there), none=NONE) from error


def _number(data: Mapping[str, Any], field: str, least: float, most: float, *, default: float) -> float:
    value = data.get(field)
    if value is None or value == "":
        return default
    try:
        number = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError):
        number = math.nan
    if not least <= number <= most:
        raise BadProfile(
            field,
            "no-number-from",
            field=FIELDS[field],
            value=repr(value),
            least=f"{least:g}",
            most=f"{most:g}",
        )
    return int(number) if number.is_integer() else number
