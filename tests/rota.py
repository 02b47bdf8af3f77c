"""Many slow cases, a share of them a day: everything runs with ``ACADEMY_EVERYTHING=1``, as every night."""

import datetime
import os
from collections.abc import Sequence
from typing import TypeVar

Case = TypeVar("Case")


def todays(cases: Sequence[Case], parts: int) -> list[Case]:
    """Return today's share of the cases, one in `parts`; all of them when everything is asked for.

    Parameters
    ----------
    cases
        In an order that stays.
    parts
        After so many days each has run.
    """
    if os.environ.get("ACADEMY_EVERYTHING"):
        return list(cases)
    return list(cases[datetime.date.today().toordinal() % parts :: parts])
