"""Handing labs out: the learner's version is made, the gradebook knows its points, the exchange has it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from catalogue.errors import InvalidFile
from catalogue.folders import AT_HOME, data_folder
from catalogue.loading import built_points

from .bringing import bring
from .course import Course, make
from .engine.lint import faults
from .engine.master import read_master
from .errors import LabError
from .steps import StepFailed, done, nbgrader


def release(
    *labs: str,
    data: Path | None = None,
    source: Path | None = None,
    warn: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Release labs, or release them anew after a change.

    Parameters
    ----------
    labs
        Names; all of the checkout when none is given.
    data
        The data folder.
    source
        Where the labs lie; the checkout's by default.
    warn
        Called with each fault that :func:`~graders.engine.lint.faults` finds in a lab's checks.

    Returns
    -------
    list of str
        What was released.

    Raises
    ------
    LabError
        When a lab is unknown, has no points, a name that is taken, or cannot be released.

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
    if taken := [lab for lab in wanted if lab in AT_HOME]:
        raise LabError(f"lab {taken[0]} has the name of a folder in people's homes; give it another one")
    with nbgrader(course) as api:
        for lab in wanted:
            _release(course, api, lab, warn)
    return wanted


def released(data: str, labs: list[str]) -> list[str]:
    """Release labs of a data folder, for `graders.staff.ask`; return what `release` warns of."""
    warnings: list[str] = []
    release(*labs, data=Path(data), warn=warnings.append)
    return warnings


def _release(course: Course, api: object, lab: str, warn: Callable[[str], None]) -> None:
    bring(course, lab)
    _refuse_without_points(course, lab)
    for fault in faults(read_master(course.root / "source" / lab)):
        warn(f"{lab}: {fault}")
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


def _refuse_without_points(course: Course, lab: str) -> None:
    """Refuse a lab in which nothing can be earned, or a check cell does not say how much."""
    notebook = course.root / "source" / lab / f"{lab}.ipynb"
    try:
        points = built_points(notebook, course.root / "source") or {}
    except InvalidFile as error:
        raise LabError(f"lab {lab}: {error}") from None
    if not sum(points.values()):
        raise LabError(
            f"lab {lab} has no points, so that nobody could earn any; give its check cells points, build it,"
            " and see ./academy catalogue check"
        )
