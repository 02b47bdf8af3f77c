"""What can be wrong with the catalogue, said so that a person can mend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it stands, and what would be right.

    Parameters
    ----------
    what
        Plain words, lower case, naming the value.
    file
        Relative to the catalogue's root; None where no single file is to blame.
    line
        1-based line in ``file``; None where it is not known.
    mend
        What would be right, or the next command to type.
    """

    what: str
    file: Path | None = None
    line: int | None = None
    mend: str = ""

    def __str__(self) -> str:
        where = "" if self.file is None else f", {self.file}" + (f":{self.line}" if self.line else "")
        return f"{self.what}{where}" + (f"; {self.mend}" if self.mend else "")


class CatalogueError(Exception):
    """The catalogue cannot be used as it is.

    Parameters
    ----------
    problems
        Everything that was found, not only the first thing.
    """

    def __init__(self, problems: Iterable[Problem] | str):
        if isinstance(problems, str):
            problems = [Problem(problems)]
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InvalidFile(CatalogueError):
    """A file is not YAML, or breaks the schema of its kind."""


class UnknownId(CatalogueError):
    """An id that the catalogue does not have.

    Parameters
    ----------
    kind
        What was asked for, in the singular: ``"role"``.
    value
        The id that was given.
    known
        All ids of this kind.
    """

    def __init__(self, kind: str, value: str, known: Iterable[str]):
        self.kind, self.value, self.known = kind, value, tuple(known)
        super().__init__([Problem(f"unknown {kind} {value!r}", mend=suggest(value, self.known, kind))])


def nearest(value: str, known: Sequence[str], limit: int = 3) -> list[str]:
    """Return the ids most like ``value``, best first; empty where none is near."""
    return get_close_matches(value, known, limit, cutoff=0.5)


def suggest(value: str, known: Sequence[str], kind: str) -> str:
    """Say which ids would have been right."""
    near = nearest(value, known)
    if near:
        return f"the nearest: {', '.join(near)}"
    if not known:
        return f"there is no {kind} yet"
    return f"known: {', '.join(known)}" if len(known) <= 12 else f"there are {len(known)}; see catalogue show"
