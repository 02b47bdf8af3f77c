"""What was handed out and in, and the feedback on it: whole changes in one transaction each."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from catalogue.folders import AT_HOME

from .agreements import agreed
from .database import AT_ONCE, keep_tree, next_number
from .errors import BadWork, NotThere
from .records import TIME, Feedback, Release, Share, Submission
from .rules import Terms
from .tables import feedback, releases, shares, submissions, tree_parts
from .taking import Taking, read_submission
from .trees import Tree


class Book(Taking):
    """The book of the exchange.

    Parameters
    ----------
    url
        SQLAlchemy URL of SQLite or PostgreSQL; the tables are made or brought up to date.

    Raises
    ------
    learning_paths.errors.StoreError
        When it cannot be opened; each method also when it does not answer.
    """

    def release(
        self, lab: str, tree: Tree | None, made_by: str, now: datetime, *, from_folder: bool = False
    ) -> Release:
        """Hand a lab out from now on; None takes it back.

        Raises
        ------
        BadWork
            When its folder would be one that people have already.
        """
        if tree is not None and lab in AT_HOME:
            raise BadWork(f"lab {lab} has the name of a folder in people's homes; give it another one")

        def add(connection: Connection) -> Release:
            digest = None if tree is None else keep_tree(connection, tree, made_by)
            number = next_number(connection, releases.c.number)
            row = Release(number, lab, digest, made_by, now, from_folder)
            values = {name: getattr(row, name) for name in Release.__slots__}
            connection.execute(releases.insert().values(values))
            return row

        return self._in_turn(add)

    def note_in_folder(self, number: int) -> None:
        """Note that the grading host's folder holds a release."""
        change = releases.update().where(releases.c.number == number).values(from_folder=True)
        self._write(lambda connection: connection.execute(change))

    def released(self, *, in_folder: bool = False) -> dict[str, Release]:
        """Return the last release of each lab, those that were taken back too.

        Parameters
        ----------
        in_folder
            The last that the grading host's folder holds, instead.
        """
        query = sa.select(releases).order_by(releases.c.number)
        if in_folder:
            query = query.where(releases.c.from_folder)
        with self._reading() as connection:
            return {row.lab: Release(**row._mapping) for row in connection.execute(query)}

    def submission(self, sequence: int) -> tuple[Submission, list[Share]]:
        """Return a submission and whose it is.

        Raises
        ------
        NotThere
            When there is none of that number.
        """
        with self._reading() as connection:
            row = connection.execute(sa.select(submissions).where(submissions.c.sequence == sequence)).first()
            found = connection.execute(
                sa.select(shares).where(shares.c.sequence == sequence).order_by(shares.c.learner)
            )
            if row is None:
                raise NotThere(f"there is no submission {sequence}; see the list of submissions")
            return read_submission(row), [_share(one) for one in found]

    def submissions_of(
        self, learner: str, lab: str | None = None, *, most: int | None = None
    ) -> list[Submission]:
        """Return somebody's submissions, the last one first."""
        query = (
            sa.select(submissions)
            .join(shares, shares.c.sequence == submissions.c.sequence)
            .where(shares.c.learner == learner)
            .order_by(submissions.c.sequence.desc())
            .limit(most)
        )
        if lab is not None:
            query = query.where(submissions.c.lab == lab)
        with self._reading() as connection:
            return [read_submission(row) for row in connection.execute(query)]

    def standing(self, learner: str, labs: Collection[str]) -> dict[str, tuple[Terms, int]]:
        """Return what holds for somebody in each of some labs, and the attempts that are used."""
        with self._reading() as connection:
            holds = agreed(connection, labs)
            people = {one for lab in holds.values() for one in lab.together(learner)}
            query = (
                sa.select(submissions.c.lab, shares.c.learner, sa.func.count())
                .join(shares, shares.c.sequence == submissions.c.sequence)
                .where(shares.c.learner.in_(people), submissions.c.lab.in_(labs))
                .group_by(submissions.c.lab, shares.c.learner)
            )
            handed_in: dict[str, dict[str, int]] = {lab: {} for lab in labs}
            for lab, one, times in connection.execute(query):
                handed_in[lab][one] = times
        return {lab: (one.terms(learner), one.used(learner, handed_in[lab])) for lab, one in holds.items()}

    def last_of_each(self, lab: str, *, in_time: bool = False) -> list[tuple[Submission, Share]]:
        """Return each learner's last submission of a lab, in the order of their names.

        Parameters
        ----------
        in_time
            The last one that was not late, where there is one.
        """
        of_lab = sa.select(shares.c.learner, sa.func.max(shares.c.sequence).label("sequence")).join(
            submissions, submissions.c.sequence == shares.c.sequence
        )
        of_lab = of_lab.where(submissions.c.lab == lab).group_by(shares.c.learner)
        with self._reading() as connection:
            last = {row.learner: row.sequence for row in connection.execute(of_lab)}
            if in_time:
                early = connection.execute(of_lab.where(submissions.c.late_seconds == 0))
                last |= {row.learner: row.sequence for row in early}
            query = sa.select(submissions, shares.c.learner, shares.c.secret).join(
                shares, shares.c.sequence == submissions.c.sequence
            )
            numbers, found = sorted(set(last.values())), []
            for start in range(0, len(numbers), AT_ONCE):
                some = submissions.c.sequence.in_(numbers[start : start + AT_ONCE])
                for row in connection.execute(query.where(some)):
                    if last[row.learner] == row.sequence:
                        share = Share(row.sequence, row.learner, row.secret)
                        found.append((read_submission(row), share))
        return sorted(found, key=lambda one: one[1].learner)

    def share_at(self, lab: str, learner: str, received_at: datetime) -> Share:
        """Return somebody's share of the submission that arrived at a time.

        Raises
        ------
        NotThere
            When none did.
        """
        query = (
            sa.select(shares)
            .join(submissions, submissions.c.sequence == shares.c.sequence)
            .where(shares.c.learner == learner, submissions.c.lab == lab)
            .where(submissions.c.received_at == received_at)
        )
        with self._reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotThere(
                f"{learner} handed nothing in of lab {lab} at {received_at:{TIME}}; collect it again and"
                " grade what was collected"
            )
        return _share(row)

    def times_of(self, labs: Collection[str], learner: str | None = None) -> set[tuple[str, str, datetime]]:
        """Return who handed in which of some labs, and when; of everybody, or of one learner."""
        query = sa.select(shares.c.learner, submissions.c.lab, submissions.c.received_at).join(
            submissions, submissions.c.sequence == shares.c.sequence
        )
        query = query.where(submissions.c.lab.in_(labs))
        if learner is not None:
            query = query.where(shares.c.learner == learner)
        with self._reading() as connection:
            rows = connection.execute(query)
            return {(row.learner, row.lab, row.received_at) for row in rows}

    def undelivered(self, most: int, *, after: Share | None = None) -> list[tuple[Submission, Share]]:
        """Return what the grading host's folder has not got yet, oldest first.

        Parameters
        ----------
        most
            How many.
        after
            Only what comes after this one.
        """
        query = (
            sa.select(submissions, shares.c.learner, shares.c.secret)
            .join(shares, shares.c.sequence == submissions.c.sequence)
            .where(~shares.c.delivered)
            .order_by(submissions.c.sequence, shares.c.learner)
            .limit(most)
        )
        if after is not None:
            place = sa.tuple_(shares.c.sequence, shares.c.learner)
            query = query.where(place > (after.sequence, after.learner))
        with self._reading() as connection:
            return [
                (read_submission(row), Share(row.sequence, row.learner, row.secret))
                for row in connection.execute(query)
            ]

    def note_delivered(self, share: Share) -> None:
        """Note that the grading host's folder has somebody's submission."""
        this = (shares.c.sequence == share.sequence) & (shares.c.learner == share.learner)
        self._write(lambda connection: connection.execute(shares.update().where(this).values(delivered=True)))

    def shares_since(self, sequence: int) -> list[Share]:
        """Return all shares of submissions after one, in their order."""
        query = sa.select(shares).where(shares.c.sequence > sequence).order_by(shares.c.sequence)
        with self._reading() as connection:
            return [_share(row) for row in connection.execute(query)]

    def give_feedback(
        self, share: Share, tree: Tree, made_by: str, now: datetime, *, written: datetime | None = None
    ) -> Feedback | None:
        """Release feedback for a learner; None where that is no news.

        It is none where the last one is just the same, or where this one was given before and is older.

        Parameters
        ----------
        share, tree, made_by, now
            On whose work, what, who releases it and when.
        written
            When its files were written, for who may come with the same ones again.
        """

        def add(connection: Connection) -> Feedback | None:
            this = (feedback.c.sequence == share.sequence) & (feedback.c.learner == share.learner)
            query = sa.select(feedback).where(this).order_by(feedback.c.number.desc())
            given = connection.execute(query).all()
            own = next((row.digest for row in given if row.made_by == made_by), None)
            known = written is not None and own == tree.digest and written <= given[0].made_at
            if known or (given and given[0].digest == tree.digest):
                return None
            digest = keep_tree(connection, tree, made_by)
            number = next_number(connection, feedback.c.number)
            row = Feedback(number, share.sequence, share.learner, digest, made_by, now)
            values = {name: getattr(row, name) for name in Feedback.__slots__}
            connection.execute(feedback.insert().values(values))
            return row

        return self._in_turn(add)

    def feedback_for(self, learner: str) -> dict[int, Feedback]:
        """Return the last feedback on each of somebody's submissions, by sequence number."""
        query = sa.select(feedback).where(feedback.c.learner == learner).order_by(feedback.c.number)
        with self._reading() as connection:
            return {row.sequence: Feedback(**row._mapping) for row in connection.execute(query)}

    def has_feedback(self, learner: str, secret: str) -> bool:
        """Tell whether feedback was released on the submission that nbgrader knows by a secret."""
        query = (
            sa.select(feedback.c.number)
            .join(
                shares, (shares.c.sequence == feedback.c.sequence) & (shares.c.learner == feedback.c.learner)
            )
            .where(shares.c.learner == learner, shares.c.secret == secret)
        )
        with self._reading() as connection:
            return connection.scalar(query.limit(1)) is not None

    def last_feedback(self) -> int:
        """Return the number of the feedback that was released last; 0 before there is any."""
        with self._reading() as connection:
            return next_number(connection, feedback.c.number) - 1

    def holds_part(self, digest: str, part: str) -> bool:
        """Tell whether a part belongs to a tree."""
        query = sa.select(tree_parts.c.part).where(tree_parts.c.digest == digest, tree_parts.c.part == part)
        with self._reading() as connection:
            return connection.scalar(query) is not None


def _share(row: sa.Row[Any]) -> Share:
    return Share(row.sequence, row.learner, row.secret)
