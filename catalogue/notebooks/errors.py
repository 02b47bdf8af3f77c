"""What can be wrong with a notebook or its text."""

from pathlib import Path

from catalogue.errors import CatalogueError, Problem


class NotebookError(CatalogueError):
    """A notebook or its text cannot be read, built or pulled."""


def fault(file: Path, line: int | None, said: str) -> Problem:
    """Return a problem from ``"what is wrong; what to do"``.

    Parameters
    ----------
    file
        As it is to be shown.
    line
        1-based line in `file`, or None where the whole file is meant.
    said
        Both halves of the message; the second may be missing.
    """
    what, _, mend = said.partition("; ")
    return Problem(what, file, line, mend)
