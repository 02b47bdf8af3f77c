"""What a learner gets back: scores and properties, neither hidden tests nor their inputs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from graders.kit.score import WORDS

from .master import Master, read_limits, read_master
from .mistakes import Known, failed, read_known, recognised
from .outputs import SCORE_TYPE, harmless, properties

NOT_SHOWN = "# This check is not shown."
LATE = WORDS["en"]["late"]
OUT_OF_TIME = {"OutOfTime", "CellTimeout", "Stopped"}  # names of the errors
RUN_IT = "run this check in your notebook to see why"
# Raw HTML and links in a learner's Markdown would act in the browser of whoever reads it.
TAG = re.compile(r"<(?=[A-Za-z/!?])")
LINK = re.compile(r"\](?=[(:\[])")


class SafeFeedback(NbGraderPreprocessor):
    """Takes hidden tests and what was learnt from them out of an autograded notebook.

    Once a check with hidden tests has run, the learner's code has seen its inputs and may show them in any
    later cell: from there on only names of properties and points are shown, as the master words them.
    """

    course = Unicode("", help="Root of the course folder").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook as its learner may see it."""
        course, lab = Path(self.course), resources["nbgrader"]["assignment"]
        master = read_master(course / "source" / lab, read_limits(course, lab))
        return safe(master, nb, read_known(course, lab)), resources


def safe(master: Master, notebook: NotebookNode, known: Sequence[Known] = ()) -> NotebookNode:
    """Change an autograded notebook to what its learner may see, and return it.

    Parameters
    ----------
    master
        The lab.
    notebook
        With the outputs of grading.
    known
        The lab's mistakes: those that are recognised are named.
    """
    seen, made = False, recognised(known, failed(notebook))
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        seen = seen or name in master.hides
        if name in master.released and name not in master.answers:
            cell.source = master.released[name].strip() or NOT_SHOWN
        elif cell.cell_type == "markdown":
            cell.source = LINK.sub("] ", TAG.sub("&lt;", cell.source))
        if cell.cell_type != "code":
            continue
        if not seen:
            cell.outputs = [_without_numbers(o) for o in harmless(cell.outputs)]
        elif name in master.points:
            cell.outputs = [new_output("stream", name="stdout", text=_summary(master, name, cell))]
        else:
            cell.outputs = []
        if name in made:
            cell.outputs.append(new_output("stream", name="stdout", text=_named(made[name])))
    return notebook


def _named(mistakes: Sequence[Known]) -> str:
    """Return the mistakes that fail just what failed here, with the next thing to look at."""
    lines = [f"  {mistake.name}. {mistake.look}" for mistake in mistakes]
    return "\n".join(["What failed is what this mistake leaves; look there next:", *lines]) + "\n"


def _without_numbers(output: NotebookNode) -> NotebookNode:
    """Drop the table as data: it was for us."""
    if "data" in output:
        output.data = {k: v for k, v in output.data.items() if k != SCORE_TYPE}
    return output


def _summary(master: Master, name: str, cell: NotebookNode) -> str:
    """Return properties and points of a check; only names that stand in the master's own text."""
    rows = [row for row in properties(cell) if row.name in master.cells[name].source]
    errors = {o.ename for o in cell.outputs if o.output_type == "error"}
    released = master.released[name]
    lines = []
    for row in rows:
        missing = row.earned < row.points and f'"{row.name}"' in released
        said = LATE if row.late else RUN_IT if missing else ""
        lines.append(f"{row.earned:g} / {row.points:g}  {row.name}" + (f"\n        {said}" if said else ""))
    if not rows:
        said = RUN_IT if released.strip() else "test your answer on shapes, sizes and edges of your own"
        said = LATE if errors & OUT_OF_TIME else said
        lines.append(f"the check does not hold: {said}" if errors else "the check holds")
    return "\n".join(lines) + "\n"
