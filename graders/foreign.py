"""Grading any ordinary nbgrader lab from files alone: no course, no gradebook, nothing written there."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
import nbgrader.nbgraderformat
from nbformat import NotebookNode

from .batch import WAITING, cores, executed, in_order
from .engine.autotests import TEMPLATES, instantiate
from .engine.lint import faults
from .engine.master import NOT_DATA, LabLimits, Master, autotested, read_master
from .engine.reference import Reference, reference
from .engine.run import own_files
from .engine.scores import refusals, scores
from .engine.servers import MOST_RUNS, close_servers
from .engine.submission import read_submission
from .engine.together import Tampered, Together, prepare
from .errors import LabError, Refusal, Unreadable
from .grading import Result
from .seeds import Seeds

MOST_DATA_MIB = 200  # handed out with one notebook
NOT_HANDED_OUT = NOT_DATA | {"gradebook.db", "nbgrader_config.py"}
MEND = "give the instructor's notebook of an nbgrader lab"


def grade_folder(
    master: Path,
    submissions: Path,
    *,
    learners: Collection[str] | None = None,
    seed: str = "",
    key: bytes = b"",
    limits: LabLimits | None = None,
    together: bool = False,
    workers: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
    warn: Callable[[str], None] = lambda _: None,
) -> Iterator[Result]:
    """Grade the submissions of one lab; read only.

    Parameters
    ----------
    master
        The instructor's notebook, ``<lab>.ipynb``; the files beside it are handed out.
    submissions
        Holds ``<learner>/<lab>.ipynb``, and what else the learner submitted beside it.
    learners
        Only these; everybody who has a folder by default.
    seed
        The same seed for every check.
    key
        Where no seed is given, hidden checks draw from it for each learner anew; a new one by default.
    limits
        What one submission may use; :class:`LabLimits` has the defaults.
    together
        Grade checks that are refused apart in the learner's own process, with twins that find tampering.
    workers
        Submissions at the same time; as many as there are cores by default.
    tell
        Called with a line before each step.
    warn
        Called with each fault that :func:`~graders.engine.lint.faults` finds in the checks.

    Yields
    ------
    Result
        One for each learner, in order. A check in which the reference solution itself falls short is refused
        for everybody.

    Raises
    ------
    LabError
        When the notebook, or the folder of submissions, cannot be graded.
    """
    names = _learners(submissions, learners)
    at_once = min(workers or cores(), MOST_RUNS // 2)
    with opened(master, submissions, limits) as lab:
        for fault in faults(lab):
            warn(str(fault))
        tell(f"{lab.lab}: the reference solution")
        try:
            known = reference(lab)
            shared = prepare(lab, known, at_once) if together else Together({}, {})
        except Refusal as error:
            yield from (Result(name, lab.lab, "refused", reason=str(error)) for name in names)
            return
        grading = _Grading(lab, known, shared, submissions, seed, key)
        with ThreadPoolExecutor(at_once, thread_name_prefix="grading") as pool:
            try:
                results = in_order(pool, grading.result, names, (1 + WAITING) * at_once)
                for number, name in enumerate(names, 1):
                    tell(f"{lab.lab}: {name}, {number} of {len(names)}")
                    yield next(results)
            except BaseException:  # interrupted: nobody waits for what runs
                close_servers()
                pool.shutdown(wait=False, cancel_futures=True)
                raise


@contextmanager
def opened(
    master: Path, submissions: Path | None = None, limits: LabLimits | None = None
) -> Iterator[Master]:
    """Yield the master of a lab that lies anywhere, from a copy of its files.

    Parameters
    ----------
    master
        The instructor's notebook.
    submissions
        Learners' folders are handed out to nobody, wherever they lie.
    limits
        What one submission may use.

    Raises
    ------
    LabError
        When it is no notebook, or nothing in it is graded.
    """
    _validate(master)
    with tempfile.TemporaryDirectory(prefix="academy-") as root:
        folder = Path(root) / master.stem
        folder.mkdir()
        for path in (Path(root), folder):
            path.chmod(0o711)  # the wall's user gets the files handed out, and sees no other
        copy = folder / f"{master.stem}.ipynb"
        copy.touch(0o600)
        copy.write_bytes(master.read_bytes())
        for relative, path in _handed_out(master, submissions).items():
            (folder / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / relative)
            (folder / relative).chmod(0o644)
        if name := autotested(nbformat.read(copy, as_version=4)):
            instantiate(copy, _templates(master, name), limits or LabLimits(), shown=master)
        try:
            lab = read_master(folder, limits)
        except LabError as error:
            said = str(error).replace(str(copy), str(master)).partition("; ./academy")[0]
            raise LabError(f"{said}; {MEND}") from None
        yield lab


def _validate(master: Path) -> None:
    if not master.is_file():
        raise LabError(f"no notebook {master}; {MEND}")
    try:
        nbgrader.nbgraderformat.reads(master.read_text(encoding="utf-8"), as_version=4)
    except Exception as error:  # whatever nbformat and nbgrader say of a file  # noqa: BLE001
        raise LabError(f"{master} is no notebook of nbgrader's: {_line(error)}; {MEND}") from None


def _templates(master: Path, check: str) -> bytes:
    """Return what nbgrader makes asserts by: it lies beside the notebook, or in its course's root."""
    for folder in master.resolve().parents[:3]:
        if (folder / TEMPLATES).is_file():
            return (folder / TEMPLATES).read_bytes()
    raise LabError(
        f"{master}: check {check} has AUTOTEST lines, and no {TEMPLATES} says what to make of them: put your "
        "course's beside the notebook, or write asserts"
    )


def _line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]


def _handed_out(master: Path, submissions: Path | None) -> dict[Path, Path]:
    """Return the files beside a notebook by relative path: no notebooks, links, learners' folders."""
    found, left = {}, MOST_DATA_MIB * 2**20
    base = master.parent
    theirs = submissions.resolve() if submissions is not None else None
    for parent, folders, names in os.walk(base, followlinks=False):
        below = theirs is not None and Path(parent).resolve() == theirs
        folders[:] = [] if below else [f for f in folders if f not in NOT_HANDED_OUT and f[0] != "."]
        if below and Path(parent) != base:
            continue
        for path in (Path(parent) / name for name in names):
            if path.suffix == ".ipynb" or path.name in NOT_HANDED_OUT or path.name[0] == ".":
                continue
            if path.is_symlink() or not path.is_file():
                continue
            left -= path.stat().st_size
            if left < 0:
                raise LabError(
                    f"the files beside {master} have more than {MOST_DATA_MIB} MiB; put the notebook into a "
                    "folder of its own, with the files alone that learners get"
                )
            found[path.relative_to(base)] = path
    return found


def _learners(submissions: Path, wanted: Collection[str] | None) -> list[str]:
    if not submissions.is_dir():
        raise LabError(f"no folder {submissions}; give the one that holds <learner>/<lab>.ipynb")
    if wanted is not None:
        return sorted(wanted)
    found = sorted(path.name for path in submissions.iterdir() if path.is_dir() and path.name[0] != ".")
    if not found:
        raise LabError(f"{submissions} has no folder of a learner; it has to hold <learner>/<lab>.ipynb")
    return found


@dataclass(frozen=True)
class _Grading:
    """Grades one submission after the other, in any thread."""

    lab: Master
    known: Reference
    together: Together
    submissions: Path
    seed: str
    key: bytes

    def result(self, learner: str) -> Result:
        """Return what came of a learner's submission."""
        begun = time.perf_counter()
        lab, mode, status, reason = self.lab.lab, "apart", "graded", ""
        refused, got = {}, {}
        try:
            notebook = self._executed(learner)
            got, mode = scores(notebook), "together" if self.together.checks else "apart"
            refused = refusals(notebook) | self.together.reasons
            if refused:
                status, reason = "partial", "; ".join(f"{name}: {why}" for name, why in refused.items())
        except Unreadable as error:
            status, reason = "unreadable", str(error)
        except Tampered as error:
            status, reason, mode = "refused", str(error), "together"
        except Refusal as error:
            status, reason = "refused", str(error)
        except OSError as error:
            status, reason = "refused", f"{type(error).__name__}: {error}"
        seconds = round(time.perf_counter() - begun, 3)
        return Result(learner, lab, status, mode, reason, list(refused), got, seconds)

    def _executed(self, learner: str) -> NotebookNode:
        """Return a submission with the outputs that its marks are read from."""
        lab, folder = self.lab, self.submissions / learner
        submission = read_submission(folder / f"{lab.lab}.ipynb")
        files = own_files(folder)
        seeds = Seeds(self.key or os.urandom(32), lab.lab, lab.digest, learner, self.seed)
        notebook = executed(lab, submission, files, seeds, self.known)
        self.together.grade(lab, notebook, seeds, files)
        return notebook
