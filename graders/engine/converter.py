"""Nbgrader's Autograde for a notebook that has run already."""

from __future__ import annotations

from nbconvert.exporters import Exporter
from nbformat import NotebookNode, writes
from nbgrader.converters import Autograde
from traitlets import Instance

from .execute import WarmExecute


class GradeExecuted(Autograde):
    """Puts an executed notebook where nbgrader's Autograde puts its own, and the scores into the gradebook.

    The same steps on the same files, but for the two that are done: the repair and the run. So the submission
    is neither converted twice nor read again; what is graded is what was run.

    Attributes
    ----------
    executed
        The notebook.
    graded
        What was written, after all steps.
    """

    executed = Instance(NotebookNode)
    graded = Instance(NotebookNode)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Grade one notebook."""
        resources = self.init_single_notebook_resources(notebook_filename)
        self.exporter._preprocessors = []
        self.exporter.optimistic_validation = True  # after the last step, not after each
        for step in self.autograde_preprocessors:
            if step is not WarmExecute:
                self.exporter.register_preprocessor(step)
        # the exporter's own would give the text alone
        self.graded, resources = Exporter.from_notebook_node(self.exporter, self.executed, resources)
        self.write_single_notebook(writes(self.graded) + "\n", resources)
