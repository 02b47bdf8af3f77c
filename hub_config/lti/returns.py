"""Marks on their way to learning platforms: a row for each link, learner and lab, kept until it has arrived.

A row says what the platform should have, and what it has. While the two differ it is due, again after each
failure and later each time; the same mark is sent with the same time, so that what arrives twice counts once.
A mark that the platform refuses for good is lost: it is not sent again until it changes or somebody asks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ..books import add_columns
from .book import Book

SETTLE_SECONDS = 2.0  # that a mark must stay as it is before it is sent
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 6 * 3600.0  # seconds until a mark is sent again
STEP = 0.001  # seconds between two marks of one learner, as platforms tell them apart
TABLE = """
CREATE TABLE IF NOT EXISTS returns (
    link        INTEGER NOT NULL REFERENCES links (number),
    account     TEXT NOT NULL,
    lab         TEXT NOT NULL,
    score       REAL NOT NULL,
    points      REAL NOT NULL,
    changed     REAL NOT NULL,
    sent_score  REAL,
    sent_points REAL,
    sent        REAL,
    tries       INTEGER NOT NULL DEFAULT 0,
    due         REAL NOT NULL,
    failure     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (link, account, lab)
)
"""
# What later versions added: whether what was sent may have arrived, though no answer said so; whether it is
# sent no more.
ADDED = {"unsure": "INTEGER NOT NULL DEFAULT 0", "lost": "INTEGER NOT NULL DEFAULT 0"}
FIELDS = (
    "link, account, lab, score, points, changed, sent_score, sent_points, sent, tries, due, failure,"
    " unsure, lost"
)
UNSENT = "(sent_score IS NOT score OR sent_points IS NOT points)"


@dataclass(frozen=True)
class Mark:
    """A released mark, and the link whose platform should have it."""

    link: int
    account: str
    lab: str
    score: float
    points: float


@dataclass(frozen=True)
class Return(Mark):
    """A mark on its way.

    Parameters
    ----------
    changed
        When it became what it is; sent along with it.
    sent_score, sent_points, sent
        What arrived last, and when; None before anything has.
    tries, due, failure
        How often it was sent in vain, when it is sent next, and why it has not arrived.
    unsure
        1 when it may have arrived all the same: the answer to it got lost.
    lost
        1 when the platform refuses it for good; `failure` says why.
    """

    changed: float
    sent_score: float | None
    sent_points: float | None
    sent: float | None
    tries: int
    due: float
    failure: str
    unsure: int
    lost: int

    @property
    def arrived(self) -> bool:
        """Whether the platform has it."""
        return (self.sent_score, self.sent_points) == (self.score, self.points)


class Returns:
    """The rows of one data folder; each call is one transaction.

    Parameters
    ----------
    book
        Their file.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        with book.change() as opened:
            opened.execute(TABLE)
            add_columns(opened, "returns", ADDED)

    def want(self, marks: Iterable[Mark], now: float) -> int:
        """Want platforms to have these marks; return how many are new or others than before."""
        marks, changed = list(marks), 0  # who yields them may read the same file
        with self._book.change() as book:
            for one in marks:
                values = (one.link, one.account, one.lab, one.score, one.points, now, now + SETTLE_SECONDS)
                changed += book.execute(
                    "INSERT INTO returns (link, account, lab, score, points, changed, due)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                    " score = excluded.score, points = excluded.points,"
                    f" changed = max(excluded.changed, changed + {STEP}),"
                    " due = excluded.due, tries = 0, failure = '', unsure = 0, lost = 0"
                    " WHERE score IS NOT excluded.score OR points IS NOT excluded.points",
                    values,
                ).rowcount
        return changed

    def due(self, now: float, most: int) -> list[Return]:
        """Return what is to be sent now, longest due first."""
        asked = (
            f"SELECT {FIELDS} FROM returns WHERE {UNSENT} AND NOT lost AND due <= ?"
            " ORDER BY due, link, account LIMIT ?"
        )
        with self._book.change() as book:
            return [Return(*row) for row in book.execute(asked, (now, most))]

    def arrived(self, one: Return, now: float) -> None:
        """Remember that a platform has what was sent; what has changed meanwhile stays due."""
        with self._book.change() as book:
            book.execute(
                "UPDATE returns SET sent_score = ?, sent_points = ?, sent = ?, failure = '',"
                " unsure = 0, tries = CASE WHEN changed = ? THEN 0 ELSE tries END"
                " WHERE link = ? AND account = ? AND lab = ?",
                (one.score, one.points, now, one.changed, one.link, one.account, one.lab),
            )

    def failed(self, one: Return, why: str, now: float, *, unsure: bool = False, lost: bool = False) -> None:
        """Remember why a mark did not arrive; it is sent again, later each time.

        Parameters
        ----------
        unsure
            Whether it may have arrived all the same.
        lost
            Whether it is refused for good, and not sent again.
        """
        pause = min(FIRST_PAUSE * 2.0 ** min(one.tries, 20), LONGEST_PAUSE)
        with self._book.change() as book:
            book.execute(
                "UPDATE returns SET tries = tries + 1, due = ?, failure = ?, unsure = max(unsure, ?),"
                " lost = ? WHERE link = ? AND account = ? AND lab = ? AND changed = ?",
                (now + pause, why[:500], unsure, lost, one.link, one.account, one.lab, one.changed),
            )

    def drop(self, one: Return) -> None:
        """Forget a mark that no platform should have any more."""
        with self._book.change() as book:
            book.execute(
                "DELETE FROM returns WHERE link = ? AND account = ? AND lab = ?",
                (one.link, one.account, one.lab),
            )

    def hurry(self, context: int, now: float) -> None:
        """Send at once what has not arrived in a course; what was lost anew, with the time of now."""
        with self._book.change() as book:
            book.execute(
                f"UPDATE returns SET changed = max(?, changed + {STEP}), tries = 0, failure = '', unsure = 0,"
                " lost = 0, due = ? WHERE lost AND link IN (SELECT number FROM links WHERE context = ?)",
                (now, now, context),
            )
            book.execute(
                f"UPDATE returns SET due = ? WHERE {UNSENT} AND due > ?"
                " AND link IN (SELECT number FROM links WHERE context = ?)",
                (now, now, context),
            )

    def of_context(self, context: int) -> list[Return]:
        """Return all rows of a course, by learner and lab."""
        asked = (
            f"SELECT {FIELDS} FROM returns WHERE link IN (SELECT number FROM links WHERE context = ?)"
            " ORDER BY account, lab, link"
        )
        with self._book.change() as book:
            return [Return(*row) for row in book.execute(asked, (context,))]
