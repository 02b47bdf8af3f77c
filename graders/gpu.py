"""A lab's kernels on a real GPU: ``./academy prove LAB --gpu``.

A lab that has kernels names them in ``labs/authoring/<lab>/gpu.py``, at sizes that fill a chip; what checks
launch is too small to time. Timed are the reference solution and the shipped submissions that pass.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from .engine.master import Master
from .engine.submission import read_submission
from .errors import LabError
from .proof import LABS
from .submissions import filled, read_submissions


@dataclass(frozen=True)
class Case:
    """One problem to time.

    Attributes
    ----------
    name
        What is said of it: ``add of 2²⁶ elements``.
    answer
        Grade id of the answer cell that holds the kernel and its launch function.
    kernel, launch
        Their names; the launch function gets `sizes` and returns grid and constexprs.
    sizes
        Of the problem.
    make
        Makes the kernel's arguments on a device; the output is the last tensor.
    library
        Gets the same arguments and returns what the output must hold.
    bytes_moved, flops
        The least that the problem moves and computes.
    """

    name: str
    answer: str
    kernel: str
    launch: str
    sizes: tuple[int, ...]
    make: Callable[[str], Sequence[Any]]
    library: Callable[..., Any]
    bytes_moved: int
    flops: int = 0


def cases(lab: str, labs: Path = LABS) -> list[Case]:
    """Return what a lab wants timed; nothing where it names no kernels.

    Raises
    ------
    LabError
        When its ``gpu.py`` has no list ``CASES`` of cases.
    """
    path = labs / "authoring" / lab / "gpu.py"
    if not path.exists():
        return []
    found = runpy.run_path(str(path)).get("CASES")
    if not isinstance(found, list) or not all(isinstance(case, Case) for case in found):
        raise LabError(f"{path}: CASES must be a list of graders.gpu.Case")
    return found


def timings(master: Master, labs: Path = LABS) -> Iterator[str]:
    """Yield a line for each kernel of the reference and of the passing submissions, and each case.

    Raises
    ------
    CheckFailed
        When a kernel does not run on the GPU, or disagrees with the library there.
    """
    from .kit.timing import HEAD, Job, measured

    there = cases(master.lab, labs)
    shipped = read_submissions(labs / "authoring" / master.lab / "submissions", master) if there else []
    notebooks = {"reference": read_submission(master.folder / f"{master.lab}.ipynb")}
    notebooks |= {s.name: filled(master, s.answers) for s in shipped if s.name.startswith("passes-")}
    for case in there:
        for name, notebook in notebooks.items():
            text = HEAD + _answer(notebook, case.answer)
            job = Job(text, case.kernel, case.make, case.library, launch=case.launch, sizes=case.sizes)
            yield f"{master.lab}: {case.name}, {name}: {measured(job).beside(case.bytes_moved, case.flops)}"


def _answer(notebook: NotebookNode, name: str) -> str:
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == name:
            return cell.source
    raise LabError(f"gpu.py names the answer {name}, which the lab has not")
