"""Submissions on their way into the book: numbered, timed, judged and receipted in one transaction."""

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .agreements import AgreementTables, agreed
from .database import TreeTables, keep_tree, next_number
from .errors import BadWork
from .records import Submission
from .rules import Terms, Verdict, must_be_calm, must_be_open, received
from .tables import shares, submissions
from .trees import Tree

Seal = Callable[[dict[str, Any]], dict[str, Any]]


class Taking(AgreementTables, TreeTables):
    """What takes submissions in."""

    def submit(
        self, who: str, lab: str, tree: Tree, key: str, now: datetime, seal: Seal
    ) -> tuple[Submission, bool]:
        """Take a submission in, with its number, its time and its receipt; the same one twice is one.

        Parameters
        ----------
        who
            Who sends it.
        key
            Of this submission, chosen by who sends it: what was lost on the way back is asked for by it.
        now
            The service's time.
        seal
            Signs what the receipt says.

        Returns
        -------
        Submission
            With its receipt.
        bool
            Whether it is new.

        Raises
        ------
        Closed, TooOften
            When the rules say no.
        BadWork
            When the key belongs to another submission.
        """

        def take(connection: Connection) -> tuple[Submission, bool]:
            known = connection.execute(
                sa.select(submissions).where(submissions.c.sent_by == who, submissions.c.key == key)
            ).first()
            if known is not None:
                if (known.lab, known.digest) != (lab, tree.digest):
                    raise BadWork("this key belongs to another submission; choose a new one for each")
                return read_submission(known), False
            holds = agreed(connection, [lab])[lab]
            team, terms, learners = holds.team(who), holds.terms(who), holds.together(who)
            before = _before(connection, lab, learners)
            times = [row.received_at for row in before]
            must_be_calm(now, {row.sequence: row.received_at for row in before}.values())
            used = holds.used(who, Counter(row.learner for row in before))
            # judged by the clock as it stands: one that ran ahead and was set right makes nobody late
            found = must_be_open(terms, now, used)
            entry = _Entry(
                lab,
                who,
                team.name if team else None,
                used + 1,
                received(now, times),
                terms,
                found,
                {one: secrets.token_hex(32) for one in learners},
            )
            return _enter(connection, entry, tree, key, seal), True

        return self._in_turn(take)

    def adopt(
        self, learner: str, lab: str, tree: Tree, secret: str, received_at: datetime, key: str, seal: Seal
    ) -> bool:
        """Take in what a grading host has from before, with its own time; return whether that is new.

        It counts as an attempt and is never late. What is older than something that was handed in here stays
        out: numbers tell the order.

        Parameters
        ----------
        learner, lab, tree
            Whose it is, of which lab, and its files, whose parts are kept.
        secret
            What nbgrader names its feedback by.
        received_at
            When it was handed in.
        key
            By which it is known again.
        seal
            Signs what the receipt says.
        """

        def take(connection: Connection) -> bool:
            this = (submissions.c.sent_by == learner) & (submissions.c.key == key)
            before = _before(connection, lab, (learner,))
            if connection.scalar(sa.select(submissions.c.sequence).where(this)) is not None or any(
                row.received_at >= received_at for row in before
            ):
                return False
            entry = _Entry(
                lab, learner, None, len(before) + 1, received_at, Terms(), Verdict(0, 0), {learner: secret}
            )
            _enter(connection, entry, tree, key, seal, delivered=True)
            return True

        return self._in_turn(take)


@dataclass(frozen=True)
class _Entry:
    """What is entered of a submission, besides its number and its files."""

    lab: str
    sent_by: str
    team: str | None
    attempt: int
    received_at: datetime
    terms: Terms
    verdict: Verdict
    secrets: dict[str, str]


def _enter(
    connection: Connection, entry: _Entry, tree: Tree, key: str, seal: Seal, *, delivered: bool = False
) -> Submission:
    """Enter a submission and its shares under the next number, with its receipt."""
    terms = entry.terms
    row = {
        "sequence": next_number(connection, submissions.c.sequence),
        "lab": entry.lab,
        "sent_by": entry.sent_by,
        "team": entry.team,
        "attempt": entry.attempt,
        "digest": keep_tree(connection, tree, entry.sent_by),
        "received_at": entry.received_at,
        "late_seconds": entry.verdict.late_seconds,
        "penalty_percent": entry.verdict.penalty_percent,
    }
    said = {
        **row,
        "learners": list(entry.secrets),
        "received_at": entry.received_at.isoformat(),
        "due_at": None if terms.due is None else terms.due.isoformat(),
        "zone": terms.zone,
        "attempts_allowed": terms.attempts,
        "files": [{"path": f.path, "size": f.size, "sha256": f.sha256} for f in tree.files],
    }
    receipt = seal({("sha256" if name == "digest" else name): value for name, value in said.items()})
    kept = json.dumps(receipt, ensure_ascii=False)
    connection.execute(submissions.insert().values(**row, key=key, receipt=kept))
    rows = [
        {"sequence": row["sequence"], "learner": learner, "secret": secret, "delivered": delivered}
        for learner, secret in entry.secrets.items()
    ]
    connection.execute(shares.insert(), rows)
    return Submission(**row, receipt=receipt)


def _before(connection: Connection, lab: str, learners: Iterable[str]) -> list[sa.Row[Any]]:
    query = (
        sa.select(shares.c.learner, submissions.c.sequence, submissions.c.received_at)
        .join(submissions, submissions.c.sequence == shares.c.sequence)
        .where(submissions.c.lab == lab, shares.c.learner.in_(list(learners)))
    )
    return list(connection.execute(query))


def read_submission(row: sa.Row[Any]) -> Submission:
    """Return a row of the table as a value."""
    values = {name: getattr(row, name) for name in Submission.__slots__ if name != "receipt"}
    return Submission(**values, receipt=json.loads(row.receipt))
