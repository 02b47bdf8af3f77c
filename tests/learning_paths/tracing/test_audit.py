"""Planted leaks are found, mended where they can be, and honest data stay as they are."""

from dataclasses import replace

import numpy as np
import pytest

from learning_paths.tracing.answers import Answers, folds
from learning_paths.tracing.audit import audit, merged, split_rows
from tests.learning_paths.tracing.students import invented


def split(answers: Answers) -> Answers:
    """Write an answer once for each of its skills, as public files do."""
    rows, places = np.nonzero(answers.skills >= 0)
    skills = answers.skills[rows, places][:, None]
    return Answers(answers.learner[rows], answers.item[rows], skills, answers.score[rows])


def halves() -> tuple[Answers, Answers]:
    answers, _ = invented(each=60, spread=0.5)
    part = folds(answers.learner, 2)
    return answers.where(part == 0), answers.where(part == 1)


def test_honest_data_are_clean_and_stay_as_they_are():
    training, test = halves()
    assert audit(training, test).clean
    assert merged(training) is training


def test_answers_split_over_their_skills_are_found_and_joined():
    training, test = halves()
    planted = split(training)
    assert len(planted) > 1.15 * len(training)
    found = audit(planted, test)
    assert not found.clean
    assert found.split == len(planted) - len(training)
    mended = merged(planted)
    assert len(mended) == len(training)
    assert audit(mended, test).clean
    assert np.array_equal(np.sort(mended.skills, axis=1), np.sort(training.skills, axis=1))
    assert np.array_equal(mended.score, training.score)


def test_an_item_that_is_tried_again_is_no_split_answer():
    repeated = Answers(*(np.repeat(one, 2, axis=0) for one in _fields(halves()[0])))
    assert not split_rows(repeated).any()  # the same item and the same skills: twice, not split


def test_neighbours_that_disagree_are_real_answers():
    planted = split(halves()[0])
    random = np.random.default_rng(0)
    noisy = Answers(
        planted.learner, planted.item, planted.skills, random.integers(2, size=len(planted)) * 1.0
    )
    assert not split_rows(noisy).any()


def test_learners_on_both_sides_are_found_by_number_and_by_their_answers():
    training, test = halves()
    both = Answers(*(np.concatenate(pair) for pair in zip(_fields(training), _fields(test), strict=True)))
    assert audit(both, test).shared == len(np.unique(test.learner))
    renamed = Answers(test.learner + 1_000_000, *_fields(test)[1:])
    found = audit(both, renamed)
    assert found.shared == 0
    assert found.copied > 0.8 * len(np.unique(test.learner))  # all but those who were nearly always right


def test_learners_who_know_it_all_are_no_copies():
    training, test = halves()
    sure = [replace(one, item=one.item * 0, score=np.ones(len(one))) for one in (training, test)]
    assert audit(*sure).copied == 0


def test_answers_that_are_none_are_refused():
    one, two = np.zeros(1, dtype=np.int64), np.zeros(2, dtype=np.int64)
    with pytest.raises(ValueError, match="one row an answer"):
        Answers(two, one, one[:, None], np.zeros(1))
    with pytest.raises(ValueError, match="scores"):
        Answers(one, one, one[:, None], np.array([1.5]))
    with pytest.raises(ValueError, match="first skill"):
        Answers(one, one, one[:, None] - 1, np.zeros(1))
    with pytest.raises(ValueError, match="stand together"):
        Answers(np.array([0, 1, 0]), np.zeros(3, int), np.zeros((3, 1), int), np.zeros(3))


def _fields(answers: Answers) -> tuple[np.ndarray, ...]:
    return answers.learner, answers.item, answers.skills, answers.score
