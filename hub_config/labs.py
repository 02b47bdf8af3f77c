"""The course at first start: made from the labs' masters, and every lab handed out."""

from collections.abc import Callable, Collection
from pathlib import Path

import graders
from catalogue.errors import suggest
from graders import staff
from graders.errors import GradingError

from .deployment import Deployment
from .errors import HubError


def chosen(known: list[str], labs: Collection[str] | None) -> list[str]:
    """Return the labs that are handed out; all that are known where none are named.

    Raises
    ------
    HubError
        When one of them is not known, with the nearest.
    """
    for lab in labs or ():
        if lab not in known:
            raise HubError(f"labs: there is no lab {lab!r}; {suggest(lab, known, 'lab')}")
    return known if labs is None else list(labs)


def open_labs(deployment: Deployment, labs: Collection[str] | None, say: Callable[[str], None]) -> None:
    """Make the course folder and release each lab that learners cannot fetch yet.

    A lab that was released stays as it was until an instructor releases it anew. One that cannot be released
    is told and stops neither the others nor the hub.

    Parameters
    ----------
    deployment
        Whose course.
    labs
        Which to release; None releases all.
    say
        Is told each lab.

    Raises
    ------
    HubError
        When the course folder cannot be made, or a lab is none of ours.
    """
    course = graders.Course(deployment.grading)
    wanted = chosen(course.present(), labs)
    only = None if labs is None else list(labs)
    try:
        if not deployment.is_own:
            course.choose(only)
        staff.ask(course.data, "hub_config.labs:make", str(course.data), deployment.course_id, only)
    except GradingError as error:
        raise HubError(str(error)) from error
    except OSError as error:
        raise HubError(f"{error.filename}: {error.strerror}; free or mend it, then start again") from error
    of = "" if deployment.is_own else f" of course {deployment.course_id}"
    for lab in course.unreleased(wanted):
        say(f"releasing lab {lab}{of}")
        try:
            staff.ask(course.data, "graders.releasing:released", str(course.data), [lab])
        except GradingError as error:
            named = "" if deployment.is_own else f" --course {deployment.course_id}"
            say(f"lab {lab}{of} stays closed: {error}; then ./academy release {lab}{named}")


def make(data: str, course: str, only: list[str] | None) -> None:
    """Make the folders of a course and its exchange, or bring them up to date; for `graders.staff.ask`."""
    made = graders.make(Path(data), named=course, only=only)
    for part in ("inbound", "outbound", "feedback"):
        (made.exchange / course / part).mkdir(parents=True, exist_ok=True)
