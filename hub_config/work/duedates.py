"""Deadlines and extensions in nbgrader's gradebook, so that its own lateness is the academy's."""

from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from graders.course import Course

from ..deployment import Deployment
from ..errors import HubError
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
    if not databases.is_there(deployment.gradebook_url) or not book.deadlines():
        return 0
    try:
        changed = _write(deployment, book)
        if changed:
            Course(deployment.grading).hand_over()
    except (SQLAlchemyError, OSError) as error:
        shown = databases.shown(deployment.gradebook_url)
        raise HubError(f"cannot write deadlines into the gradebook, {shown}: {error}") from error
    return changed


def _write(deployment: Deployment, book: Book) -> int:
    from nbgrader.api import Gradebook, MissingEntry  # half a second, which only this needs

    changed = 0
    with Gradebook(deployment.gradebook_url) as grades:
        for one in book.deadlines():
            try:
                assignment = grades.find_assignment(one.lab)
            except MissingEntry:
                continue
            due = one.terms.due
            if assignment.duedate != _naive(due):
                assignment.duedate = _naive(due)
                changed += 1
            terms = book.terms(one.lab, [work.student_id for work in assignment.submissions])
            for work in assignment.submissions:
                own = terms[work.student_id].due
                extension = own - due if due is not None and own != due else None
                if work.extension != extension:
                    work.extension = extension
                    changed += 1
        if changed:
            grades.db.commit()
    return changed


def _naive(at: datetime | None) -> datetime | None:
    """Return a time as the gradebook keeps it: UTC without saying so."""
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None)
