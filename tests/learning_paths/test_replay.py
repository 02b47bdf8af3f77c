"""All that is derived can be deleted and worked out anew: the same rows and posteriors, bit for bit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning_paths.curriculum import Ground
from learning_paths.evidence import days, observations, placed
from learning_paths.evidence.imports import take_up
from learning_paths.evidence.mapping import load_rules
from learning_paths.evidence.replay import prior, replay
from learning_paths.evidence.trace import trace
from learning_paths.store import Evidence, Store, last_revisions

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GRADES = {"check-lse": [5.0, 5.0], "check-lse-hidden": [2.1, 5.0]}
LAB = Evidence(
    "ada",
    "nbgrader",
    "stable-softmax/log-sum-exp/2026-11-20T08:00:00+00:00",
    "stable-softmax",
    "log-sum-exp",
    7.1,
    10.0,
    NOW - timedelta(days=3),
    0.0,
    GRADES,
)
OWN = """
activities: [{id: "urn:other:*", proves: [numerics-information@I], weight: 0.8}]
"""


@pytest.fixture
def full(store_url, small, tmp_path):
    """A store with evidence of all four sources, of two learners."""
    store = Store(store_url)
    store.save_profile("ada", {"degree": "computing", "job": None, "years": 2}, NOW)
    store.add_evidence([LAB, replace(LAB, learner="bob")], NOW)
    store.add_evidence([replace(LAB, score=10.0, detail={**GRADES, "check-lse-hidden": [5.0, 5.0]})], NOW)
    test = store.start_placement("ada", 7, NOW)
    for position, (answer, correct) in enumerate((("a", True), (None, False))):
        store.ask(
            test.id,
            position,
            item="programming-basics/loops",
            item_version="v",
            variant=3,
            competency="programming-basics",
            level="I",
            now=NOW - timedelta(days=2),
        )
        kept = store.answer(test.id, position, answer, correct, NOW - timedelta(days=2, minutes=-position))
        store.add_evidence([placed.row(test, kept, kind="choice", slip=0.08, guess=0.25)], NOW)
    (tmp_path / "evidence-mapping.yml").write_text(OWN)
    (tmp_path / "list.csv").write_text("learner,certificate,date,expires\nada,developer,2026-01-05,\n")
    (tmp_path / "statements.jsonl").write_text(
        '{"id": "s1", "actor": {"account": {"name": "ada"}}, "timestamp": "2026-11-21T08:00:00Z",'
        ' "verb": {"id": "http://adlnet.gov/expapi/verbs/scored"}, "object": {"id": "urn:other:quiz"},'
        ' "result": {"score": {"scaled": 0.7}}}\n'
    )
    files = [tmp_path / "list.csv", tmp_path / "statements.jsonl"]
    assert take_up(store, load_rules(small, tmp_path), files, NOW).skipped == []
    yield store
    store.close()


def test_a_replay_changes_nothing_and_proves_it(full, small, tmp_path):
    before = {name: full.evidence(name, history=True) for name in ("ada", "bob")}
    done = replay(full, Ground(small), load_rules(small, tmp_path), NOW)
    assert (done.learners, done.rows, done.differences) == (2, 7, [])
    assert {row.source for row in before["ada"]} == {"nbgrader", "placement", "xapi", "certificate"}
    assert {name: full.evidence(name, history=True) for name in before} == before
    assert replay(full, Ground(small), load_rules(small, tmp_path), NOW).fingerprint == done.fingerprint
    later = replay(full, Ground(small), load_rules(small, tmp_path), NOW + timedelta(days=1))
    assert later.fingerprint != done.fingerprint


@pytest.mark.parametrize(
    ("source", "harm"),
    [
        ("nbgrader", {"score": 3.0}),
        ("nbgrader", {"task": "gone"}),
        ("placement", {"score": 1.0, "key": "1/1"}),
        ("xapi", {"proves": ("programming-basics@I",)}),
        ("certificate", {"points": 2.0}),
    ],
)
def test_what_was_derived_wrongly_is_found_and_mended(full, small, tmp_path, source, harm):
    good = full.evidence("ada", history=True)
    key = harm.get("key")
    row = next(one for one in reversed(good) if one.source == source and key in (None, one.key))
    harmed = [replace(one, **harm) if one == row else one for one in good]
    full.replace_evidence("ada", lambda _: (harmed, None))
    ground, rules = Ground(small), load_rules(small, tmp_path)

    seen = replay(full, ground, rules, NOW)
    assert [(one.learner, one.rows, one.belief) for one in seen.differences] == [("ada", [row.id], True)]
    assert full.evidence("ada", history=True) == harmed
    replay(full, ground, rules, NOW, apply=True)
    assert full.evidence("ada", history=True) == good
    assert replay(full, ground, rules, NOW).differences == []


def test_both_databases_lead_to_the_same_posteriors_bit_for_bit(full, small, postgres):
    """Whatever a database does to numbers, times and their order, nothing of it reaches a belief."""
    other = Store(postgres.database())
    for name in full.learners():
        profile = full.profile(name)
        if profile is not None:
            other.save_profile(name, profile.data, NOW)
        for row in reversed(full.evidence(name)):
            other.add_evidence([row], NOW)
    ground = Ground(small)
    assert _believed(full, ground) == _believed(other, ground)
    other.close()


def _believed(store, ground):
    found = {}
    for name in store.learners():
        rows = observations(store.evidence(name), ground, NOW)
        mastery = ground.posterior(prior(store, ground, name), rows, days(NOW))
        found[name] = mastery.now.tobytes() + mastery.fresh.tobytes()
    return found


def test_a_mapping_that_was_changed_shows_in_the_posteriors(full, small, tmp_path):
    (tmp_path / "evidence-mapping.yml").write_text(OWN.replace("0.8", "0.2"))
    ground, rules = Ground(small), load_rules(small, tmp_path)
    (one,) = replay(full, ground, rules, NOW).differences
    assert (one.learner, one.belief) == ("ada", True)
    replay(full, ground, rules, NOW, apply=True)
    (row,) = (row for row in full.evidence("ada") if row.source == "xapi")
    assert row.detail["weight"] == 0.2


def test_every_row_is_traced_to_its_source_with_what_it_changed(full, small, tmp_path):
    rows = trace(full, Ground(small), "ada", NOW)
    told = {row["key"]: row for row in rows if row["state"] != "revised"}
    lab = told[LAB.key]
    assert lab["origin"]["en"] == (
        "gradebook, stable-softmax, submission of 2026-11-20T08:00:00+00:00,"
        " grades check-lse 5/5, check-lse-hidden 5/5"
    )
    assert lab["origin"]["zh"].startswith("成绩册，stable-softmax，2026-11-20T08:00:00+00:00 提交")
    (change,) = lab["changed"]
    assert change["competency"] == "numerics-information"
    assert change["before"] < change["after"]
    assert told["1/0"]["origin"]["en"] == "placement 1, question 1, item programming-basics/loops"
    assert told["1/1"]["changed"][0]["before"] > told["1/1"]["changed"][0]["after"]
    assert told["s1"]["origin"]["en"] == f"{tmp_path}/statements.jsonl:1, statement s1, scored urn:other:quiz"
    assert told["developer/2026-01-05"]["origin"]["en"] == f"{tmp_path}/list.csv:2, certificate developer"
    assert [row["state"] for row in rows if row["key"] == LAB.key] == ["revised", "counts"]
    only = trace(full, Ground(small), "ada", NOW, "programming-basics")
    assert {row["source"] for row in only} == {"placement"}


def test_what_counts_no_more_says_why(full, small):
    again = replace(LAB, key=f"{LAB.key[:-25]}2026-11-22T08:00:00+00:00", tried_at=NOW - timedelta(days=1))
    gone = replace(LAB, key="old-lab/task/no-time", lab="old-lab", task="task")
    full.add_evidence([again, gone], NOW)
    states = {row["key"]: row["state"] for row in trace(full, Ground(small), "ada", NOW)}
    assert (states[LAB.key], states[again.key], states[gone.key]) == ("repeated", "counts", "silent")


SKILLS = ("numerics-information@I", "programming-basics@B", "fine-tuning@P")
WORKS = st.lists(
    st.tuples(
        st.sampled_from(["nbgrader", "xapi", "placement"]),
        st.integers(0, 2),
        st.integers(0, 4),
        st.sampled_from([0.0, 0.3, 0.7, 1.0]),
    ),
    max_size=12,
)


@given(works=WORKS, data=st.data())
def test_replay_equals_live_in_whatever_order_and_batches_it_arrived(small, works, data):
    """What is believed after work came in piece by piece, late and re-graded, is what its last values say."""
    ground = Ground(small)

    def row(work, number):
        source, piece, day, score = work
        task = ("log-sum-exp", "sums", "sums")[piece]
        lab = source == "nbgrader"
        return Evidence(
            learner="ada",
            source=source,
            key=f"stable-softmax/{task}/{day}" if lab else f"{piece}/{day}",
            lab="stable-softmax" if lab else "",
            task=task if lab else "",
            score=score,
            points=1.0,
            tried_at=NOW - timedelta(days=9 - day),
            late_seconds=0.0,
            detail={} if source != "xapi" else {"activity": str(piece), "weight": 0.5},
            proves=()
            if lab
            else (("numerics-information@I", "programming-basics@B", "fine-tuning@P")[piece],),
            id=number,
        )

    arrived = [row(work, number) for number, work in enumerate(data.draw(st.permutations(works)))]
    live = last_revisions(arrived)
    again = sorted(live, key=lambda one: (one.source, one.key))
    prior = ground.prior(None, None, 0)
    bits = []
    for rows in (live, again):
        mastery = ground.posterior(prior, observations(rows, ground, NOW), days(NOW))
        bits.append(mastery.now.tobytes() + mastery.fresh.tobytes())
    assert bits[0] == bits[1]
