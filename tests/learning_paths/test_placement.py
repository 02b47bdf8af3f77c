"""The placement engine: Bayes by hand, what answers imply, and simulated learners who are found out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning_paths import placement
from learning_paths.placement import Questions
from learning_paths.population import Graph, population

# a chain of six competencies, and three that stand apart
NEEDS = [((one, level), (one - 1, level)) for one in range(1, 6) for level in range(3)]
GRAPH = Graph(9, NEEDS)


@pytest.fixture(scope="module")
def people():
    return population(GRAPH, [[4 * 5 + 2], [4 * 7 + 2]], size=2048)


@pytest.fixture(scope="module")
def questions():
    return Questions(
        competency=np.repeat(np.arange(9), 4),
        level=np.tile(np.arange(4), 9),
        slip=np.full(36, 0.1),
        guess=np.full(36, 0.05),
        asked=np.zeros(36, int),
    )


def test_imagined_learners_are_the_same_every_time_and_levels_fit(people):
    assert np.array_equal(people, population(GRAPH, [[4 * 5 + 2], [4 * 7 + 2]], size=2048))
    assert people.min() == 0
    assert people.max() == 4


def test_most_imagined_learners_know_what_is_needed(people):
    high, low = people[:, 5] >= 2, people[:, 4] >= 2
    assert 0.02 < high.mean() < 0.9
    assert low[high].mean() > 0.7 > low[~high].mean()


def test_needs_that_go_round_in_a_circle_are_refused():
    with pytest.raises(ValueError, match="circle"):
        _ = Graph(2, [((0, 0), (1, 0)), ((1, 0), (0, 0))]).order


def test_one_answer_moves_the_odds_as_bayes_says():
    # two imagined learners, one competency: who knows all, and who knows nothing
    people = np.array([[4], [0]], np.int8)
    believed = placement.start(people)
    before = believed.known[0]
    after = placement.update(believed, 0, 1, "right", slip=0.1, guess=0.2).known[0]
    odds = lambda share: share / (1 - share)  # noqa: E731
    assert odds(after[1]) / odds(before[1]) == pytest.approx(0.9 / 0.2, rel=0.02)


def test_knowing_a_thing_makes_what_it_needs_likely_and_lacking_it_what_needs_it_unlikely(people):
    start = placement.start(people)
    up = placement.update(start, 4, 1, "right", slip=0.1, guess=0.05).known
    assert (up[:4, 0] > start.known[:4, 0]).all()
    down = placement.update(start, 1, 0, "wrong", slip=0.1, guess=0.05).known
    assert (down[2:6, 0] < start.known[2:6, 0]).all()


def test_not_knowing_says_more_than_a_wrong_answer_to_what_is_easily_guessed(people):
    start = placement.start(people)
    wrong, unsure = (
        placement.update(start, 2, 1, said, slip=0.1, guess=0.25).known[2, 1] for said in ("wrong", "unsure")
    )
    assert unsure < wrong < start.known[2, 1]


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3), st.sampled_from(["right", "wrong", "unsure"])))
)
def test_levels_stay_in_order_whatever_is_answered(people, answers):
    belief = placement.start(people)
    for competency, level, said in answers:
        belief = placement.update(belief, competency, level, said, slip=0.1, guess=0.25)
    assert (np.diff(belief.known, axis=1) <= 1e-6).all()
    assert (belief.known >= 0).all()
    assert (belief.known <= 1).all()
    assert 0.4 < belief.expected_accuracy <= 1.0


@given(st.permutations([(0, 1, "right"), (4, 2, "wrong"), (6, 0, "unsure"), (0, 2, "right")]))
def test_the_order_of_answers_does_not_matter(people, answers):
    belief = placement.start(people)
    for competency, level, said in answers:
        belief = placement.update(belief, competency, level, said, slip=0.1, guess=0.25)
    straight = placement.start(people)
    for competency, level, said in sorted(answers):
        straight = placement.update(straight, competency, level, said, slip=0.1, guess=0.25)
    assert belief.log_weight == pytest.approx(straight.log_weight)


def test_information_is_what_answers_take_away_on_average(people, questions):
    belief = placement.start(people)
    told = placement.information(belief, questions)
    item = int(np.argmax(told))
    competency, level = int(questions.competency[item]), int(questions.level[item])

    def doubt(one):
        share = np.clip(one.known, 1e-6, 1 - 1e-6)
        return -(share * np.log(share) + (1 - share) * np.log(1 - share)).sum()

    right = 0.05 + 0.85 * belief.known[competency, level]
    left = sum(
        chance * doubt(placement.update(belief, competency, level, said, slip=0.1, guess=0.05))
        for said, chance in (("right", right), ("wrong", 1 - right))
    )
    assert told[item] == pytest.approx(doubt(belief) - left, rel=0.15)


def test_of_questions_that_tell_as_much_the_least_used_is_asked(people, questions):
    twice = Questions(
        competency=np.array([3, 3]),
        level=np.array([1, 1]),
        slip=np.array([0.1, 0.1]),
        guess=np.array([0.05, 0.05]),
        asked=np.array([7, 2]),
    )
    belief = placement.start(people)
    for seed in range(5):
        assert placement.choose(belief, twice, np.arange(2), np.random.default_rng(seed)) == 1
    assert placement.choose(belief, twice, np.array([0]), np.random.default_rng(0)) == 0


def test_only_what_is_wanted_counts(people, questions):
    wanted = np.zeros((9, 4), dtype=bool)
    wanted[3] = True
    belief = placement.start(people, wanted=wanted)
    told = placement.information(belief, questions)
    assert questions.competency[told.argmax()] == 3
    assert (told <= placement.information(placement.start(people), questions) + 1e-3).all()


def test_where_nothing_is_left_to_find_out_a_question_is_chosen_all_the_same(people, questions):
    everybody = np.full_like(people, 4)
    wanted = np.zeros((9, 4), dtype=bool)
    wanted[3, 0] = True
    belief = placement.start(everybody, wanted=wanted)
    assert placement.choose(belief, questions, np.arange(3), np.random.default_rng(0)) in range(3)


def test_a_prior_moves_the_start(people):
    low = np.tile([0.05, 0.02, 0.01, 0.005], (9, 1))
    high = np.tile([0.95, 0.9, 0.5, 0.1], (9, 1))
    assert placement.start(people, high).known.mean() > placement.start(people, low).known.mean() + 0.15


@pytest.mark.parametrize("chances", [(0.0, 0.1), (0.1, 0.0), (0.6, 0.5)])
def test_chances_that_say_nothing_or_too_much_are_refused(people, chances):
    with pytest.raises(ValueError, match="sum below 1"):
        placement.update(placement.start(people), 0, 0, "right", slip=chances[0], guess=chances[1])


def test_simulated_learners_are_found_out_sooner_than_by_random_questions(people, questions):
    """Learners of the same graph, not among the imagined ones, who slip and guess."""
    others = population(GRAPH, [], seed=5, size=2048)[:40]
    right = {"chosen": [], "random": []}
    for name in right:
        for number, levels in enumerate(others):
            truth = levels[:, None] > np.arange(4)
            chance, belief, free = np.random.default_rng(number), placement.start(people), np.arange(36)
            for _ in range(6):
                item = (
                    placement.choose(belief, questions, free, chance)
                    if name == "chosen"
                    else int(chance.choice(free))
                )
                node = int(questions.competency[item]), int(questions.level[item])
                said = "right" if chance.random() < (0.9 if truth[node] else 0.05) else "wrong"
                belief = placement.update(belief, *node, said, slip=0.1, guess=0.05)
                free = free[free != item]
            right[name].append((belief.verdict == truth).mean())
    assert np.mean(right["chosen"]) > np.mean(right["random"]) + 0.02
    assert np.mean(right["chosen"]) > 0.85


def test_the_test_stops_when_it_is_sure_or_has_asked_enough(people):
    start = placement.start(people)
    assert not placement.finished(start, 0)
    assert placement.finished(start, placement.MOST_QUESTIONS)


@pytest.mark.parametrize("goal", [True, False])
def test_the_test_stops_early_without_doubt_and_on_what_it_expects_with_a_goal_only(people, goal):
    wanted = np.zeros((9, 4), dtype=bool)
    wanted[:2] = True
    belief = placement.start(people, wanted=wanted if goal else None)
    stopped = []
    for number in range(placement.MOST_QUESTIONS):
        belief = placement.update(belief, number % 2, 3, "right", slip=0.1, guess=0.02)
        early = belief.answers >= placement.LEAST_QUESTIONS and belief.doubt <= placement.NO_DOUBT
        expected = goal and belief.expected_accuracy >= placement.STOP_AT
        late = belief.answers >= placement.ENOUGH_QUESTIONS and (belief.doubt <= 1.0 or expected)
        assert belief.sure == (early or late)
        stopped.append(belief.sure)
    assert stopped.count(True) == (placement.MOST_QUESTIONS - placement.LEAST_QUESTIONS + 1 if goal else 0)


def test_a_little_doubt_ends_the_test_when_it_has_asked_enough_and_not_before(people):
    wanted = np.zeros((9, 4), dtype=bool)
    wanted[:2, :3] = True
    belief = placement.start(people, wanted=wanted)
    for competency, level, said in ((0, 1, "right"), (1, 1, "right"), (0, 2, "wrong")):
        belief = placement.update(belief, competency, level, said, slip=0.1, guess=0.05)
    for answers in range(placement.LEAST_QUESTIONS, placement.MOST_QUESTIONS):
        one = replace(belief, answers=answers)
        assert placement.NO_DOUBT < one.doubt <= placement.DOUBT_LEFT
        assert placement.finished(one, answers) == (answers >= placement.ENOUGH_QUESTIONS)


def test_the_verdict_is_the_best_that_can_be_given(people):
    """No node given the other way makes the expected balanced accuracy larger."""
    belief = placement.start(people)
    for competency, said in ((4, "right"), (7, "wrong"), (2, "right")):
        belief = placement.update(belief, competency, 1, said, slip=0.1, guess=0.05)
    weight, known = belief.sample
    whole = known.sum(axis=1)

    def expected(verdict):
        hit, rejected = known @ verdict, (1.0 - known) @ (1.0 - verdict)
        return weight @ (hit / whole + rejected / (known.shape[1] - whole)) / 2

    given = belief.verdict.reshape(-1).astype(float)
    assert belief.doubt > placement.DOUBT_LEFT
    assert expected(given) == pytest.approx(belief.expected_accuracy, abs=1e-4)
    for node in range(len(given)):
        other = given.copy()
        other[node] = 1.0 - other[node]
        assert expected(other) <= expected(given) + 1e-6
