"""Nbgrader's sanitising step with repair by the master in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from .master import read_limits, read_master
from .repair import repaired
from .submission import read_submission


class RepairByMaster(NbGraderPreprocessor):
    """Mends a submission before anything else looks at it (see :func:`repaired`)."""

    course = Unicode("", help="Root of the course folder").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the master's notebook with the learner's answers in it."""
        about, course = resources["nbgrader"], Path(self.course)
        lab = about["assignment"]
        master = read_master(course / "source" / lab, read_limits(course, lab))
        path = course / "submitted" / about["student"] / lab / f"{about['notebook']}.ipynb"
        mended = repaired(master, read_submission(path))
        for note in mended.notes:
            self.log.warning("%s, %s: %s", about["student"], lab, note)
        return mended.notebook, resources
