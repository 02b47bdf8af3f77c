"""The item report: slips and guesses found again from simulated answers, and what it flags."""

from datetime import UTC, datetime

import numpy as np
import pytest

from catalogue import load
from learning_paths.bank import load_bank
from learning_paths.curriculum import Ground
from learning_paths.drawing import guess
from learning_paths.item_report import Seen, correlation, fitted, judge, parameters, report
from learning_paths.item_schema import ChoiceItem
from learning_paths.placing import Placing
from learning_paths.store import Store


@pytest.fixture(scope="module")
def choice():
    bank = load_bank(load())
    return next(item for item in bank.items.values() if isinstance(item, ChoiceItem))


def answers(count: int, slip: float, lucky: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    believed = chance.beta(0.6, 0.6, count)
    knows = chance.random(count) < believed
    return np.where(knows, chance.random(count) > slip, chance.random(count) < lucky).astype(float), believed


@pytest.mark.parametrize(("slip", "lucky"), [(0.05, 0.3), (0.3, 0.05), (0.15, 0.15)])
def test_slip_and_guess_are_found_again(slip, lucky):
    right, believed = answers(3000, slip, lucky)
    assert fitted(right, believed, 0.1, 0.25) == pytest.approx((slip, lucky), abs=0.035)


def test_few_answers_move_little():
    right, believed = answers(5, 0.9, 0.9)
    assert fitted(right, believed, 0.1, 0.25) == pytest.approx((0.1, 0.25), abs=0.15)


def test_an_item_that_tells_apart_correlates_and_one_that_does_not_is_flagged(choice):
    right, believed = answers(300, 0.1, 0.25)
    assert correlation(right, believed) > 0.3
    blind = np.random.default_rng(1).random(300) < 0.5
    seen = Seen(list(believed), list(blind), [True] * 300)
    assert any("tell apart" in flag["en"] for flag in judge(choice, seen, 1000).flags)
    assert correlation(np.ones(9), believed[:9]) is None


def test_a_wrong_key_a_giveaway_a_dead_distractor_and_overuse_are_flagged(choice):
    right, believed = answers(200, 0.1, 0.25)
    wrong_key = judge(choice, Seen(list(believed), list(right == 0), [True] * 200), 1000)
    assert any("check the answer" in flag["en"] for flag in wrong_key.flags)
    given_away = Seen(list(believed / 4), [True] * 200, [True] * 200)
    given_away.chosen.update({0: 200})
    judged = judge(choice, given_away, 210)
    assert judged.unchosen == tuple(range(1, len(choice.options)))
    for words in ("gives itself away", "nearly everybody", "nobody chooses", "write a sister"):
        assert any(words in flag["en"] for flag in judged.flags), words


def test_little_is_said_from_few_answers(choice):
    judged = judge(choice, Seen([0.5], [True], [True]), 10)
    assert (judged.answers, judged.right, judged.slip, judged.flags) == (1, 1.0, None, ())
    assert parameters([judged]) == {}


def test_the_report_reads_the_answers_of_real_tests(tmp_path):
    ground = Ground(load())
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    placing = Placing(store, ground, lambda: datetime(2026, 11, 2, tzinfo=UTC))
    for learner in ("ada", "bo"):
        placing.start(learner)
        placing.answer(learner, 0, None, seconds=30.0)
        placing.end(learner)
    judged = report(placing)
    assert len(judged) == len(placing.bank.items)
    asked = [one for one in judged if one.answers]
    assert sum(one.answers for one in asked) == 2
    assert all(one.unsure == 1.0 and one.seconds == 30.0 and one.right == 0.0 for one in asked)
    store.close()


def test_found_values_start_from_the_kinds(choice):
    seen = Seen([0.5] * 20, [True, False] * 10, [True] * 20)
    found = parameters([judge(choice, seen, 40)])[choice.key]
    assert found["version"] == choice.version
    assert abs(found["guess"] - guess(choice)) < 0.2
