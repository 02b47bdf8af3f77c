"""Which files of a repository are labs and lessons, and which are taken: plain files with plain names."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from catalogue.folders import AT_HOME
from catalogue.schema import ID_PATTERN
from graders.engine.master import NOT_DATA

from .errors import HubError
from .git import MOST_MIB, Entry, Repository

MOST_FILES = 10_000
ROOTS = ("", "labs/")  # where a repository may hold its labs
SOURCE, AUTHORING, LESSONS = "source", "authoring", "lessons"
PLACES = (LESSONS, *(f"{root}{part}" for root in ROOTS for part in (SOURCE, AUTHORING)))
LAB = f"a lab is {SOURCE}/NAME/NAME.ipynb, NAME in small letters and digits with hyphens"
LESSON = f"a lesson is {LESSONS}/FOLDER/NAME.ipynb"

_PLAIN = ("100644", "100664", "100755")  # modes of files, as git has them
_OTHERS = {"120000": "a symbolic link", "160000": "a submodule"}
_LONGEST_NAME, _LONGEST_PATH = 200, 1000
_POINTER = b"version https://git-lfs.github.com/spec/"


def chosen(entries: list[Entry], where: str, say: Callable[[str], None]) -> dict[PurePosixPath, Entry]:
    """Return the files of labs and lessons by their place in the labs' folder.

    Parameters
    ----------
    entries
        What stands in :data:`PLACES`.
    where
        Of which repository and commit, for messages.
    say
        Is told each folder that is no lab, and each notebook that is no lesson.

    Raises
    ------
    HubError
        When there are no labs, or too many files or bytes, or one is a link or has an odd name, or a lab has
        the name of a folder that people have already.
    """
    for root in ROOTS:
        below = [(one, parts) for one in entries if (parts := _parts(one.path, root))]
        labs = {lab for _, (part, lab, *rest) in _deep(below) if _is_lab(part, lab, rest)}
        others = {lab for _, (part, lab, *_) in _deep(below) if part == SOURCE} - labs
        for name in sorted(others):
            say(f"{where}: {SOURCE}/{name!a} is left out; {LAB}")
        if labs:
            break
    else:
        raise HubError(f"{where}: there is no lab in it; {LAB}, at its root or in labs/")
    ours = [(one, parts) for one, parts in below if len(parts) == 1 or parts[1] in labs]
    for name in sorted(labs.intersection(AT_HOME)):
        raise HubError(f"{where}: lab {name} has the name of a folder in people's homes; give it another one")
    ours += _lessons(entries, where, say)
    taken = {PurePosixPath(*parts): one for one, parts in ours if _is_taken(one, parts, where)}
    _refuse_too_much(taken, where)
    return taken


def write(files: dict[PurePosixPath, Entry], repository: Repository, folder: Path, where: str) -> None:
    """Write files as they were committed into a new folder.

    Raises
    ------
    HubError
        When one of them is only a pointer to Git LFS.
    """
    for path, content in zip(files, repository.contents(list(files.values())), strict=True):
        if content.startswith(_POINTER):
            raise HubError(f"{where}: {path} lies in Git LFS, which is not fetched; commit the file itself")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("xb") as file:
            file.write(content)


def _parts(path: str, root: str) -> list[str]:
    """Return the parts of a path below a root, none where it does not lie there."""
    parts = path.removeprefix(root).split("/")
    return parts if path.startswith(root) and parts[0] in (SOURCE, AUTHORING) else []


def _lessons(
    entries: list[Entry], where: str, say: Callable[[str], None]
) -> Iterator[tuple[Entry, list[str]]]:
    for one in entries:
        parts = one.path.split("/")
        if parts[0] != LESSONS:
            continue
        if len(parts) == 2 and parts[1].endswith(".ipynb"):
            say(f"{where}: {one.path!a} is left out; {LESSON}")
        else:
            yield one, parts


def _deep(below: list[tuple[Entry, list[str]]]) -> list[tuple[Entry, list[str]]]:
    return [(one, parts) for one, parts in below if len(parts) > 1]


def _is_lab(part: str, lab: str, rest: list[str]) -> bool:
    return part == SOURCE and rest == [f"{lab}.ipynb"] and re.fullmatch(ID_PATTERN, lab) is not None


def _is_taken(one: Entry, parts: list[str], where: str) -> bool:
    """Return whether a file of a lab or lesson is taken: hidden ones are not.

    Raises
    ------
    HubError
        When it is no plain file in its folder, or its name cannot be trusted.
    """
    if any(map(_is_odd, parts)) or len(one.path) > _LONGEST_PATH:
        raise HubError(f"{where}: a file has the odd name {one.path!a}; give it a plain one there")
    if any(part in NOT_DATA or part.startswith(".") for part in parts):
        return False
    if one.mode not in _PLAIN:
        what = _OTHERS.get(one.mode, f"of mode {one.mode}")
        raise HubError(f"{where}: {one.path} is {what}; put the file itself there")
    if len(parts) < (2 if parts[0] == LESSONS else 3):
        raise HubError(f"{where}: {one.path} is a file and has to be a folder")
    return True


def _is_odd(name: str) -> bool:
    if not name.isprintable() or len(name.encode()) > _LONGEST_NAME:  # bytes that are no text do not print
        return True
    return name in ("", ".", "..") or name != name.strip() or name.startswith("-") or "\\" in name


def _refuse_too_much(taken: dict[PurePosixPath, Entry], where: str) -> None:
    mib = sum(one.size for one in taken.values()) / 2**20
    if len(taken) > MOST_FILES or mib > MOST_MIB:
        largest = max(taken.values(), key=lambda one: one.size).path
        raise HubError(
            f"{where}: {len(taken)} files with {mib:.0f} MiB, the largest {largest}; at most {MOST_FILES} "
            f"files with {MOST_MIB} MiB are taken: keep large data elsewhere"
        )
