"""One data folder: where everything of a running hub lies, made once, private to whom it belongs."""

import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

import sandbox
from catalogue.folders import (
    COURSE_ID,
    course_folder,
    courses,
    data_folder,
    database_url,
    gradebook_url,
    store_url,
)

from .errors import HubError, Refused

# Kinds of wall (sandbox.capabilities) with a file tree of their own, where a folder can be seen elsewhere,
# and with a network of their own.
OWN_TREE = ("namespaces", "bubblewrap")
NOT_IN_URLS = "?#%"
PORT_NAMES = ("hub", "proxy_api", "academy")
MONITOR = "monitor"  # the hub's name of who asks for figures
# Each secret with its bytes of randomness; jupyterhub takes the first three as hexadecimal text.
SECRETS = {
    "cookie-secret": 32,
    "crypt-key": 32,
    "proxy-token": 32,
    "academy-service-token": 32,
    "culler-service-token": 32,
    "monitor-service-token": 32,
    "log-key": 32,
    "drain-service-token": 32,
}


@dataclass(frozen=True)
class Deployment:
    """The places inside one data folder, as one course sees them.

    Homes, desks, exchange, gradebook and crossings are a course's own; all else belongs to the academy.

    Parameters
    ----------
    data
        Absolute path of the data folder; see `catalogue.folders.data_folder`.
    course_id
        The course; by default the one that everybody belongs to.

    Raises
    ------
    HubError
        When its name cannot stand in the address of a database.
    """

    data: Path
    course_id: str = COURSE_ID

    def __post_init__(self) -> None:
        if odd := sorted(set(str(self.data)) & set(NOT_IN_URLS)):
            raise HubError(
                f"{self.data} has {' and '.join(odd)} in its name, which the addresses of databases read as"
                " something else; name another folder: --data FOLDER"
            )

    @classmethod
    def at(cls, given: str | os.PathLike[str] | None = None) -> "Deployment":
        """Return the deployment of ``--data``, ``ACADEMY_DATA`` or the user's data directory."""
        return cls(data_folder(given))

    def of(self, course_id: str) -> "Deployment":
        """Return the same places as another course sees them."""
        return replace(self, course_id=course_id)

    def courses(self) -> "list[Deployment]":
        """Return the places of each course beside the academy's own that was made."""
        return [self.of(course) for course in courses(self.data)]

    @property
    def is_own(self) -> bool:
        """Whether this is the academy's own course."""
        return self.course_id == COURSE_ID

    @property
    def grading(self) -> Path:
        """What `graders.Course` calls its data folder."""
        return self.data if self.is_own else course_folder(self.data, self.course_id)

    def lab(self, name: str) -> str:
        """Return what a lab of the course is called where labs of all courses stand side by side."""
        return name if self.is_own else f"{self.course_id}/{name}"

    def _named(self, name: str) -> str:
        """Return a name of the academy's, or the same for the one course."""
        return name if self.is_own else f"{name}-{self.course_id}"

    @property
    def secrets(self) -> Path:
        """Folder of the installation's keys and tokens, one file each."""
        return self.data / "secrets"

    @property
    def hub(self) -> Path:
        """Folder of what the hub itself keeps: its database, ports, process records."""
        return self.data / "hub"

    @property
    def material(self) -> Path:
        """Folder of the lessons as people get them; see `hub_config.material`."""
        return self.data / "material"

    @property
    def logs(self) -> Path:
        """Folder of the logs of the hub and of each person's server."""
        return self.data / "logs"

    @property
    def homes(self) -> Path:
        """Folder of the people's homes, one each."""
        return self.grading / "homes"

    @property
    def desks(self) -> Path:
        """Folder with one desk a person: the exchange as that person sees it."""
        return self.grading / "desks"

    @property
    def course(self) -> Path:
        """nbgrader's course folder: masters, submissions, gradebook."""
        return self.grading / "course"

    @property
    def labs(self) -> Path:
        """The labs of a course that has its own; see `hub_config.lab_source`."""
        return self.grading / "labs"

    @property
    def lessons(self) -> Path:
        """The lessons of a course that has its own, as people get them; see `hub_config.material`."""
        return self.grading / "lessons"

    @property
    def gradebook_url(self) -> str:
        """Database URL of nbgrader's gradebook.

        Staff write in the folder that says it, so it is held against where the academy's records lie.

        Raises
        ------
        HubError
            When it would lead to another database than the course's own.
        """
        try:
            own = make_url(gradebook_url(self.course))
        except (OSError, ValueError, ArgumentError) as error:
            raise HubError(f"{self.course}/gradebook.url holds no address of a database") from error
        if own.get_backend_name() == "sqlite":
            file = self.course / "gradebook.db"
            if own.database != str(file) or own.query or file.is_symlink():
                raise HubError(f"{file} is not the course's own any longer; put the gradebook itself there")
        elif database_place(own) != database_place(make_url(self.hub_url)):
            raise HubError(
                f"{self.course}/gradebook.url names another database than {self.secrets}/hub.url;"
                " write the address of the academy's own there"
            )
        return own.render_as_string(hide_password=False)

    @property
    def hub_url(self) -> str:
        """Database URL of the hub's own records."""
        return database_url(self.secrets / "hub.url", self.hub / "jupyterhub.sqlite")

    @property
    def work_url(self) -> str:
        """Database URL of what is handed out and in by the service; see `hub_config.work`."""
        return database_url(self.secrets / f"{self._named('work')}.url", self.grading / "work.sqlite")

    @property
    def oversight_url(self) -> str:
        """Database URL of what was done here and how much it was used; see `hub_config.oversight`."""
        return database_url(self.secrets / "oversight.url", self.data / "oversight.sqlite")

    @property
    def exchange(self) -> Path:
        """nbgrader's exchange, the real one."""
        return self.grading / "exchange"

    @property
    def exchanged(self) -> Path:
        """The course's part of the exchange: ``inbound``, ``outbound``, ``feedback``."""
        return self.exchange / self.course_id

    @property
    def blobs(self) -> Path:
        """Folder of what was handed out and in by the service, by content; see `hub_config.work.blobs`."""
        return self.grading / "blobs"

    @property
    def accounts(self) -> Path:
        """The accounts' database."""
        return self.data / "accounts.sqlite"

    @property
    def lti(self) -> Path:
        """The database of courses at learning platforms."""
        return self.data / "lti.sqlite"

    @property
    def first_passwords(self) -> Path:
        """The passwords generated at first start, for who runs the academy to hand out and delete."""
        return self.data / "accounts-first-start.txt"

    @property
    def store_url(self) -> str:
        """Database URL of the learning-path store; see `catalogue.folders.store_url`."""
        return store_url(self.data)

    @property
    def drain(self) -> Path:
        """The note that the hub is about to end; see `hub_config.drain`."""
        return self.hub / "drain.json"

    @property
    def formgrader(self) -> Path:
        """What was asked of the course's formgrader; see `hub_config.oversight.formgrader`."""
        return self.hub / f"{self._named('formgrader')}.jsonl"

    def home(self, name: str) -> Path:
        """Return the home of one person."""
        return self.homes / name

    def crossings(self, name: str) -> Path:
        """Return the folder of the sockets that lead through the wall of one person's server."""
        return self.hub / self._named("crossings") / name

    def prepare(self) -> None:
        """Make the folders and secrets that are missing.

        Raises
        ------
        HubError
            Where the folder cannot be written, with what to do.
        """
        try:
            self._make_shared(self.data, self.homes, self.desks)
            for folder in (self.secrets, self.hub, self.logs):
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(0o700)
            for name, size in SECRETS.items():
                if not (self.secrets / name).exists():
                    write_private(self.secrets / name, secrets.token_hex(size))
            # Any file that can be written and forced to disk tells a full disk before people work on it.
            write_private(self.hub / "disk-check", "x" * 65536)
            (self.hub / "disk-check").unlink()
        except OSError as error:
            raise HubError(
                f"cannot write the data folder, {error.filename or self.data}: {error.strerror};"
                f" free some space or mend its rights, or choose another folder: ./academy hub --data FOLDER"
            ) from error

    def prepare_course(self) -> None:
        """Make the folders of a course beside the academy's own that are missing.

        Raises
        ------
        HubError
            Where they cannot be written.
        """
        try:
            self._make_shared(self.grading.parent, self.grading, self.homes, self.desks)
            self.course.mkdir(exist_ok=True)
        except OSError as error:
            raise HubError(
                f"cannot make course {self.course_id!r}, {error.filename}: {error.strerror};"
                " free some space or mend the folder's rights, then start again"
            ) from error

    @staticmethod
    def _make_shared(*folders: Path) -> None:
        """Make folders that hold people's own: a server's user must at most walk through them."""
        own_tree = sandbox.capabilities().kind in OWN_TREE
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700 if own_tree or os.geteuid() != 0 else 0o711)

    def secret(self, name: str) -> str:
        """Return one of `SECRETS`."""
        return (self.secrets / name).read_text().strip()

    def ports(self) -> Mapping[str, int]:
        """Return the loopback ports of the hub's inner parts, chosen once so that servers outlive a hub."""
        record = self.hub / "ports.json"
        try:
            known = json.loads(record.read_text())
        except (FileNotFoundError, ValueError):
            known = {}
        if set(known) != set(PORT_NAMES):
            known = dict(zip(PORT_NAMES, free_ports(len(PORT_NAMES)), strict=True))
            write_private(record, json.dumps(known))
        return known

    def forget_ports(self) -> None:
        """Let the next `ports` choose anew, because another program took one of them."""
        (self.hub / "ports.json").unlink(missing_ok=True)

    def is_running(self) -> bool:
        """Tell whether a hub runs on the folder."""
        return is_held(self.hub / "running.lock")

    @contextmanager
    def only_hub(self) -> Iterator[None]:
        """Hold the folder for one hub.

        Raises
        ------
        Refused
            When a hub runs on this folder already.
        """
        path = self.hub / "running.lock"
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                where = held.read().strip() or "an address that it has not written yet"
                raise Refused(
                    f"a hub runs on {self.data} already, {where}; use that one,"
                    " stop it, or choose another folder: ./academy hub --data FOLDER"
                ) from None
            held.truncate(0)
            held.write(f"process {os.getpid()}")
            held.flush()
            yield


def database_place(url: URL) -> tuple[object, ...]:
    """Return what tells one database from another, whoever opens it."""
    return url.host, url.port or 5432, url.database, tuple(sorted(url.query.items()))


def is_held(path: Path) -> bool:
    """Tell whether a process holds a lock."""
    try:
        with open(os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # none, or something else
        return False
    return False


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all, and on disk when this returns."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def free_ports(count: int) -> list[int]:
    """Return loopback ports that nobody listens on now, all different."""
    with_sockets = [socket.socket() for _ in range(count)]
    try:
        for one in with_sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in with_sockets]
    finally:
        for one in with_sockets:
            one.close()


def is_free(ip: str, port: int) -> bool:
    """Tell whether a server could listen there."""
    with socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ip, port))
        except OSError:
            return False
    return True
