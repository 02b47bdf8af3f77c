"""What was graded already, and from what: who handed in nothing new is not graded again."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from .errors import CourseError
from .result import Result

FILE = "graded.db"  # in the course folder
_TABLE = """
CREATE TABLE IF NOT EXISTS graded (
    lab TEXT, learner TEXT, basis TEXT NOT NULL, result TEXT NOT NULL, feedback TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (lab, learner)
) WITHOUT ROWID
"""


@dataclass(frozen=True)
class Entry:
    """An earlier result.

    Attributes
    ----------
    basis
        Hash of all that it depends on.
    result
        What came of it.
    feedback
        Hash of the marks that its learner was told; empty when none were.
    """

    basis: str
    result: Result
    feedback: str = ""


class Ledger:
    """Earlier results, each in one transaction after the gradebook has its scores.

    The file is a memory and no record: without it everything is graded again, with the same scores.

    Parameters
    ----------
    course
        Root of the course folder.

    Raises
    ------
    CourseError
        When the file cannot be written.
    """

    def __init__(self, course: Path) -> None:
        self.path = course / FILE
        try:
            self._open()
        except sqlite3.OperationalError as error:
            raise CourseError(f"{self.path}: {error}; free some space or mend its rights") from None
        except sqlite3.DatabaseError:  # not a database, or a torn one
            self._book.close()
            self.path.unlink()
            self._open()

    def _open(self) -> None:
        self._book = sqlite3.connect(self.path, timeout=60)
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL"):
            self._book.execute(f"PRAGMA {pragma}")
        with self._book:
            self._book.execute(_TABLE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._book.close()

    def entries(self, lab: str, learner: str | None = None) -> dict[str, Entry]:
        """Return a lab's earlier results by learner, or that of one."""
        wanted, about = "SELECT learner, basis, result, feedback FROM graded WHERE lab = ?", [lab]
        if learner is not None:
            wanted, about = f"{wanted} AND learner = ?", [lab, learner]
        rows = self._book.execute(wanted, about)
        return {
            learner: Entry(basis, Result(**json.loads(line), kept=True), feedback)
            for learner, basis, line, feedback in rows
        }

    def forget(self, lab: str, learner: str) -> None:
        """Forget a result that is about to be replaced: half of a new one is none."""
        with self._book:
            self._book.execute("DELETE FROM graded WHERE lab = ? AND learner = ?", (lab, learner))

    def keep(self, entry: Entry) -> None:
        """Keep a result whose scores are in the gradebook."""
        result = entry.result
        row = result.lab, result.learner, entry.basis, replace(result, seconds=0.0).line(), entry.feedback
        with self._book:
            self._book.execute("INSERT OR REPLACE INTO graded VALUES (?, ?, ?, ?, ?)", row)


def handed_in(folder: Path) -> str:
    """Return the hash of what a learner handed in: names and contents, of links where they point to."""
    found = hashlib.sha256()
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for path in (Path(parent) / name for name in sorted(names)):
            found.update(f"{path.relative_to(folder)}\0".encode(errors="surrogateescape"))
            if path.is_symlink():
                found.update(os.fsencode(os.readlink(path)))
            elif path.is_file():
                with path.open("rb") as file:
                    found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()
