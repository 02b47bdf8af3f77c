"""In the place of nbgrader's collect: each submission whole or not at all, and nothing else.

What lies in the inbound folder is others', believed in nothing. Copied are plain files and folders. Links,
pipes and devices are left out, as is what goes past the limits; an entry that is no submission stops none.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect

from .errors import CourseError
from .lock import PATIENCE, alone

COPYING_SECONDS = 60.0  # a submission that its learner's nbgrader still copies is no older
MOST_FILES = 500
MOST_BYTES = 100 << 20
DEEPEST = 8
_WHO = re.compile(r"(?!\.)[^/\x00-\x1f]{1,128}")  # a folder is named after them: nobody is called ..
_NOBODY = {"username": "", "filename": "", "timestamp": datetime(1, 1, 1)}


class Collect(ExchangeCollect):
    """Collects what is a submission and has arrived whole, each for itself.

    Nbgrader follows links, and copies file by file, so that a process killed in between leaves a folder that
    looks collected and lacks the notebook. Here each is copied beside its place and renamed.
    """

    def start(self) -> None:
        """Collect, not beside a grader."""
        try:
            with alone(Path(self.coursedir.root), "nbgrader collect", patience=PATIENCE):
                super().start()
        except CourseError as error:
            self.fail(str(error))

    def init_src(self) -> None:
        """Find the newest submission of each learner."""
        super().init_src()
        inbound = Path(self.inbound_path)
        self.src_records = [
            one for one in self.src_records if one["username"] and arrived(inbound / one["filename"])
        ]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError, OverflowError, ExchangeError):
            record = super()._path_to_record(path)
            if stat.S_ISDIR(os.lstat(path).st_mode) and _WHO.fullmatch(record["username"]):
                return record
        self.log.warning("%r is no submission and was left there", os.path.basename(path))
        return _NOBODY

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy one submission, whole or not at all; a failure is logged and stops no other."""
        target = Path(dest)
        draft = target.with_name(f".{target.name}.collecting")
        shutil.rmtree(draft, ignore_errors=True)
        try:
            opened = os.open(src, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                left_out = _Copy().folder(opened, draft)
            finally:
                os.close(opened)
            when = os.path.basename(src).rsplit("+", 3)[2]  # the folder's name tells it, not what lies inside
            (draft / "timestamp.txt").write_text(when)
            os.rename(draft, target)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            self.log.warning("%r was not collected: %s", os.path.basename(src), error)
            return
        for name, why in left_out[:20]:
            self.log.warning("%r: %r was left out: %s", os.path.basename(src), name, why)


def arrived(folder: Path) -> bool:
    """Tell whether a submission is all there: at its end ``nbgrader submit`` opens the folder to all."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return found.st_mode & 0o777 == 0o777 or time.time() - found.st_ctime > COPYING_SECONDS


def _rank(name: str) -> tuple[bool, str]:
    """Put what grading needs first: what goes past the limits is something else."""
    return not (name.endswith(".ipynb") or name == "submission_secret.txt"), name


class _Copy:
    """A copy of one folder, within the limits."""

    def __init__(self) -> None:
        self.files, self.bytes = MOST_FILES, MOST_BYTES
        self.left_out: list[tuple[str, str]] = []

    def folder(self, source: int, target: Path, depth: int = 0) -> list[tuple[str, str]]:
        """Copy from an open folder, which may change meanwhile, so no path is walked; return what was not."""
        target.mkdir()
        target.chmod(0o2775)
        for name in sorted(os.listdir(source), key=_rank):
            if why := self._one(source, name, target / name, depth):
                self.left_out.append((name, why))
        return self.left_out

    def _one(self, source: int, name: str, target: Path, depth: int) -> str:
        """Copy one entry and return an empty text, or why it was left out."""
        if self.files <= 0:
            return f"more than {MOST_FILES} files"
        self.files -= 1
        try:
            # non-blocking: a pipe without a writer would hold the batch for ever
            opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=source)
        except OSError as error:
            return str(error.strerror)
        try:
            found = os.fstat(opened)
            if stat.S_ISDIR(found.st_mode):
                if depth == DEEPEST:
                    return f"folders deeper than {DEEPEST}"
                self.folder(opened, target, depth + 1)
                return ""
            if not stat.S_ISREG(found.st_mode):
                return "neither a file nor a folder"
            if found.st_size > self.bytes:
                return f"more than {MOST_BYTES >> 20} MiB"
            return self._file(opened, target)
        finally:
            os.close(opened)

    def _file(self, source: int, target: Path) -> str:
        with open(target, "xb") as out:
            while piece := os.read(source, 1 << 20):
                self.bytes -= len(piece)
                if self.bytes < 0:
                    out.truncate(0)
                    return f"more than {MOST_BYTES >> 20} MiB"
                out.write(piece)
        target.chmod(0o664)
        return ""
