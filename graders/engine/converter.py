"""Nbgrader's Autograde for a notebook that has run already."""

from __future__ import annotations

import os

from nbformat import NotebookNode
from nbgrader.converters import Autograde
from traitlets import Instance

from .execute import WarmExecute


class GradeExecuted(Autograde):
    """Puts an executed notebook where nbgrader's Autograde puts its own, and the scores into the gradebook.

    The same steps on the same files, but for the two that are done: the repair and the run. So the submission
    is neither converted twice nor read again; what is graded is what was run.
    """

    executed = Instance(NotebookNode)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Grade one notebook."""
        resources = self.init_single_notebook_resources(notebook_filename)
        resources["metadata"] = {"name": resources["unique_key"], "path": os.path.dirname(notebook_filename)}
        self.exporter._preprocessors = []
        for step in self.autograde_preprocessors:
            if step is not WarmExecute:
                self.exporter.register_preprocessor(step)
        output, resources = self.exporter.from_notebook_node(self.executed, resources=resources)
        self.write_single_notebook(output, resources)
