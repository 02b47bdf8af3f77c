"""The planner on random curricula: needs before what needs them, less to learn never takes longer."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning_paths.demands import lab_to_test_out
from learning_paths.errors import CurriculumError
from learning_paths.graph import Curriculum
from learning_paths.marks import Marks
from learning_paths.units import LEVELS, Gap, Unit
from learning_paths.weeks import hours_needed, pack
from tests.learning_paths.curricula import MOST, minutes, planned, situations


@given(st.booleans().flatmap(situations))
def test_everything_that_a_missing_level_needs_is_there_before_it(situation):
    curriculum, _, reached = situation
    selection = planned(*situation)
    place = {item: number for number, item in enumerate(selection.chosen)}
    for node in selection.links:
        for needed in curriculum.needed_by[node]:
            assert needed in selection.links or needed[1] <= reached[needed[0]]
    for item, number in place.items():
        assert all(place[earlier] < number for earlier in curriculum.before[item] if earlier in place)


@given(st.booleans().flatmap(situations))
def test_every_missing_level_is_taught_or_named_as_a_gap(situation):
    selection = planned(*situation)
    for node in selection.links:
        bringing = [item for item, nodes in selection.chosen.items() if node in nodes]
        assert any(isinstance(item, Gap) or item.teaches for item in bringing)
    for item, nodes in selection.chosen.items():
        assert nodes
        assert not isinstance(item, Gap) or item.node in nodes


@given(st.booleans().flatmap(situations))
def test_each_chain_leads_to_a_goal(situation):
    curriculum, goals, _ = situation
    selection = planned(*situation)
    for node in selection.links:
        steps = 0
        while (link := selection.links[node]).node is not None:
            asked = curriculum.asked_by(link.node) if link.unit is None else link.unit.uses
            assert node in asked
            node, steps = link.node, steps + 1
            assert steps <= MOST * LEVELS
        assert node in goals


@given(situations(), st.integers(0, MOST - 1), st.integers(30, 600))
def test_mastering_more_never_lengthens_the_plan(situation, row, week):
    curriculum, goals, reached = situation
    better = [max(level, 3 if at == row else -1) for at, level in enumerate(reached)]
    before, after = planned(*situation), planned(curriculum, goals, better)
    assert set(after.chosen) <= set(before.chosen)
    assert sum(minutes(after)) <= sum(minutes(before))
    ends = [max((last for _, last in pack(minutes(one), week)), default=0) for one in (before, after)]
    assert ends[1] <= ends[0]


@st.composite
def failures(draw, rivals=False):
    """A situation, and levels that were failed themselves."""
    situation = draw(situations(rivals))
    rows = st.tuples(st.integers(0, len(situation[0].competencies) - 1), st.integers(0, 3))
    lowest = draw(st.lists(rows, max_size=3))
    return situation, [(row, level) for row, low in lowest for level in range(low, LEVELS)]


@given(st.booleans().flatmap(failures))
def test_what_was_failed_itself_is_there_whatever_is_mastered_of_what_needs_it(case):
    (curriculum, goals, reached), failed = case
    needed, waiting = set(), list(goals)
    while waiting:
        node = waiting.pop()
        if node not in needed:
            needed.add(node)
            waiting += curriculum.needed_by[node]
    selection = planned(curriculum, goals, reached, failed=failed)
    for node in needed & set(failed):
        assert node in selection.links or node[1] <= reached[node[0]]
    for node, link in selection.links.items():
        assert link.over is None or (node in failed and link.over[1] <= reached[link.over[0]])


@given(failures(), st.integers(0, MOST - 1), st.integers(0, 3), st.data())
def test_mastering_more_never_lengthens_the_plan_of_who_failed_something(case, row, up_to, data):
    (curriculum, goals, reached), failed = case
    units = st.sets(st.sampled_from([unit.id for unit in curriculum.units] or ["none"]), max_size=2)
    marks = Marks(tested_out=frozenset(data.draw(units)), skipped=frozenset(data.draw(units)))
    better = [max(level, up_to if at == row else -1) for at, level in enumerate(reached)]
    before = planned(curriculum, goals, reached, failed=failed, marks=marks)
    for left in (failed, [node for node in failed if node[0] != row]):
        after = planned(curriculum, goals, better, failed=left, marks=marks)
        assert set(after.chosen) <= set(before.chosen)


@given(situations(), st.data())
def test_a_unit_that_is_done_does_not_come_again_and_nothing_comes_in_its_place(situation, data):
    before = planned(*situation)
    units = [item.id for item in before.chosen if isinstance(item, Unit)]
    done = frozenset(data.draw(st.sets(st.sampled_from(units)))) if units else frozenset()
    after = planned(*situation, done)
    assert {item for item in after.chosen} <= {
        item for item in before.chosen if isinstance(item, Gap) or item.id not in done
    }


@given(st.booleans().flatmap(situations))
def test_who_masters_the_goal_has_no_plan(situation):
    curriculum, goals, reached = situation
    assert not planned(curriculum, goals, [3] * len(reached)).chosen


@given(st.booleans().flatmap(situations))
def test_the_same_question_gets_the_same_plan(situation):
    curriculum, goals, reached = situation
    again = replace(curriculum, needs=curriculum.needs[::-1], units=curriculum.units[::-1])
    assert list(planned(*situation).chosen) == list(planned(again, goals, reached).chosen)


@given(st.lists(st.integers(0, 500), max_size=30), st.integers(30, 600))
def test_weeks_hold_no_more_than_their_hours_and_waste_none_between_units_that_fit(lengths, week):
    weeks = pack(lengths, week)
    assert all(first <= last for first, last in weeks)
    assert all(one[1] <= other[0] for one, other in pairwise(weeks))
    for number in range(1, max((last for _, last in weeks), default=0) + 1):
        whole = sum(length for length, span in zip(lengths, weeks, strict=True) if span == (number, number))
        assert whole <= week
    assert all(
        last - first + 1 <= -(-length // week)
        for length, (first, last) in zip(lengths, weeks, strict=True)
        if length
    )


@given(st.lists(st.integers(0, 500), min_size=1, max_size=30), st.integers(30, 600), st.data())
def test_a_shorter_list_never_ends_later(lengths, week, data):
    gone = data.draw(st.integers(0, len(lengths) - 1))
    rest = lengths[:gone] + lengths[gone + 1 :]
    assert max((last for _, last in pack(rest, week)), default=0) <= pack(lengths, week)[-1][1]


LENGTHS = st.lists(st.tuples(st.integers(0, 500), st.booleans()), min_size=1, max_size=30)


def _lengths_and_flows(items):
    return [length for length, _ in items], {place for place, (_, flows) in enumerate(items) if flows}


@given(LENGTHS, st.integers(30, 600), st.integers(0, 600), st.data())
def test_with_gaps_that_flow_a_shorter_list_or_more_hours_never_end_later(items, week, more, data):
    lengths, flows = _lengths_and_flows(items)
    end = pack(lengths, week, flows)[-1][1]
    assert pack(lengths, week + more, flows)[-1][1] <= end
    assert end <= pack(lengths, week)[-1][1]
    gone = data.draw(st.integers(0, len(items) - 1))
    rest, left = _lengths_and_flows(items[:gone] + items[gone + 1 :])
    assert max((last for _, last in pack(rest, week, left)), default=0) <= end


@given(st.lists(st.integers(1, 500), min_size=1, max_size=30), st.integers(30, 600))
def test_what_flows_leaves_no_hour_of_a_week_unused(lengths, week):
    assert pack(lengths, week, range(len(lengths)))[-1][1] == -(-sum(lengths) // week)


@given(LENGTHS, st.integers(1, 40))
def test_the_hours_that_a_deadline_needs_are_enough_and_a_tenth_less_is_not(items, weeks):
    lengths, flows = _lengths_and_flows(items)
    tenths = round(hours_needed(lengths, weeks, flows) * 10)
    assert pack(lengths, 6 * tenths, flows)[-1][1] <= weeks
    assert tenths == 1 or pack(lengths, 6 * (tenths - 1), flows)[-1][1] > weeks


def test_a_course_that_was_begun_is_finished_before_another_begins():
    units = [
        Unit(f"lesson:{name}/{at}", 60, name, (row, row, at), teaches=((row, at),))
        for row, name in enumerate("ab")
        for at in range(2)
    ]
    order = [item.id for item in Curriculum(("a", "b"), (), tuple(units)).order if isinstance(item, Unit)]
    assert order == ["lesson:a/0", "lesson:a/1", "lesson:b/0", "lesson:b/1"]


def test_a_lab_comes_after_its_lessons_and_before_the_level_above_it():
    lessons = [Unit(f"lesson:c/{at}", 60, "c", (0, 0, at), teaches=((0, at),)) for at in range(3)]
    lab = Unit("lab:c", 60, "c", (0, 0, 9), proves=((0, 1),))
    order = [item for item in Curriculum(("c",), (), (*lessons, lab)).order if isinstance(item, Unit)]
    assert order == [lessons[0], lessons[1], lab, lessons[2]]


def test_a_lab_that_proves_a_whole_course_does_not_wait_for_itself():
    lessons = [Unit(f"lesson:c/{row}", 60, "c", (0, 0, row), teaches=((row, 2),)) for row in range(3)]
    lab = Unit("lab:c", 60, "c", (0, 0, 9), proves=tuple((row, 2) for row in range(3)))
    needs = (((2, 2), (0, 2)), ((2, 2), (1, 2)))
    order = [
        item for item in Curriculum(("a", "b", "c"), needs, (*lessons, lab)).order if isinstance(item, Unit)
    ]
    assert order == [*lessons, lab]


def test_units_that_wait_for_each_other_are_named():
    one = Unit("lesson:a/1", 60, "a", (0, 0, 0), teaches=((0, 0),), uses=((1, 0),))
    other = Unit("lesson:b/1", 60, "b", (1, 1, 0), teaches=((1, 0),), uses=((0, 0),))
    with pytest.raises(CurriculumError, match="lesson:a/1, lesson:b/1"):
        _ = Curriculum(("a", "b"), (), (one, other)).order


@pytest.mark.parametrize("proves", [((0, 1),), ((0, 0), (0, 1))])
def test_the_basics_alone_do_not_send_anybody_into_the_lab_of_the_next_level(proves):
    lessons = [Unit(f"lesson:c/{at}", 60, "c", (0, 0, at), teaches=((0, at),)) for at in range(2)]
    lab = Unit("lab:c", 60, "c", (0, 0, 9), proves=proves)
    curriculum = Curriculum(("c",), (), (*lessons, lab))
    assert list(planned(curriculum, {(0, 0)}, [-1]).chosen) == [lessons[0]]
    assert list(planned(curriculum, {(0, 1)}, [-1]).chosen) == [*lessons, lab]
    assert list(planned(curriculum, {(0, 1)}, [0]).chosen) == [lessons[1], lab]


def test_who_needs_only_the_basics_may_still_test_out_by_the_lab_of_the_next_level():
    lessons = [Unit(f"lesson:c/{at}", 60, "c", (0, 0, at), teaches=((0, at),)) for at in range(2)]
    lab = Unit("lab:c", 60, "c", (0, 0, 9), proves=((0, 0), (0, 1)))
    curriculum = Curriculum(("c",), (), (*lessons, lab))
    assert [lab_to_test_out(curriculum, lesson.id) for lesson in lessons] == [lab.id, lab.id]
