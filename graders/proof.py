"""The proof of a lab: its submissions get exactly what they must, its reference passes on ten seeds.

It is kept by content in ``labs/authoring/<lab>/proof.json``: who changes nothing that it depends on proves
nothing anew.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalogue.folders import CHECKOUT

from .dependencies import dependencies
from .engine.master import Master, read_master
from .engine.reference import measured, reference, says
from .engine.repair import repaired
from .engine.run import execute
from .engine.scores import plain, scores
from .engine.servers import server_for
from .errors import LabError
from .lab_file import limits_of
from .seeds import Seeds
from .submissions import Submission, filled, read_submissions

SEEDS = tuple(str(n) for n in range(10))
PROOF_SEED = "0"
LABS = CHECKOUT / "labs"


@dataclass
class Proof:
    """What came of proving one lab.

    Attributes
    ----------
    lab
        Its name.
    depends
        Hash of all that the proof depends on.
    cached
        True when an earlier proof of the same content was taken.
    submissions
        Scores by submission and grade id.
    wrong
        Submissions that got something else: ``{name: {grade_id: {"expected", "got", "says"}}}``.
    seeds
        Seeds on which the reference got full marks.
    failed_seeds
        Seeds on which it did not, with the checks.
    seconds
        Wall time of the proof.
    """

    lab: str
    depends: str
    cached: bool = False
    submissions: dict[str, dict[str, float]] = field(default_factory=dict)
    wrong: dict[str, dict[str, Any]] = field(default_factory=dict)
    seeds: list[str] = field(default_factory=list)
    failed_seeds: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether everything is as it must be."""
        return not self.wrong and not self.failed_seeds


def labs_to_prove(labs: Path | None = None) -> list[str]:
    """Return the labs that can be proved: those with a built notebook."""
    found = ((labs or LABS) / "source").glob("*/*.ipynb")
    return sorted(path.parent.name for path in found if path.stem == path.parent.name)


def master_of(lab: str, labs: Path | None = None) -> Master:
    """Return a lab's master with its limits.

    Raises
    ------
    LabError
        When there is no such lab.
    """
    labs = labs or LABS
    if lab not in labs_to_prove(labs):
        there = ", ".join(labs_to_prove(labs)) or "none"
        raise LabError(f"no lab {lab!r} in {labs / 'source'} (there: {there}); ./academy notebooks build")
    return read_master(labs / "source" / lab, limits_of(labs / "authoring" / lab / "lab.yml"))


def depends(master: Master, labs: Path | None = None) -> str:
    """Return the hash of all that a lab's scores depend on."""
    return dependencies(master, (labs or LABS) / "authoring" / master.lab / "submissions")


def proof_path(lab: str, labs: Path | None = None) -> Path:
    """Return where a lab's proof is kept."""
    return (labs or LABS) / "authoring" / lab / "proof.json"


def kept(master: Master, labs: Path | None = None) -> Proof | None:
    """Return the proof that is kept, when nothing that it depends on has changed."""
    try:
        found = json.loads(proof_path(master.lab, labs).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    now = depends(master, labs)
    if found.get("depends") != now:
        return None
    return Proof(master.lab, now, True, found["submissions"], seeds=found["seeds"], seconds=found["seconds"])


def prove(
    lab: str, labs: Path | None = None, *, force: bool = False, tell: Callable[[str], None] = lambda _: None
) -> Proof:
    """Prove a lab, and keep the proof when it holds.

    Parameters
    ----------
    lab
        Its name.
    labs
        Where labs lie.
    force
        Prove also what is proved already.
    tell
        Called with a line before each step.

    Raises
    ------
    LabError
        When the lab or its submissions are not as they must be.
    Refusal
        When the engine cannot run here.
    """
    labs = labs or LABS
    master = master_of(lab, labs)
    submissions = read_submissions(labs / "authoring" / lab / "submissions", master)
    if not force and (found := kept(master, labs)) is not None:
        return found
    begun = time.perf_counter()
    proof = Proof(lab, depends(master, labs))
    for submission in submissions:
        tell(f"{lab}: {submission.name}")
        proof.submissions[submission.name], wrong = compared(master, submission)
        if wrong:
            proof.wrong[submission.name] = wrong
    for seed in SEEDS:
        tell(f"{lab}: reference, seed {seed}")
        failed = list(measured(master, seed).short)
        if failed:
            proof.failed_seeds[seed] = failed
        else:
            proof.seeds.append(seed)
    proof.seconds = round(time.perf_counter() - begun, 1)
    if proof.holds:
        _keep(proof, labs)
    return proof


def compared(master: Master, submission: Submission) -> tuple[dict[str, float], dict[str, Any]]:
    """Grade one submission; return its scores, and where they differ from what it must get."""
    notebook = repaired(master, filled(master, submission.answers)).notebook
    execute(server_for(master), master, notebook, Seeds(fixed=PROOF_SEED), reference=reference(master))
    got = {name: score for name, score in plain(scores(notebook)).items() if score is not None}
    wrong = {
        name: {"expected": most, "got": got.get(name), "says": says(notebook, name)}
        for name, most in submission.expected.items()
        if got.get(name) != most
    }
    return got, wrong


def _keep(proof: Proof, labs: Path) -> None:
    path = proof_path(proof.lab, labs)
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = {}
    content = {"depends": proof.depends, "submissions": proof.submissions, "seeds": proof.seeds}
    content["seconds"] = proof.seconds
    write_json(path, {**before, **content})


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file at once or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1, sort_keys=True)
        file.write("\n")
    os.chmod(temporary, 0o644)
    os.replace(temporary, path)
