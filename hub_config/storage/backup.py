"""`academy backup`: an academy in one file, taken while it runs.

Databases come first, each as it is at one moment; then files, from where they are written to where they go,
so that a submission on its way is in the backup at least once. Last comes a list with the hash of each file.
"""

import errno
import hashlib
import io
import json
import os
import sqlite3
import stat
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlalchemy.exc import DBAPIError

from graders.ledger import FILE as LEDGER
from hub_config.deployment import Deployment, write_private
from hub_config.errors import HubError

from .databases import LEFT, Part, parts, where
from .databases import said as said_by
from .transfer import save_file

LIST = "academy-backup.json"
FORMAT = 1
# What is on its way is read before the places that it goes to.
ORDER = ("desks", "exchange", "course", "secrets", "homes")
MADE_ANEW = ("material", "logs", "notebooks")
LAST = "last-backup.json"  # in the hub's folder: when the last one was made
PASSING = (
    *("hub/running.lock", "hub/proxy.pid", "hub/ports.json"),
    *(f"hub/{LAST}", "hub/drain.json"),
)
BESIDE_SQLITE = ("-wal", "-shm", "-journal")
SMALL = 2**24  # bytes that are held in memory
Told = Callable[[str], None]


@dataclass
class Saved:
    """What a backup holds.

    Parameters
    ----------
    file
        The backup.
    files
        How many files are in it, databases included.
    size
        Bytes of all of them.
    records_from
        Where the records lay.
    """

    file: Path
    files: int = 0
    size: int = 0
    records_from: str = ""


@dataclass
class _Archive:
    """A backup that is being written."""

    tar: tarfile.TarFile
    said: Told
    hashes: dict[str, str] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    size: int = 0

    def add(self, name: str, info: os.stat_result, source: IO[bytes]) -> None:
        """Add a plain file as it is read now, however it changes meanwhile."""
        digest = hashlib.sha256()
        with tempfile.SpooledTemporaryFile(SMALL) as held:
            while piece := source.read(2**20):
                digest.update(piece)
                held.write(piece)
            member = _member(name, info)
            member.size = held.tell()
            held.seek(0)
            self.tar.addfile(member, held)
        self.hashes[name] = digest.hexdigest()
        self.size += member.size
        self.said(name)

    def add_folder(self, name: str, info: os.stat_result) -> None:
        """Add a folder, once."""
        if name not in self.folders:
            self.folders.add(name)
            member = _member(name, info)
            member.type = tarfile.DIRTYPE
            self.tar.addfile(member)

    def add_text(self, name: str, text: str) -> None:
        """Add a file of our own."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(text.encode()), 0o600
        self.tar.addfile(member, io.BytesIO(text.encode()))


def back_up(deployment: Deployment, file: Path, said: Told, *, homes: bool = True) -> Saved:
    """Write a backup, whole or not at all.

    Parameters
    ----------
    deployment
        The data folder; a hub may run on it.
    file
        Where to; not there yet, and outside the data folder.
    said
        Is given the name of each thing that is in it by now.
    homes
        Whether people's home folders belong to it.

    Raises
    ------
    HubError
        When there is no academy, the file is there already or cannot be written, or records cannot be read.
    """
    if not deployment.secrets.is_dir():
        raise HubError(f"there is no academy in {deployment.data}; name its folder: --data FOLDER")
    file = file.absolute()
    if file.exists():
        raise HubError(f"{file} is there already; name another file: --to FILE")
    if file.is_relative_to(deployment.data):
        raise HubError(f"{file} lies in the data folder itself; name a file outside: --to FILE")
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=4, format=tarfile.PAX_FORMAT) as tar:
                archive = _Archive(tar, said)
                _fill(deployment, archive, homes)
                about = {
                    "format": FORMAT,
                    "made": datetime.now(UTC).isoformat(timespec="seconds"),
                    "records_from": where(deployment),
                    "homes": homes,
                    "files": archive.hashes,
                }
                archive.add_text(LIST, json.dumps(about))
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, file)
    except (sqlite3.Error, DBAPIError) as error:
        raise HubError(
            f"cannot read the records in {where(deployment)}: {said_by(error)}; mend that, then back up again"
        ) from error
    except OSError as error:
        raise HubError(
            f"cannot write the backup, {error.filename or file}: {error.strerror}; free some space, or name"
            " another place: --to FILE"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    last = {"at": about["made"], "file": str(file), "bytes": file.stat().st_size}
    with suppress(OSError):  # the backup is whole all the same
        write_private(deployment.hub / LAST, json.dumps(last, ensure_ascii=False))
    return Saved(file, len(archive.hashes), archive.size, about["records_from"])


def _fill(deployment: Deployment, archive: _Archive, homes: bool) -> None:
    books = list(parts(deployment))
    with tempfile.TemporaryDirectory(dir=deployment.hub) as folder:
        for part in books:
            if part.kept.exists() or part.file.exists():
                copy = Path(folder) / part.name
                part.save(copy)
                _add_database(archive, deployment, part.file, copy)
        for file in (deployment.accounts, deployment.lti):
            if file.exists():
                copy = Path(folder) / file.name
                save_file(file, copy)
                _add_database(archive, deployment, file, copy)
        left_out = _left_out(deployment, books) | {Path(folder)}
        if not homes:
            left_out |= {of.homes for of in (deployment, *deployment.courses())}
        for folder, path in _in_order(deployment):
            name = str(path.relative_to(deployment.data))
            if not left_out & {path, *path.parents} and name not in PASSING:
                _add(archive, name, path.name, folder)


def _left_out(deployment: Deployment, books: list[Part]) -> set[Path]:
    """Return what is in the backup otherwise, or is a memory that is made anew."""
    ledgers = [of.course / LEDGER for of in (deployment, *deployment.courses())]
    files = [*(part.file for part in books), deployment.accounts, deployment.lti, *ledgers]
    files += [of.formgrader for of in (deployment, *deployment.courses())]
    files += [of.lessons for of in deployment.courses()]
    beside = {file.with_name(file.name + end) for file in files for end in ("", LEFT, *BESIDE_SQLITE)}
    return beside | {part.kept for part in books}


def _in_order(deployment: Deployment) -> Iterator[tuple[int, Path]]:
    """Yield files, links and folders, each folder before what it holds, with their open folder.

    People put in the place of a folder what they like, so no path is walked.
    """
    data = os.open(deployment.data, os.O_RDONLY | os.O_DIRECTORY)
    try:
        rest = sorted(name for name in os.listdir(data) if name not in MADE_ANEW)
        for top in dict.fromkeys([*ORDER, *rest]):
            yield data, deployment.data / top
            if not _is_folder(top, data):
                continue
            for base, folders, files, opened in os.fwalk(top, dir_fd=data):
                folders.sort()
                yield from ((opened, deployment.data / base / name) for name in sorted([*folders, *files]))
    finally:
        os.close(data)


def _is_folder(name: str, folder: int) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def _add_database(archive: _Archive, deployment: Deployment, file: Path, copy: Path) -> None:
    inside = file.relative_to(deployment.data)
    for folder in reversed(inside.parents[:-1]):
        archive.add_folder(str(folder), (deployment.data / folder).stat())
    with copy.open("rb") as source:
        archive.add(str(inside), _file_of(file.parent.stat()), source)


def _file_of(info: os.stat_result) -> os.stat_result:
    """Return the owner of a folder, as that of a private file in it."""
    return os.stat_result((stat.S_IFREG | 0o600, *info[1:]))


def _add(archive: _Archive, name: str, entry: str, folder: int) -> None:
    try:
        info = os.stat(entry, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISLNK(info.st_mode):
            member = _member(name, info)
            member.type, member.linkname = tarfile.SYMTYPE, os.readlink(entry, dir_fd=folder)
            archive.tar.addfile(member)
        elif stat.S_ISDIR(info.st_mode):
            archive.add_folder(name, info)
        elif stat.S_ISREG(info.st_mode):
            opened = os.open(entry, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
            with open(opened, "rb") as source:
                if stat.S_ISREG(os.fstat(opened).st_mode):
                    archive.add(name, info, source)
    except FileNotFoundError:
        return  # it went away meanwhile
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.EINVAL):
            raise
        # something else came in its place


def _member(name: str, info: os.stat_result) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.mode, member.mtime = stat.S_IMODE(info.st_mode), info.st_mtime
    member.uid, member.gid = info.st_uid, info.st_gid
    return member
