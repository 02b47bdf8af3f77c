"""The learners in nbgrader's gradebook, with names that formgrader can show.

Formgrader writes ``last name, first name``. The first part is how the person is called, the second the same
in Chinese script, else the account's name; where only that is known, a dash follows it. A name that an
instructor typed into formgrader stays until the account itself is renamed.
"""

import json
from collections.abc import Iterable

from sqlalchemy.exc import SQLAlchemyError

from graders.errors import CourseError

from .accounts import Account
from .deployment import Deployment, write_private
from .errors import HubError
from .gradebooks import at_gradebook
from .storage import databases

NOTHING = "–"
ROSTER = "roster.json"
Names = list[str]


def book_names(account: Account) -> Names:
    """Return last and first name of a person in the gradebook."""
    if account.called and account.called_zh:
        return [account.called, account.called_zh]
    if account.called or account.called_zh:
        return [account.called or account.called_zh, account.name]
    return [account.name, NOTHING]


def enter(deployment: Deployment, accounts: Iterable[Account]) -> list[str]:
    """Enter learners that the gradebook lacks, names that it lacks, and new names; return whom it wrote.

    Parameters
    ----------
    deployment
        The data folder. Without a gradebook nothing happens.
    accounts
        Everybody; only learners are entered.

    Raises
    ------
    HubError
        When the gradebook cannot be written now; the next call tries again.
    """
    learners = [account for account in accounts if account.role == "learner"]
    if not learners or not databases.is_there(deployment.gradebook_url):
        return []
    record = (
        deployment.grading / ROSTER if not deployment.is_own else deployment.hub / ROSTER
    )  # what was entered last: who differs was renamed since
    try:
        entered = json.loads(record.read_text())
    except (FileNotFoundError, ValueError):
        entered = {}
    try:
        now = {account.name: book_names(account) for account in learners}
        written = at_gradebook(deployment, f"{__name__}:write", now, entered)
        if now != entered:
            write_private(record, json.dumps(now, ensure_ascii=False))
    except (SQLAlchemyError, OSError, CourseError) as error:
        shown = databases.shown(deployment.gradebook_url)
        raise HubError(f"cannot write names into the gradebook, {shown}: {error}") from error
    return written


def write(url: str, learners: dict[str, Names], entered: dict[str, Names]) -> list[str]:
    """Write into the gradebook what it lacks, and names that are others than those entered last.

    Parameters
    ----------
    url
        Of the gradebook.
    learners, entered
        Their names there by account, now and when they were entered last.
    """
    from nbgrader.api import Gradebook, Student  # half a second, which only this needs

    written = []
    with Gradebook(url) as book:
        there = {one.id: [one.last_name, one.first_name] for one in book.db.query(Student)}
        for name, wanted in learners.items():
            found = there.get(name)
            renamed = wanted != entered.get(name, [name, NOTHING])
            lacking = found is None or None in found
            if found != wanted and (renamed or lacking):
                book.update_or_create_student(name, last_name=wanted[0], first_name=wanted[1])
                written.append(name)
    return written
