"""In the place of nbgrader's collect: each submission whole or not at all, also when the grader is killed."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect

from .errors import CourseError
from .lock import PATIENCE, alone

COPYING_SECONDS = 60.0  # a submission that its learner's nbgrader still copies is no older


class CollectWhole(ExchangeCollect):
    """Collects what has arrived whole.

    Nbgrader copies file by file, so that a process killed in between leaves a folder that looks collected and
    lacks the notebook. Here it is copied beside its place and renamed.
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
        self.src_records = [one for one in self.src_records if arrived(inbound / one["filename"])]

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy a submission."""
        place = Path(dest)
        draft = place.with_name(f".{place.name}.collecting")
        shutil.rmtree(draft, ignore_errors=True)
        super().do_copy(src, str(draft), log)
        os.rename(draft, place)


def arrived(folder: Path) -> bool:
    """Tell whether a submission is all there: at its end ``nbgrader submit`` opens the folder to all."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return found.st_mode & 0o777 == 0o777 or time.time() - found.st_ctime > COPYING_SECONDS
