"""The user ids in which courses' staff work where root runs the hub: each course has one of its own.

It is kept as the owner of the course's folder, so that backups have it too. Accounts have those above.
"""

import os
from pathlib import Path

import sandbox
from graders.owners import belong_to

from .accounts import FIRST_UID
from .deployment import Deployment

STAFF_UID = FIRST_UID - 1  # of the academy's own course
LOWEST_UID = FIRST_UID - 10_000


def staff_uid(deployment: Deployment) -> int:
    """Return the user id in which a course's staff work; who works in one course folder shares its owner."""
    return STAFF_UID if deployment.is_own else _kept(deployment) or STAFF_UID


def give_to_staff(deployment: Deployment) -> None:
    """Give a course's folder to its staff's user; a further course gets a number of its own the first time.

    Only root does. From then on root does not work there itself; see `graders.staff`. Where there are no
    walls, everybody's server is root's, and so is the folder.
    """
    if os.geteuid() != 0:
        return
    uid = STAFF_UID
    if sandbox.capabilities().kind == "none":
        uid = 0
    elif not deployment.is_own:
        taken = [number for one in deployment.courses() if (number := _kept(one))]
        uid = _kept(deployment) or min([*taken, STAFF_UID]) - 1
    for folder in filter(Path.is_dir, (deployment.course, deployment.exchange)):
        belong_to(folder, uid)


def _kept(deployment: Deployment) -> int | None:
    try:
        owner = deployment.course.stat().st_uid
    except FileNotFoundError:
        return None
    return owner if LOWEST_UID <= owner < STAFF_UID else None
