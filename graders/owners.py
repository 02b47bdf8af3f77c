"""Giving folders to who works in them."""

import os
import stat
from pathlib import Path


def owner(folder: Path) -> int | None:
    """Return whom root has to be to work in a folder; None where that is root, or another asks than root."""
    if os.geteuid() != 0:
        return None
    try:
        return folder.stat().st_uid or None
    except FileNotFoundError:
        return None


def belong_to(folder: Path, uid: int) -> None:
    """Give a folder and all in it to a user and the group of the same number; links are not followed.

    A file of root's with a second name stays root's: that name may lie anywhere.

    Parameters
    ----------
    uid
        The user; the caller is root.
    """
    for _base, folders, files, opened in os.fwalk(folder):
        if os.fstat(opened).st_uid != uid:
            os.chown(opened, uid, uid)
        for name in (*folders, *files):
            _give(opened, name, uid)


def _give(folder: int, name: str, uid: int) -> None:
    """Give one entry of an open folder, whatever another process puts in its place meanwhile."""
    try:
        opened = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return
    try:
        found = os.fstat(opened)
        elsewhere = found.st_uid == 0 and found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode)
        if found.st_uid != uid and not elsewhere:
            os.chown(f"/proc/self/fd/{opened}", uid, uid)
    finally:
        os.close(opened)
