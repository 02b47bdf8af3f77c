"""From a real gradebook to evidence: idempotent, through re-grades, late, missing and manual work."""

from datetime import timedelta

import pytest

from learning_paths.curriculum import Ground
from learning_paths.errors import GradebookError
from learning_paths.evidence import Gradebook, observations, rows, shown

LAB = "stable-softmax"
FULL = {"check-lse": 5.0, "check-lse-hidden": 5.0, "check-sums": 5.0}


def known(academy, learner="ada"):
    return {(row.task, row.tried_at): row.score for row in academy.store.evidence(learner)}


def test_a_gradebook_that_is_not_there_yet_has_no_submissions(tmp_path):
    assert Gradebook(tmp_path / "nothing.db").submissions() == []


def test_a_file_that_is_no_gradebook_is_named(tmp_path):
    path = tmp_path / "gradebook.db"
    path.write_text("words " * 500)
    with pytest.raises(GradebookError, match=r"cannot read the gradebook.*gradebook\.db"):
        Gradebook(path).submissions()


def test_reading_never_writes(teacher, academy, clock):
    teacher.grade("ada", LAB, FULL, clock.now)
    before = teacher.path.read_bytes()
    academy.ingest_gradebook()
    assert teacher.path.read_bytes() == before


def test_each_task_becomes_one_row_that_can_be_traced_to_its_cells(teacher, academy, clock):
    teacher.grade("ada", LAB, {**FULL, "check-lse-hidden": 2.0}, clock.now)
    assert academy.ingest_gradebook() == 2
    lse, sums = sorted(academy.store.evidence("ada"), key=lambda row: row.task)
    assert (lse.task, lse.score, lse.points) == ("log-sum-exp", 7.0, 10.0)
    assert lse.detail == {"check-lse": [5.0, 5.0], "check-lse-hidden": [2.0, 5.0]}
    assert (lse.source, lse.lab, lse.tried_at) == ("nbgrader", LAB, clock.now)
    assert lse.key.startswith(f"{LAB}/log-sum-exp/2026-11-23T12:00:00")
    assert (sums.score, sums.points) == (5.0, 5.0)


def test_taking_up_twice_changes_nothing(teacher, academy, clock):
    teacher.grade("ada", LAB, FULL, clock.now)
    teacher.grade("bob", LAB, FULL, clock.now)
    assert academy.ingest_gradebook("ada") == 2
    assert academy.ingest_gradebook() == 2
    assert academy.ingest_gradebook() == 0


def test_a_regrade_replaces_the_grade_and_keeps_its_history(teacher, academy, clock):
    teacher.grade("ada", LAB, {**FULL, "check-sums": 0.0}, clock.now)
    academy.ingest_gradebook()
    teacher.grade("ada", LAB, FULL, clock.now)
    assert academy.ingest_gradebook() == 1
    teacher.override("ada", LAB, "check-sums", 4.0)
    assert academy.ingest_gradebook() == 1
    assert known(academy)["sums", clock.now] == 4.0
    history = [row.score for row in academy.store.evidence("ada", history=True) if row.task == "sums"]
    assert history == [0.0, 5.0, 4.0]


def test_a_new_submission_is_a_new_try_and_the_old_one_stays(teacher, academy, clock, small):
    teacher.grade("ada", LAB, {name: 0.0 for name in FULL}, clock.now)
    academy.ingest_gradebook()
    first = clock.now
    clock.advance(days=1)
    teacher.grade("ada", LAB, FULL, clock.now)
    academy.ingest_gradebook()
    assert known(academy)["sums", first] == 0.0
    assert known(academy)["sums", clock.now] == 5.0
    seen = observations(academy.store.evidence("ada"), Ground(small))
    assert [(one.score, one.tries) for one in seen] == [(1.0, 2), (1.0, 2)]


def test_work_that_waits_for_a_person_is_no_evidence_yet(teacher, academy, clock):
    teacher.grade("ada", LAB, {"check-lse": 5.0, "check-sums": 5.0}, clock.now)
    academy.ingest_gradebook()
    assert [task for task, _ in known(academy)] == ["sums"]


def test_lateness_is_kept_and_costs_no_evidence(teacher, academy, clock):
    teacher.grade("ada", LAB, FULL, clock.now, due=clock.now - timedelta(hours=3))
    academy.ingest_gradebook()
    assert {(row.score, row.late_seconds) for row in academy.store.evidence("ada")} == {
        (10.0, 10800),
        (5.0, 10800),
    }


def test_what_is_not_handed_in_says_nothing(teacher, academy, clock):
    teacher.grade("bob", LAB, FULL, clock.now)
    academy.ingest_gradebook()
    assert academy.store.evidence("ada") == []


def test_an_assignment_that_is_no_lab_is_left_out(teacher, academy, clock, small, tree, tmp_path):
    teacher.grade("ada", LAB, FULL, clock.now)
    (submission,) = academy.gradebook.submissions("ada")
    assert len(list(rows([submission], small, clock.now))) == 2
    labs = {name: lab for name, lab in small.labs.items() if name != LAB}
    other = type(small)(**{**vars(small), "labs": labs})
    assert list(rows([submission], other, clock.now)) == []


def test_tasks_that_prove_the_same_share_their_weight(teacher, academy, clock, small):
    teacher.grade("ada", LAB, FULL, clock.now)
    teacher.grade("ada", "first-programs", {"check-read-table": 5.0}, clock.now)
    academy.ingest_gradebook()
    ground = Ground(small)
    seen = observations(academy.store.evidence("ada"), ground)
    weights = {ground.curriculum.competencies[one.competency]: round(one.weight, 3) for one in seen}
    assert weights == {"numerics-information": 0.707, "programming-basics": 1.0}
    row = ground.rows["numerics-information"]
    assert [one.task for one in shown(academy.store.evidence("ada"), ground)[row]] == ["log-sum-exp", "sums"]


def test_everything_derived_can_be_worked_out_again_from_the_evidence(teacher, academy, clock):
    academy.save_profile("ada", {"competencies": ["numerics-information@I"], "hours": 4})
    teacher.grade("ada", LAB, FULL, clock.now)
    first = academy.plan("ada")
    teacher.path.unlink()
    again = academy.plan("ada")
    assert again["units"] == first["units"]
    assert again["competencies"] == first["competencies"]
