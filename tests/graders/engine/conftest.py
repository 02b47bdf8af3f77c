"""Labs of one task, graded as any other."""

from collections.abc import Callable

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from graders.engine.master import LabLimits, read_master
from graders.engine.reference import measured
from graders.engine.repair import repaired
from graders.engine.run import execute
from graders.engine.scores import plain, refusals, scores
from graders.engine.servers import server_for
from graders.seeds import Seeds
from graders.submissions import filled

ANSWER = {"grade": False, "solution": True, "locked": False, "schema_version": 3, "task": False}
CHECK = {"grade": True, "solution": False, "locked": True, "schema_version": 3, "task": False, "points": 1}
LOCKED = {"grade": False, "solution": False, "locked": True, "schema_version": 3, "task": False}
SETUP = (
    "import asyncio, copy, io, math, os, types, warnings\n"
    "import numpy as np\nimport torch\nfrom pathlib import Path\ntable = np.arange(3)"
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Callable[[str], object]]:
    """Return a maker of one-task labs; each gives the score of an answer, or why the check is refused."""
    count = iter(range(1000))

    def make(reference: str, check: str) -> Callable[[str], object]:
        folder = tmp_path_factory.mktemp("labs") / f"lab{next(count)}"
        folder.mkdir()
        cells = [
            new_code_cell(SETUP, id="setup", metadata={"nbgrader": LOCKED | {"grade_id": "setup"}}),
            new_code_cell(
                f"### BEGIN SOLUTION\n{reference}\n### END SOLUTION",
                id="answer",
                metadata={"nbgrader": ANSWER | {"grade_id": "answer"}},
            ),
            new_code_cell(check, id="check", metadata={"nbgrader": CHECK | {"grade_id": "check"}}),
        ]
        nbformat.write(new_notebook(cells=cells), folder / f"{folder.name}.ipynb")
        master = read_master(folder, LabLimits(20, 2048))
        known = measured(master)

        def grade(answer: str) -> object:
            notebook = repaired(master, filled(master, {"answer": answer})).notebook
            ended = execute(server_for(master), master, notebook, Seeds(fixed="0"), reference=known)
            grade.notebook = ended.notebook
            refused = refusals(ended.notebook)
            return refused["check"] if refused else plain(scores(ended.notebook))["check"]

        assert known.short == {}, known.short
        return grade

    return make
