"""How good a lab's own checks are: the share of small wrong changes to its reference that they notice."""

from __future__ import annotations

import hashlib
import inspect
import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_solution

from . import mutants as operators
from .batch import cores
from .engine.master import LabLimits, Master
from .engine.mistakes import Failed, failed, is_telling
from .engine.reference import measured, short_of_full
from .engine.repair import repaired
from .engine.run import execute
from .engine.scores import scores
from .engine.servers import server_for
from .lab_file import Mistake, equivalent, mistakes
from .mutants import Mutant, mutants, spread
from .proof import LABS, PROOF_SEED, depends, master_of, proof_path, write_json
from .seeds import Seeds
from .submissions import filled

MOST = 40  # mutants in a lab's proof
WANTED = 0.9  # share of the mutants that a lab's checks have to notice
PATIENCE = 5  # a mutant may take so many times what the reference takes; one that loops is noticed


@dataclass
class Mutation:
    """What came of mutating one lab.

    Attributes
    ----------
    lab
        Its name.
    killed
        How many mutants the checks noticed.
    survived
        The changes that no check noticed, each as a diff.
    equivalent
        Changes that survived and are declared to change no behaviour, with the reason.
    undeclared
        Declared changes that do not occur, or that the checks notice after all.
    mistakes
        The properties that fail when a named mistake is made, by its name.
    faults
        What is wrong with named mistakes.
    seconds
        Wall time.
    cached
        True when an earlier result of the same content was taken.
    """

    lab: str
    killed: int = 0
    survived: dict[str, str] = field(default_factory=dict)
    equivalent: dict[str, str] = field(default_factory=dict)
    undeclared: list[str] = field(default_factory=list)
    mistakes: dict[str, Failed] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cached: bool = False

    @property
    def score(self) -> float:
        """Share of the mutants that change behaviour and were noticed, 0 to 1."""
        count = self.killed + len(self.survived)
        return self.killed / count if count else 0.0

    @property
    def holds(self) -> bool:
        """Whether the checks notice enough, and every named mistake."""
        return self.score >= WANTED and not self.faults


def mutate(
    lab: str,
    labs: Path | None = None,
    *,
    most: int | None = None,
    workers: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Mutation:
    """Grade mutants of a lab's reference solution, and the mistakes that it names.

    Parameters
    ----------
    lab
        Its name.
    labs
        Where labs lie.
    most
        Try only so many, each statement's first; all by default.
    workers
        Mutants at the same time; one a core by default.
    tell
        Called with a line before each.

    Raises
    ------
    LabError
        When there is no such lab, or it names a mistake that cannot be made.
    """
    labs, begun = labs or LABS, time.perf_counter()
    master = master_of(lab, labs)
    answers = reference_answers(master)
    named = mistakes(_lab_yml(lab, labs), answers)
    declared = equivalent(_lab_yml(lab, labs))
    found = [m for name, source in answers.items() for m in mutants(name, source)]
    if most is not None:
        found = spread([m for m in found if m.change not in declared], most)
    trial = _Trial(master, answers)
    result = Mutation(lab)
    with ThreadPoolExecutor(workers or cores()) as pool:
        tried = pool.map(trial.grade, [m.changed(answers) for m in (*found, *named)])
        for number, mutant in enumerate(found, 1):
            tell(f"{lab}: {number} of {len(found)}: {mutant.change[:80]}")
            _count(result, mutant, next(tried), declared, answers)
        for mistake in named:
            tell(f"{lab}: {mistake.name[:80]}")
            _name(result, mistake, next(tried))
    if most is None:
        result.undeclared = sorted(set(declared) - set(result.equivalent))
    result.seconds = round(time.perf_counter() - begun, 1)
    return result


def proved(
    lab: str, labs: Path | None = None, *, force: bool = False, tell: Callable[[str], None] = lambda _: None
) -> Mutation:
    """Return what at most 40 mutants and the named mistakes of a lab come to, and keep it beside the proof.

    Parameters
    ----------
    lab
        Its name.
    labs
        Where labs lie.
    force
        Grade them also when a result of the same content is kept.
    tell
        Called with a line before each.
    """
    labs = labs or LABS
    if not force and (found := kept(lab, labs)) is not None:
        return found
    result = mutate(lab, labs, most=MOST, tell=tell)
    path = proof_path(lab, labs)
    proof = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    held = {k: v for k, v in asdict(result).items() if k in KEPT}
    write_json(path, {**proof, "mutation": {"depends": _depends(lab, labs), **held}})
    return result


KEPT = ("killed", "survived", "mistakes", "faults", "seconds")


def kept(lab: str, labs: Path | None = None) -> Mutation | None:
    """Return the result that is kept, when nothing that it depends on has changed."""
    labs = labs or LABS
    try:
        held = json.loads(proof_path(lab, labs).read_text(encoding="utf-8"))["mutation"]
        if held["depends"] != _depends(lab, labs):
            return None
        return Mutation(lab, **{name: held[name] for name in KEPT}, cached=True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def reference_answers(master: Master) -> dict[str, str]:
    """Return the instructor's own answers, by grade id, in order."""
    original = nbformat.read(master.folder / f"{master.lab}.ipynb", as_version=4)
    cells = [c for c in original.cells if c.cell_type == "code" and is_solution(c)]
    return {c.metadata.nbgrader["grade_id"]: c.source for c in cells}


class _Trial:
    """Grades changed references within what the reference itself needs."""

    def __init__(self, master: Master, answers: Mapping[str, str]) -> None:
        begun = time.perf_counter()
        self.reference = measured(master, PROOF_SEED)
        self.master = replace(master, limits=_hurried(master.limits, time.perf_counter() - begun))
        self.answers = answers

    def grade(self, answers: Mapping[str, str]) -> NotebookNode | None:
        """Return the notebook with the checks' outputs, or None when every check gave full marks."""
        notebook = repaired(self.master, filled(self.master, answers)).notebook
        seeds, server = Seeds(fixed=PROOF_SEED), server_for(self.master)
        executed = execute(server, self.master, notebook, seeds, reference=self.reference)
        noticed = executed.refused or short_of_full(self.master, scores(notebook))
        return notebook if noticed else None


def _hurried(limits: LabLimits, usual: float) -> LabLimits:
    return replace(limits, seconds=min(limits.seconds, PATIENCE * usual + 2))


def _count(
    result: Mutation,
    mutant: Mutant,
    noticed: NotebookNode | None,
    declared: Mapping[str, str],
    answers: Mapping[str, str],
) -> None:
    if noticed is not None:
        result.killed += 1
    elif mutant.change in declared:
        result.equivalent[mutant.change] = declared[mutant.change]
    else:
        result.survived[mutant.change] = mutant.diff(answers[mutant.cell])


def _name(result: Mutation, mistake: Mistake, noticed: NotebookNode | None) -> None:
    marks = scores(noticed) if noticed is not None else {}
    if all(marks[check]["score"] == marks[check]["max"] for check in mistake.checks if check in marks):
        result.faults.append(f"no check of its task notices the mistake {mistake.name!r}")
        return
    fails = {check: names for check, names in failed(noticed).items() if check in mistake.checks}
    if is_telling(fails, noticed):  # else whoever did nothing yet would be told that it is this
        result.mistakes[mistake.name] = fails


def _lab_yml(lab: str, labs: Path) -> Path:
    return labs / "authoring" / lab / "lab.yml"


def _depends(lab: str, labs: Path) -> str:
    """Return the hash of all that the result depends on: the proof's content, lab.yml, the operators."""
    master, path = master_of(lab, labs), _lab_yml(lab, labs)
    named = [[m.name, m.replace, m.by, m.checks] for m in mistakes(path, reference_answers(master))]
    said = json.dumps([sorted(equivalent(path)), named])
    parts = (depends(master, labs), said, inspect.getsource(operators))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def told(result: Mutation) -> Iterator[str]:
    """Yield the result in lines for a person."""
    count = result.killed + len(result.survived)
    how = "known" if result.cached else f"{result.seconds:g} s"
    yield f"{result.lab}: {result.killed} of {count} mutants noticed ({result.score:.0%}), {how}"
    for diff in result.survived.values():
        yield "  survived"
        yield from (f"    {line}" for line in diff.splitlines())
    yield from (f"  equivalent  {change}  ({reason})" for change, reason in result.equivalent.items())
    yield from (f"  not so      {change} is declared equivalent" for change in result.undeclared)
    for name, fails in result.mistakes.items():
        yield f"  recognised  {name}: {'; '.join(title for titles in fails.values() for title in titles)}"
    yield from (f"  fault       {fault}" for fault in result.faults)
