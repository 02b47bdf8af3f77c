"""Units into weeks: next fit in their order."""

from collections.abc import Collection, Sequence


def pack(minutes: Sequence[int], minutes_a_week: int, flows: Collection[int] = ()) -> list[tuple[int, int]]:
    """Return first and last week of each unit, counted from 1, in the given order.

    A unit goes into the current week if it fits in whole, else it opens the next; one that is longer than a
    week spreads over several. What flows begins at once and goes on in the next week. (Next fit: taking a
    unit out, or giving more hours a week, never makes the rest end later.)

    Parameters
    ----------
    minutes
        Of each unit, 0 or more.
    minutes_a_week
        1 or more.
    flows
        Places of those that are no sitting of their own and may be broken off anywhere: gaps.
    """
    week, used, weeks = 1, 0, []
    for place, length in enumerate(minutes):
        breaks = place in flows and used < minutes_a_week
        if used and used + length > minutes_a_week and not breaks:
            week, used = week + 1, 0
        first = week
        while used + length > minutes_a_week:
            length -= minutes_a_week - used
            week, used = week + 1, 0
        used += length
        weeks.append((first, week))
    return weeks


def hours_needed(minutes: Sequence[int], weeks: int, flows: Collection[int] = ()) -> float:
    """Return the fewest hours a week, in tenths, with which :func:`pack` ends within a number of weeks.

    Parameters
    ----------
    minutes, flows
        As for `pack`.
    weeks
        1 or more.
    """
    tenths = max(1, -(-sum(minutes) // (6 * weeks)))
    while weeks_of(minutes, 6 * tenths, flows) > weeks:
        tenths += 1
    return tenths / 10


def settle(
    minutes: Sequence[int], minutes_a_week: int, flows: Collection[int], wished: Sequence[int | None]
) -> list[tuple[int, int]]:
    """Return weeks as :func:`pack` does, with units left in the weeks where they stood.

    A unit stays in its week when that is not before its turn and the last unit still ends in the week in
    which `pack` ends: a plan never gets longer for standing still. Hours that come free early stay free until
    a whole week has come together; then what follows moves up.

    Parameters
    ----------
    minutes, minutes_a_week, flows
        As for `pack`.
    wished
        The week in which each unit stood, counted from the present one; None for a new unit.
    """
    end = weeks_of(minutes, minutes_a_week, flows)
    weeks: list[tuple[int, int]] = []
    begin = 1
    while len(weeks) < len(minutes):
        start = len(weeks)
        for first, last in pack(minutes[start:], minutes_a_week, _from(start, flows)):
            place, first, last = len(weeks), first + begin - 1, last + begin - 1
            stood = wished[place]
            if stood is not None and stood > first:
                rest = weeks_of(minutes[place:], minutes_a_week, _from(place, flows))
                if (latest := min(stood, end - rest + 1)) > first:
                    begin = latest
                    break
            weeks.append((first, last))
    return weeks


def weeks_of(minutes: Sequence[int], minutes_a_week: int, flows: Collection[int] = ()) -> int:
    """Return in which week :func:`pack` ends; 0 for nothing."""
    return max((last for _, last in pack(minutes, minutes_a_week, flows)), default=0)


def _from(start: int, flows: Collection[int]) -> set[int]:
    return {place - start for place in flows if place >= start}
