"""Handing labs out: the learner's version is made, the gradebook knows its points, the exchange has it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from catalogue.folders import data_folder

from .course import Course, bring, make
from .engine.master import read_master
from .errors import LabError
from .steps import StepFailed, done, nbgrader


def release(*labs: str, data: Path | None = None, source: Path | None = None) -> list[str]:
    """Release labs, or release them anew after a change.

    Parameters
    ----------
    labs
        Names; all of the checkout when none is given.
    data
        The data folder.
    source
        Where the labs lie; the checkout's by default.

    Returns
    -------
    list of str
        What was released.

    Raises
    ------
    LabError
        When a lab is unknown or cannot be released.

    Examples
    --------
    >>> release("stable-softmax")  # doctest: +SKIP
    ['stable-softmax']
    """
    course = make(data_folder(data), source)
    wanted = list(labs) or course.known()
    unknown = [lab for lab in wanted if lab not in course.known()]
    if unknown:
        there = ", ".join(course.known()) or "none"
        raise LabError(f"no lab {', '.join(unknown)} in {course.labs / 'source'}; there: {there}")
    with nbgrader(course) as api:
        for lab in wanted:
            _release(course, api, lab)
    return wanted


def _release(course: Course, api: object, lab: str) -> None:
    bring(course, lab)
    read_master(course.root / "source" / lab)
    try:
        done(f"lab {lab}", api.generate_assignment, lab, force=True)
    except StepFailed as error:
        if "submissions associated" in str(error):
            raise LabError(
                f"lab {lab}: its graded cells changed and learners have submitted the old version; give the "
                "changed lab another name, or take the old one out with `nbgrader db assignment remove`"
            ) from None
        raise
    # nbgrader overwrites what it released before only when its own application tells it to.
    exchange = api.exchange.ReleaseAssignment
    from nbgrader.utils import capture_log, temp_attrs

    with temp_attrs(api.coursedir, assignment_id=lab):
        step = exchange(coursedir=api.coursedir, authenticator=api.authenticator, parent=api)
        step.force = True
        done(f"lab {lab}", lambda: capture_log(step))


def unreleased(course: Course, labs: Iterable[str]) -> list[str]:
    """Return those of the labs that learners cannot fetch yet."""
    released = set(course.released())
    return [lab for lab in labs if lab not in released]
