"""What each person's server may see and touch: from an account to a wall, as data."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from catalogue.folders import CHECKOUT, COURSE_ID
from graders.seeds import KEY_FILE
from learning_paths.ui.course_lessons import VARIABLE
from sandbox import Bind, Wall

from .accounts import Account
from .crossings import FOLDER_AT as CROSSINGS_AT
from .deployment import OWN_TREE, Deployment
from .exchange import desk
from .settings import Servers, Submissions
from .staff_ids import staff_uid

EXCHANGE_AT = Path("/srv/academy/exchange")
MATERIAL_AT = Path("/srv/academy/material")
LESSONS_AT = Path("/srv/academy/lessons")  # of further courses, a folder each
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
    material
        The lessons, read-only.
    course
        nbgrader's course folder, for instructors; None for everybody else.
    """

    home: Path
    exchange: Path
    material: Path
    course: Path | None


def uid_of(account: Account, deployment: Deployment) -> int:
    """Return the user id of a person's server where root runs the hub."""
    return staff_uid(deployment) if account.role == "instructor" else account.uid


def view(account: Account, deployment: Deployment, kind: str) -> View:
    """Return where things are seen behind a kind of wall."""
    own_tree = kind in OWN_TREE
    home = Path("/home") / account.name if own_tree else deployment.home(account.name)
    material = MATERIAL_AT if own_tree else deployment.material
    if account.role == "instructor":
        # a folder of the course's name, laid out as in the data folder: settings look beside the course
        office = home / deployment.course_id
        return View(home, office / "exchange", material, office / "course")
    return View(home, EXCHANGE_AT if own_tree else desk(deployment, account.name).exchange, material, None)


@dataclass(frozen=True)
class Show:
    """Something of the data folder that a person's server sees.

    Parameters
    ----------
    real
        Where it lies on the host.
    at
        Where the server finds it: bound there, or by a link where the wall has no file tree of its own.
    writable
        Whether the server may change it.
    """

    real: Path
    at: Path
    writable: bool


def shown(account: Account, deployment: Deployment, seen: View, by_folder: bool = True) -> list[Show]:
    """Return what a person's server sees of the data folder, besides the home.

    Parameters
    ----------
    account, deployment, seen
        Whose, of which data folder, and where it would be seen.
    by_folder
        Whether work goes through the exchange folder; else only graders see that.
    """
    own = desk(deployment, account.name)
    material = Show(deployment.material, seen.material, False)
    if seen.course:
        office = seen.course.parent
        return [
            material,
            Show(deployment.course, seen.course, True),
            Show(deployment.exchange, seen.exchange, True),
            Show(own.grading_key, office / KEY_FILE, False),
            *([Show(deployment.labs, office / "labs", False)] if deployment.labs.is_dir() else []),
        ]
    if not by_folder:
        return [material]
    course = seen.exchange / deployment.course_id
    return [
        material,
        Show(own.inbound, course / "inbound", True),
        Show(deployment.exchanged / "outbound", course / "outbound", False),
        Show(own.feedback, course / "feedback", False),
    ]


def lessons(deployment: Deployment, kind: str, courses: Collection[str]) -> dict[str, Show]:
    """Return the lessons of courses that have their own, by the courses' ids."""
    places = {one: deployment.of(one).lessons for one in courses}
    at = {one: LESSONS_AT / one if kind in OWN_TREE else place for one, place in places.items()}
    return {one: Show(place, at[one], False) for one, place in places.items() if place.is_dir()}


def wall_of(
    account: Account,
    deployment: Deployment,
    kind: str,
    servers: Servers,
    by_folder: bool = True,
    courses: Collection[str] = (),
) -> Wall:
    """Return the wall around a person's server.

    A learner sees the own home and desk, writable, and the course material and released labs, read-only; desk
    and labs only where work goes through the exchange folder. An instructor also sees the course folder, the
    exchange and the labs' masters. Both see the lessons of those `courses` beside the academy's own. Nobody's
    wall holds another's home, the accounts, the secrets, the store.
    The network is the wall's own where it can have one.
    """
    seen = view(account, deployment, kind)
    own_network = kind in OWN_TREE
    # the staff of another course have the masters of its labs in its folder, and no others
    ours = CHECKOUT / "labs"
    binds = [Bind(ours, ours)] if seen.course and deployment.is_own else []
    for show in (
        *shown(account, deployment, seen, by_folder),
        *lessons(deployment, kind, courses).values(),
    ):
        binds.append(Bind(show.real, show.at if kind in OWN_TREE else show.real, writable=show.writable))
    if own_network:
        binds.append(Bind(deployment.crossings(account.name), CROSSINGS_AT, writable=True))
    return Wall(
        binds=tuple(binds),
        home=deployment.home(account.name),
        home_at=seen.home,
        user=account.name,
        uid=uid_of(account, deployment),
        network=not own_network,
        tmp_mib=servers.tmp_mib,
        limits=servers.limits,
        nested=account.role == "instructor",
    )


def environment(
    account: Account,
    deployment: Deployment,
    kind: str,
    academy_url: str,
    submissions: Submissions,
    language: str = "en",
    courses: Collection[str] = (),
) -> Mapping[str, str]:
    """Return what a server behind a wall finds in its environment, besides what the hub puts there."""
    seen = view(account, deployment, kind)
    # a path of a kernel's socket must stay under 108 bytes: in the wall's own /tmp where there is one
    runtime = Path("/tmp/jupyter") if kind in OWN_TREE else seen.home / ".run"
    places = {one: str(show.at) for one, show in lessons(deployment, kind, courses).items()}
    return {
        **told(account, seen, runtime, academy_url, submissions, language, deployment.course_id),
        VARIABLE: json.dumps(places),
    }


def told(
    account: Account,
    seen: View,
    runtime: Path,
    academy_url: str,
    submissions: Submissions,
    language: str,
    course_id: str = COURSE_ID,
) -> Mapping[str, str]:
    """Return what any server of a person is told in its environment.

    Parameters
    ----------
    account, seen
        Whose, and where it finds things.
    runtime
        Folder of its kernels' sockets.
    academy_url
        Where it reaches the academy service.
    submissions
        What one submission may bring.
    language
        What Lab opens in, until the person chooses another there.
    course_id
        The course that the server is for.
    """
    settings = [SETTINGS / "common"] if seen.course else [SETTINGS / "learner", SETTINGS / "common"]
    if language == "zh":
        settings.insert(0, SETTINGS / "chinese")
    variables = {
        "USER": account.name,
        "HOME": str(seen.home),
        "SHELL": "/bin/bash",
        "ACADEMY_URL": academy_url,
        "ACADEMY_MATERIAL": str(seen.material),
        "ACADEMY_ROLE": account.role,
        "ACADEMY_LANGUAGE": language,
        "ACADEMY_EXCHANGE": str(seen.exchange),
        "ACADEMY_COURSE_ID": course_id,
        "ACADEMY_SUBMISSION_KB": str(submissions.mib * 1024 * 8 // 10),  # with room for what nbgrader adds
        "JUPYTER_CONFIG_PATH": ":".join(map(str, settings)),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        # several people share the processors: one thread a kernel unless the person asks for more
        "OMP_NUM_THREADS": "1",
    }
    if seen.course:
        variables["ACADEMY_COURSE"] = str(seen.course)
    return variables
