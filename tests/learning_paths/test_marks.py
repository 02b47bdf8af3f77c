"""Pins, skips and test-outs: what they bring in, what they take out, and what then stays unlearned."""

from hypothesis import given
from hypothesis import strategies as st

from learning_paths.demands import lab_to_test_out
from learning_paths.graph import Curriculum
from learning_paths.marks import Marks
from learning_paths.units import Gap, Unit
from tests.learning_paths.curricula import planned, situations

RIVALS = situations(rivals=True)


def ids(selection):
    return [item.id for item in selection.chosen if isinstance(item, Unit)]


def units_of(selection):
    return sorted(item.id for item in selection.chosen if isinstance(item, Unit))


@given(RIVALS, st.data())
def test_what_is_skipped_is_not_there_and_what_stays_unlearned_is_said(situation, data):
    curriculum = situation[0]
    before = planned(*situation)
    names = units_of(before)
    if not names:
        return
    skipped = frozenset(data.draw(st.sets(st.sampled_from(names), min_size=1, max_size=3)))
    after = planned(*situation, marks=Marks(skipped=skipped))
    assert skipped.isdisjoint(ids(after))
    for node in after.links:
        ways = curriculum.ways.get(node, ())
        whole = any(all(lesson in after.chosen for lesson in way) for way in ways)
        assert whole or not ways or node in after.uncovered


@given(RIVALS, st.data())
def test_a_pinned_unit_is_there_and_only_what_it_needs_comes_before_it(situation, data):
    curriculum, _, _ = situation
    if not curriculum.units:
        return
    pinned = data.draw(st.sampled_from(curriculum.units))
    after = planned(*situation, marks=Marks(pinned=frozenset({pinned.id})))
    place = {item: at for at, item in enumerate(after.chosen)}
    assert pinned in place
    needed, queue = set(), [pinned]
    while queue:
        item = queue.pop()
        if item not in needed:
            needed.add(item)
            queue += (one for one in curriculum.before[item] if one in place)
    assert set(list(place)[: place[pinned] + 1]) <= needed
    for item, at in place.items():
        assert all(place[one] < at for one in curriculum.before[item] if one in place)


@given(RIVALS, st.data())
def test_marks_leave_every_unit_its_reason(situation, data):
    curriculum = situation[0]
    names = st.sets(st.sampled_from([unit.id for unit in curriculum.units]), max_size=2)
    if not curriculum.units:
        return
    marks = Marks(*(frozenset(data.draw(names)) for _ in range(3)))
    selection = planned(*situation, marks=marks)
    for item, nodes in selection.chosen.items():
        assert nodes
        assert all(node in selection.links for node in nodes)
        assert isinstance(item, Gap) or item.id not in marks.skipped


def course(lab: bool = True) -> Curriculum:
    """Programming before statistics; statistics has two lessons, a lab, and takes programming as known."""
    units = [
        Unit("lesson:p/0", 60, "p", (0, 0, 0), teaches=((0, 0),)),
        Unit("lesson:s/0", 60, "s", (1, 1, 0), teaches=((1, 0),), uses=((0, 0),)),
        Unit("lesson:s/1", 60, "s", (1, 1, 1), teaches=((1, 1),), uses=((0, 0),)),
    ]
    if lab:
        units.append(Unit("lab:s", 90, "s", (1, 1, 2), proves=((1, 1),), uses=((0, 0),)))
    return Curriculum(("p", "s"), (), tuple(units))


def test_a_test_out_leaves_the_lab_and_takes_the_lessons_and_what_only_they_need():
    whole = planned(course(), {(1, 1)}, [-1, -1])
    assert ids(whole) == ["lesson:p/0", "lesson:s/0", "lesson:s/1", "lab:s"]
    for mark in ("lab:s", "lesson:s/1"):
        assert ids(planned(course(), {(1, 1)}, [-1, -1], marks=Marks(tested_out=frozenset({mark})))) == [
            "lab:s"
        ]
    assert lab_to_test_out(course(), "lesson:s/1") == "lab:s"
    assert lab_to_test_out(course(lab=False), "lesson:s/1") is None


def test_a_skip_takes_out_what_only_the_skipped_unit_needs():
    marks = Marks(skipped=frozenset({"lesson:s/0", "lesson:s/1", "lab:s"}))
    selection = planned(course(), {(1, 1)}, [-1, -1], marks=marks)
    assert ids(selection) == []
    assert selection.uncovered == ((1, 1),)


def test_a_skip_of_a_gap_takes_out_its_levels_and_what_they_need():
    curriculum = Curriculum(("p", "q"), (((1, 1), (0, 0)),), ())
    assert len(planned(curriculum, {(1, 1)}, [-1, -1]).chosen) == 3
    selection = planned(curriculum, {(1, 1)}, [-1, -1], marks=Marks(skipped=frozenset({"competency:q@I"})))
    assert not selection.chosen
    assert selection.uncovered == ((1, 1),)


def test_a_skip_takes_the_other_way_where_there_is_one():
    units = [
        Unit(f"lesson:{name}/0", 60 + at, name, (0, at, 0), teaches=((0, 0),)) for at, name in enumerate("ab")
    ]
    curriculum = Curriculum(("k",), (), tuple(units))
    selection = planned(curriculum, {(0, 0)}, [-1], marks=Marks(skipped=frozenset({"lesson:a/0"})))
    assert ids(selection) == ["lesson:b/0"]
    assert not selection.uncovered
