"""Keeps the grading host's folders in step with the exchange: graders there find what nbgrader would leave.

Labs that are released there are handed out by the service, submissions appear there as if they had been
carried from desks, and feedback that is released there goes back through the service. Each way ends in one
whole step, so that after a kill the next look goes on where the last one was.
"""

import hashlib
import logging
import math
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graders.owners import belong_to

from ..changes import Changes
from ..deployment import Deployment
from ..errors import HubError
from ..exchange import arrive, carry_inbound
from ..feedback import page_name, secret_of
from . import duedates
from .courier import replace_folder
from .errors import NoRoom, NotNow, WorkError
from .office import Office
from .records import TIME, Release, Share, Submission
from .trees import (
    MOST_OF_STAFF,
    OWN_FILES,
    PART_BYTES,
    File,
    Tree,
    is_within,
    of_file,
    opened,
    read,
    read_folder,
)

log = logging.getLogger(__name__)

HOST = "(the academy's host)"
# what nbgrader named; the bridge's own end with the number of the submission
FROM_DESK = re.compile(
    r"(?P<learner>[^+]+)\+(?P<lab>[a-z0-9][a-z0-9-]{0,63})\+(?P<time>[^+]+ UTC)"
    r"\+(?!s[0-9]{1,9}$)[A-Za-z0-9_-]{1,32}"
)
AT_ONCE = 200
SETTLED_SECONDS = 2.0  # nbgrader writes a release file by file
FEEDBACK_SETTLED_SECONDS = 0.1
AGREEMENTS_EVERY_SECONDS = 2.0  # the command line sets deadlines, too
SWEEP_EVERY_SECONDS = 3600.0
AFTER_A_FAILURE_SECONDS = 5.0
DAMAGED_AGAIN_SECONDS = 60.0  # until what is damaged is looked at again: somebody may have mended it


class Bridge:
    """Between one exchange and one grading host.

    Parameters
    ----------
    deployment
        Whose course and exchange folders.
    office
        The exchange.
    gradebook
        Gives what is another after any change in the gradebook.
    """

    def __init__(self, deployment: Deployment, office: Office, gradebook: Callable[[], Any]) -> None:
        self._deployment, self._office, self._gradebook = deployment, office, gradebook
        self._folder = deployment.exchanged
        self._changes = Changes()
        self._labs: dict[str, tuple[int, ...]] = {}  # stamps of release folders that were read
        self._pages: dict[str, tuple[Share, str]] = {}  # feedback pages by nbgrader's names for them
        self._page_stamps: dict[str, int] = {}
        self._last_share = 0
        self._adopted = self._came = False
        self._left_out: dict[str, str] = {}  # what is wrong with what could not be done, as it was told
        self._damaged_again = math.inf
        self._agreed: tuple[int, ...] = ()
        self._next_agreements = self._next_sweep = self._not_before = 0.0

    def look(self) -> bool:
        """Do what is there to do; tell whether submissions came.

        Raises
        ------
        HubError, OSError, learning_paths.errors.StoreError
            When something stands in the way; it is tried again after a while.
        """
        if time.monotonic() < self._not_before:
            return False
        if time.monotonic() >= self._damaged_again:
            self._damaged_again = math.inf
            self._look_anew()
        try:
            self._must_lead_nowhere()
            if not self._adopted:
                self._adopt()
                self._adopted = True
            self._releases()
            self._deliver()
            self._feedback()
            self._agreements()
            self._sweep()
        except Exception:
            self._not_before = time.monotonic() + AFTER_A_FAILURE_SECONDS
            self._look_anew()
            raise
        arrived, self._came = self._came, False
        return arrived

    def _must_lead_nowhere(self) -> None:
        """Make sure that no folder that staff write in was replaced by a link out of the exchange."""
        ours = self._deployment.exchange.resolve() / self._folder.name
        for part in ("inbound", "outbound", "feedback"):
            if (self._folder / part).resolve() != ours / part:
                raise HubError(
                    f"{self._folder / part} leads elsewhere; put a folder there, with what it held"
                )

    def _look_anew(self) -> None:
        """Have the next look take up everything, as the first one does."""
        self._office.arrived.set()
        self._office.released.set()
        self._labs.clear()
        self._changes.forget()

    @contextmanager
    def _one(self, what: str) -> Iterator[None]:
        """Do one of many things: what is wrong with it alone is told, once, and holds up no other."""
        try:
            yield
        except (NoRoom, NotNow):  # nor will the others
            raise
        except WorkError as error:
            if self._left_out.get(what) != str(error):
                log.error("%s: %s", what, error)
            self._left_out[what] = str(error)
            self._damaged_again = time.monotonic() + DAMAGED_AGAIN_SECONDS
        else:
            self._left_out.pop(what, None)

    # labs

    def _releases(self) -> None:
        outbound = self._folder / "outbound"
        stamps = {one.name: _stamp(one) for one in _folders(outbound)}
        changed = {lab for lab in {*stamps, *self._labs} if stamps.get(lab) != self._labs.get(lab)}
        if self._office.released.is_set():
            self._office.released.clear()
            changed |= set(self._office.book.released())
        for lab in sorted(changed):
            if _is_settled(outbound / lab):
                with self._one(f"lab {lab}, {outbound / lab}, cannot be handed out"):
                    self._release(lab, outbound / lab)
                if _is_folder(outbound / lab):
                    self._labs[lab] = _stamp(outbound / lab)
                    continue
            self._labs.pop(lab, None)

    def _release(self, lab: str, folder: Path) -> None:
        """Bring one lab's folder and the book to the same: who changed last wins."""
        book = self._office.book
        last, in_folder = book.released().get(lab), book.released(in_folder=True).get(lab)
        tree = read_folder(folder, self._deployment.exchange) if _is_folder(folder) else None
        here, wanted = tree.digest if tree else None, last.digest if last else None
        if here == wanted:
            if last is not None and not last.from_folder:
                book.note_in_folder(last.number)
        elif here != (in_folder.digest if in_folder else None):
            for file in tree.files if tree else ():
                self._keep(folder / file.path, file)
            book.release(lab, tree, HOST, self._office.now(), from_folder=True)
            log.info("lab %s is %s", lab, "handed out" if tree else "taken back")
        elif last is not None:
            with self._held("outbound") as outbound:
                self._write_release(last, outbound / lab)
            book.note_in_folder(last.number)

    def _write_release(self, release: Release, folder: Path) -> None:
        if release.digest is None:
            shutil.rmtree(folder)
            return
        with self._draft() as draft:
            self._write(release.digest, draft)
            if os.geteuid() == 0:
                belong_to(draft, folder.parent.stat().st_uid)
            replace_folder(draft, folder)

    @contextmanager
    def _draft(self) -> Iterator[Path]:
        """Give a place for a folder on its way to graders, where nobody but the hub gets at it."""
        draft = self._deployment.hub / f"draft-{secrets.token_hex(8)}"
        draft.parent.mkdir(exist_ok=True, mode=0o700)
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    @contextmanager
    def _held(self, part: str) -> Iterator[Path]:
        """Give a folder of the exchange to write in, which stays that one whoever puts another in its place.

        Raises
        ------
        HubError
            When it leads somewhere else.
        """
        place = self._folder / part
        opened_folder = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if not is_within(opened_folder, self._deployment.exchange):
                raise HubError(f"{place} leads out of the exchange; put a folder there, with what it held")
            yield Path(f"/proc/self/fd/{opened_folder}")
        finally:
            os.close(opened_folder)

    def _keep(self, path: Path, file: File) -> None:
        """Keep the parts of a file that lies on this host."""
        with opened(path, self._deployment.exchange) as source:
            for part in file.parts:
                self._office.blobs.put(part, source.read(PART_BYTES))

    def _write(self, digest: str, folder: Path) -> None:
        folder.mkdir(mode=0o755)
        for file in self._office.book.tree(digest).files:
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                for part in file.parts:
                    out.write(self._office.blobs.get(part))
            target.chmod(0o644)

    # submissions

    def _adopt(self) -> None:
        """Take in what came through desks before work went through the service, oldest first.

        Only until the first lab is handed out here: from then on a desk would be a way around deadlines.
        """
        if self._office.book.released():
            return
        for one in carry_inbound(self._deployment, self._office.most):
            if one.problem:
                log.warning("set aside a submission on the desk of %s: %s", one.owner, one.problem)
        inbound = self._folder / "inbound"
        found = [
            (match, folder) for folder in _folders(inbound) if (match := FROM_DESK.fullmatch(folder.name))
        ]
        for name, folder in sorted(found, key=lambda one: one[0]["time"]):
            try:
                at = datetime.strptime(name["time"], TIME).replace(tzinfo=UTC)
                secret = secret_of(folder).strip()
                tree = read_folder(folder, self._deployment.exchange, without=OWN_FILES)
            except (ValueError, OSError, WorkError) as problem:
                log.warning("%s stays outside of the exchange: %s", folder.name, problem)
                continue
            for file in tree.files:
                self._keep(folder / file.path, file)
            key = hashlib.sha256(folder.name.encode()).hexdigest()
            sign = self._office.signer.sign
            if self._office.book.adopt(name["learner"], name["lab"], tree, secret, at, key, sign):
                log.info("taken in from before: %s", folder.name)

    def _deliver(self) -> None:
        if not self._office.arrived.is_set():
            return
        self._office.arrived.clear()
        last = None
        while waiting := self._office.book.undelivered(AT_ONCE, after=last):
            needed = _needed(waiting)
            for submission, share in waiting:
                what = f"submission {submission.sequence} of {share.learner}, lab {submission.lab}"
                with self._one(f"{what}, cannot be given to graders"):
                    if share in needed:
                        self._deliver_one(submission, share)
                    self._office.book.note_delivered(share)
                    self._came = True
                last = share

    def _deliver_one(self, submission: Submission, share: Share) -> None:
        name = f"{share.learner}+{submission.lab}+{submission.timestamp}+s{submission.sequence}"
        target = self._folder / "inbound" / name
        if target.exists():
            return
        with self._draft() as draft, self._held("inbound") as inbound:
            self._write(submission.digest, draft)
            (draft / "submission_secret.txt").write_text(share.secret)
            arrive(draft, inbound / name, submission.timestamp)

    # feedback

    def _feedback(self) -> None:
        folder = self._folder / "feedback"
        if not self._changes.of("feedback", folder, FEEDBACK_SETTLED_SECONDS):
            return
        self._learn_pages()
        fresh: dict[Share, dict[str, int]] = {}
        with os.scandir(folder) as pages:
            for page in pages:
                owner = self._pages.get(page.name)
                if owner and self._page_stamps.get(page.name) != (stamp := page.stat().st_mtime_ns):
                    fresh.setdefault(owner[0], {})[page.name] = stamp
        for share, stamps in fresh.items():
            with self._one(f"feedback for {share.learner} on submission {share.sequence} cannot go out"):
                self._give_feedback(folder, share)
                self._page_stamps |= stamps

    def _give_feedback(self, folder: Path, share: Share) -> None:
        names = {name: f"{notebook}.html" for name, (of, notebook) in self._pages.items() if of == share}
        pages = {shown: folder / name for name, shown in names.items() if (folder / name).is_file()}
        written = max(page.stat().st_mtime for page in pages.values())
        files = tuple(of_file(page, shown, self._deployment.exchange) for shown, page in pages.items())
        tree = read({"files": Tree(files).data()}, MOST_OF_STAFF)
        for file in tree.files:
            self._keep(pages[file.path], file)
        at = datetime.fromtimestamp(written, UTC)
        self._office.book.give_feedback(share, tree, HOST, self._office.now(), written=at)

    def _learn_pages(self) -> None:
        """Learn how nbgrader would name the feedback on submissions that came since the last time."""
        book = self._office.book
        fresh = book.shares_since(self._last_share)
        for share in fresh:
            submission, _ = book.submission(share.sequence)
            for notebook in book.tree(submission.digest).notebooks:
                self._pages[page_name(share.secret, notebook)] = (share, notebook)
        # not before all are known: two may share one submission
        self._last_share = max((share.sequence for share in fresh), default=self._last_share)

    # the rest

    def _agreements(self) -> None:
        begun = time.monotonic()
        if begun < self._next_agreements:
            return
        said = self._office.book.last_change()
        if self._changes.differ("gradebook", self._gradebook()) or said != self._agreed:
            duedates.enter(self._deployment, self._office.book)
            self._changes.differ("gradebook", self._gradebook())  # what was written now is known
            self._agreed = said
        # while many are graded the gradebook changes all the time: a tenth of it may go into looking
        now = time.monotonic()
        self._next_agreements = now + max(AGREEMENTS_EVERY_SECONDS, 10 * (now - begun))

    def _sweep(self) -> None:
        if time.monotonic() >= self._next_sweep:
            self._next_sweep = time.monotonic() + SWEEP_EVERY_SECONDS
            if gone := self._office.sweep():
                log.info("forgot %d parts that were sent and never submitted", gone)


def _needed(waiting: Iterable[tuple[Submission, Share]]) -> set[Share]:
    """Return the shares that graders can use: of each learner and lab the last one, and the last in time."""
    last: dict[tuple[str, str, bool], Share] = {}
    for submission, share in waiting:
        last[share.learner, submission.lab, False] = share
        if not submission.late_seconds:
            last[share.learner, submission.lab, True] = share
    return set(last.values())


def _folders(place: Path) -> list[Path]:
    try:
        return [one for one in place.iterdir() if _is_folder(one)]
    except FileNotFoundError as error:
        raise HubError(f"there is no {place}; ./academy hub makes it") from error


def _is_folder(one: Path) -> bool:
    return not one.name.startswith(".") and one.is_dir() and not one.is_symlink()


def _stamp(folder: Path) -> tuple[int, ...]:
    found = folder.stat()
    return (found.st_ino, found.st_mtime_ns, found.st_ctime_ns)


def _is_settled(folder: Path) -> bool:
    """Tell whether nothing in a folder has changed for a while."""
    if not _is_folder(folder):
        return True
    newest = max(path.lstat().st_ctime for path in (folder, *folder.rglob("*")))
    age = time.time() - newest
    return age > SETTLED_SECONDS or age < 0  # a clock that was set back holds nothing up
