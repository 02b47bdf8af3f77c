"""Pins, skips and test-outs: what people want to be otherwise in a plan, who said so, when and why."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from learning_paths.curriculum import Ground
from learning_paths.demands import lab_to_test_out
from learning_paths.errors import BadMark
from learning_paths.marks import Marks
from learning_paths.refusals import MARKS, in_turn
from learning_paths.sayings import Text, say
from learning_paths.store import Mark, Store
from learning_paths.units import Gap

KINDS = {"pin": "pinned", "skip": "skipped", "test-out": "tested_out"}
"""Kind of mark, and the name of its set in `Marks`."""
MOST_LETTERS = 500


class Marking:
    """Sets, undoes and tells marks.

    Parameters
    ----------
    store
        Keeps the log.
    ground
        Knows the units.
    clock
        Gives the present moment.
    """

    def __init__(self, store: Store, ground: Ground, clock: Callable[[], datetime]):
        self._store, self._ground, self._clock = store, ground, clock

    def add(self, learner: str, said: Mapping[str, Any], by: str) -> dict[str, Any]:
        """Mark a unit; another mark of this unit is undone, so that one holds at a time.

        Parameters
        ----------
        learner
            Whose plan it is.
        said
            ``unit`` (typed id), ``kind`` (pin, skip, test-out) and, if wanted, ``reason``.
        by
            Who says so.

        Raises
        ------
        BadMark
            When something is missing or unknown, a test-out has no lab, or the unit's mark is another's.
        """
        unit, kind, reason = said.get("unit"), said.get("kind"), said.get("reason") or ""
        unknown = sorted(set(said) - {"unit", "kind", "reason"})
        if unknown:
            raise BadMark("unknown-mark-field", field=repr(unknown[0]))
        check_mark(self._ground, unit, kind)
        if not isinstance(reason, str) or len(reason) > MOST_LETTERS:
            raise BadMark("long-reason", most=MOST_LETTERS)
        free = partial(self._must_be_free, learner=learner, by=by)
        return self._data(
            self._store.add_mark(learner, unit, kind, reason.strip(), by, self._clock(), may_undo=free)
        )

    def undo(self, learner: str, number: Any, by: str) -> dict[str, Any]:
        """Let a mark hold no longer.

        Parameters
        ----------
        number
            The mark's id.

        Raises
        ------
        BadMark
            When the learner has no such mark, or it is an instructor's and the learner asks.
        """
        mark = next((one for one in self._store.marks(learner, history=True) if one.id == number), None)
        if mark is None:
            raise BadMark("no-mark", number=repr(number))
        self._must_be_free(mark, learner, by)
        return self._data(self._store.undo_mark(mark.id, by, self._clock()))

    def told(self, learner: str, *, history: bool = False) -> list[dict[str, Any]]:
        """Return the marks that hold, oldest first, or all that ever did."""
        return [self._data(mark) for mark in self._store.marks(learner, history=history)]

    def held(self, learner: str) -> Marks:
        """Return the marks that hold as the planner takes them."""
        return marks_of(self._store.marks(learner))

    def _must_be_free(self, mark: Mark, learner: str, by: str) -> None:
        """Refuse a learner to undo what somebody who teaches has set."""
        if by == learner and mark.made_by != learner:
            raise BadMark("marked-by-other", unit=self._title(mark.unit), by=mark.made_by)

    def _title(self, unit: str) -> Text:
        item = self._ground.items.get(unit)  # a unit may have left the catalogue since
        return dict(self._ground.title(item)) if item else {"en": unit, "zh": unit}

    def _data(self, mark: Mark) -> dict[str, Any]:
        title = self._title(mark.unit)
        words = {"title": title, "by": mark.made_by, "date": mark.made_at.date().isoformat()}
        return {
            "id": mark.id,
            "unit": mark.unit,
            "title": title,
            "kind": mark.kind,
            "reason": mark.reason,
            "made_by": mark.made_by,
            "made_at": mark.made_at.isoformat(),
            "own": mark.made_by == mark.learner,
            "undone_at": mark.undone_at and mark.undone_at.isoformat(),
            "undone_by": mark.undone_by,
            "text": say(f"marked-{mark.kind}", words),
        }


def check_mark(ground: Ground, unit: Any, kind: Any) -> None:
    """Refuse a mark that cannot be set.

    Raises
    ------
    BadMark
        When kind or unit is unknown, or the one does not go with the other.
    """
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadMark("unknown-kind", kind=repr(kind), known=in_turn(KINDS))
    if not isinstance(unit, str) or unit not in ground.items:
        raise BadMark("unknown-unit", unit=repr(unit))
    if kind not in (possible := kinds_of(ground, unit)):
        title = ground.title(ground.items[unit])
        raise BadMark(f"no-{kind}", unit=title, possible=in_turn(possible, MARKS))


def kinds_of(ground: Ground, unit: str) -> tuple[str, ...]:
    """Return which kinds of mark a unit of the catalogue can have."""
    cannot = {"pin": isinstance(ground.items[unit], Gap)}
    cannot["test-out"] = lab_to_test_out(ground.curriculum, unit) is None
    return tuple(kind for kind in KINDS if not cannot.get(kind))


def marks_of(marks: Iterable[Mark]) -> Marks:
    """Return marks that hold as the planner takes them."""
    found: dict[str, set[str]] = {name: set() for name in KINDS.values()}
    for mark in marks:
        found[KINDS[mark.kind]].add(mark.unit)
    return Marks(**{name: frozenset(units) for name, units in found.items()})
