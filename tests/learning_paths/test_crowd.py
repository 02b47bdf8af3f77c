"""Plans of many learners at once are those that each would get alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from learning_paths.crowd import plan_many
from learning_paths.units import LEVELS, Gap
from learning_paths.weeks import weeks_of
from tests.learning_paths.curricula import curricula, minutes, minutes_of, planned

LEARNERS = 5


@st.composite
def crowds(draw, rivals):
    """A curriculum, and for each of some learners goals and the levels reached."""
    curriculum = draw(curricula(rivals))
    count = len(curriculum.competencies)
    rows = st.integers(0, count - 1)
    goals = draw(
        st.lists(
            st.sets(st.tuples(rows, st.integers(0, 3)), min_size=1, max_size=3),
            min_size=LEARNERS,
            max_size=LEARNERS,
        )
    )
    levels = st.lists(st.integers(-1, 3), min_size=count, max_size=count)
    return curriculum, goals, draw(st.lists(levels, min_size=LEARNERS, max_size=LEARNERS))


def planned_together(crowd, **more):
    curriculum, goals, reached = crowd
    mastered = np.arange(LEVELS) <= np.array(reached)[:, :, None]
    wanted = np.zeros_like(mastered)
    for learner, nodes in enumerate(goals):
        for node in nodes:
            wanted[learner][node] = True
    return plan_many(curriculum, minutes_of, mastered, wanted, **more)


@given(crowds(rivals=False), st.integers(30, 400))
def test_without_choices_each_has_the_plan_of_its_own(crowd, week):
    curriculum, goals, reached = crowd
    together = planned_together(crowd)
    weeks = together.weeks(np.full(LEARNERS, week, np.int32))
    for learner in range(LEARNERS):
        alone = list(planned(curriculum, goals[learner], reached[learner]).chosen)
        mine = [item for item, taken in zip(together.items, together.taken[learner], strict=True) if taken]
        assert mine == alone
        gaps = {place for place, item in enumerate(alone) if isinstance(item, Gap)}
        assert weeks[learner] == weeks_of([minutes_of(item) for item in alone], week, gaps)


@given(crowds(rivals=True))
def test_with_choices_each_takes_the_least_time(crowd):
    curriculum, goals, reached = crowd
    together = planned_together(crowd)
    for learner in range(LEARNERS):
        alone = sum(minutes(planned(curriculum, goals[learner], reached[learner])))
        assert together.minutes[learner] == alone
        assert together.gap[learner] == 0


@given(crowds(rivals=True))
def test_the_greedy_way_reaches_the_goal_and_its_bound_holds(crowd):
    curriculum, goals, reached = crowd
    together = planned_together(crowd, groups=0)
    for learner in range(LEARNERS):
        best = planned(curriculum, goals[learner], reached[learner])
        least = together.minutes[learner] - together.gap[learner]
        assert least <= best.bound.minutes <= together.minutes[learner]
        mine = {item for item, taken in zip(together.items, together.taken[learner], strict=True) if taken}
        for node in (goal for goal in goals[learner] if goal[1] > reached[learner][goal[0]]):
            ways = curriculum.ways.get(node, ((curriculum.gap(node),),))
            assert any(mine.issuperset(way) for way in ways)
