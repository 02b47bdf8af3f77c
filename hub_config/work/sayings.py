"""What staff say of deadlines, extensions and groups: read from JSON, checked, kept with who and when."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from catalogue.errors import suggest

from .book import Book
from .errors import BadWork, NotThere
from .records import Extended
from .rules import ATTEMPTS, MOST_ATTEMPTS, Extension, Late, Terms, moment

NAME = r"[a-z0-9][a-z0-9-]{0,62}"
LAB = r"([a-z0-9][a-z0-9-]{0,63})"
EVERY_LAB = "*"

Model = TypeVar("Model", bound=BaseModel)


class Saying(BaseModel):
    """What every saying has in common."""

    model_config = ConfigDict(extra="forbid", strict=True)


class DeadlineSaying(Saying):
    """A lab's deadline and what holds for it; what is left out stays as it is."""

    due: str | None = None
    zone: str | None = Field(None, max_length=64)
    grace_minutes: int = 0
    late: Late = "none"
    percent_per_day: int = 0
    attempts: int | None = None


class ExtensionSaying(Saying):
    """More time or attempts for one learner or one group; neither takes an earlier one back."""

    learner: str | None = None
    group: str | None = None
    until: str | None = None
    zone: str | None = Field(None, max_length=64)
    attempts: int = 0
    reason: str = Field("", max_length=500)


class GroupSaying(Saying):
    """Who is in a group, and the labs that they hand in together."""

    members: list[str] = Field(max_length=500)
    together: list[str] = Field(default_factory=list, max_length=500)


class Sayings:
    """Deadlines, extensions and groups, as staff set them.

    Parameters
    ----------
    book
        Where they are kept.
    labs
        Tells the labs that there are.
    people
        Tells the names of everybody.
    clock
        Tells the time.
    """

    def __init__(
        self,
        book: Book,
        labs: Callable[[], Collection[str]],
        people: Callable[[], Collection[str]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._book, self._labs, self._people, self._clock = book, labs, people, clock

    def of_lab(self, lab: str) -> dict[str, Any]:
        """Return what holds for a lab: its deadline and its extensions."""
        self.must_be_lab(lab)
        said = self._book.deadline(lab)
        return {
            "lab": lab,
            "deadline": said.data() if said else None,
            "extensions": [one.data() for one in self._book.extensions(lab)],
        }

    def deadline(self, lab: str, said: Mapping[str, Any], by: str, *, dry: bool = False) -> dict[str, Any]:
        """Set a lab's deadline, grace, late policy or attempts; return it with what held before.

        Raises
        ------
        BadWork, NotThere
            When what was said cannot hold, or of no such lab.
        """
        self.must_be_lab(lab)
        given = _read(DeadlineSaying, said)
        before = self._book.deadline(lab)
        held = before.terms if before else Terms()
        new = asdict(held)
        zone = given.zone if given.zone is not None else held.zone
        new["zone"] = zone
        if "due" in said:
            new["due"] = None if given.due is None else moment(given.due, zone)
        if "grace_minutes" in said:
            new["grace_seconds"] = 60 * given.grace_minutes
        if "late" in said:
            new["late"] = given.late
            new["percent_per_day"] = given.percent_per_day
        elif "percent_per_day" in said:
            raise BadWork("percent_per_day goes with late 'percent'; give both")
        if "attempts" in said:
            if given.attempts is not None and given.attempts > MOST_ATTEMPTS:
                raise BadWork(f"attempts {given.attempts}: {ATTEMPTS}")
            new["attempts"] = given.attempts
        made = self._book.set_deadline(lab, Terms(**new), by, self._clock(), dry=dry)
        return {"before": before.data() if before else None, "now": made.data(), "dry": dry}

    def extend(self, lab: str, said: Mapping[str, Any], by: str, *, dry: bool = False) -> dict[str, Any]:
        """Give a learner or a group more time or attempts in a lab; return it with what held before.

        Raises
        ------
        BadWork, NotThere
            When what was said cannot hold, or of nobody.
        """
        self.must_be_lab(lab)
        given = _read(ExtensionSaying, said)
        if (given.learner is None) == (given.group is None):
            raise BadWork("an extension is for a learner or for a group; name one of the two")
        kind, name = ("learner", given.learner) if given.learner is not None else ("group", given.group)
        if kind == "learner":
            self._must_be_known([name])
        elif name not in {one.name for one in self._book.groups()}:
            known = [one.name for one in self._book.groups()]
            raise NotThere(f"there is no group {name!r}; {suggest(name, known, 'group')}")
        held = self._book.deadline(lab)
        due = held.terms.due if held else None
        zone = given.zone if given.zone is not None else (held.terms.zone if held else "UTC")
        until = None if given.until is None else moment(given.until, zone)
        if until is not None and due is None:
            raise BadWork(f"lab {lab} has no deadline to extend; set one: ./academy deadline {lab} --at …")
        if until is not None and until <= due:
            raise BadWork(f"{given.until} is not after the deadline of lab {lab}; an extension gives time")
        before = next(
            (one for one in self._book.extensions(lab) if (one.kind, one.name) == (kind, name)), None
        )
        if until is None and not given.attempts and before is None:
            raise NotThere(f"{name} has no extension in lab {lab} that could be taken back")
        made: Extended = self._book.extend(
            lab,
            kind,
            name,
            Extension(until, given.attempts),
            zone=zone,
            reason=given.reason,
            set_by=by,
            now=self._clock(),
            dry=dry,
        )
        return {"before": before.data() if before else None, "now": made.data(), "dry": dry}

    def groups(self) -> list[dict[str, Any]]:
        """Return all groups."""
        return [one.data() for one in self._book.groups()]

    def group(self, name: str, said: Mapping[str, Any], by: str, *, dry: bool = False) -> dict[str, Any]:
        """Say who is in a group; return it with what held before. An empty one is no more.

        Raises
        ------
        BadWork, NotThere
            When somebody or a lab is not known, or would submit a lab with two groups.
        """
        given = _read(GroupSaying, said)
        self._must_be_known(given.members)
        for lab in given.together:
            if lab != EVERY_LAB:
                self.must_be_lab(lab)
        before = next((one for one in self._book.groups() if one.name == name), None)
        made = self._book.set_group(name, given.members, given.together, by, self._clock(), dry=dry)
        return {"before": before.data() if before else None, "now": made.data(), "dry": dry}

    def log(self) -> list[dict[str, Any]]:
        """Return all that was ever said, with who and when, the last word first."""
        rows = [
            *({"about": "deadline", **one.data()} for one in self._book.deadlines(history=True)),
            *({"about": "extension", **one.data()} for one in self._book.extensions(history=True)),
            *({"about": "group", **one.data()} for one in self._book.groups(history=True)),
        ]
        return sorted(rows, key=lambda row: row["set_at"], reverse=True)

    def must_be_lab(self, lab: str) -> None:
        """Make sure that there is such a lab.

        Raises
        ------
        NotThere
            Naming the nearest.
        """
        known = sorted(self._labs())
        if lab not in known:
            raise NotThere(f"there is no lab {lab!r}; {suggest(lab, known, 'lab')}")

    def _must_be_known(self, names: Collection[str]) -> None:
        known = sorted(self._people())
        for name in names:
            if name not in known:
                raise NotThere(f"nobody is called {name!r} here; {suggest(name, known, 'account')}")


def _read(model: type[Model], said: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate(dict(said))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        keys = ", ".join(model.model_fields)
        raise BadWork(f"{where}: {first['msg']}; the keys are {keys}") from error
