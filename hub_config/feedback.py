"""The way back: released feedback reaches the desk of whom it belongs to, and no other."""

import logging
import os
import shutil
from pathlib import Path

from .deployment import Deployment
from .exchange import desk
from .work.errors import BadWork
from .work.trees import opened

LONGEST_SECRET = 4096
log = logging.getLogger(__name__)


class FeedbackPost:
    """Brings each person's released feedback to the person's desk.

    nbgrader names a feedback file by the submission's secret, so that one folder can hold everybody's. A desk
    gets only what belongs to submissions carried from that desk. Each submission is read once.

    Parameters
    ----------
    deployment
        Whose desks and exchange.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._course = deployment.exchanged
        self._read: set[str] = set()
        self._owners: dict[str, tuple[str, str]] = {}  # of feedback files, by name: learner and lab
        self._brought: dict[str, int] = {}  # time of change of what lies on the desk, by name

    def carry(self) -> int:
        """Bring what is new; return how many files that were."""
        self._read_submissions()
        new = 0
        with os.scandir(self._course / "feedback") as files:
            for file in files:
                owner = self._owners.get(file.name)
                changed = file.stat().st_mtime_ns if owner else 0
                if owner is None or self._brought.get(file.name) == changed:
                    continue
                place = desk(self._deployment, owner[0]).feedback
                if place.is_dir():
                    new += _copy_newer(Path(file.path), place / file.name)
                    self._brought[file.name] = changed
        return new

    def released(self) -> dict[tuple[str, str], int]:
        """Return when feedback was released last, in seconds since the epoch, by learner and lab."""
        self._read_submissions()
        found: dict[tuple[str, str], int] = {}
        with os.scandir(self._course / "feedback") as files:
            for file in files:
                if owner := self._owners.get(file.name):
                    found[owner] = max(int(file.stat().st_mtime), found.get(owner, 0))
        return found

    def _read_submissions(self) -> None:
        """Learn which feedback files belong to submissions that have come since the last time."""
        for folder in (self._course / "inbound").glob("*+*+*"):
            if folder.name not in self._read:
                learner, lab = folder.name.split("+")[:2]
                self._owners |= dict.fromkeys(feedback_files(folder), (learner, lab))
                self._read.add(folder.name)


def feedback_files(submission: Path) -> list[str]:
    """Return the names that feedback on a submission is released under, one for each notebook.

    There are none where it brings no secret that can be read: what it brings is its learner's word.
    """
    secret = secret_of(submission)
    if not secret:
        return []
    return [page_name(secret, one.stem) for one in submission.glob("*.ipynb")]


def page_name(secret: str, notebook: str) -> str:
    """Return how nbgrader names the feedback on a notebook of the submission with that secret."""
    from nbgrader.utils import notebook_hash  # half a second, which only this needs

    return f"{notebook_hash(secret=secret, notebook_id=notebook)}.html"


def secret_of(submission: Path) -> str:
    """Return what nbgrader names the feedback on a submission by; empty where it brings none."""
    try:
        with opened(submission / "submission_secret.txt", submission) as file:
            return file.read(LONGEST_SECRET).decode()
    except (BadWork, ValueError):
        return ""


def _copy_newer(source: Path, target: Path) -> int:
    try:
        wanted = source.stat()
    except FileNotFoundError:
        return 0
    if target.exists() and target.stat().st_mtime_ns == wanted.st_mtime_ns:
        return 0
    draft = target.with_suffix(".part")
    try:
        with opened(source, source.parent) as page, draft.open("wb") as out:
            shutil.copyfileobj(page, out)
    except BadWork as error:
        log.warning("feedback is left out: %s", error)
        return 0
    draft.chmod(0o644)
    os.utime(draft, ns=(wanted.st_atime_ns, wanted.st_mtime_ns))
    os.replace(draft, target)
    return 1
