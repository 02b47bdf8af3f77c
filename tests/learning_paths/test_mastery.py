"""The mastery model: bounded, coherent, monotone, fading; on arrays alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning_paths.implied import implications
from learning_paths.mastery import (
    CEILING,
    FLOOR,
    MASTERED,
    Mastery,
    Observation,
    State,
    fade,
    lucky,
    order,
    posterior,
    prior,
    update,
)

shares = st.floats(0, 1)
levels = st.integers(0, 3)
rows = st.lists(st.floats(0.002, 0.98), min_size=4, max_size=4).map(
    lambda given: np.array(sorted(given, reverse=True))
)
YEAR = 365.25
HALF_LIFE = np.array([12.0, 2.5, 4.0]) * YEAR
NEEDS = (((0, 1), (1, 0)), ((1, 0), (2, 1)))


def observations(most: int = 6):
    one = st.builds(
        Observation,
        competency=st.integers(0, 2),
        level=levels,
        score=shares,
        weight=st.floats(0.1, 1),
        tries=st.integers(1, 5),
        day=st.floats(0, 1000),
    )
    return st.lists(one, max_size=most)


def believed(seen, *, start=None, today=1000.0):
    start = np.tile(FLOOR, (3, 1)) if start is None else start
    return posterior(start, seen, half_life=HALF_LIFE, implied=implications(NEEDS), today=today)


def coherent(known) -> bool:
    return bool(np.all(np.diff(known, axis=-1) <= 1e-12) and np.all(known > 0) and np.all(known < 1))


@given(rows, levels, shares, st.floats(0.01, 1), st.integers(1, 9))
def test_an_update_is_bounded_and_keeps_levels_coherent(row, level, score, weight, tries):
    assert coherent(update(row, level, score, weight=weight, tries=tries))


@given(rows, levels, shares, shares, st.floats(0.01, 1), st.integers(1, 9))
def test_a_better_score_never_means_less_at_any_level(row, level, one, other, weight, tries):
    lower, higher = sorted((one, other))
    worse = update(row, level, lower, weight=weight, tries=tries)
    better = update(row, level, higher, weight=weight, tries=tries)
    assert np.all(better >= worse - 1e-12)


@given(rows, levels, st.floats(0.05, 1), st.integers(1, 9))
def test_a_pass_raises_all_levels_and_a_failure_lowers_them(row, level, weight, tries):
    assert np.all(update(row, level, 1.0, weight=weight, tries=tries) >= row - 1e-12)
    assert np.all(update(row, level, 0.0, weight=weight, tries=tries) <= row + 1e-12)
    assert update(row, level, 1.0, weight=weight, tries=tries)[level] > row[level]
    assert update(row, level, 0.0, weight=weight, tries=tries)[level] < row[level]


@given(rows, levels, st.integers(1, 8))
def test_more_tries_make_a_pass_say_less(row, level, tries):
    assert update(row, level, 1.0, tries=tries + 1)[level] <= update(row, level, 1.0, tries=tries)[level]
    assert lucky(tries) <= lucky(tries + 1) <= 0.4


def test_one_whole_task_is_enough_from_nothing_and_half_of_it_is_not():
    for level in range(4):
        assert update(FLOOR, level, 1.0)[level] >= MASTERED
        assert update(FLOOR, level, 0.8)[level] < MASTERED
        assert update(FLOOR, level, 0.5)[level] < 0.25


def test_numbers_out_of_range_are_refused():
    for score, weight, tries in ((1.2, 1, 1), (-0.1, 1, 1), (0.5, 2, 1), (0.5, 1, 0)):
        with pytest.raises(ValueError, match="must lie"):
            update(FLOOR, 0, score, weight=weight, tries=tries)


def test_chances_out_of_range_are_refused():
    for chances in ({"slip": 0.0}, {"guess": 0.0}, {"slip": 0.5, "guess": 0.5}, {"learn": 1.0}):
        with pytest.raises(ValueError, match="sum below 1"):
            update(FLOOR, 0, 1.0, **chances)


def test_a_question_that_is_easily_guessed_says_less_and_a_test_does_not_teach():
    start = np.full(4, 0.5)
    number, choice = (update(start, 1, 1.0, guess=chance, learn=0.0) for chance in (0.02, 0.25))
    assert choice[1] == pytest.approx(0.9 / 1.15)  # Bayes by hand, and nothing learned
    assert choice[1] < number[1]
    assert np.array_equal(update(start, 1, 0.0), update(start, 1, 0.0, learn=0.0))
    asked = Observation(1, 1, 1.0, 1.0, 1, 1000.0, slip=0.1, guess=0.25, learn=0.0)
    assert believed([asked], start=np.full((3, 4), 0.5)).now[1, 1] == pytest.approx(0.9 / 1.15)


def test_a_single_try_that_is_mostly_luck_still_says_something():
    assert lucky(3, 0.5) == 0.5
    assert update(np.full(4, 0.5), 0, 1.0, guess=0.5, learn=0.0)[0] > 0.5


@given(rows, rows, st.floats(0, 1e5), st.floats(1, 1e4))
def test_fading_stays_between_what_was_and_the_baseline(row, baseline, days, half_life):
    faded = fade(row, baseline, days, half_life)
    assert np.all(faded >= np.minimum(row, baseline) - 1e-12)
    assert np.all(faded <= np.maximum(row, baseline) + 1e-12)
    assert coherent(faded)


def test_fading_halves_the_distance_every_half_life():
    faded = fade(np.full(4, 0.9), np.full(4, 0.1), 2 * YEAR, 2 * YEAR)
    assert np.allclose(faded, 0.5)
    assert np.allclose(fade(np.full(4, 0.9), np.full(4, 0.1), np.inf, YEAR), 0.1)


def test_techniques_fade_faster_than_school_knowledge():
    school, technique, _ = believed(
        [Observation(row, 1, 1.0, 1.0, 1, 0.0) for row in (0, 1)], today=3 * YEAR
    ).now[:, 1]
    assert school > technique + 0.1


@given(observations())
def test_what_is_believed_is_coherent_and_the_order_of_evidence_does_not_matter(seen):
    first, second = believed(seen), believed(seen[::-1])
    assert coherent(first.now)
    assert coherent(first.fresh)
    assert np.array_equal(first.now, second.now)


@given(observations(), observations(1))
def test_one_more_pass_today_never_means_less(seen, more):
    passed = [Observation(one.competency, one.level, 1.0, one.weight, one.tries, 1000.0) for one in more]
    assert np.all(believed(seen + passed).now >= believed(seen).now - 1e-9)


@given(observations(), st.floats(0, 2000))
def test_replay_equals_live_bit_for_bit(seen, later):
    today = 1000.0 + later
    live = State(np.tile(FLOOR, (3, 1)), HALF_LIFE, implications(NEEDS))
    for one in order(seen):
        live.take(one)
        live.mastery(one.day)  # looking changes nothing
    again = believed(seen, today=today)
    assert np.array_equal(live.mastery(today).now, again.now)
    assert np.array_equal(live.mastery(today).fresh, again.fresh)


@given(observations(), observations(1))
def test_one_more_failure_today_never_means_more(seen, more):
    failed = [Observation(one.competency, one.level, 0.0, one.weight, one.tries, 1000.0) for one in more]
    assert np.all(believed(seen + failed).now <= believed(seen).now + 1e-9)


@given(observations(), st.floats(0, 1e4), st.floats(0, 1e4))
def test_what_other_competencies_raise_only_fades(seen, one, other):
    state = State(np.tile(FLOOR, (3, 1)), HALF_LIFE, implications(NEEDS))
    for each in order(seen):
        state.take(each)
    sooner, later = sorted((one, other))
    bare = [
        fade(state.traced, state.start, (1000.0 + day - state.since)[:, None], HALF_LIFE[:, None])
        for day in (sooner, later)
    ]
    raised = [state.mastery(1000.0 + day).now for day in (sooner, later)]
    odds = [known / (1 - known) for known in (*raised, *bare)]
    assert np.all(odds[1] / odds[3] <= odds[0] / odds[2] + 1e-9)


def test_work_elsewhere_raises_a_little_never_makes_a_master_and_failing_it_lowers_nothing():
    elsewhere = [Observation(2, level, 1.0, 1.0, 1, 1000.0) for level in range(4)] * 5
    start = np.full((3, 4), 0.3)
    raised = believed(elsewhere, start=start).now[0, 0]
    assert 0.3 < raised < 0.3 * np.exp(0.5)
    assert raised < MASTERED
    failed = [Observation(2, 1, 0.0, 1.0, 1, 1000.0)]
    assert np.array_equal(believed(failed, start=start).now[:2], start[:2])


def test_without_evidence_nothing_changes_with_time():
    start = np.tile(CEILING, (3, 1))
    assert np.array_equal(believed([], start=start, today=1e6).now, start)


def test_a_pass_is_weak_evidence_for_what_it_needs_and_weaker_further_down():
    after = believed([Observation(0, 1, 1.0, 1.0, 1, 1000.0)]).now
    near, far = after[1, 0] / FLOOR[0], after[2, 1] / FLOOR[1]
    assert 1 < far < near < 3
    nothing = believed([Observation(0, 1, 0.0, 1.0, 1, 1000.0)]).now
    assert np.allclose(nothing[1:], FLOOR)


def test_mastery_once_shown_is_not_lost_after_a_few_weeks():
    seen = [Observation(1, 1, 1.0, 1.0, 1, 0.0)]
    assert believed(seen, today=60).mastered()[1, 1]
    assert believed(seen, today=60).now[1, 1] < believed(seen, today=0).now[1, 1]
    assert not believed(seen, today=6 * YEAR).mastered()[1, 1]
    assert not Mastery(np.full((1, 4), 0.7), np.full((1, 4), 0.7)).mastered().any()


backgrounds = st.lists(rows, min_size=3, max_size=3).map(np.array)


@given(backgrounds, backgrounds, st.floats(0, 50), st.integers(0, 10))
def test_a_prior_is_bounded_and_coherent(degree, job, years, job_years):
    known = prior(degree, job, years=years, job_years=job_years, half_life=HALF_LIFE, needs=NEEDS)
    assert coherent(known)
    assert np.all(known >= FLOOR)
    assert np.all(known <= CEILING)


@given(backgrounds, backgrounds, st.floats(0, 20))
def test_degree_and_job_together_say_at_least_what_each_says_alone(degree, job, years):
    nothing = np.zeros_like(degree)
    both, one, other = (
        prior(a, b, years=years, job_years=3, half_life=HALF_LIFE)
        for a, b in ((degree, job), (degree, nothing), (nothing, job))
    )
    assert np.all(both >= np.maximum(one, other) - 1e-12)


def test_years_learn_the_job_and_fade_the_degree():
    known, nothing = np.full((3, 4), 0.9), np.zeros((3, 4))
    job = [
        prior(nothing, known, years=years, job_years=4, half_life=HALF_LIFE)[0, 0] for years in (0, 2, 4, 9)
    ]
    assert job[0] == FLOOR[0]
    assert job[0] < job[1] < job[2] == job[3] == pytest.approx(0.9)
    degree = [prior(known, nothing, years=years, job_years=0, half_life=HALF_LIFE)[0, 0] for years in (0, 12)]
    assert degree == [pytest.approx(0.9), pytest.approx(0.45)]


def test_who_knows_something_knows_nearly_what_it_needs():
    known = np.zeros((3, 4))
    known[0] = [0.9, 0.9, 0, 0]
    carried = prior(known, np.zeros((3, 4)), years=0, job_years=0, half_life=HALF_LIFE, needs=NEEDS)
    assert carried[1, 0] == pytest.approx(0.81)
    assert carried[2, 1] == pytest.approx(0.729)
    assert carried[1, 1] == FLOOR[1]


NEEDED, NEEDING = 1, 0
"""Rows of a competency and of one that needs it; see ``NEEDS``."""


@pytest.mark.parametrize("honest_first", [True, False])
def test_who_could_not_do_a_thing_is_not_taken_to_master_it_because_of_what_needs_it(honest_first):
    failed = Observation(NEEDED, 0, 0.0, 1.0, 1, 0.0 if honest_first else 9.0, guess=0.02, learn=0.0)
    shown = [Observation(NEEDING, 1, 1.0, 1.0, 1, day, guess=0.02, learn=0.0) for day in (1, 2, 3, 4, 5)]
    start = np.full((3, 4), 0.3)
    without = believed(shown, start=start, today=9.0)
    assert without.mastered()[NEEDED, 0]
    after = believed([failed, *shown], start=start, today=9.0)
    assert after.now[NEEDED, 0] <= 0.5
    assert not after.mastered()[NEEDED].any()
    assert coherent(after.now)


def test_what_was_shown_since_counts_again_and_nothing_implied_takes_it_away():
    failed = Observation(NEEDED, 0, 0.0, 1.0, 1, 1.0, learn=0.0)
    passed = Observation(NEEDED, 0, 1.0, 1.0, 1, 2.0, guess=0.02, learn=0.0)
    needing = [Observation(NEEDING, 1, score, 1.0, 1, 3.0, guess=0.02, learn=0.0) for score in (0.0, 1.0)]
    start = np.full((3, 4), 0.3)
    alone, lacking, having = (
        believed([failed, passed, *more], start=start, today=3.0).now[NEEDED, 0]
        for more in ([], needing[:1], needing[1:])
    )
    assert 0.5 < alone == pytest.approx(lacking)
    assert having > alone


@given(
    observations(), levels, st.lists(shares, min_size=6, max_size=6), st.lists(shares, min_size=6, max_size=6)
)
def test_better_scores_at_one_level_never_mean_less_of_that_competency(seen, level, one, other):
    """Over several levels or competencies they may: a success there makes a later failure weigh more."""
    lower, higher = (
        [
            Observation(0, level, score, o.weight, o.tries, day)
            for day, (o, score) in enumerate(zip(seen, scores, strict=False))
        ]
        for scores in (np.minimum(one, other), np.maximum(one, other))
    )
    assert np.all(believed(higher).now[0] >= believed(lower).now[0] - 1e-9)


def test_however_often_a_level_was_failed_the_deeper_ones_keep_their_share_of_it():
    failed = [Observation(0, 0, 0.0, 1.0, 1, float(day)) for day in range(9)]
    passed = [Observation(0, 0, 1.0, 1.0, 1, 9.0)]
    for seen in (failed, failed + passed):
        known = believed(seen, today=9.0).now[0]
        assert known / known[0] == pytest.approx(FLOOR / FLOOR[0], rel=1e-3)
