"""What each person's server may see and touch: from an account to a wall, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalogue.folders import CHECKOUT
from sandbox import Bind, Limits, Wall

from .accounts import FIRST_UID, Account
from .deployment import OWN_TREE, Deployment
from .exchange import COURSE_ID, desk

# Instructors share one course folder, so they share its owner; their homes stay apart by the walls.
STAFF_UID = FIRST_UID - 1
LIMITS = Limits(memory_mib=8192, processes=512, file_mib=2048, open_files=4096)
TMP_MIB = 1024
EXCHANGE_AT = Path("/srv/academy/exchange")
MATERIAL = CHECKOUT / "courses"
SETTINGS = Path(__file__).resolve().parent / "singleuser"


@dataclass(frozen=True)
class View:
    """Where a person's server finds things, in its own eyes.

    Parameters
    ----------
    home
        The home; what Lab's file browser shows.
    exchange
        nbgrader's exchange.
    course
        nbgrader's course folder, for instructors; None for everybody else.
    """

    home: Path
    exchange: Path
    course: Path | None


def uid_of(account: Account) -> int:
    """Return the user id of a person's server where root runs the hub."""
    return STAFF_UID if account.role == "instructor" else account.uid


def view(account: Account, deployment: Deployment, kind: str) -> View:
    """Return where things are seen behind a kind of wall."""
    own_tree = kind in OWN_TREE
    home = Path("/home") / account.name if own_tree else deployment.home(account.name)
    staff = account.role == "instructor"
    real = deployment.exchange if staff else desk(deployment, account.name).exchange
    return View(home, EXCHANGE_AT if own_tree else real, home / "course" if staff else None)


def wall_of(account: Account, deployment: Deployment, kind: str) -> Wall:
    """Return the wall around a person's server.

    A learner sees the own home and desk, writable, and the course material and released labs, read-only. An
    instructor also sees the course folder, the exchange and the labs' masters. Nobody's wall holds another's
    home, the accounts, the secrets or the store.
    """
    seen = view(account, deployment, kind)
    binds = [Bind(MATERIAL, MATERIAL)]
    if account.role == "instructor":
        course = seen.course if kind in OWN_TREE else deployment.course
        binds += [
            Bind(deployment.course, course, writable=True),
            Bind(deployment.exchange, seen.exchange, writable=True),
            Bind(CHECKOUT / "labs", CHECKOUT / "labs"),
        ]
    else:
        own = desk(deployment, account.name)
        released = deployment.exchange / COURSE_ID / "outbound"
        shown = seen.exchange / COURSE_ID if kind in OWN_TREE else None
        binds += [
            Bind(own.exchange, seen.exchange, writable=True),
            Bind(released, shown / "outbound" if shown else released),
            Bind(own.feedback, shown / "feedback" if shown else own.feedback),
        ]
    return Wall(
        binds=tuple(binds),
        home=deployment.home(account.name),
        home_at=seen.home,
        user=account.name,
        uid=uid_of(account),
        network=True,
        tmp_mib=TMP_MIB,
        limits=LIMITS,
        nested=account.role == "instructor",
    )


def environment(account: Account, deployment: Deployment, kind: str, academy_url: str) -> Mapping[str, str]:
    """Return what a person's server finds in its environment, besides what the hub puts there."""
    seen = view(account, deployment, kind)
    settings = [SETTINGS / "common"] if seen.course else [SETTINGS / "learner", SETTINGS / "common"]
    # a path of a kernel's socket must stay under 108 bytes: in the wall's own /tmp where there is one
    runtime = Path("/tmp/jupyter") if kind in OWN_TREE else seen.home / ".run"
    variables = {
        "USER": account.name,
        "HOME": str(seen.home),
        "SHELL": "/bin/bash",
        "ACADEMY_URL": academy_url,
        "ACADEMY_MATERIAL": str(MATERIAL),
        "ACADEMY_ROLE": account.role,
        "ACADEMY_EXCHANGE": str(seen.exchange),
        "JUPYTER_CONFIG_PATH": ":".join(map(str, settings)),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        # several people share the processors: one thread a kernel unless the person asks for more
        "OMP_NUM_THREADS": "1",
    }
    if seen.course:
        variables["ACADEMY_COURSE"] = str(seen.course)
    return variables
