"""The interval of a posterior: where the belief of somebody lies who knew background and tasks exactly."""

from functools import cache

import numpy as np
import pytest

import catalogue
from learning_paths.curriculum import Ground
from learning_paths.intervals import DOUBT, PEOPLE, TAIL, doubted, interval, prior_interval
from learning_paths.mastery import GUESS, LEARN, SLIP, Observation, update

LEVEL = 0
FOUND_BACKGROUNDS = (0.1, 0.3, 0.6)


@cache
def ground() -> Ground:
    return Ground(catalogue.load())


def bounds_of(prior: float, seen: list[Observation]) -> tuple[float, float]:
    """Return the interval of one level, with the update alone: nothing fades on the same day."""
    bounds = prior_interval(np.array([prior]))
    found = []
    for start, factor in ((bounds.low, DOUBT), (bounds.high, 1 / DOUBT)):
        row = np.repeat(start, 4)
        for one in seen:
            own = doubted(one, factor)
            row = update(row, LEVEL, own.score, slip=own.slip, guess=own.guess, learn=own.learn)
        found.append(float(row[LEVEL]))
    return found[0], found[1]


def coverage(prior: float, tasks: int, people: int = 400) -> float:
    """Return how often the interval holds the belief that the true numbers would give.

    The share of people with this background who have the level, and each task's slip, guess and learning,
    are drawn anew for each person around what is assumed; the answers follow from them.
    """
    chance = np.random.default_rng([int(prior * 100), tasks])
    inside = 0
    for _ in range(people):
        share = chance.beta(PEOPLE * prior, PEOPLE * (1 - prior))
        has = chance.random() < share
        true, seen = np.full(4, np.clip(share, 1e-6, 1 - 1e-6)), []
        for _ in range(tasks):
            slip, guess, learn = (chance.beta(20 * mean, 20 * (1 - mean)) for mean in (SLIP, GUESS, LEARN))
            passed = chance.random() < (1 - slip if has else guess)
            has = has or (passed and chance.random() < learn)
            slip, guess = max(slip, 1e-3), max(guess, 1e-3)
            true = update(true, LEVEL, float(passed), slip=slip, guess=guess, learn=learn)
            seen.append(Observation(0, LEVEL, float(passed), 1.0, 1, 0.0))
        low, high = bounds_of(prior, seen)
        inside += low <= true[LEVEL] <= high
    return float(inside / people)


@pytest.mark.parametrize("tasks", [0, 1, 2, 4])
@pytest.mark.parametrize("prior", FOUND_BACKGROUNDS)
def test_eight_in_ten_intervals_hold_the_belief_of_who_knows_the_true_numbers(prior, tasks):
    assert 0.7 <= coverage(prior, tasks) <= 0.93


def test_a_background_that_says_little_has_a_wide_interval():
    bounds = prior_interval(np.array([[0.02], [0.5], [0.98]]))
    wide = (bounds.high - bounds.low)[:, 0]
    assert wide[1] > 0.3
    assert wide[1] > 3 * max(wide[0], wide[2])
    assert TAIL == 0.1


def test_the_posterior_lies_inside_and_more_evidence_narrows():
    found = ground()
    prior = found.prior("computing", None, 2)
    widths = []
    for tasks in range(5):
        seen = [Observation(3, 1, 1.0, 1.0, 1, float(day)) for day in range(tasks)]
        mastery = found.posterior(prior, seen, 10.0)
        bounds = interval(found, prior, mastery, seen, 10.0)
        assert (bounds.low <= mastery.now).all()
        assert (mastery.now <= bounds.high).all()
        assert (np.diff(bounds.low, axis=1) <= 1e-12).all()
        assert (np.diff(bounds.high, axis=1) <= 1e-12).all()
        widths.append(float((bounds.high - bounds.low)[3, 1]))
    assert widths[4] < widths[2] < widths[1]


def test_evidence_at_a_level_leaves_the_levels_above_it_uncertain():
    found = ground()
    prior = found.prior(None, None, 0)
    seen = [Observation(3, 1, 1.0, 1.0, 1, 0.0)]
    bounds = interval(found, prior, found.posterior(prior, seen, 1.0), seen, 1.0)
    wide = (bounds.high - bounds.low)[3]
    assert (wide > 0.05).all()


def test_an_old_proof_is_less_certain_than_a_fresh_one():
    found = ground()
    prior = found.prior(None, None, 0)
    seen = [Observation(3, 1, 1.0, 1.0, 1, 0.0)] * 3
    widths = [
        float((bounds.high - bounds.low)[3, 1])
        for today in (1.0, 900.0)
        for bounds in (interval(found, prior, found.posterior(prior, seen, today), seen, today),)
    ]
    assert widths[1] > widths[0]
