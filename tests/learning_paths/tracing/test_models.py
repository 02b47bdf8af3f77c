"""What is fitted on invented students finds the truth that they were made from."""

import numpy as np
import pytest

from learning_paths.tracing import ability, bkt, history, hybrid, regression
from learning_paths.tracing.answers import Answers, folds, logit
from learning_paths.tracing.metrics import auc, ece, log_loss
from learning_paths.tracing.regression import Layout, Penalty
from tests.learning_paths.tracing.students import invented


@pytest.fixture(scope="module")
def students() -> tuple[Answers, np.ndarray]:
    return invented(learners=240, each=30)


@pytest.fixture(scope="module")
def fitted(students) -> hybrid.Hybrid:
    answers, _ = students
    return hybrid.fit(answers.where(folds(answers.learner, 3) != 0))


def test_the_hybrid_foresees_unseen_students_nearly_as_well_as_the_truth(students, fitted):
    answers, truth = students
    held = folds(answers.learner, 3) == 0
    test, best = answers.where(held), truth[held]
    chance = fitted.predict(test)
    assert log_loss(test.score, chance) < log_loss(test.score, best) + 0.05
    assert auc(test.score, chance) > auc(test.score, best) - 0.05
    assert auc(test.score, chance) > auc(test.score, fitted.followed.easy(test)) + 0.02
    assert ece(test.score, chance) < 0.06


def test_a_prediction_never_looks_ahead(students, fitted):
    answers, _ = students
    one = answers.where(answers.learner == 3)
    before = fitted.predict(one)
    for place in (0, 7, len(one) - 1):
        other = one.score.copy()
        other[place:] = 1 - other[place:]
        changed = fitted.predict(Answers(one.learner, one.item, one.skills, other))
        assert np.array_equal(changed[: place + 1], before[: place + 1])


def test_a_learner_is_predicted_alike_alone_and_among_others(students, fitted):
    answers, _ = students
    whole = fitted.predict(answers)
    alone = fitted.predict(answers.where(answers.learner == 250))
    assert np.array_equal(alone, whole[answers.learner == 250])


def test_items_and_skills_that_nobody_has_met_are_predicted_too(students, fitted):
    answers, _ = students
    new = Answers(answers.learner[:40], answers.item[:40] + 900, answers.skills[:40] + 70, answers.score[:40])
    chance = fitted.predict(Answers(new.learner, new.item, np.maximum(new.skills, 0), new.score))
    assert np.all((chance > 0) & (chance < 1))


def test_a_model_of_one_learner_or_of_one_kind_of_answer_is_refused(students):
    answers, _ = students
    with pytest.raises(ValueError, match="two learners"):
        hybrid.fit(answers.where(answers.learner == 0))
    with pytest.raises(ValueError, match="right ones and wrong ones"):
        hybrid.fit(answers.where(answers.score == 1))


def test_a_learner_who_is_always_right_breaks_nothing():
    answers, _ = invented(learners=2, each=10)
    score = np.r_[np.ones(10), np.zeros(10)]
    model = hybrid.fit(Answers(answers.learner, answers.item, answers.skills, score))
    assert np.isfinite(model.predict(answers)).all()


def test_few_students_get_the_careful_model():
    answers, _ = invented(learners=12, each=15)
    assert hybrid.fit(answers).strength != "many"


def test_tracing_finds_the_parameters_of_its_own_students():
    random = np.random.default_rng(1)
    true = np.array([[0.2, 0.15, 0.1, 0.2], [0.6, 0.3, 0.05, 0.3]])
    learners, each = 1500, 10
    skill = np.repeat(np.arange(2), learners * each // 2)
    who = np.repeat(np.arange(learners), each)
    score, known = np.zeros(len(who)), False
    for row in range(len(who)):
        first, learn, slip, guess = true[skill[row]]
        known = random.random() < first if row % each == 0 else known or random.random() < learn
        score[row] = random.random() < (1 - slip if known else guess)
    found = bkt.fit(Answers(who, skill, skill[:, None], score), 2)
    assert np.allclose(found, true, atol=0.12)


def test_tracing_is_bayes_theorem():
    parameters = np.array([[0.3, 0.2, 0.1, 0.25]])
    known, right = bkt.follow(np.zeros(2, int), np.zeros((2, 1), int), np.ones(2), parameters)
    assert right[0] == pytest.approx(0.3 * 0.9 + 0.7 * 0.25)
    passed = 0.27 / (0.27 + 0.175)
    assert known[1] == pytest.approx(passed + (1 - passed) * 0.2)


def test_the_spread_of_abilities_is_recovered():
    for spread in (0.4, 1.2):
        answers, _ = invented(learners=600, spread=spread)
        counts = [np.bincount(answers.item, values) for values in (answers.score, None)]
        easiness = logit(counts[0] / counts[1])[answers.item]
        assert ability.spread(answers, easiness, 5).shared == pytest.approx(spread**2, rel=0.45)


def test_right_answers_raise_an_ability_and_it_fades():
    score = np.array([1.0, 1.0, 1.0, 0.5])
    other = Answers(np.zeros(4, int), np.arange(4), np.array([[0], [0], [0], [1]]), score)
    seen = ability.follow(other.learner, other.item, other.skills, score, np.zeros(4), 4, 1.0, np.ones(2))
    column = dict(zip(ability.COLUMNS, seen.T, strict=True))
    assert np.all(np.diff(column["shared"]) > 0)  # what one skill shows reaches the other
    assert column["skill"][2] > column["skill"][3] == 0
    assert np.all(np.diff(column["shared_variance"]) < 0)


def test_counts_are_those_of_the_answers_before():
    score = np.array([1.0, 0.0, 1.0, 1.0])
    skills = np.array([[0, -1], [0, 1], [1, -1], [0, 1]])
    item = np.array([0, 1, 0, 1])
    seen = history.follow(np.zeros(4, int), item, skills, score, np.zeros(4), 2, 2)
    column = dict(zip(history.COLUMNS, np.expm1(seen.T), strict=True))
    assert np.allclose(column["wins"], [0, 1, 1, 2])
    assert np.allclose(column["fails"], [0, 0, 1, 1])
    assert np.allclose(column["skill_fails"], [0, 0, 1, 1])
    assert np.allclose(seen[3, 2], np.log(2))  # one of skill 0, one of skill 1
    assert np.allclose(column["item_wins"], [0, 0, 1, 0])


def test_the_regression_finds_its_coefficients_keeps_signs_and_is_drawn_to_its_prior(students):
    answers, _ = students
    random = np.random.default_rng(0)
    columns = random.normal(size=(len(answers), 3))
    chance = 1 / (1 + np.exp(-(columns @ [1.0, -0.5, 0.0] + 0.2)))
    score = (random.random(len(answers)) < chance) * 1.0
    made = Answers(answers.learner, answers.item, answers.skills, score)
    layout = Layout(3, 40, 5)
    free = regression.fit(made, columns, layout, Penalty(1e-3, 50.0, 50.0))
    assert np.allclose(free[:4], [0.2, 1.0, -0.5, 0.0], atol=0.12)
    signed = regression.fit(made, columns, layout, Penalty(1e-3, 50, 50), signs=np.array([-1, 1, 0], np.int8))
    assert np.allclose(signed[1:3], 0.0)
    prior = np.array([0.0, 0.0, 7.0])
    drawn = regression.fit(made, columns, layout, Penalty(1e9, 50.0, 50.0), expected=prior)
    assert np.allclose(drawn[1:4], prior, atol=1e-3)
