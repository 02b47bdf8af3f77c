"""Deadlines and extensions in nbgrader's gradebook, so that its own lateness is the academy's."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from graders.errors import CourseError

from ..deployment import Deployment
from ..errors import HubError
from ..gradebooks import at_gradebook
from ..storage import databases
from .book import Book


def enter(deployment: Deployment, book: Book) -> int:
    """Write what holds for each lab into the gradebook, where that says something else.

    Labs of which nothing was ever said keep what an instructor typed into formgrader.

    Parameters
    ----------
    deployment
        The data folder. Without a gradebook nothing happens.
    book
        Of the exchange.

    Returns
    -------
    int
        How many labs and submissions were changed.

    Raises
    ------
    HubError
        When the gradebook cannot be written now; the next call tries again.
    """
    said = {one.lab: one.terms.due for one in book.deadlines()}
    if not said or not databases.is_there(deployment.gradebook_url):
        return 0
    try:
        wanted = {}
        for lab, students in at_gradebook(deployment, f"{__name__}:handed_in", list(said)).items():
            terms = book.terms(lab, students)
            wanted[lab] = [_kept(said[lab]), {one: _longer(said[lab], terms[one].due) for one in students}]
        return at_gradebook(deployment, f"{__name__}:write", wanted)
    except (SQLAlchemyError, OSError, CourseError) as error:
        shown = databases.shown(deployment.gradebook_url)
        raise HubError(f"cannot write deadlines into the gradebook, {shown}: {error}") from error


def handed_in(url: str, labs: list[str]) -> dict[str, list[str]]:
    """Return whose submissions a gradebook holds, by lab; labs that it does not know are left out."""
    from nbgrader.api import Gradebook  # half a second, which only this needs

    with Gradebook(url) as grades:
        known = [one for one in grades.assignments if one.name in labs]
        return {one.name: [work.student_id for work in one.submissions] for one in known}


def write(url: str, wanted: dict[str, tuple[str | None, dict[str, float | None]]]) -> int:
    """Write due times and extensions into a gradebook where it says something else; return how many.

    Parameters
    ----------
    url
        Of the gradebook.
    wanted
        By lab: when it is due, and the seconds that each learner has longer, None for none.
    """
    from nbgrader.api import Gradebook  # half a second, which only this needs

    changed = 0
    with Gradebook(url) as grades:
        for assignment in grades.assignments:
            due, longer = wanted.get(assignment.name, (None, {}))
            at = None if due is None else datetime.fromisoformat(due)
            if assignment.name in wanted and assignment.duedate != at:
                assignment.duedate = at
                changed += 1
            for work in assignment.submissions:
                seconds = longer.get(work.student_id)
                extension = None if seconds is None else timedelta(seconds=seconds)
                if work.student_id in longer and work.extension != extension:
                    work.extension = extension
                    changed += 1
        if changed:
            grades.db.commit()
    return changed


def _kept(at: datetime | None) -> str | None:
    """Return a time as the gradebook keeps it: UTC without saying so."""
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None).isoformat()


def _longer(due: datetime | None, own: datetime | None) -> float | None:
    return (own - due).total_seconds() if due is not None and own != due else None
