"""Every honest submission to every foreign lab gets what it deserves, through the very engine."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from graders.engine.master import LabLimits, Master
from graders.engine.reference import Reference, reference, says
from graders.engine.repair import repaired
from graders.engine.run import execute
from graders.engine.scores import refusals, scores
from graders.engine.servers import close_servers, server_for
from graders.engine.submission import read_submission
from graders.foreign import grade_folder, opened
from graders.seeds import Seeds
from tests.graders.foreign.loading import Lab, expected, fair, filled, load, names, released, submissions
from tests.rota import todays

PATIENT = LabLimits(seconds=300, memory_mib=2048)  # nothing here is endless, and machines may be busy
REFUSED_MOST = 0.1  # of all check cells


@pytest.fixture(autouse=True)
def _servers() -> Iterator[None]:
    yield
    close_servers()


@pytest.mark.slow
@pytest.mark.parametrize("name", todays(names(), 5))
def test_every_honest_submission_gets_its_fair_score(name: str, tmp_path: Path) -> None:
    lab = load(name)
    master = tmp_path / f"{name}.ipynb"
    nbformat.write(lab.master, master)
    for path in lab.data:
        shutil.copy(path, tmp_path)
    wanted, handed_out = expected(lab), released(lab)
    handed_in = tmp_path / "submitted"
    for learner, submission in submissions(lab).items():
        (handed_in / learner).mkdir(parents=True)
        nbformat.write(filled(lab, handed_out, submission), handed_in / learner / f"{name}.ipynb")
    differences, refused = [], []
    with opened(master, handed_in, PATIENT) as read, ThreadPoolExecutor(os.cpu_count()) as pool:
        known = reference(read)
        rows = pool.map(lambda learner: _graded(read, known, lab, handed_in / learner), wanted)
        for learner, (got, why, said) in zip(wanted, rows, strict=True):
            refused += [f"{learner}, {check}: {reason}" for check, reason in why.items()]
            for check, entry in wanted[learner].items():
                if check not in why and got[check] != fair(entry):
                    differences.append(
                        f"{learner}, {check}: got {got[check]}, fair is {fair(entry)}; {said[check]}"
                    )
    told = "\n".join(refused)
    print(
        f"{name}: {sum(map(len, wanted.values()))} checks, {len(differences)} wrong, {len(refused)} refused"
    )
    print(told)
    assert not differences, "\n".join(differences)
    assert len(refused) <= REFUSED_MOST * sum(map(len, wanted.values())), told


@pytest.mark.slow
@pytest.mark.parametrize("name", todays(["pipelines", "python-classes"], 2))
def test_a_check_that_does_not_cross_gives_its_fair_score_together(name: str, tmp_path: Path) -> None:
    lab = load(name)
    wanted, handed_out = expected(lab), released(lab)
    master, handed_in = tmp_path / "lab" / f"{name}.ipynb", tmp_path / "submitted"
    master.parent.mkdir()
    nbformat.write(lab.master, master)
    for path in lab.data:
        shutil.copy(path, master.parent)
    for learner, submission in submissions(lab).items():
        (handed_in / learner).mkdir(parents=True)
        nbformat.write(filled(lab, handed_out, submission), handed_in / learner / f"{name}.ipynb")
    some = todays(sorted(wanted), 4)
    for result in grade_folder(
        master, handed_in, learners=some, seed="0", limits=PATIENT, together=True, workers=os.cpu_count()
    ):
        got = {check: result.scores[check]["score"] for check in lab.checks}
        fairly = {check: fair(entry) for check, entry in wanted[result.learner].items()}
        assert (got, result.status, result.mode) == (fairly, "graded", "together"), result


def _graded(
    read: Master, known: Reference, lab: Lab, folder: Path
) -> tuple[dict[str, float | None], dict[str, str], dict[str, str]]:
    """Return a submission's scores, why checks were refused, and what checks said."""
    notebook = repaired(read, read_submission(folder / f"{lab.name}.ipynb")).notebook
    execute(server_for(read), read, notebook, Seeds(fixed="0"), reference=known)
    got = {check: value["score"] for check, value in scores(notebook).items()}
    return got, refusals(notebook), {check: says(notebook, check) for check in lab.checks}
