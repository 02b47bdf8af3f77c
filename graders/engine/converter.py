"""Nbgrader's Autograde: in turn with others, and for a notebook that has run already."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode, validate, writes
from nbgrader.converters.autograde import Autograde
from nbgrader.converters.base import NbGraderException
from traitlets import Instance

from ..errors import CourseError
from ..lock import PATIENCE, alone
from .execute import WarmExecute


class InTurn(Autograde):
    """What formgrader's button and ``nbgrader autograde`` run: not beside a batch in the same folder."""

    def start(self) -> None:
        """Grade when nobody else does, or say who does."""
        try:
            with alone(Path(self.coursedir.root), "nbgrader autograde", patience=PATIENCE):
                super().start()
        except CourseError as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from None


def take_turns() -> None:
    """Let nbgrader's commands and formgrader wait for whoever grades in the same folder."""
    import nbgrader.apps.api
    import nbgrader.apps.autogradeapp

    for module in (nbgrader.apps.api, nbgrader.apps.autogradeapp):
        module.Autograde = InTurn


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
        resources["output_extension"] = self.exporter.file_extension
        notebook = self.executed
        self.exporter._preprocessors = []
        for step in self.autograde_preprocessors:
            if step is not WarmExecute:
                self.exporter.register_preprocessor(step)
        for step in self.exporter._preprocessors:
            notebook, resources = step(notebook, resources)
        validate(notebook, relax_add_props=True)
        self.graded = notebook
        self.write_single_notebook(writes(notebook) + "\n", resources)
