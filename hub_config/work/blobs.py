"""Parts of files by their content, in a folder or any store that fsspec reaches; each is whole or absent."""

import errno
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import fsspec
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from .errors import BadWork, Damaged, NoRoom, NotNow
from .trees import PART_BYTES

DRAFTS = "drafts"
OLD_SECONDS = 86_400.0  # nobody writes a part for a day


class Blobs:
    """A store of parts; equal content is kept once.

    Parameters
    ----------
    url
        A folder, or a URL as fsspec takes it (``s3://bucket/academy``, with the package that this needs).

    Raises
    ------
    NotNow
        When the place cannot be opened.
    """

    def __init__(self, url: str) -> None:
        try:
            self._files, self._root = url_to_fs(url)
            self._local = isinstance(self._files, LocalFileSystem)
            if self._local:
                for folder in (Path(self._root), Path(self._root) / DRAFTS):
                    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except (OSError, ImportError, ValueError) as error:
            known = ", ".join(sorted({"file", "s3", "memory"} & set(fsspec.available_protocols())))
            raise NotNow(
                f"cannot open exchange.blobs, {url}: {error}; name a folder that can be written, or a URL"
                f" (for example {known}) and install the package that it needs"
            ) from error

    def _at(self, part: str) -> str:
        return f"{self._root}/{part[:2]}/{part}"

    def has(self, part: str) -> bool:
        """Tell whether a part is there."""
        with _told():
            return self._files.exists(self._at(part))

    def size(self, part: str) -> int | None:
        """Return the bytes of a part; None where it is not there."""
        with _told():
            try:
                return int(self._files.info(self._at(part))["size"])
            except FileNotFoundError:
                return None

    def put(self, part: str, content: bytes) -> bool:
        """Keep a part and return whether it is new; when this returns it is on disk.

        Raises
        ------
        BadWork
            When the content is another than the name says, or too large.
        NoRoom
            When the disk is full; nothing is left of it.
        """
        if len(content) > PART_BYTES or hashlib.sha256(content).hexdigest() != part:
            raise BadWork("a part arrived otherwise than it was sent; submit again, it goes on where it was")
        with _told():
            if self._files.exists(self._at(part)):
                return False
            if self._local:
                self._write(Path(self._at(part)), content)
            else:
                self._files.pipe_file(self._at(part), content)  # an object appears when it is whole
            return True

    def _write(self, target: Path, content: bytes) -> None:
        draft = Path(self._root) / DRAFTS / secrets.token_hex(16)
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            target.parent.mkdir(exist_ok=True, mode=0o700)
            os.replace(draft, target)
            _sync(target.parent)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def get(self, part: str) -> bytes:
        """Return a part.

        Raises
        ------
        Damaged
            When it is missing or no longer what it was.
        NotNow
            When the place of the files does not answer.
        """
        with _told():
            try:
                content = self._files.cat_file(self._at(part))
            except OSError as error:
                missing = isinstance(error, FileNotFoundError) and self._is_open()
                if not missing and error.errno != errno.EIO:
                    raise
                raise self._damaged(part, "missing" if missing else "damaged") from error
        if hashlib.sha256(content).hexdigest() != part:
            raise self._damaged(part, "damaged")
        return content

    def _is_open(self) -> bool:
        """Tell whether there is a place at all in which something could be missing."""
        return not self._local or Path(self._root).is_dir()

    def _damaged(self, part: str, how: str) -> Damaged:
        return Damaged(
            f"part {part} is {how} in the academy's files, {self._root}; tell your academy, which has it in a"
            " backup"
        )

    def old(self) -> Iterator[str]:
        """Yield the names of all parts that were written more than a day ago."""
        with _told():
            for path, about in self._files.find(self._root, detail=True).items():
                name = path.rpartition("/")[2]
                if len(name) == 64 and time.time() - _written(about) > OLD_SECONDS:
                    yield name

    def drop(self, part: str) -> None:
        """Forget a part that nothing refers to."""
        with _told():
            try:
                self._files.rm_file(self._at(part))
            except FileNotFoundError:
                return

    def drop_drafts(self) -> None:
        """Remove what was left half-written by a process that was killed."""
        if not self._local:
            return
        for draft in (Path(self._root) / DRAFTS).iterdir():
            if time.time() - draft.stat().st_mtime > OLD_SECONDS:
                draft.unlink(missing_ok=True)


def _written(about: dict[str, Any]) -> float:
    """Return when a file was written, in seconds since the epoch; now where its store does not say."""
    at = next((about[key] for key in ("mtime", "LastModified", "created") if key in about), time.time())
    return at.timestamp() if isinstance(at, datetime) else float(at)


def _sync(folder: Path) -> None:
    """Have the folder's new entry on disk, too."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class _told:
    """Turns what file systems raise into what the exchange says."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(
                "the academy's disk is full, so nothing was handed in; your work is safe in your folder."
                " Tell your academy, and submit again: it goes on where it stopped"
            ) from error
        raise NotNow(
            f"the academy's files cannot be reached ({error.strerror or type(error).__name__}); your work is"
            " safe in your folder. Submit again in a minute"
        ) from error
