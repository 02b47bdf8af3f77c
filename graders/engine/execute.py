"""In the place of nbgrader's Execute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from ..seeds import Seeds, grading_key
from .master import read_limits, read_master
from .reference import honest
from .run import execute, own_files
from .servers import server_for


class WarmExecute(NbGraderPreprocessor):
    """In the place of nbgrader's Execute: same notebook in, same outputs out, behind a wall.

    The learner's code sees the files handed out with the lab and those submitted with it, no network, no
    course folder. What a check meant is what nbgrader reads (see :func:`settled`).
    """

    course = Unicode("", help="Root of the course folder").tag(config=True)
    seed = Unicode("", help="The same seed for every check, instead of the installation's").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Execute every code cell and keep its outputs."""
        course, about = Path(self.course), resources["nbgrader"]
        lab = about["assignment"]
        master = read_master(course / "source" / lab, read_limits(course, lab))
        known = honest(course, master)
        key = b"" if self.seed else grading_key(course.parent)
        seeds = Seeds(key, lab, master.digest, about["student"], self.seed)
        submitted = course / "submitted" / about["student"] / lab
        execute(server_for(master), master, nb, seeds, own_files(submitted), known)
        return nb, resources
