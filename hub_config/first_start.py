"""What must be there before a hub runs: folders, secrets, accounts, the course and its labs. Made once."""

from collections.abc import Callable
from datetime import datetime

import catalogue
import graders
import sandbox
from catalogue.errors import CatalogueError

from .accounts import ROLES, Accounts
from .deployment import Deployment, write_private
from .errors import HubError
from .labs import open_labs
from .material import publish, publish_all
from .settings import Course, Settings
from .staff_ids import give_to_staff
from .storage import databases

DONE = "ACADEMY_PREPARED"
"""The environment's word for the process that has done all of this before it started the hub."""


def prepare(deployment: Deployment, settings: Settings, say: Callable[[str], None]) -> dict[str, str]:
    """Make what is missing and return the passwords that were generated now.

    Parameters
    ----------
    deployment
        Where to.
    settings
        Which labs are handed out.
    say
        Is told each longer step in a line.

    Returns
    -------
    dict
        Name to password of the accounts made now; empty from the second start on.

    Raises
    ------
    HubError
        Where data folder or database cannot be written, or catalogue or course cannot be read.
    Refused
        Where the records lie elsewhere than `settings` says.
    """
    try:
        catalogue.load()
    except CatalogueError as error:
        raise HubError(f"{str(error).splitlines()[0]}; ./academy catalogue check tells all") from error
    deployment.prepare()
    courses = [(deployment.of(one.id), one) for one in settings.courses]
    for course, said in courses:
        must_be_free(deployment, said)
        course.prepare_course()
    databases.prepare(deployment, settings.database.url)
    publish(deployment.material)
    passwords = first_accounts(deployment)
    if sandbox.capabilities().kind == "none":  # since the last start: who opens a folder now is root
        for course in (deployment, *deployment.courses()):
            give_to_staff(course)
    open_labs(deployment, settings.labs, say)
    give_to_staff(deployment)
    for course, said in courses:
        if said.source is not None:
            from .lab_source import LESSONS, bring  # with nbgrader, which no other start needs

            bring(said.source, said.version, course.labs, say)
            publish_all(course.lessons, course.labs / LESSONS)
        open_labs(course, said.labs, say)
        give_to_staff(course)
    return passwords


def must_be_free(deployment: Deployment, course: Course) -> None:
    """Make sure that a course's folder in people's homes is not that of a lab.

    Raises
    ------
    HubError
        When it would be.
    """
    if course.id in graders.Course(deployment.data).known():
        raise HubError(f"courses: {course.id!r} is the name of a lab already; give the course another id")


def first_accounts(deployment: Deployment) -> dict[str, str]:
    """Make one account a role where there are none at all; return their passwords."""
    accounts = Accounts(deployment.accounts)
    if accounts.all():
        return {}
    passwords = {role: accounts.add(role, role) for role in ROLES}
    day = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    lines = [
        f"The first accounts of this academy, made on {day}.",
        "Hand them out, then delete this file: nothing reads it.",
        "A forgotten password: ./academy hub --reset-password NAME",
        "",
        *(f"{name:<12} {password}" for name, password in passwords.items()),
    ]
    write_private(deployment.first_passwords, "\n".join(lines) + "\n")
    return passwords
