"""A folder as data: each file with its size, its sha256 and the parts it comes in. No archive is ever opened.

A part is at most `PART_BYTES` of a file and named by its sha256, so that what arrived is never sent twice.
"""

import hashlib
import json
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..settings import Submissions
from .errors import BadWork, TooLarge

PART_BYTES = 2**20
ASKED_AT_ONCE = 2000  # parts, in one question which of them have arrived
SHA256 = r"[0-9a-f]{64}"
DEEPEST = 8
MOST_OF_STAFF = Submissions(mib=1024, files=2000)  # of a lab that is handed out, or of one feedback
LONGEST_NAME = 255  # bytes: what file systems take
# written by the exchange into each folder that a grader gets
OWN_FILES = frozenset({"timestamp.txt", "submission_secret.txt"})


class _SentFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    path: str = Field(min_length=1, max_length=1024)
    size: int = Field(ge=0, le=2**40)
    sha256: str = Field(pattern=f"^{SHA256}$")
    parts: list[str] = Field(max_length=10_000)


class _SentFiles(BaseModel):
    model_config = ConfigDict(strict=True)
    files: list[_SentFile]


@dataclass(frozen=True, slots=True)
class File:
    """One file of a tree.

    Parameters
    ----------
    path
        Relative, with slashes.
    size
        Bytes.
    sha256
        Of the whole file, in hexadecimal.
    parts
        Its parts' sha256, in order; each but the last has `PART_BYTES` bytes.
    """

    path: str
    size: int
    sha256: str
    parts: tuple[str, ...]

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Yield each part with the bytes that it must have."""
        for number, part in enumerate(self.parts):
            yield part, min(PART_BYTES, self.size - number * PART_BYTES)


@dataclass(frozen=True)
class Tree:
    """A folder's files, in the order of their paths."""

    files: tuple[File, ...]

    @property
    def parts(self) -> frozenset[str]:
        """All parts, each once."""
        return frozenset(part for file in self.files for part in file.parts)

    @property
    def digest(self) -> str:
        """The sha256 of the list of paths, sizes and sha256: equal folders have equal ones."""
        listed = [[file.path, file.size, file.sha256] for file in self.files]
        return hashlib.sha256(canonical(listed)).hexdigest()

    @property
    def notebooks(self) -> tuple[str, ...]:
        """Names of the notebooks at the top, without their ending."""
        return tuple(f.path[:-6] for f in self.files if f.path.endswith(".ipynb") and "/" not in f.path)

    def data(self) -> list[dict[str, Any]]:
        """Return it for JSON."""
        return [{**asdict(file), "parts": list(file.parts)} for file in self.files]


def canonical(value: Any) -> bytes:
    """Return JSON in the one form that is hashed and signed: sorted keys, no spaces, UTF-8, no fractions."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def kept(files: list[dict[str, Any]]) -> Tree:
    """Return a tree that was checked before it was kept."""
    return Tree(tuple(File(f["path"], f["size"], f["sha256"], tuple(f["parts"])) for f in files))


def read(sent: Mapping[str, Any], most: Submissions) -> Tree:
    """Return the tree that a request's ``files`` describe.

    Parameters
    ----------
    sent
        ``{"files": [{"path", "size", "sha256", "parts"}]}``; other keys are left to the caller.
    most
        How much it may be.

    Raises
    ------
    BadWork
        When a file is described wrongly, or its path leads out of the folder.
    TooLarge
        Past the limits.
    """
    try:
        found = _SentFiles.model_validate({"files": sent.get("files")}).files
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadWork(f"{where}: {first['msg']}; send files with path, size, sha256 and parts") from error
    if not found:
        raise BadWork("there is no file; save your work and submit it again")
    if len(found) > most.files:
        raise TooLarge(
            f"{len(found)} files, more than the {most.files} allowed; remove some and submit again"
        )
    size = sum(file.size for file in found)
    if size > most.mib * 2**20:
        raise TooLarge(
            f"{size / 2**20:.1f} MiB, more than the {most.mib} MiB allowed; remove large files or clear large"
            " outputs, save and submit again"
        )
    for file in found:
        _must_be_inside(file.path)
        _must_fit(file)
    paths = {file.path for file in found}
    if len(paths) < len(found):
        raise BadWork("two files have the same path; send each once")
    for path in paths:
        if above := paths & {str(one) for one in PurePosixPath(path).parents}:
            raise BadWork(f"{above.pop()!r} is both a file and a folder; rename one of them")
    ordered = sorted(found, key=lambda file: file.path)
    return Tree(tuple(File(file.path, file.size, file.sha256, tuple(file.parts)) for file in ordered))


def _must_be_inside(path: str) -> None:
    """Refuse what would be written anywhere else, or under a name that hides what it is."""
    steps = path.split("/")
    odd = (
        "it leads out of the folder"
        if not all(step not in ("", ".", "..") for step in steps)
        else "its name has characters that no file needs"
        if not path.isprintable() or "\\" in path
        else f"folders deeper than {DEEPEST}"
        if len(steps) > DEEPEST + 1
        else "its name is too long"
        if any(len(step.encode()) > LONGEST_NAME for step in steps)
        else "the exchange writes a file of that name itself"
        if path in OWN_FILES
        else ""
    )
    if odd:
        raise BadWork(f"file {path[:80]!r}: {odd}; rename or remove it and submit again")


def _must_fit(file: _SentFile) -> None:
    """Refuse a list of parts that cannot make up the file."""
    wanted = -(-file.size // PART_BYTES)
    fits = len(file.parts) == wanted and all(len(p) == 64 and set(p) <= HEX for p in file.parts)
    if fits and wanted == 0:
        fits = file.sha256 == hashlib.sha256().hexdigest()
    if fits and wanted == 1:
        fits = file.parts[0] == file.sha256
    if not fits:
        raise BadWork(
            f"file {file.path[:80]!r}: its parts do not make up its {file.size} bytes; cut it every"
            f" {PART_BYTES} bytes and name each part by its sha256"
        )


HEX = frozenset("0123456789abcdef")


@contextmanager
def opened(path: Path, within: Path | None = None) -> Iterator[BinaryIO]:
    """Open a file of the disk to be read.

    Parameters
    ----------
    path
        Which.
    within
        The folder that it must lie in, as a plain file: who writes there may read less than we.

    Raises
    ------
    BadWork
        When it cannot be read, in words; also while it is.
    """
    try:
        # non-blocking: a pipe without a writer would hold its reader for ever
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            is_plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            if within is not None and not (is_plain and is_within(file.fileno(), within)):
                raise BadWork(f"{path} leads out of {within}; put the file itself there, then try again")
            yield file
    except OSError as error:
        raise BadWork(
            f"{path} cannot be read: {error.strerror}; make it readable or remove it, then try again"
        ) from error


def is_within(descriptor: int, folder: Path) -> bool:
    """Tell whether what was opened lies in a folder, by whatever path it was reached."""
    return Path(os.readlink(f"/proc/self/fd/{descriptor}")).is_relative_to(folder.resolve())


def of_file(path: Path, shown: str, within: Path | None = None) -> File:
    """Return a file of the disk as data; it is read once, a part at a time.

    Parameters
    ----------
    path, within
        See `opened`.
    shown
        What it is called.

    Raises
    ------
    BadWork
        When it cannot be read.
    """
    whole, parts, size = hashlib.sha256(), [], 0
    with opened(path, within) as file:
        while piece := file.read(PART_BYTES):
            whole.update(piece)
            parts.append(hashlib.sha256(piece).hexdigest())
            size += len(piece)
    return File(shown, size, whole.hexdigest(), tuple(parts))


def file_digest(path: Path) -> str:
    """Return the sha256 of a file; an empty text where there is none.

    Raises
    ------
    BadWork
        When it cannot be read.
    """
    try:
        with opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except BadWork as error:
        if isinstance(error.__cause__, (FileNotFoundError, NotADirectoryError, IsADirectoryError)):
            return ""
        raise


def read_folder(folder: Path, within: Path, without: Collection[str] = ()) -> Tree:
    """Return the files of a folder of this host as a tree; links are not followed.

    Parameters
    ----------
    folder, within
        Which, and the folder that all of it must lie in.
    without
        Paths of files that are left out.

    Raises
    ------
    WorkError
        When it could not be handed out.
    """
    files = [
        of_file(path, path.relative_to(folder).as_posix(), within)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.relative_to(folder).as_posix() not in without
    ]
    return read({"files": Tree(tuple(files)).data()}, MOST_OF_STAFF)
