"""A papermill engine that runs cells in a fork of one warm process instead of in a new kernel.

Papermill itself imports this, as its entry point says; nothing else should, because it cannot come first.
"""

import logging
import os
import platform
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from papermill.engines import Engine, NotebookExecutionManager
from papermill.log import logger

from sandbox import CellResult

from .warm import server, worth_warming

_WEEK = 7 * 24 * 3600.0


class WarmEngine(Engine):
    """The engine that papermill knows as ``warm``; outputs and metadata are those of its own engine."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: float | None = None,
        folder: str | Path | None = None,
        env: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> NotebookNode:
        """Run a notebook's code cells in order; the first that fails ends the run.

        Parameters
        ----------
        nb_man
            Papermill's view of the notebook.
        kernel_name, start_timeout
            Of no use here: there is no kernel.
        log_output, stdout_file, stderr_file
            Where what cells print goes as well, as in papermill's own engine.
        execution_timeout
            Seconds for a cell; None for no limit.
        folder
            Where the cells run; by default the current folder.
        env
            Environment variables for the cells, added to this process's.
        """
        code = [cell.source for cell in nb_man.nb.cells if cell.cell_type == "code"]
        warm = server(worth_warming(code))
        warm.ready()  # before the first cell's clock runs
        run = _Run(nb_man, log_output, stdout_file, stderr_file)
        try:
            results = warm.run(
                run.sources,
                cwd=Path(folder or os.getcwd()),
                timeout=execution_timeout or _WEEK,
                env=env or {},
                # where a cell is meant to fail, `cell_done` ends the run at one that is not
                stop_on_error=not run.some_may_fail,
                on_cell=run.cell_done,
            )
            # a display that a later cell updated
            for index, result in zip(run.indices, results, strict=False):
                nb_man.nb.cells[index].outputs = run.outputs_of(result)
        except _Failed:
            pass
        nb_man.nb.metadata["language_info"] = _language()
        return nb_man.nb


class _Failed(Exception):
    """A cell failed that must not."""


class _Run:
    """The notebook's state while its code cells come back one by one."""

    def __init__(self, nb_man: NotebookExecutionManager, log_output: bool, stdout: Any, stderr: Any):
        self._nb_man, self._cells = nb_man, nb_man.nb.cells
        self._log, self._files = log_output, {"stdout": stdout, "stderr": stderr}
        self.indices = [i for i, cell in enumerate(self._cells) if _runs(cell)]
        self.some_may_fail = any(_may_fail(self._cells[i]) for i in self.indices)
        self._next = 0
        self._pass_by_text()

    @property
    def sources(self) -> list[str]:
        """The code to run, in order."""
        return [self._cells[i].source for i in self.indices]

    def cell_done(self, number: int, result: CellResult) -> None:
        """Take what a code cell showed, and start the next."""
        index = self.indices[number]
        cell = self._cells[index]
        cell.outputs = self.outputs_of(result)
        cell.execution_count = result.execution_count
        self._pass_on(result.outputs)
        failed = not _may_fail(cell) and any(output.output_type == "error" for output in cell.outputs)
        if failed:
            self._nb_man.cell_exception(cell, cell_index=index)
        self._nb_man.cell_complete(cell, cell_index=index)
        if failed:
            raise _Failed
        self._next = index + 1
        self._pass_by_text()

    @staticmethod
    def outputs_of(result: CellResult) -> list[NotebookNode]:
        """Return a cell's outputs, with errors that a widget swallowed: a knob that fails is a failure."""
        swallowed = [output for output in result.captured if output["output_type"] == "error"]
        return [from_dict(output) for output in [*result.outputs, *swallowed]]

    def _pass_by_text(self) -> None:
        """Start and end what does not run up to the next cell that does, and start that."""
        while self._next < len(self._cells):
            cell = self._cells[self._next]
            self._nb_man.cell_start(cell, self._next)
            if _runs(cell):
                return
            self._nb_man.cell_complete(cell, cell_index=self._next)
            self._next += 1

    def _pass_on(self, outputs: list[dict[str, Any]]) -> None:
        for output in outputs:
            if output["output_type"] == "stream":
                if self._log:
                    logger.log(
                        logging.INFO if output["name"] == "stdout" else logging.WARNING, output["text"]
                    )
                if file := self._files[output["name"]]:
                    file.write(output["text"])
                    file.flush()
            elif self._log and "text/plain" in output.get("data", {}):
                logger.info(output["data"]["text/plain"])


def _runs(cell: NotebookNode) -> bool:
    tags = cell.metadata.get("tags", [])
    return cell.cell_type == "code" and bool(cell.source.strip()) and "skip-execution" not in tags


def _may_fail(cell: NotebookNode) -> bool:
    return "raises-exception" in cell.metadata.get("tags", [])


def _language() -> dict[str, Any]:
    """What a Python kernel says of itself."""
    return {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": platform.python_version(),
    }
