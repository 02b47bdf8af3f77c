"""``### AUTOTEST`` lines of a master made into asserts, by nbgrader's own step, its code behind a wall.

nbgrader makes the asserts when it generates an assignment, in a kernel that runs the reference solution. Here
that kernel is a walled process: an instructor's notebook from anywhere runs no code outside.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import yaml

from sandbox import SandboxError

from ..errors import LabError
from .master import LabLimits, Master
from .run import settle
from .servers import server_for

TEMPLATES = "autotests.yml"
SOURCES_TYPE = "application/vnd.academy.sources+json"


def instantiate(path: Path, templates: bytes, limits: LabLimits, shown: Path) -> None:
    """Put asserts into a notebook in the place of its ``### AUTOTEST`` lines.

    Parameters
    ----------
    path
        The notebook, in a folder with the files that it reads.
    templates
        Content of ``autotests.yml``.
    limits
        What it may use.
    shown
        The notebook's name in errors.

    Raises
    ------
    LabError
        When nbgrader cannot make them.
    """
    try:
        yaml.safe_load(templates)
    except yaml.YAMLError as error:
        raise LabError(f"{TEMPLATES} for {shown} is no YAML: {_line(error)}; mend it") from None
    notebook = nbformat.read(path, as_version=4)
    lab = Master(path.stem, path.parent, notebook, limits)
    made = f"from graders.engine.autotests import show\nshow({nbformat.writes(notebook)!r})"
    cells = [settle(lab, {TEMPLATES: templates}) + f"open({TEMPLATES!r}, 'wb').write({templates!r})\n", made]
    try:
        results = server_for(lab).together(cells, limits.seconds)
    except SandboxError as error:
        raise LabError(f"{shown}: its AUTOTEST lines could not be run: {_line(error)}; try again") from None
    outputs = [output for result in results for output in result.outputs]
    sources = next((o["data"][SOURCES_TYPE] for o in outputs if SOURCES_TYPE in o.get("data", {})), None)
    if sources is None:
        failed = [o for o in outputs if o["output_type"] == "error"]
        why = f"{failed[-1]['ename']}: {failed[-1]['evalue']}" if failed else "their time was over"
        raise LabError(
            f"{shown}: nbgrader makes no asserts of its AUTOTEST lines: {_line(why)}; the solution has to "
            f"run, and {TEMPLATES} to have its kernel's name"
        )
    for cell, source in zip(notebook.cells, json.loads(sources), strict=True):
        cell.source = source
    nbformat.write(notebook, path)


def _line(said: object) -> str:
    return " ".join(str(said).split())[:300]


def show(notebook: str) -> None:
    """Display the sources of a notebook's cells after nbgrader's step; this runs behind the wall."""
    from IPython import get_ipython
    from IPython.display import display
    from nbgrader.preprocessors import InstantiateTests, instantiatetests

    client = _Here(get_ipython())
    instantiatetests.start_new_kernel = lambda **_: (client, client)
    resources = {"metadata": {"path": "."}}
    made, _ = InstantiateTests().preprocess(nbformat.reads(notebook, as_version=4), resources)
    display({SOURCES_TYPE: json.dumps([c.source for c in made.cells]), "text/plain": ""}, raw=True)


class _Here:
    """This process in the place of a kernel and of its client."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell

    def execute_interactive(self, code: str, output_hook: Callable[[dict[str, Any]], None]) -> None:
        """Run code; tell the hook of its value, or of its error."""
        ran = self.shell.run_cell(code)
        error = ran.error_before_exec or ran.error_in_exec
        if error is not None:
            content = {"ename": type(error).__name__, "evalue": str(error), "traceback": ""}
            output_hook({"header": {"msg_type": "error"}, "content": content})
        elif ran.result is not None:
            data, _ = self.shell.display_formatter.format(ran.result)
            output_hook({"header": {"msg_type": "execute_result"}, "content": {"data": data}})

    def shutdown_kernel(self) -> None:
        """Do nothing: the process ends with its cells."""
