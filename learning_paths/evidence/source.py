"""What every source of evidence gives: rows, and what it could not use."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeGuard

from learning_paths.errors import EvidenceError
from learning_paths.sayings import Text
from learning_paths.store import Evidence

LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was read and is no evidence.

    Parameters
    ----------
    file, line
        Where it stands; the line from 1, or the number of the entry in a JSON list.
    what
        What is wrong with it and what would be right, in both languages.
    """

    file: str
    line: int
    what: Text

    def told(self, language: str) -> str:
        """Return all of it in one line."""
        return f"{self.file}:{self.line}: {self.what[language]}"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A statement that its source takes back, by its key; it may have been kept long ago."""

    key: str


Found = Iterator[Evidence | Skipped | Withdrawn]
"""What a source reads, in the order in which it stands there; a bad entry never ends the reading."""


def read_text(path: Path) -> str:
    """Return what is in a file.

    Raises
    ------
    EvidenceError
        When it cannot be read or is no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EvidenceError("file-unread", path=path, why=error.strerror) from error
    except UnicodeDecodeError as error:
        raise EvidenceError("no-utf-8", path=path, byte=error.start) from error


def read_moment(text: object) -> datetime | None:
    """Read an ISO 8601 time, UTC where it names no zone; None where it is none."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        return None


def is_name(text: object) -> TypeGuard[str]:
    """Tell whether something is a text that every store and terminal can hold as a name."""
    return isinstance(text, str) and 0 < len(text.strip()) <= LONGEST_NAME and text.isprintable()
