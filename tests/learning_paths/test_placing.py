"""Placement sessions: resumable, final, evidence at once, and nothing that gives an answer away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from catalogue import load
from learning_paths import bank, evidence, placement, placing
from learning_paths.academy import Academy
from learning_paths.bank import load_bank
from learning_paths.curriculum import Ground
from learning_paths.errors import BadAnswer, NoPlacement
from learning_paths.mastery import update
from learning_paths.placing import MODEL, Placing, questions_of
from learning_paths.population import Graph, population
from learning_paths.store import Evidence, Store

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


class Ticking:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        self.now += timedelta(seconds=20)
        return self.now


@pytest.fixture(scope="module")
def ground():
    return Ground(load())


@pytest.fixture(scope="module")
def people(ground):
    graph = Graph(len(ground.rows), ground.curriculum.needs)
    return population(graph, placing.goals_of(ground), size=1024)


@pytest.fixture
def store(tmp_path):
    opened = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def sitting(store, ground, people):
    return session(store, ground, people)


def session(store, ground, people):
    made = Placing(store, ground, Ticking())
    made.__dict__.update(_people=people, bank=load_bank(ground.catalogue))
    return made


def right(placing, learner="ada"):
    """The right answer to the open question, as only the service can work it out."""
    last = placing.store.placements(learner)[-1]
    asked = placing.store.answers(last.id)[-1]
    return placing.bank.draw(asked.item, asked.variant).right


def test_who_has_sat_no_test_is_told_so(sitting):
    assert sitting.state("ada") == {"state": "none", "most": 30}
    for step in (sitting.end, lambda name: sitting.answer(name, 0, 1)):
        with pytest.raises(NoPlacement, match="start one first"):
            step("ada")


def test_a_closed_browser_finds_the_same_question_again_even_after_a_restart(sitting, store, ground, people):
    first = sitting.start("ada")
    assert sitting.state("ada") == first == sitting.start("ada")
    assert session(store, ground, people).state("ada") == first
    second = sitting.answer("ada", 0, None)
    assert second["position"] == 1
    assert session(store, ground, people).state("ada") == second


def test_an_answer_is_final(sitting):
    sitting.start("ada")
    sitting.answer("ada", 0, None)
    with pytest.raises(BadAnswer, match="final"):
        sitting.answer("ada", 0, None)
    with pytest.raises(BadAnswer, match="final"):
        sitting.answer("ada", 2, None)


def test_what_cannot_be_read_keeps_the_question_open(sitting, store):
    asked = sitting.start("ada")
    with pytest.raises(BadAnswer):
        sitting.answer("ada", 0, {"no": "answer"})
    with pytest.raises(BadAnswer, match="seconds"):
        sitting.answer("ada", 0, None, seconds=-1)
    assert sitting.state("ada") == asked
    assert store.evidence("ada") == []


def test_no_item_comes_twice_and_the_test_ends_by_itself_with_a_picture(sitting, store, ground):
    state = sitting.start("ada")
    while state["state"] == "open":
        state = sitting.answer("ada", state["position"], right(sitting), seconds=12.5)
    answers = store.answers(store.placements("ada")[0].id)
    assert len({one.item for one in answers}) == len(answers) <= 30
    assert state["summary"]["asked"] == state["summary"]["right"] == len(answers)
    assert state["summary"]["why"] in ("sure", "limit")
    shown = [one for stage in state["summary"]["stages"] for one in stage["competencies"]]
    assert {one["id"] for one in shown} == set(ground.rows)
    for one in shown:
        assert one["after"] == sorted(one["after"], reverse=True)
    before, after = (np.mean([one[when] for one in shown]) for when in ("before", "after"))
    assert after > before + 0.1
    assert sitting.state("ada") == state


def test_answers_are_evidence_with_the_items_own_slip_and_guess(sitting, store, ground):
    sitting.start("ada")
    sitting.answer("ada", 0, right(sitting))
    sitting.answer("ada", 1, None)
    sitting.end("ada")
    first, second = store.evidence("ada")
    answers = store.answers(store.placements("ada")[0].id)
    assert [row.source for row in (first, second)] == ["placement", "placement"]
    assert first.proves == (f"{answers[0].competency}@{answers[0].level}",)
    assert (first.score, second.score, second.detail["known"]) == (1.0, 0.0, False)
    seen = evidence.observations([first], ground)[0]
    items, questions = questions_of(ground, sitting.bank)
    place = [item.key for item in items].index(answers[0].item)
    assert (seen.guess, seen.slip) == (questions.guess[place], questions.slip[place])


def test_stopping_early_keeps_what_was_answered_and_the_next_test_draws_anew(sitting, store):
    sitting.start("ada")
    sitting.answer("ada", 0, None)
    ended = sitting.end("ada")
    assert (ended["state"], ended["summary"]["why"], ended["summary"]["asked"]) == ("ended", "learner", 1)
    assert ended["summary"]["unsure"] == 1
    assert sitting.start("ada")["number"] == 2
    one, two = store.placements("ada")
    assert one.seed != two.seed
    assert len(store.evidence("ada")) == 1


def test_an_item_that_was_revised_while_it_was_open_is_put_aside(sitting, store):
    sitting.start("ada")
    asked = store.answers(store.placements("ada")[0].id)[0]
    item = sitting.bank.items[asked.item]
    revised = item.model_copy()
    revised.__dict__["version"] = "that of another text"
    sitting.__dict__["bank"] = bank.Bank({**sitting.bank.items, item.key: revised})
    state = sitting.state("ada")
    assert state["position"] == 1
    assert store.evidence("ada") == []


def test_an_answer_that_was_kept_before_a_crash_becomes_evidence_later(sitting, store):
    sitting.start("ada")
    place = store.placements("ada")[0]
    store.answer(place.id, 0, None, False, NOW)
    assert store.evidence("ada") == []
    assert sitting.state("ada")["position"] == 1
    assert len(store.evidence("ada")) == 1


def test_slips_and_guesses_that_were_found_are_used_for_the_version_they_belong_to(sitting, store):
    item = next(iter(sitting.bank.items.values()))
    found = {item.key: {"version": item.version, "slip": 0.3, "guess": 0.2}}
    store.add_model(MODEL, found, {}, NOW)
    assert sitting._questions().slip[0] == 0.3
    other = {item.key: {"version": "of before", "slip": 0.3, "guess": 0.2}}
    assert questions_of(sitting.ground, sitting.bank, other)[1].slip[0] != 0.3


def test_the_background_moves_where_the_test_begins(tmp_path, ground, people):
    academy = Academy(f"sqlite:///{tmp_path / 'a.sqlite'}", ground.catalogue, tmp_path / "none.db", Ticking())
    academy.placing.__dict__["_people"] = people
    academy.save_profile(
        "dev", {"degree": "computing", "job": "software-developer", "years": 5, "role": "data-engineer"}
    )
    academy.save_profile("new", {"role": "data-engineer"})
    known = {}
    for name in ("dev", "new"):
        academy.placing.start(name)
        known[name] = academy.placing.believed(academy.store.placements(name)[-1])[0][1].known
    academy.close()
    row = ground.rows["programming-basics"]
    assert known["dev"][row, 1] > known["new"][row, 1] + 0.2


def test_nothing_that_is_sent_before_the_end_tells_an_answer(sitting):
    state = sitting.start("ada")
    for _ in range(8):
        assert set(state) == {"state", "number", "started_at", "position", "most", "question"}
        assert set(state["question"]) <= {"kind", "seconds", "ask", "code", "unit", "options"}
        state = sitting.answer("ada", state["position"], None)


def test_a_test_asks_for_what_the_goal_needs_and_ends_soon_where_nothing_is_known(sitting, store, ground):
    store.save_profile("ada", {"role": "operations-engineer", "hours": 5.0}, NOW)
    sitting.start("ada")
    state = sitting.state("ada")
    while state["state"] == "open":
        state = sitting.answer("ada", state["position"], None)
    assert state["summary"]["why"] == "sure"
    assert state["summary"]["asked"] < 20
    asked = {one.competency for one in store.answers(store.placements("ada")[0].id)}
    needed = {
        ground.curriculum.competencies[row] for row in np.flatnonzero(sitting._wanted("ada").any(axis=1))
    }
    assert asked <= needed
    assert "linux-systems" in needed
    assert "vision-multimodal" not in needed


def said(ground, names, right, known, when):
    """Rows of evidence as a placement makes them, one answer for each competency at a level."""
    detail = {"item": "x", "version": "v", "variant": 1, "known": known, "kind": "number"}
    chances = {"slip": 0.1, "guess": 0.02, "learn": 0.0}
    return [
        Evidence(
            learner="ada",
            source="placement",
            key=f"1/{when}{place}",
            lab="",
            task="",
            score=float(right),
            points=1.0,
            tried_at=NOW - timedelta(minutes=when),
            late_seconds=0.0,
            detail={**detail, **chances},
            proves=(name,),
        )
        for place, name in enumerate(names)
    ]


@pytest.mark.parametrize("asked_first", [True, False])
def test_who_says_i_dont_know_keeps_it_in_the_plan_whatever_was_shown_of_what_needs_it(
    tmp_path, ground, asked_first
):
    basics = ground.rows["programming-basics"]
    above = {one for one, (row, _) in ground.curriculum.needs if row == basics and one[1] < 3}
    shown = said(ground, sorted(str(ground.skill(node)) for node in above), True, True, 5)
    unsure = said(ground, ["programming-basics@B"], False, False, 9 if asked_first else 1)
    academy = Academy(f"sqlite:///{tmp_path / 'a.sqlite'}", ground.catalogue, tmp_path / "no.db", lambda: NOW)
    academy.save_profile("ada", {"competencies": ["programming-basics@I"], "hours": 5.0})
    taught = []
    for rows in (shown, unsure):
        academy.store.add_evidence(rows, NOW)
        units = academy.plan("ada")["units"]
        taught.append(any("python-start" in unit["id"] for unit in units))
    assert taught == [False, True]
    academy.close()


@pytest.mark.parametrize("goal", ["computer-architecture@I", "computer-architecture@P"])
def test_i_dont_know_stays_in_the_plan_where_only_something_mastered_needs_it(tmp_path, ground, goal):
    academy = Academy(f"sqlite:///{tmp_path / 'a.sqlite'}", ground.catalogue, tmp_path / "no.db", lambda: NOW)
    academy.save_profile("ada", {"competencies": [goal], "hours": 5.0})
    for when in (9, 8, 7):
        academy.store.add_evidence(said(ground, ["computer-architecture@I"], True, True, when), NOW)
    lessons = [unit for unit in academy.plan("ada")["units"] if unit["course"] == "python-start"]
    assert lessons == []
    academy.store.add_evidence(said(ground, ["programming-basics@B"], False, False, 1), NOW)
    plan = academy.plan("ada")
    lessons = [unit for unit in plan["units"] if unit["course"] == "python-start"]
    reasons = [reason for unit in lessons for reason in unit["reasons"] if reason["kind"] == "failed"]
    assert reasons
    assert "and rests on “Programming basics" in reasons[0]["text"]["en"]
    assert reasons[0]["chain"][-1] == f"competency:{goal}"
    compared = academy.what_if("ada", "operator-developer")["goal"]
    assert compared["hours"] == pytest.approx(plan["total_hours"], abs=0.05)
    learned = said(ground, ["programming-basics@I"], True, True, 0)
    academy.store.add_evidence([replace(row, key=f"1/0{n}") for n in (7, 8) for row in learned], NOW)
    assert not [unit for unit in academy.plan("ada")["units"] if unit["course"] == "python-start"]
    academy.close()


def test_i_dont_know_weighs_in_the_plan_as_in_the_test_whatever_the_items_guess(ground):
    (row,) = said(ground, ["programming-basics@B"], False, False, 1)
    odds = []
    for guess in (0.02, 0.25):
        seen = evidence.observations([replace(row, detail={**row.detail, "guess": guess})], ground)[0]
        start = np.full(4, 0.5)
        after = update(start, seen.level, seen.score, slip=seen.slip, guess=seen.guess, learn=seen.learn)[0]
        odds.append(after / (1 - after))
    assert odds == pytest.approx([placement.UNSURE_KNOWS / placement.UNSURE_LACKS] * 2)


def test_what_a_test_believed_stays_what_it_was_when_other_work_is_shown_later(sitting, store, ground):
    store.save_profile("ada", {"role": "data-engineer", "hours": 5.0}, NOW)
    sitting.start("ada")
    test = store.placements("ada")[0]
    before = sitting.believed(test)[0][1].known
    later = said(ground, ["programming-basics@I", "linux-systems@I"], True, True, 0)
    store.add_evidence(
        [replace(row, key=f"9/{row.key[-1]}", tried_at=NOW + timedelta(days=9)) for row in later], NOW
    )
    assert np.array_equal(sitting.believed(test)[0][1].known, before)
