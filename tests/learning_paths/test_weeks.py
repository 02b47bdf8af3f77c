"""Units in weeks: standing still where they can, and exactly packed where a deadline is tight."""

from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from learning_paths.packing import fit
from learning_paths.weeks import pack, settle, weeks_of

ITEMS = st.lists(st.tuples(st.integers(0, 300), st.booleans()), min_size=1, max_size=20)


def apart(items):
    return [length for length, _ in items], {place for place, (_, flows) in enumerate(items) if flows}


@given(ITEMS, st.integers(60, 500), st.data())
def test_standing_still_never_ends_later_and_keeps_hours_and_order(items, week, data):
    lengths, flows = apart(items)
    wished = data.draw(st.lists(st.none() | st.integers(-3, 12), min_size=len(items), max_size=len(items)))
    weeks = settle(lengths, week, flows, wished)
    assert max(last for _, last in weeks) == weeks_of(lengths, week, flows)
    assert all(first <= last for first, last in weeks)
    assert all(one[1] <= other[0] for one, other in pairwise(weeks))
    for number in range(1, weeks[-1][1] + 1):
        inside = sum(length for length, span in zip(lengths, weeks, strict=True) if span == (number, number))
        assert inside <= week


@given(ITEMS, st.integers(60, 500))
def test_a_plan_that_has_not_changed_stays_as_it_is(items, week):
    lengths, flows = apart(items)
    weeks = pack(lengths, week, flows)
    assert settle(lengths, week, flows, [first for first, _ in weeks]) == weeks


def test_what_follows_moves_up_only_when_a_whole_week_came_free():
    stood = [1, 1, 2, 2, 3, 3]
    assert [first for first, _ in settle([60] * 5, 120, (), stood[1:])] == [1, 2, 2, 3, 3]
    assert [first for first, _ in settle([60] * 4, 120, (), stood[2:])] == [1, 1, 2, 2]


@given(st.lists(st.integers(10, 100), min_size=1, max_size=6), st.integers(1, 4), st.data())
def test_a_way_into_the_weeks_is_found_exactly_when_there_is_one(lengths, weeks, data):
    pairs = [(one, other) for other in range(len(lengths)) for one in range(other)]
    waits = data.draw(st.sets(st.sampled_from(pairs), max_size=4)) if pairs else set()
    before = {place: {one for one, other in waits if other == place} for place in range(len(lengths))}
    found = fit(lengths, 100, weeks, (), before.__getitem__)
    possible = any(
        weeks_of([lengths[place] for place in order], 100) <= weeks
        for order in permutations(range(len(lengths)))
        if all(order.index(one) < order.index(other) for one, other in waits)
    )
    assert (found is not None) == possible
    if found is not None:
        at = {place: (first, last) for place, first, last in found}
        assert all(at[one][1] <= at[other][0] for one, other in waits)
        assert [place for place, _, _ in found] == sorted(at, key=lambda place: (at[place][0], place))
        for week in range(1, weeks + 1):
            assert sum(lengths[place] for place, span in at.items() if span == (week, week)) <= 100


def test_an_estimate_flows_around_sittings_and_a_long_unit_over_weeks():
    assert weeks_of([80, 40, 80], 100, {1}) == 2
    assert fit([60, 60, 60, 40, 40], 100, 3, (), lambda _: set()) is not None
    found = fit([250, 50], 100, 3, (), lambda place: {0} if place else set())
    assert found == [(0, 1, 3), (1, 3, 3)]
