"""`academy restore`: a backup back into a data folder, whole or not at all."""

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from hub_config.errors import HubError, Refused

from .backup import FORMAT, LIST

Told = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    """What was in a backup.

    Parameters
    ----------
    made
        When it was taken (ISO 8601, UTC).
    files
        How many files, each as it was when it was taken.
    homes
        Whether people's home folders are in it.
    """

    made: str
    files: int
    homes: bool


def restore(file: Path, data: Path, said: Told) -> Restored:
    """Make a data folder from a backup.

    Parameters
    ----------
    file
        The backup.
    data
        The folder; empty, or not there yet.
    said
        Is given the name of each file that is there by now.

    Raises
    ------
    Refused
        When something lies in the folder already.
    HubError
        When the file is no whole backup, or the folder cannot be written; nothing is left behind then.
    """
    if data.is_dir() and any(data.iterdir()):
        raise Refused(f"{data} is not empty; move it away, or name another folder: --data FOLDER")
    draft = data.with_name(f".{data.name}.restoring-{os.getpid()}")
    try:
        draft.mkdir(parents=True, mode=0o700)
        found = _read(file, draft, said)
        if data.is_dir():
            data.rmdir()
        os.replace(draft, data)
    except OSError as error:
        raise HubError(
            f"cannot restore into {data}: {error.filename or file}: {error.strerror}; free some space or mend"
            " its rights, or name another folder: --data FOLDER"
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return found


def verify(file: Path, said: Told) -> Restored:
    """Read a backup and hold each file in it against its hash; nothing is written.

    Raises
    ------
    HubError
        When it is no whole backup, or cannot be read.
    """
    try:
        return _read(file, None, said)
    except OSError as error:
        raise HubError(f"cannot read {file}: {error.strerror}; name a file of ./academy backup") from error


def _read(file: Path, folder: Path | None, said: Told) -> Restored:
    hashes: dict[str, str] = {}
    about: Any = None
    modes: list[tuple[Path, tarfile.TarInfo]] = []
    try:
        with tarfile.open(file, "r:gz") as tar:
            for member in tar:
                if member.name == LIST and member.isreg():
                    about = json.load(tar.extractfile(member))
                    continue
                target = _target(folder, member.name)
                if member.isreg():
                    hashes[member.name] = _file(tar, member, target)
                    said(member.name)
                elif member.isdir() and target:
                    target.mkdir(mode=0o700)
                elif member.issym() and target:
                    os.symlink(member.linkname, target)
                elif not member.isdir() and not member.issym():
                    raise _Torn(f"{member.name} is neither a file, a folder nor a link")
                if target:
                    modes.append((target, member))
        _compare(about, hashes)
    except (tarfile.TarError, EOFError, _Torn, ValueError) as error:
        raise HubError(f"{file} is no whole backup: {error}; take another one") from error
    for target, member in reversed(modes):  # a folder after what it holds
        _belongs(target, member)
    return Restored(about["made"], len(hashes), about["homes"])


def _compare(about: Any, hashes: Mapping[str, str]) -> None:
    """Stop when the list at a backup's end is not one of ours, or says otherwise than its files."""
    if about is None:
        raise _Torn("its end is missing")
    if not isinstance(about, dict) or "format" not in about:
        raise _Torn("its list of files is none")
    if about["format"] != FORMAT:
        raise HubError(f"the backup is of format {about['format']}; update the academy")
    if hashes != about.get("files"):
        said = about["files"] if isinstance(about.get("files"), dict) else {}
        odd = min(name for name in {*hashes, *said} if hashes.get(name) != said.get(name))
        raise _Torn(f"{odd} is not as it was when it was taken")


class _Torn(Exception):
    """Something that no backup of ours holds."""


def _target(folder: Path | None, name: str) -> Path | None:
    """Return where a member goes: inside the folder, through no link."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts:
        raise _Torn(f"{name!r} lies outside")
    if folder is None:
        return None
    above = folder
    for part in parts[:-1]:
        above /= part
        if above.is_symlink() or not above.is_dir():
            raise _Torn(f"{name!r} lies in no folder of the backup")
    return above / parts[-1]


def _file(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path | None) -> str:
    digest, source = hashlib.sha256(), tar.extractfile(member)
    with open(target, "xb") if target else open(os.devnull, "wb") as out:
        while piece := source.read(2**20):
            digest.update(piece)
            out.write(piece)
    return digest.hexdigest()


def _belongs(target: Path, member: tarfile.TarInfo) -> None:
    if os.geteuid() == 0:
        os.chown(target, member.uid, member.gid, follow_symlinks=False)
    if not member.issym():
        target.chmod(member.mode & 0o777)
        with suppress(OSError):  # a time that this file system cannot hold
            os.utime(target, (member.mtime, member.mtime))
