"""Where things lie: the checkout with its read-only material, and the data folder of a running product."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
COURSES = "courses"  # below the data folder
COURSE_ID = "academy"
"""The course that everybody belongs to."""
AT_HOME = ("lessons", "receipts")
"""Folders in people's homes, and in those of courses there, whose names no lab can have."""


def data_folder(given: str | os.PathLike[str] | None = None) -> Path:
    """Return the one folder that everything the product makes lies in.

    Parameters
    ----------
    given
        The value of ``--data``; it wins over ``ACADEMY_DATA``, which wins over
        ``$XDG_DATA_HOME/zhisuan-academy`` (by default ``~/.local/share/zhisuan-academy``).

    Returns
    -------
    Path
        Absolute; not created here.
    """
    chosen = given or os.environ.get("ACADEMY_DATA")
    if chosen:
        return Path(chosen).expanduser().absolute()
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser().absolute() / "zhisuan-academy"


def course_folder(data: Path, course: str) -> Path:
    """Return where labs, submissions and gradebook of a course lie.

    Parameters
    ----------
    data
        The data folder.
    course
        The id of a course beside the academy's own.
    """
    return data / COURSES / course


def courses(data: Path) -> list[str]:
    """Return the ids of the courses beside the academy's own that a data folder holds."""
    return sorted(path.parent.name for path in (data / COURSES).glob("[!.]*/course"))


def store_url(data: Path) -> str:
    """Return the database URL of what is known of learners.

    Parameters
    ----------
    data
        The data folder; its ``store.sqlite`` is the store unless ``ACADEMY_STORE`` names another database, or
        the academy keeps everything in one (see `database_url`).
    """
    return os.environ.get("ACADEMY_STORE") or database_url(data / "secrets/paths.url", data / "store.sqlite")


def gradebook_url(course: Path) -> str:
    """Return the database URL of nbgrader's gradebook.

    Parameters
    ----------
    course
        nbgrader's course folder. Its staff write there: no link is followed, and no pipe waited for.
    """
    try:
        kept = os.open(course / "gradebook.url", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return f"sqlite:///{course / 'gradebook.db'}"
    with open(kept, encoding="utf-8") as file:
        return file.read().strip()


def database_url(kept: Path, file: Path) -> str:
    """Return the URL that a private file holds, with its password; without it, that of an SQLite file."""
    try:
        return kept.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return f"sqlite:///{file}"
