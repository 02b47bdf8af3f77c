"""Measures against their definitions."""

import numpy as np
import pytest

from learning_paths.tracing.metrics import auc, ece, interval, log_loss, picture, reliability


def test_auc_is_the_share_of_pairs_in_the_right_order():
    random = np.random.default_rng(0)
    score, chance = random.integers(2, size=200) * 1.0, random.integers(20, size=200) / 20
    right, wrong = chance[score == 1][:, None], chance[score == 0]
    assert auc(score, chance) == pytest.approx(((right > wrong) + 0.5 * (right == wrong)).mean())
    assert np.isnan(auc(np.ones(3), np.ones(3)))


def test_log_loss_is_the_entropy_of_a_true_coin_and_finite_for_the_sure():
    assert log_loss(np.array([0.0, 1.0]), np.array([0.5, 0.5])) == pytest.approx(np.log(2))
    assert log_loss(np.array([0.0]), np.array([1.0])) < 14


def test_ece_sees_overconfidence():
    score = np.tile([1.0, 0.0], 500)
    assert ece(score, np.full(1000, 0.5)) == 0
    assert ece(score, np.full(1000, 0.9)) == pytest.approx(0.4)
    assert reliability(score, np.full(1000, 1.0)) == [(1000, 1.0, 0.5)]


def test_an_interval_holds_the_measure_and_widens_with_fewer_learners():
    random = np.random.default_rng(0)
    chance = random.random(4000)
    score = (random.random(4000) < chance) * 1.0
    many = interval(auc, np.repeat(np.arange(200), 20), score, chance)
    few = interval(auc, np.repeat(np.arange(200), 20)[:400], score[:400], chance[:400])
    assert many[0] < auc(score, chance) < many[1]
    assert few[1] - few[0] > many[1] - many[0]


def test_the_picture_is_svg_with_a_dot_a_bin():
    drawn = picture([(10, 0.2, 0.25), (30, 0.8, 0.7)], "a < b")
    assert drawn.count("<circle") == 2
    assert "a &lt; b" in drawn
