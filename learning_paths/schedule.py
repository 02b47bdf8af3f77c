"""A selection in weeks: gaps of one competency as one, units in the weeks where they stood if they can."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from learning_paths.curriculum import Ground
from learning_paths.packing import fit
from learning_paths.units import Gap, Item
from learning_paths.weeks import hours_needed, pack, settle


@dataclass(frozen=True, slots=True)
class Schedule:
    """Units in their order with their weeks.

    Parameters
    ----------
    runs
        Each a unit, or levels of one competency's gap that follow each other.
    minutes
        Of each run.
    weeks
        First and last week of each run, from 1.
    flows
        Places of gaps: an estimate is no sitting, it begins in what is left of a week.
    """

    runs: Sequence[Sequence[Item]]
    minutes: Sequence[int]
    weeks: Sequence[tuple[int, int]]
    flows: frozenset[int]

    @classmethod
    def of(
        cls,
        ground: Ground,
        items: Iterable[Item],
        minutes_a_week: int,
        before: Mapping[str, int] | None = None,
    ) -> "Schedule":
        """Return items in weeks.

        Parameters
        ----------
        ground
            What there is to learn.
        items
            In their order.
        minutes_a_week
            1 or more.
        before
            Weeks in which units stood, by typed id; what is new is not there.
        """
        runs = _runs(items)
        minutes = [sum(ground.minutes(item) or 0 for item in run) for run in runs]
        flows = frozenset(place for place, run in enumerate(runs) if isinstance(run[-1], Gap))
        if before:
            wished = [before.get(ground.identity(run[-1])) for run in runs]
            weeks = settle(minutes, minutes_a_week, flows, wished)
        else:
            weeks = pack(minutes, minutes_a_week, flows)
        return cls(runs, minutes, weeks, flows)

    def within(self, ground: Ground, weeks: int, minutes_a_week: int) -> "Schedule":
        """Return the same units so that all end in time, in another order where that helps; else this.

        Parameters
        ----------
        ground
            What must stand before what.
        weeks
            1 or more.
        minutes_a_week
            As for `of`.
        """
        if self.end <= weeks:
            return self
        of_run = {item: place for place, run in enumerate(self.runs) for item in run}
        waits = ground.curriculum.before

        def before(place: int) -> set[int]:
            earlier = {of_run[one] for item in self.runs[place] for one in waits[item] if one in of_run}
            return earlier - {place}

        placed = fit(self.minutes, minutes_a_week, weeks, self.flows, before)
        if placed is None:
            return self
        order = [place for place, _, _ in placed]
        return Schedule(
            [self.runs[place] for place in order],
            [self.minutes[place] for place in order],
            [(first, last) for _, first, last in placed],
            frozenset(at for at, place in enumerate(order) if place in self.flows),
        )

    @property
    def end(self) -> int:
        """The week in which the last unit ends; 0 for nothing."""
        return max((last for _, last in self.weeks), default=0)

    def hours_needed(self, weeks: int) -> float:
        """Return the fewest hours a week with which all of it ends within a number of weeks."""
        return hours_needed(self.minutes, weeks, self.flows)


def _runs(items: Iterable[Item]) -> list[list[Item]]:
    runs: list[list[Item]] = []
    for item in items:
        last = runs[-1][-1] if runs else None
        if isinstance(item, Gap) and isinstance(last, Gap) and last.node[0] == item.node[0]:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs
