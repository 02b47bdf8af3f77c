"""What the exchange does for people: takes in, hands out, gives back. The web and the command line use it."""

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from ..settings import Submissions
from .blobs import Blobs
from .book import Book
from .errors import BadWork, Lacking, NotThere, TooLarge
from .receipts import Signer
from .records import TIME, Feedback, Submission, told
from .rules import shown
from .sayings import Sayings
from .trees import MOST_OF_STAFF, Tree, read

log = logging.getLogger(__name__)

MOST_LISTED = 500
WAITING_DAYS = 1
KEY_LETTERS = 64


class Office:
    """The exchange behind its handlers.

    Parameters
    ----------
    book, blobs, signer
        Where things are kept, and who signs.
    most
        What a submission may bring.
    labs, people
        Tell the labs that could be handed out, and everybody's names.
    clock
        Tells the time, with its zone.
    """

    def __init__(
        self,
        book: Book,
        blobs: Blobs,
        signer: Signer,
        most: Submissions,
        labs: Callable[[], Collection[str]],
        people: Callable[[], Collection[str]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.book, self.blobs, self.signer = book, blobs, signer
        self.most, self.now = most, clock
        # for the grading host: something was handed in, something was handed out
        self.arrived, self.released = Event(), Event()
        for event in (self.arrived, self.released):
            event.set()
        self.sayings = Sayings(book, lambda: {*labs(), *book.released()}, people, clock)

    def close(self) -> None:
        """Let go of the database."""
        self.book.close()

    # parts

    def missing(self, who: str, parts: Iterable[str]) -> list[str]:
        """Return those parts that somebody still has to send before they can be submitted."""
        wanted = list(dict.fromkeys(parts))
        sent = self.book.sent(who, wanted, self.now())
        return [part for part in wanted if part not in sent or not self.blobs.has(part)]

    def keep(self, who: str, part: str, content: bytes, *, staff: bool = False) -> None:
        """Keep a part that somebody sent.

        Raises
        ------
        TooLarge
            When more of theirs waits to be submitted than two submissions may bring.
        BadWork, NoRoom, NotNow
            See `Blobs.put`.
        """
        most = (MOST_OF_STAFF if staff else self.most).mib * 2**20
        if self.book.waiting_bytes(who) + len(content) > 2 * most:
            raise TooLarge(
                f"you have sent {2 * most >> 20} MiB that were not submitted; submit what you mean to, or"
                f" wait: what waits is forgotten after {24 * WAITING_DAYS} hours"
            )
        self.blobs.put(part, content)
        self.book.note_upload(who, part, len(content), self.now())

    def content(self, tree: str, part: str) -> bytes:
        """Return a part of a tree.

        Raises
        ------
        NotThere
            When the tree has no such part.
        """
        if not self.book.holds_part(tree, part):
            raise NotThere(f"there is no part {part} in it; ask for the list of its files anew")
        return self.blobs.get(part)

    def sweep(self) -> int:
        """Forget what was sent and never submitted; return how many parts that were."""
        self.blobs.drop_drafts()
        before = self.now() - timedelta(days=WAITING_DAYS)
        return self.book.sweep(before, self.blobs.old(), self.blobs.drop)

    def _must_be_whole(self, who: str, tree: Tree) -> None:
        """Make sure that all of a tree has arrived and is what it says."""
        if lacking := self.missing(who, sorted(tree.parts)):
            raise Lacking(
                f"{len(lacking)} of {len(tree.parts)} parts have not arrived; send them and submit again",
                missing=lacking,
            )
        for file in tree.files:
            if any(self.blobs.size(part) != size for part, size in file.sizes()):
                raise BadWork(f"file {file.path!r} is not the size that it says; submit it again as it is")
            if len(file.parts) > 1:
                whole = hashlib.sha256()
                for part in file.parts:
                    whole.update(self.blobs.get(part))
                if whole.hexdigest() != file.sha256:
                    raise BadWork(f"file {file.path!r} is not what its sha256 says; submit it again as it is")

    # learners

    def labs(self, who: str) -> list[dict[str, Any]]:
        """Return the labs that are handed out, with what holds for somebody."""
        released = [one for one in self.book.released().values() if one.digest is not None]
        standing = self.book.standing(who, [one.lab for one in released])
        trees = self.book.trees(one.digest for one in released)
        return [
            {
                "lab": one.lab,
                "release": one.number,
                "digest": one.digest,
                "released_at": one.made_at.isoformat(),
                "notebooks": list(trees[one.digest].notebooks),
                "attempts_used": standing[one.lab][1],
                **told(standing[one.lab][0]),
            }
            for one in sorted(released, key=lambda one: one.lab)
        ]

    def release(self, lab: str) -> tuple[int, Tree]:
        """Return a lab as it is handed out.

        Raises
        ------
        NotThere
            When it is not.
        """
        found = self.book.released().get(lab)
        if found is None or found.digest is None:
            raise NotThere(
                f"lab {lab!r} is not released; ask your instructor for it",
                error_zh=f"实验 {lab!r} 尚未发布；请联系教师",
            )
        return found.number, self.book.tree(found.digest)

    def submit(self, who: str, lab: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Take a submission in and return its receipt.

        Parameters
        ----------
        who
            The hub's name.
        lab
            Which was handed out.
        sent
            ``files`` (see `trees.read`) and ``key``, of the sender's choice, by which a second try is known.

        Raises
        ------
        WorkError
            When the rules say no, or it has not arrived whole; nothing was changed.
        """
        key = sent.get("key")
        if not isinstance(key, str) or not 8 <= len(key) <= KEY_LETTERS or not key.isalnum():
            raise BadWork(f'"key" must be 8 to {KEY_LETTERS} letters and digits, new for each submission')
        self.release(lab)
        tree = read(sent, self.most)
        self._must_be_whole(who, tree)
        made, new = self.book.submit(who, lab, tree, key, self.now(), self.signer.sign)
        if new:
            self.arrived.set()
            log.info("submission %d: %s, lab %s, attempt %d", made.sequence, who, lab, made.attempt)
        return {"new": new, "receipt": made.receipt, **_told(made, tree), **_words(made)}

    def submissions(self, who: str, lab: str | None = None) -> list[dict[str, Any]]:
        """Return somebody's submissions with their feedback, the last one first."""
        found = self.book.submissions_of(who, lab, most=MOST_LISTED)
        feedback = self.book.feedback_for(who)
        trees = self.book.trees([*(one.digest for one in found), *(one.digest for one in feedback.values())])
        return [
            {
                **_told(one, trees[one.digest]),
                "feedback": _feedback(feedback[one.sequence], trees) if one.sequence in feedback else None,
            }
            for one in found
        ]

    def submission(self, who: str, sequence: int, *, any_learner: bool = False) -> tuple[Submission, Tree]:
        """Return a submission of somebody's.

        Parameters
        ----------
        any_learner
            Whether who asks may see everybody's.

        Raises
        ------
        NotThere
            When there is none, or it is another's.
        """
        made, shares = self.book.submission(sequence)
        if not any_learner and who not in {one.learner for one in shares}:
            raise NotThere(f"there is no submission {sequence}; see the list of submissions")
        return made, self.book.tree(made.digest)

    def feedback_on(self, who: str, sequence: int) -> Tree:
        """Return the last feedback on somebody's submission.

        Raises
        ------
        NotThere
            When there is none.
        """
        found = self.book.feedback_for(who).get(sequence)
        if found is None:
            raise NotThere(f"there is no feedback on submission {sequence} yet; it is released after grading")
        return self.book.tree(found.digest)

    # instructors

    def hand_out(self, who: str, lab: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Release a lab as it was sent; ``force`` releases one anew.

        Raises
        ------
        WorkError
            When it is released and not ``force``, or has not arrived whole.
        """
        self.sayings.must_be_lab(lab)
        there = self.book.released().get(lab)
        if there is not None and there.digest is not None and sent.get("force") is not True:
            raise BadWork(f"lab {lab} is released already; add --force to release it anew")
        tree = read(sent, MOST_OF_STAFF)
        self._must_be_whole(who, tree)
        made = self.book.release(lab, tree, who, self.now())
        self.released.set()
        return {"lab": lab, "release": made.number, "digest": made.digest}

    def take_back(self, who: str, lab: str) -> dict[str, Any]:
        """Hand a lab out no longer; what was handed in stays."""
        self.release(lab)
        made = self.book.release(lab, None, who, self.now())
        self.released.set()
        return {"lab": lab, "release": made.number}

    def collected(self, lab: str, *, in_time: bool = False) -> list[dict[str, Any]]:
        """Return each learner's last submission of a lab, as a grader needs it."""
        found = self.book.last_of_each(lab, in_time=in_time)
        trees = self.book.trees(made.digest for made, _ in found)
        return [
            {**_told(made, trees[made.digest]), "learner": share.learner, "secret": share.secret}
            for made, share in found
        ]

    def give_feedback(self, who: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Release feedback on the submission that a learner handed in at a time.

        Parameters
        ----------
        sent
            ``lab``, ``learner``, ``timestamp`` (as in `timestamp.txt`), ``files``.

        Raises
        ------
        WorkError
            When there is no such submission, or the feedback has not arrived whole.
        """
        try:
            lab, learner = str(sent["lab"]), str(sent["learner"])
            at = datetime.strptime(str(sent["timestamp"]).strip(), TIME).replace(tzinfo=UTC)
        except (KeyError, ValueError) as error:
            wanted = "lab, learner and a timestamp like 2026-12-01 10:00:00.000000 UTC"
            raise BadWork(f"feedback needs {wanted}, not {error}") from error
        tree = read(sent, MOST_OF_STAFF)
        share = self.book.share_at(lab, learner, at)
        self._must_be_whole(who, tree)
        made = self.book.give_feedback(share, tree, who, self.now())
        return {"lab": lab, "learner": learner, "sequence": share.sequence, "new": made is not None}


def _told(made: Submission, tree: Tree) -> dict[str, Any]:
    return {
        "sequence": made.sequence,
        "lab": made.lab,
        "attempt": made.attempt,
        "timestamp": made.timestamp,
        "sent_by": made.sent_by,
        "team": made.team,
        "late_seconds": made.late_seconds,
        "penalty_percent": made.penalty_percent,
        "digest": made.digest,
        "notebooks": list(tree.notebooks),
    }


def _feedback(given: Feedback, trees: Mapping[str, Tree]) -> dict[str, Any]:
    files = {file.path: file.sha256 for file in trees[given.digest].files}
    return {"released_at": given.made_at.isoformat(), "files": files}


def _words(made: Submission) -> dict[str, str]:
    """Say in both languages what was taken in."""
    allowed, zone = made.receipt["attempts_allowed"], made.receipt["zone"]
    at = shown(made.received_at, zone)
    of = f" of {allowed}" if allowed else ""
    of_zh = f"（共 {allowed} 次）" if allowed else ""
    late, late_zh = "", ""
    if made.late_seconds:
        hours = made.late_seconds / 3600
        noted = f", {made.penalty_percent} % noted" if made.penalty_percent else ""
        noted_zh = f"，记 {made.penalty_percent} %" if made.penalty_percent else ""
        late, late_zh = f"; {hours:.1f} h late{noted}", f"；迟交 {hours:.1f} 小时{noted_zh}"
    return {
        "words": f"received {at}, attempt {made.attempt}{of}{late}",
        "words_zh": f"已收到：{at}，第 {made.attempt} 次提交{of_zh}{late_zh}",
    }
