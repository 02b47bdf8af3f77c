"""Refit: the hybrid wins where it foresees better, keeps every property, and can be undone."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning_paths import cli, refit
from learning_paths.curriculum import Ground
from learning_paths.errors import RefitError
from learning_paths.fitted import Fitted, active, read
from learning_paths.implied import implications
from learning_paths.mastery import Observation, State, follow
from learning_paths.store import Evidence, Store
from learning_paths.tracing.answers import sigmoid

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = ("mathematics", "models", "networks", "storage")
HALF_LIFE = np.array([12.0, 2.5, 4.0, 2.5]) * 365.25
IMPLIED = implications((((1, 1), (0, 0)),))
START = np.tile([0.3, 0.2, 0.1, 0.05], (4, 1))
EASE = np.array([2.0, -1.5, 0.5, -0.5])


def classroom(learners: int, each: int = 12, seed: int = 0, spread: float = 1.5) -> refit.Graded:
    """Return graded tasks of learners who differ in ability, in competencies that differ in ease."""
    random = np.random.default_rng(seed)
    rows = []
    for learner in range(learners):
        ability = random.normal(0, spread)
        works = []
        for day in range(each):
            competency, level = int(random.integers(4)), int(random.integers(2))
            score = float(random.random() < sigmoid(EASE[competency] - 0.5 * level + ability))
            seen = Observation(competency, level, score, 1.0, 1, float(day))
            works.append((seen, 2 * competency + level))
        state = State(START, HALF_LIFE, IMPLIED)
        rows += [(learner, *one) for one in refit.foreseen(state, works)]
    return refit.table(rows)


@pytest.fixture(scope="module")
def chosen() -> refit.Choice:
    return refit.choose(classroom(120), NAMES, NOW, least=100)


@pytest.fixture(scope="module")
def model(chosen) -> Fitted:
    found = read(chosen.parameters)
    assert found is not None
    return found


def test_where_competencies_differ_the_hybrid_foresees_better_and_is_kept(chosen):
    metrics = chosen.card["metrics"]
    assert chosen.card["model"] == "hybrid"
    assert metrics["hybrid"]["log_loss"] < metrics["first-day"]["log_loss"] - 0.03
    assert metrics["hybrid"]["ece"] < 0.05 < metrics["first-day"]["ece"]
    low, high = metrics["hybrid"]["auc_95"]
    assert low < metrics["hybrid"]["auc"] < high
    assert chosen.card["learners"] == 120
    assert sum(many for many, _, _ in chosen.card["reliability"]) == chosen.card["observations"] == 1440
    json.dumps(chosen.card)


def test_with_too_few_learners_the_first_days_model_stays():
    choice = refit.choose(classroom(20), NAMES, NOW)
    assert choice.parameters == {"model": "first-day"}
    assert "hybrid" not in choice.card["metrics"]
    assert read(choice.parameters) is None


def test_where_the_first_days_model_is_the_truth_it_stays():
    graded = classroom(60)
    random = np.random.default_rng(1)
    true = replace(graded, score=(random.random(len(graded.score)) < graded.first_day) * 1.0)
    assert refit.choose(true, NAMES, NOW, least=20).card["model"] == "first-day"


def test_easy_competencies_are_found_and_signs_hold(model):
    assert model.competencies["mathematics"] > model.competencies["models"]
    assert np.all(model.weights * np.array([1, 1, -1, 1, -1, 1]) >= 0)


def test_a_model_is_read_back_bit_for_bit_and_another_version_is_refused(model):
    parameters = json.loads(json.dumps(model.parameters()))
    state = State(START, HALF_LIFE, IMPLIED)
    assert np.array_equal(
        read(parameters).mastery(state, NAMES, 5.0).now, model.mastery(state, NAMES, 5.0).now
    )
    with pytest.raises(RefitError, match="refit again"):
        read({**parameters, "columns": ["other"]})


works = st.lists(
    st.builds(
        Observation,
        competency=st.integers(0, 3),
        level=st.integers(0, 3),
        score=st.floats(0, 1),
        weight=st.floats(0.1, 1),
        tries=st.integers(1, 4),
        day=st.floats(0, 1000),
    ),
    max_size=6,
)


def believed(model, seen, today=1000.0):
    state = follow(START, seen, half_life=HALF_LIFE, implied=IMPLIED, today=today)
    return model.mastery(state, NAMES, today)


@given(seen=works, competency=st.integers(0, 3), level=st.integers(0, 3))
def test_success_elsewhere_makes_nobody_a_master_of_what_was_failed_itself(model, seen, competency, level):
    said = [replace(one, score=1.0) for one in seen if one.competency != competency]
    failure = Observation(competency, level, 0.0, 1.0, 1, 500.0)
    alone = believed(model, [failure])
    after = believed(model, [*said, failure])
    most = max(0.5, alone.now[competency, level])
    assert after.now[competency, level] <= most + 1e-9
    assert after.doubted[competency, level:].all()


@given(seen=works, competency=st.integers(0, 3), level=st.integers(0, 3))
def test_one_more_pass_never_lowers_and_one_more_failure_never_raises(model, seen, competency, level):
    before = believed(model, seen).now
    passed, failed = (
        believed(model, [*seen, Observation(competency, level, score, 1.0, 1, 1000.0)]).now
        for score in (1.0, 0.0)
    )
    assert np.all(passed >= before - 1e-9)
    assert np.all(failed <= before + 1e-9)


@given(seen=works, days=st.floats(0, 5000))
def test_beliefs_are_coherent_and_fading_never_raises_what_was_learned(model, seen, days):
    passes = [replace(one, score=1.0) for one in seen]
    now, later = (believed(model, passes, 1000.0 + day) for day in (0.0, days))
    for known in (now.now, now.fresh):
        assert np.all(np.diff(known, axis=1) <= 0)
        assert np.all((known > 0) & (known < 1))
    assert np.all(later.now <= now.now + 1e-9)


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.delenv("ACADEMY_STORE", raising=False)
    monkeypatch.setenv("ACADEMY_DATA", str(tmp_path))
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield store
    store.close()


@pytest.fixture
def run(capsys):
    def run(*words, code=0):
        assert cli.main(["refit", *map(str, words)]) == code
        told = capsys.readouterr()
        return json.loads(told.out) if "--json" in words else told

    return run


def graded_work(store: Store) -> None:
    """Keep graded work of thirty learners in every lab of the catalogue."""
    import catalogue

    random = np.random.default_rng(0)
    rows = []
    for number in range(30):
        name, ability = f"learner-{number:02}", random.normal(0, 1.5)
        for lab in list(catalogue.load().labs.values())[:4]:
            for task in lab.tasks:
                score = float(random.random() < sigmoid(1.0 + ability))
                key = f"{lab.slug}/{task.id}/2026-10-01"
                rows.append(
                    Evidence(
                        name, "nbgrader", key, lab.slug, task.id, score, 1.0, NOW, 0.0, {"g": [score, 1.0]}
                    )
                )
    store.add_evidence(rows, NOW)


def test_from_evidence_to_a_card_and_back(store, run, tmp_path):
    assert "no graded work" in run(code=2).err
    graded_work(store)
    plot = tmp_path / "plot.svg"
    few = run("--json", "--dry-run", "--plot", plot)
    assert (few["id"], few["card"]["model"], few["card"]["learners"]) == (None, "first-day", 30)
    assert plot.read_text("utf-8").count("<circle") == len(few["card"]["reliability"])
    assert store.models("mastery") == []

    kept = run("--json", "--learners", "20")
    assert kept["card"]["model"] == "hybrid"
    assert active(store)() is not None
    told = run("--learners", "20", "--language", "zh").out
    assert "拟合的混合模型" in told
    assert [one["active"] for one in run("--list", "--json")] == [False, True]
    assert "fitted hybrid" in run("--list").out

    assert "first day" in run("--activate", "0").out
    assert active(store)() is None
    assert run("--activate", kept["id"], "--json") == {"active": kept["id"]}
    assert "known: 0, 1, 2" in run("--activate", "99", code=2).err


def test_the_active_model_makes_posteriors_until_it_is_undone(store, run):
    import catalogue

    graded_work(store)
    known = catalogue.load()
    ground = Ground(known, active(store))
    start = ground.prior(None, None, 0)
    first = ground.posterior(start, [], 0.0).now
    assert np.array_equal(first, start)
    run("--learners", "20", "--json")
    assert not np.array_equal(ground.posterior(start, [], 0.0).now, first)
    run("--activate", "0")
    assert np.array_equal(ground.posterior(start, [], 0.0).now, first)
