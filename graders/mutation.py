"""How good a lab's own checks are: the share of small wrong changes to its reference that they notice."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.utils import is_solution
from ruamel.yaml import YAML

from .engine.master import LabLimits, Master
from .engine.reference import measured, reference, short_of_full
from .engine.repair import repaired
from .engine.run import execute
from .engine.scores import scores
from .engine.servers import server_for
from .mutants import Mutant, mutants
from .proof import LABS, PROOF_SEED, depends, master_of, proof_path, write_json
from .seeds import Seeds
from .submissions import filled

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
        The changes that no check noticed.
    equivalent
        Changes that survived and are declared to change no behaviour, with the reason.
    undeclared
        Declared changes that do not occur, or that the checks notice after all.
    seconds
        Wall time.
    """

    lab: str
    killed: int = 0
    survived: list[str] = field(default_factory=list)
    equivalent: dict[str, str] = field(default_factory=dict)
    undeclared: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def score(self) -> float:
        """Share of the mutants that change behaviour and were noticed, 0 to 1."""
        count = self.killed + len(self.survived)
        return self.killed / count if count else 0.0


def mutate(
    lab: str,
    labs: Path | None = None,
    *,
    most: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Mutation:
    """Grade every mutant of a lab's reference solution.

    Parameters
    ----------
    lab
        Its name.
    labs
        Where labs lie.
    most
        Try only so many, spread evenly over the solution; the result is not kept then.
    tell
        Called with a line before each.

    Raises
    ------
    LabError
        When there is no such lab.
    """
    labs, begun = labs or LABS, time.perf_counter()
    master = master_of(lab, labs)
    answers = reference_answers(master)
    usual = time.perf_counter()
    measured(master, PROOF_SEED)
    usual = time.perf_counter() - usual
    hurried = replace(master, limits=_hurried(master.limits, usual))
    declared = _declared(labs / "authoring" / lab / "lab.yml")
    found = [m for name, source in answers.items() for m in mutants(name, source)]
    chosen = found if most is None or most >= len(found) else found[:: -(-len(found) // most)]
    result = Mutation(lab)
    noticed = set()
    for number, mutant in enumerate(chosen, 1):
        tell(f"{lab}: {number} of {len(chosen)}: {mutant.change[:80]}")
        if _notices(hurried, answers, mutant):
            result.killed += 1
            noticed.add(mutant.change)
        elif mutant.change in declared:
            result.equivalent[mutant.change] = declared[mutant.change]
        else:
            result.survived.append(mutant.change)
    if chosen is found:
        result.undeclared = sorted(set(declared) - set(result.equivalent))
    result.seconds = round(time.perf_counter() - begun, 1)
    if chosen is found:
        _keep(result, master, labs)
    return result


def reference_answers(master: Master) -> dict[str, str]:
    """Return the instructor's own answers, by grade id, in order."""
    original = nbformat.read(master.folder / f"{master.lab}.ipynb", as_version=4)
    cells = [c for c in original.cells if c.cell_type == "code" and is_solution(c)]
    return {c.metadata.nbgrader["grade_id"]: c.source for c in cells}


def _hurried(limits: LabLimits, usual: float) -> LabLimits:
    return replace(limits, seconds=min(limits.seconds, PATIENCE * usual + 2))


def _declared(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    return dict(
        (YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}).get("equivalent_mutants") or {}
    )


def _notices(master: Master, answers: dict[str, str], mutant: Mutant) -> bool:
    notebook = repaired(master, filled(master, {**answers, mutant.cell: mutant.source})).notebook
    executed = execute(
        server_for(master), master, notebook, Seeds(fixed=PROOF_SEED), reference=reference(master)
    )
    return bool(executed.refused or short_of_full(master, scores(notebook)))


def _keep(result: Mutation, master: Master, labs: Path) -> None:
    """Write the score beside a proof of the same content; without such a proof it belongs nowhere."""
    path = proof_path(result.lab, labs)
    try:
        proof: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if proof.get("depends") == depends(master, labs):
        count = result.killed + len(result.survived)
        proof["mutation"] = {"killed": result.killed, "of": count, "survived": result.survived}
        write_json(path, proof)


def told(result: Mutation) -> Iterator[str]:
    """Yield the result in lines for a person."""
    count = result.killed + len(result.survived)
    share = f"{result.killed} of {count} mutants noticed ({result.score:.0%})"
    yield f"{result.lab}: {share}, {result.seconds:g} s"
    yield from (f"  survived    {change}" for change in result.survived)
    yield from (f"  equivalent  {change}  ({reason})" for change, reason in result.equivalent.items())
    yield from (f"  not so      {change} is declared equivalent" for change in result.undeclared)
