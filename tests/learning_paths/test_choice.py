"""Choices between courses, labs and needs: the least time, proven, against every other way there is."""

from hypothesis import given
from hypothesis import strategies as st

from learning_paths.choice import Problem, cheapest, greedy
from learning_paths.graph import Curriculum
from learning_paths.marks import opened
from learning_paths.planner import problem_of
from learning_paths.units import Gap, Unit
from tests.learning_paths.curricula import minutes, minutes_of, planned, situations

RIVALS = situations(rivals=True)


def least(curriculum: Curriculum, goals, reached) -> int:
    """The fewest minutes, by trying every way: only from what units and needs say of themselves."""
    best = [10**9]

    def known(node):
        return node[1] <= reached[node[0]]

    def wanted(node):
        """Everything that a node asks for: lists of options, each a list of nodes and items."""
        for needed in curriculum.needed_by[node]:
            yield [[needed]]
        for one, alternatives in curriculum.either:
            if one == node:
                yield [[alternative] for alternative in alternatives]
        yield [list(way) for way in curriculum.ways.get(node, ((curriculum.gap(node),),))]
        if node in curriculum.labs:
            yield [[lab] for lab in curriculum.labs[node]]

    def asked(item):
        if isinstance(item, Gap):
            return
        for used in item.uses:
            yield [[used]]
        if item.course in curriculum.bundles and item.teaches:
            for mate in curriculum.units:
                if mate.course == item.course and mate.teaches and not all(map(known, mate.teaches)):
                    yield [[mate]]

    def go(open_clauses, nodes, items, spent):
        if spent >= best[0]:
            return
        if not open_clauses:
            best[0] = spent
            return
        clause, *rest = open_clauses
        for option in clause:
            more, nodes_now, items_now, cost = [], set(nodes), set(items), spent
            for thing in option:
                if isinstance(thing, tuple):
                    if not known(thing) and thing not in nodes_now:
                        nodes_now.add(thing)
                        more += wanted(thing)
                elif thing not in items_now:
                    items_now.add(thing)
                    cost += minutes_of(thing)
                    more += asked(thing)
            go(rest + more, nodes_now, items_now, cost)

    go([[[goal]] for goal in goals], set(), set(), 0)
    return best[0]


@given(RIVALS)
def test_no_way_is_shorter(situation):
    selection = planned(*situation)
    assert sum(minutes(selection)) == least(*situation) == selection.bound.minutes
    assert selection.bound.gap == 0


@given(RIVALS, st.integers(0, 6))
def test_with_rivals_too_mastering_more_never_takes_longer(situation, row):
    curriculum, goals, reached = situation
    better = [max(level, 3 if at == row else -1) for at, level in enumerate(reached)]
    assert sum(minutes(planned(curriculum, goals, better))) <= sum(minutes(planned(*situation)))


@given(RIVALS)
def test_nothing_mastered_is_recommended(situation):
    _, _, reached = situation
    for item in planned(*situation).chosen:
        nodes = [item.node] if isinstance(item, Gap) else item.teaches + item.proves
        assert any(level > reached[row] for row, level in nodes)


@given(RIVALS)
def test_every_choice_is_met_by_one_whole_option(situation):
    curriculum, _, reached = situation
    selection = planned(*situation)
    for node in selection.links:
        ways = curriculum.ways.get(node, ())
        assert not ways or any(all(lesson in selection.chosen for lesson in way) for way in ways)
        labs = curriculum.labs.get(node, ())
        assert not labs or any(lab in selection.chosen for lab in labs)
    for node, alternatives in curriculum.either:
        if node in selection.links:
            assert any(one in selection.links or one[1] <= reached[one[0]] for one in alternatives)


def problem(situation) -> Problem:
    curriculum, goals, reached = situation
    open_ = opened(curriculum, lambda node: node[1] <= reached[node[0]], frozenset())
    return problem_of(
        curriculum, open_, [goal for goal in sorted(goals) if goal[1] > reached[goal[0]]], minutes_of
    )


@given(RIVALS)
def test_without_time_there_is_a_way_and_a_bound_that_holds(situation):
    asked = problem(situation)
    taken, bound = cheapest(asked, effort=0.0)
    best = least(*situation)
    assert bound.minutes <= best <= sum(asked.minutes[thing] for thing in taken)
    assert bound.minutes + bound.gap == sum(asked.minutes[thing] for thing in taken)
    assert all(asked.met(clause, taken) for thing in taken for clause in asked.asked[thing])


@given(RIVALS)
def test_the_greedy_way_meets_all_that_is_asked(situation):
    asked = problem(situation)
    taken = greedy(asked)
    assert all(asked.met(clause, taken) for thing in taken for clause in asked.asked[thing])


def two_courses(minutes_of_a: int = 60, minutes_of_b: int = 60) -> Curriculum:
    units = [
        Unit(f"lesson:{name}/0", length, name, (0, at, 0), teaches=((0, 0),))
        for at, (name, length) in enumerate((("a", minutes_of_a), ("b", minutes_of_b)))
    ]
    return Curriculum(("k",), (), tuple(units))


def ids(selection):
    return [item.id for item in selection.chosen]


def test_of_equal_ways_the_one_of_the_plan_before_stays():
    for name in "ab":
        kept = frozenset({f"lesson:{name}/0"})
        assert ids(planned(two_courses(), {(0, 0)}, [-1], kept=kept)) == [f"lesson:{name}/0"]
    assert ids(planned(two_courses(90), {(0, 0)}, [-1], kept=frozenset({"lesson:a/0"}))) == ["lesson:b/0"]


def test_who_takes_one_lesson_of_a_bundle_takes_all_that_teach_something_missing():
    lessons = [Unit(f"lesson:a/{row}", 60, "a", (0, 0, row), teaches=((row, 0),)) for row in range(3)]
    loose = Curriculum(("x", "y", "z"), (), tuple(lessons))
    bundle = Curriculum(("x", "y", "z"), (), tuple(lessons), bundles=frozenset("a"))
    assert ids(planned(loose, {(1, 0)}, [-1, -1, -1])) == ["lesson:a/1"]
    assert ids(planned(bundle, {(1, 0)}, [-1, -1, 0])) == ["lesson:a/0", "lesson:a/1"]
