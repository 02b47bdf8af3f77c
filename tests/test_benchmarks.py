"""Benchmarks of a whole academy, small: they stop with an error where a submission or a mark is lost."""

import json
import subprocess
import sys

import pytest

from catalogue.folders import CHECKOUT

pytestmark = [pytest.mark.slow, pytest.mark.rota(3)]


def figures(script: str, *options: str) -> dict:
    command = [sys.executable, str(CHECKOUT / "benchmarks" / script), "--json", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    (line,) = done.stdout.splitlines()
    return json.loads(line)


def test_a_class_that_submits_before_the_deadline_loses_nothing_when_the_grader_is_killed() -> None:
    found = figures("deadline.py", "--submissions", "12", "--within", "3", "--kills", "1")
    assert (found["submissions"], len(found["kill_to_next_mark_s"])) == (12, 1)
    assert found["submissions_a_second"] > 0
    assert found["hub_meanwhile_answers"] > 0
    assert found["hub_meanwhile_unanswered"] == 0


def test_a_course_whose_hub_is_killed_keeps_every_save_and_submission() -> None:
    found = figures("hub.py", "--learners", "6", "--within", "20", "--kills", "1")
    assert (found["kept"], len(found["hub_up_s"])) == (6, 2)
    assert found["submit_most_s"] >= found["submit_p50_s"] > 0
    assert found["stock_submit_p50_s"] > 0


def test_one_submission_is_timed_in_parts_that_add_up() -> None:
    found = figures("latency.py", "--submissions", "1")
    parts = [found[f"{name}_median_s"] for name in ("submit", "carried", "graded", "returned")]
    assert found["whole_median_s"] == pytest.approx(sum(parts), abs=0.01)
    assert found["over_cells_median_s"] == pytest.approx(
        found["whole_median_s"] - found["cells_median_s"], abs=0.01
    )


def test_memory_is_that_of_the_processes() -> None:
    found = figures("memory.py", "--torch", "2", "--queued", "60", "--graded", "20")
    assert (found["queued"], found["queue_graded"]) == (60, 20)
    assert 50 < found["torch_parent_pss_mib"] < 900
    assert found["torch_workers_pss_mib"] > 100  # torch is loaded there


def test_plans_are_timed_with_their_explanations_on_random_catalogues_too() -> None:
    found = figures("planning.py", "--curricula", "2", "--plans", "3", "--learners", "50")
    assert found["explained_random_units_most"] > 10
    assert found["explained_random_ms_p99"] >= found["explained_random_ms_p50"] > 0
    assert "explained_random_1x_ms_p99" in found
    assert found["longer_after_success"] == 0


def test_the_store_keeps_every_row_once_and_replays_it_without_a_difference() -> None:
    found = figures("store.py", "--learners", "3")
    assert (found["learners"], found["differences"]) == (3, 0)
    assert found["rows"] % 3 == 0 < found["rows"]
