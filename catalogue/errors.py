"""What can be wrong with the catalogue, said so that a person can mend it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

# the word under which `catalogue show` lists a kind
_LISTS = {
    "role": "roles",
    "degree": "degrees",
    "job": "jobs",
    "competency": "competencies",
    "lesson": "lessons",
}


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
    names
        What people call them, id by name: somebody may have typed a title, in either language.
    """

    def __init__(self, kind: str, value: str, known: Iterable[str], names: Mapping[str, str] | None = None):
        self.kind, self.value, self.known = kind, value, tuple(known)
        mend = suggest(value, self.known, kind, names)
        super().__init__([Problem(f"unknown {kind} {value!r}", mend=mend)])


def nearest(
    value: str, known: Sequence[str], limit: int = 3, names: Mapping[str, str] | None = None
) -> list[str]:
    """Return the ids most like ``value``, by id or by name, best first; empty where none is near."""
    called = {name.casefold(): one for name, one in (names or {}).items()} | {one: one for one in known}
    close = get_close_matches(value.casefold(), called, 3 * limit, cutoff=0.5)
    return list(dict.fromkeys(called[name] for name in close))[:limit]


def suggest(value: str, known: Sequence[str], kind: str, names: Mapping[str, str] | None = None) -> str:
    """Say which ids would have been right."""
    near = nearest(value, known, names=names)
    if near:
        return f"the nearest: {', '.join(near)}"
    if not known:
        return f"there is no {kind} yet"
    if len(known) <= 12:
        return f"known: {', '.join(known)}"
    return f"there are {len(known)}; see ./academy catalogue show {_LISTS.get(kind, '')}".rstrip()
