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
    while max((last for _, last in pack(minutes, 6 * tenths, flows)), default=0) > weeks:
        tenths += 1
    return tenths / 10
