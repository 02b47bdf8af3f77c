"""What holds for a submission: deadline and zone, grace, lateness, extensions, attempts. Pure functions."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from .errors import BadWork, Closed, TooOften

Late = Literal["none", "refuse", "percent"]
LATE: tuple[Late, ...] = get_args(Late)
DAY_SECONDS = 86_400
MOST_GRACE_SECONDS = 7 * DAY_SECONDS
MOST_ATTEMPTS = 1000
ATTEMPTS = f"give 1 to {MOST_ATTEMPTS}, or none for any number: null in JSON, any on the command line"
YEARS = range(2000, 3000)
# More than a person hands in of one lab: a loop that went wild is told to wait and fills nothing.
MOST_AN_HOUR = 60
HOUR = timedelta(hours=1)
STEP = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a lab, or for one person's work on it.

    Parameters
    ----------
    due
        The deadline; None where there is none.
    zone
        The zone in which people read it, an IANA name.
    grace_seconds
        How much later still counts as in time; 0 to `MOST_GRACE_SECONDS`.
    late
        What becomes of later work: it is taken (``none``), it is declined (``refuse``), it is taken and a
        percentage is noted (``percent``). The percentage is shown and never taken off a mark by itself.
    percent_per_day
        For ``percent``: what is noted for each day that was begun, 1 to 100; 0 otherwise.
    attempts
        How often it may be handed in, from 1; None for any number.
    """

    due: datetime | None = None
    zone: str = "UTC"
    grace_seconds: int = 0
    late: Late = "none"
    percent_per_day: int = 0
    attempts: int | None = None

    def __post_init__(self) -> None:
        zone_named(self.zone)
        if self.late not in LATE:
            raise BadWork(f"late {self.late!r}: use one of {', '.join(LATE)}")
        if not 0 <= self.grace_seconds <= MOST_GRACE_SECONDS:
            raise BadWork(f"grace of {self.grace_seconds} s: use 0 to {MOST_GRACE_SECONDS} (a week)")
        if (self.late == "percent") != (1 <= self.percent_per_day <= 100):
            raise BadWork(
                f"{self.percent_per_day} percent a day with late {self.late!r}: give 1 to 100 with late"
                " 'percent', and none with the others"
            )
        if self.attempts is not None and self.attempts < 1:
            raise BadWork(f"attempts {self.attempts}: {ATTEMPTS}")


@dataclass(frozen=True, slots=True)
class Extension:
    """More time or more attempts for a person or a group.

    Parameters
    ----------
    until
        The deadline in place of the lab's; None leaves it.
    attempts
        How many more, up to `MOST_ATTEMPTS`; 0 leaves them.
    """

    until: datetime | None
    attempts: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.attempts <= MOST_ATTEMPTS:
            raise BadWork(f"{self.attempts} more attempts: give 0 to {MOST_ATTEMPTS}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a submission that is taken stands to its deadline.

    Parameters
    ----------
    late_seconds
        Whole seconds after the deadline, begun ones counted; 0 in time or within the grace.
    penalty_percent
        What the late policy notes, 0 to 100.
    """

    late_seconds: int
    penalty_percent: int


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises
    ------
    BadWork
        When there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown, no name at all, a folder of names
        raise BadWork(f"there is no time zone {name!r}; use a name like Asia/Shanghai or UTC") from error


def moment(text: str, zone: str) -> datetime:
    """Return a point in time as people write it, ``2026-12-01T18:00``, read in a zone.

    A text with an offset of its own (``…+08:00``, ``…Z``) is taken by that. Of an hour that the clocks pass
    twice the later one is meant.

    Raises
    ------
    BadWork
        When it is none, not of the years 2000 to 2999, or falls into an hour that the clocks leave out.
    """
    where = zone_named(zone)
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise BadWork(f"{text!r} is no time; write it like 2026-12-01T18:00") from error
    if found.year not in YEARS:
        raise BadWork(f"{text!r} is in the year {found.year}; give one from {YEARS[0]} to {YEARS[-1]}")
    if found.tzinfo is None:
        there = found.replace(tzinfo=where).astimezone(UTC).astimezone(where)
        if there.replace(tzinfo=None) != found:
            raise BadWork(f"the clocks of {zone} leave {text} out; {there:%Y-%m-%dT%H:%M} is there")
        found = found.replace(tzinfo=where, fold=1)
    return found.astimezone(UTC)


def extended(terms: Terms, extensions: Iterable[Extension]) -> Terms:
    """Return the terms with the most generous of some extensions; none takes time away."""
    given = list(extensions)
    due = terms.due
    if due is not None:
        due = max([due, *(one.until for one in given if one.until is not None)])
    attempts = terms.attempts
    if attempts is not None:
        attempts += max((one.attempts for one in given), default=0)
    return _with(terms, due, attempts)


def widest(of_each: Sequence[Terms]) -> Terms:
    """Return what holds for people who submit together: the latest deadline, the most attempts of any."""
    due = None if any(one.due is None for one in of_each) else max(one.due for one in of_each)
    unbounded = any(one.attempts is None for one in of_each)
    attempts = None if unbounded else max(one.attempts for one in of_each)
    return _with(of_each[0], due, attempts)


def _with(terms: Terms, due: datetime | None, attempts: int | None) -> Terms:
    return Terms(due, terms.zone, terms.grace_seconds, terms.late, terms.percent_per_day, attempts)


def received(now: datetime, before: Iterable[datetime]) -> datetime:
    """Return the time to note for a submission: the service's, yet after each one before it."""
    last = max(before, default=None)
    return now if last is None or now > last else last + STEP


def verdict(terms: Terms, at: datetime) -> Verdict:
    """Say how late something is that arrives at a time."""
    if terms.due is None or at <= terms.due + timedelta(seconds=terms.grace_seconds):
        return Verdict(0, 0)
    seconds = math.ceil((at - terms.due).total_seconds())
    days = math.ceil(seconds / DAY_SECONDS)
    return Verdict(seconds, min(100, days * terms.percent_per_day))


def must_be_open(terms: Terms, at: datetime, used: int) -> Verdict:
    """Say how late a submission is, unless it may not be taken.

    Parameters
    ----------
    terms
        What holds for who submits.
    at
        When it arrives.
    used
        How many attempts there were.

    Raises
    ------
    Closed
        When the deadline is over or the attempts are used up, with what to do.
    """
    if terms.attempts is not None and used >= terms.attempts:
        raise Closed(
            f"all {terms.attempts} attempts are used; the last one counts. Ask your instructor for another",
            error_zh=f"{terms.attempts} 次提交机会已用完；以最后一次为准。如需再次提交请联系教师",
        )
    found = verdict(terms, at)
    if found.late_seconds and terms.late == "refuse":
        raise Closed(
            f"the deadline is over: it was {shown(terms.due, terms.zone)}; what you handed in before counts."
            " Ask your instructor for more time",
            error_zh=f"已过截止时间（{shown(terms.due, terms.zone)}）；以此前提交的为准。如需延期请联系教师",
        )
    return found


def must_be_calm(now: datetime, before: Iterable[datetime]) -> None:
    """Make sure that somebody does not hand in one lab again and again.

    Raises
    ------
    TooOften
        Past `MOST_AN_HOUR`, with the seconds to wait.
    """
    lately = sorted(at for at in before if now - HOUR < at <= now)
    if len(lately) >= MOST_AN_HOUR:
        wait = math.ceil((lately[-MOST_AN_HOUR] + HOUR - now).total_seconds())
        raise TooOften(
            f"{len(lately)} submissions of this lab within an hour; the last one counts. Submit again in"
            f" {math.ceil(wait / 60)} min",
            seconds=wait,
            error_zh=f"一小时内已提交本实验 {len(lately)} 次；以最后一次为准。"
            f"请 {math.ceil(wait / 60)} 分钟后再提交",
        )


def shown(at: datetime, zone: str) -> str:
    """Return a point in time as people of a zone read it."""
    return f"{at.astimezone(zone_named(zone)):%Y-%m-%d %H:%M} {zone}"
