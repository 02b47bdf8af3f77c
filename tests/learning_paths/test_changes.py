"""What changed, told by piece of work: placement answers and statements beside labs."""

from datetime import UTC, datetime

import numpy as np
import pytest

import catalogue
from learning_paths.changes import changes
from learning_paths.curriculum import Ground
from learning_paths.mastery import Mastery
from learning_paths.store import Evidence, Snapshot

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SKILLS = ("linear-algebra@B", "linear-algebra@I", "optimisation@B", "numerics-information@I")


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(catalogue.load())


def evidence(source: str, key: str, skill: str, score: float, **more) -> Evidence:
    return Evidence("ada", source, key, "", "", score, 1.0, NOW, 0.0, more, (skill,))


def told(ground: Ground, fresh: list[Evidence]) -> list[dict]:
    before = np.full((len(ground.rows), 4), 0.1)
    after = before.copy()
    after[ground.rows["linear-algebra"]] = [0.9, 0.8, 0.3, 0.2]
    after[ground.rows["optimisation"], 0] = 0.05
    previous = Snapshot(1, 1, 0, NOW, {"units": [], "total_hours": 0, "weeks": 0})
    made = {"profile": {"version": 1}, "units": [], "marks": []}
    return changes(ground, fresh, Mastery(before, before), Mastery(after, after), previous, made)


def test_a_placement_is_one_entry_with_what_moved_most(ground):
    fresh = [evidence("placement", f"1/{at}", skill, float(at < 2)) for at, skill in enumerate(SKILLS)]
    (change,) = told(ground, fresh)
    assert (change["kind"], change["lab"]) == ("placed", None)
    assert [task["source"] for task in change["tasks"]] == [f"placement:1/{at}" for at in range(4)]
    assert {f"{one['competency']}@{one['level']}" for one in change["competencies"]} == set(SKILLS)
    text = change["text"]["en"]
    assert text.startswith(
        "Your placement test: 2 of 4 answers right. “Linear algebra (basic)” went from 10 % to"
    )
    assert text.count("went from") == 3
    assert "Numerics" not in text
    assert "4 题中答对 2 题" in change["text"]["zh"]


def test_a_certificate_is_an_entry_of_its_own(ground):
    named = {"name": {"en": "Linear algebra, part one", "zh": "线性代数一"}}
    fresh = [
        evidence("certificate", "a", "linear-algebra@I", 1.0, **named),
        evidence("certificate", "b", "optimisation@B", 1.0, **named),
    ]
    first, second = told(ground, fresh)
    assert first["kind"] == second["kind"] == "shown"
    assert "certificate “Linear algebra, part one” counts" in first["text"]["en"]
    assert "10 % to 80 %, which counts as mastered" in first["text"]["en"]
    assert "which is not enough yet" in second["text"]["en"]


def test_only_the_newest_revision_is_told_and_what_is_unknown_now_is_passed_over(ground):
    fresh = [
        evidence("placement", "1/0", "linear-algebra@B", 0.0),
        evidence("placement", "1/0", "linear-algebra@B", 1.0),
        evidence("placement", "1/1", "alchemy@B", 1.0),
    ]
    (change,) = told(ground, fresh)
    assert [task["score"] for task in change["tasks"]] == [1.0]
