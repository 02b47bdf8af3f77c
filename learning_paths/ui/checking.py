"""A lab's open checks, run from top to bottom in a kernel of their own: nbgrader's validation, told by cell.

A program beside the learner's server, so that what a lab takes of time and memory is not the server's::

    python -m learning_paths.ui.checking first-programs/first-programs.ipynb --seconds 20
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.apps import NbGrader
from nbgrader.validator import Validator

SCORE_TYPE = (
    "application/vnd.academy.score+json"  # the table that a check of the kit shows (graders.kit.score)
)
SET_IN = " " * 8
LONGEST_TEXT = 4000


class ByCell(Validator):
    """nbgrader's validator, which says of each check what it found."""

    def look(self, notebook: Path) -> dict[str, Any]:
        """Run a notebook's copy in memory and tell what its checks say; the file stays as it is.

        Parameters
        ----------
        notebook
            Runs in its own folder.

        Returns
        -------
        dict
            ``checks``, one entry a graded cell: ``grade_id``; ``passed`` (None where a person grades it);
            ``parts`` with ``name``, ``points``, ``earned`` and ``says``, empty without a table; ``error``,
            None or its ``kind`` and what it ``says``. ``stopped``: other code cells that ended in an error,
            each with ``cell``, its id, and ``error``. ``changed``: grade ids of locked cells that are not as
            they were handed out, which grading undoes.
        """
        with utils.chdir(str(notebook.parent)):
            nb = nbformat.read(notebook.name, as_version=nbformat.current_nbformat)
            changed = [*self._get_type_changed_cells(nb), *self._get_changed_cells(nb)]
            names = [cell.metadata.nbgrader.grade_id for cell in changed]
            nb = self._preprocess(nb)
        code = [cell for cell in nb.cells if cell.cell_type == "code" and not utils.is_grade(cell)]
        return {
            "checks": [self._check(cell) for cell in nb.cells if utils.is_grade(cell)],
            "stopped": [
                {"cell": cell.get("id"), "error": error}
                for cell in code
                if (error := _error(cell)) is not None
            ],
            "changed": list(dict.fromkeys(names)),
        }

    def _check(self, cell: NotebookNode) -> dict[str, Any]:
        parts, error = _parts(cell), _error(cell)
        if error is None and parts:  # hidden parts are not there: their points are no failure
            passed = all(part["earned"] >= part["points"] for part in parts)
        else:
            score, points = utils.determine_grade(cell, self.log)
            passed = None if score is None else error is None and score >= points
        return {
            "grade_id": cell.metadata.nbgrader.grade_id,
            "passed": passed,
            "parts": parts,
            "error": error,
        }


def _parts(cell: NotebookNode) -> list[dict[str, Any]]:
    tables = [output.data for output in cell.get("outputs", ()) if SCORE_TYPE in output.get("data", {})]
    if not tables:
        return []
    parts = tables[-1][SCORE_TYPE].get("parts", ())
    return [
        {
            "name": str(part["name"]),
            "points": float(part["points"]),
            "earned": float(part["earned"]),
            "says": says[:LONGEST_TEXT],
        }
        for part, says in zip(parts, _told(tables[-1].get("text/plain", "")), strict=False)
    ]


def _told(table: str) -> list[str]:
    """Return what stands below each line of a table, set in, as `graders.kit.score` writes it as text."""
    told: list[list[str]] = []
    for line in table.splitlines():
        if told and line.startswith(SET_IN):
            told[-1].append(line.removeprefix(SET_IN))
        else:
            told.append([])
    return ["\n".join(lines) for lines in told]


def _error(cell: NotebookNode) -> dict[str, str] | None:
    """Return the last error of a cell: its kind and what it says."""
    errors = [output for output in cell.get("outputs", ()) if output.output_type == "error"]
    return {"kind": errors[-1].ename, "says": errors[-1].evalue[:LONGEST_TEXT]} if errors else None


def main(arguments: list[str] | None = None) -> int:
    """Check the notebook that is named and print the result as JSON."""
    parser = argparse.ArgumentParser(prog="python -m learning_paths.ui.checking", description=__doc__)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--seconds", type=int, required=True, help="what one cell may take")
    given = parser.parse_args(arguments)
    app = NbGrader()
    app.load_config_file()
    app.config.Execute.timeout = given.seconds
    app.config.KernelManager.transport = "ipc"  # walls may share loopback, where anybody could knock
    json.dump(ByCell(config=app.config).look(given.notebook.absolute()), sys.stdout, ensure_ascii=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
