"""The exchange that mixes nobody up: who submitted is told by whose desk it lies on, never by what it says.

Each person's server sees a desk of its own in the place of nbgrader's exchange. This module carries what
arrives on a desk to the course's real inbound folder, under the name of the desk's owner; `feedback` brings
released feedback back.
"""

import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from graders.owners import belong_to

from .deployment import Deployment
from .settings import Submissions

# nbgrader names a submission's folder so: person, lab, time, random letters
ENTRY = re.compile(r"[^+]*\+(?P<lab>[a-z0-9][a-z0-9-]{0,63})\+[^+]*\+(?P<mark>[A-Za-z0-9_-]{1,32})")
DEEPEST = 8
REFUSED = ".refused-"
TIME = "%Y-%m-%d %H:%M:%S.%f UTC"


@dataclass(frozen=True)
class Desk:
    """One person's side of the exchange, on the host.

    The folder is the hub's own, so that nobody can put a link in the place of what lies in it; the person may
    write in `inbound` alone.

    Parameters
    ----------
    owner
        The hub's name of the person.
    folder
        ``<data>/desks/<owner>``.
    """

    owner: str
    folder: Path

    @property
    def exchange(self) -> Path:
        """What nbgrader takes for the exchange where the wall has no file tree of its own: links only."""
        return self.folder / "exchange"

    @property
    def inbound(self) -> Path:
        """Where the person's submissions arrive."""
        return self.folder / "inbound"

    @property
    def grading_key(self) -> Path:
        """An instructor's copy of the key of the hidden inputs: formgrader grades as the host does."""
        return self.folder / "grading.key"

    @property
    def feedback(self) -> Path:
        """The person's own released feedback."""
        return self.folder / "feedback"


@dataclass(frozen=True)
class Carried:
    """What became of one submission on a desk.

    Parameters
    ----------
    owner
        Whose it is.
    lab
        Which lab, or the raw folder name where that could not be told.
    problem
        Empty when it was carried; else why not.
    """

    owner: str
    lab: str
    problem: str = ""


def desk(deployment: Deployment, name: str) -> Desk:
    """Return the desk of a person."""
    return Desk(name, deployment.desks / name)


def carry_inbound(deployment: Deployment, most: Submissions) -> Iterator[Carried]:
    """Carry new submissions from all desks to the course's inbound folder, each whole or not at all.

    Parameters
    ----------
    deployment
        Whose desks and exchange.
    most
        What a submission may bring; a larger one is refused whole.

    Yields
    ------
    Carried
        One for each new folder that was found; a bad one is set aside on its desk and stops no other.
    """
    for owner in sorted(os.listdir(deployment.desks)):
        place = desk(deployment, owner)
        try:
            entries = sorted(os.listdir(place.inbound))
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in entries:
            if not entry.startswith(".") and _is_complete(place.inbound / entry):
                try:
                    yield _carry(place, entry, deployment.exchanged, most)
                except OSError as error:  # a full disk, or rights that the person took away
                    yield Carried(owner, entry, f"{error.filename or entry}: {error.strerror}")


def _is_complete(folder: Path) -> bool:
    """Tell whether nbgrader has finished copying: last of all it opens the folder to everybody."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) & 0o777 == 0o777


def _carry(place: Desk, entry: str, course: Path, most: Submissions) -> Carried:
    named = ENTRY.fullmatch(entry)
    lab = named["lab"] if named else entry
    source = place.inbound / entry
    try:
        if named is None or not (course / "outbound" / lab).is_dir():
            raise OddSubmissionError(f"{entry!r} names no released lab")
        # The kernel's time of the last change, which nobody sets back, not what the submission says.
        when = datetime.fromtimestamp(source.lstat().st_ctime, UTC).strftime(TIME)
        target = course / "inbound" / f"{place.owner}+{lab}+{when}+{named['mark']}"
        if not target.exists():
            _copy_whole(source, target, when, most)
    except OddSubmissionError as problem:
        os.rename(source, place.inbound / f"{REFUSED}{secrets.token_hex(4)}-{entry}"[:255])
        return Carried(place.owner, lab, str(problem))
    shutil.rmtree(source)
    return Carried(place.owner, lab)


class OddSubmissionError(Exception):
    """A submission that no honest submit makes."""


def _copy_whole(source: Path, target: Path, when: str, most: Submissions) -> None:
    draft = target.parent / f".carrying-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    opened = os.open(source, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        draft.mkdir(0o755)
        _copy_folder(opened, draft, _Allowance(most, most.mib * 2**20, most.files))
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    finally:
        os.close(opened)
    arrive(draft, target, when)


def arrive(draft: Path, target: Path, when: str) -> None:
    """Let a submission that was written beside its place appear there, as nbgrader leaves one.

    Parameters
    ----------
    draft, target
        Where it is, and where it belongs, in one folder.
    when
        Its time, as nbgrader writes it.
    """
    (draft / "timestamp.txt").write_text(when)
    if os.geteuid() == 0:
        belong_to(draft, target.parent.stat().st_uid)
    draft.chmod(0o777)  # the instructor may delete it
    os.rename(draft, target)


@dataclass
class _Allowance:
    """What a submission may still bring."""

    most: Submissions
    size: int
    files: int


def _copy_folder(source: int, target: Path, left: _Allowance, depth: int = 0) -> None:
    """Copy plain files and folders from an open folder; it may change meanwhile, so no path is walked.

    Raises
    ------
    OddSubmissionError
        On links, devices and pipes, and past the limits.
    """
    if depth > DEEPEST:
        raise OddSubmissionError(f"folders deeper than {DEEPEST}")
    for name in os.listdir(source):
        left.files -= 1
        if left.files < 0:
            raise OddSubmissionError(f"more than {left.most.files} files")
        try:
            # non-blocking: a pipe without a writer would hold the sweep for ever
            opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=source)
        except OSError as error:
            raise OddSubmissionError(f"{name!r}: {error.strerror}") from error
        try:
            kind = os.fstat(opened).st_mode
            if stat.S_ISDIR(kind):
                (target / name).mkdir(0o755)
                _copy_folder(opened, target / name, left, depth + 1)
            elif stat.S_ISREG(kind):
                _copy_file(opened, target / name, left)
            else:
                raise OddSubmissionError(f"{name!r} is neither a file nor a folder")
        finally:
            os.close(opened)


def _copy_file(source: int, target: Path, left: _Allowance) -> None:
    with open(target, "xb") as out:
        while piece := os.read(source, 2**20):
            left.size -= len(piece)
            if left.size < 0:
                raise OddSubmissionError(f"larger than {left.most.mib} MiB")
            out.write(piece)
    target.chmod(0o644)
