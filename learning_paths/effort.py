"""How many hours a way takes: lessons, labs, and practice at work by the reference shares."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from learning_paths.curriculum import Ground
from learning_paths.goals import Goal
from learning_paths.marks import NO_MARKS, Marks
from learning_paths.mastery import Mastery
from learning_paths.planner import Selection
from learning_paths.task import Task
from learning_paths.units import Gap, Item

MINUTES = 60


@dataclass(frozen=True, slots=True)
class Effort:
    """Hours by what they are spent on.

    Parameters
    ----------
    lessons, labs
        Hours of units that are built.
    planned_lessons, planned_labs
        Hours estimated for what is not taught yet.
    practice
        Hours of practice at work that go with them, an estimate: see :func:`effort`.
    """

    lessons: float = 0.0
    labs: float = 0.0
    planned_lessons: float = 0.0
    planned_labs: float = 0.0
    practice: float = 0.0

    @property
    def study(self) -> float:
        """Hours of lessons and labs together, built or planned: a plan's total hours."""
        return self.built + self.estimated

    @property
    def built(self) -> float:
        """Hours that can be learned here now."""
        return self.lessons + self.labs

    @property
    def estimated(self) -> float:
        """Hours of what is not taught yet."""
        return self.planned_lessons + self.planned_labs

    def data(self) -> dict[str, float]:
        """Return the hours as JSON carries them, to the hundredth."""
        names = ("study", "lessons", "labs", "planned_lessons", "planned_labs", "practice")
        return {name: round(getattr(self, name), 2) for name in names}


def effort(ground: Ground, items: Iterable[Item]) -> Effort:
    """Return the hours of units and gaps.

    Practice at work follows from the framework's shares of learning at work (70 % project practice, 20 %
    coaching, 10 % digital learning): lessons are the digital learning, and the labs are already part of the
    practice: ``practice = max(0, 0.7 / 0.1 · lessons − labs)``, built and planned ones together.
    """
    minutes = {"lessons": 0.0, "labs": 0.0, "planned_lessons": 0.0, "planned_labs": 0.0}
    for item in items:
        if isinstance(item, Gap):
            length = ground.gap_minutes.get(item.node, 0)
            for_labs = length * ground.gap_lab_share.get(item.node, 0.0)
            minutes["planned_labs"] += for_labs
            minutes["planned_lessons"] += length - for_labs
        else:
            minutes["lessons" if item.teaches else "labs"] += item.minutes
    hours = {name: value / MINUTES for name, value in minutes.items()}
    shares = ground.catalogue.talent.work_learning.shares
    wanted = shares.project_practice / shares.digital_learning * (hours["lessons"] + hours["planned_lessons"])
    return Effort(**hours, practice=max(0.0, wanted - hours["labs"] - hours["planned_labs"]))


def beginning(ground: Ground, degree: str | None = None, job: str | None = None) -> Mastery:
    """Return what to assume of somebody with a degree or in a job for as long as it takes to learn it.

    With neither it is the start from nothing that other starts are compared with.
    """
    years = ground.catalogue.backgrounds[job].years if job else 0
    prior = ground.prior(degree, job, years)
    return Mastery(prior, prior)


def missing(
    ground: Ground,
    goal: Goal,
    mastery: Mastery,
    read: Set[str] = frozenset(),
    marks: Marks = NO_MARKS,
    language: str = "en",
    kept: Set[str] = frozenset(),
) -> Selection:
    """Return what lies between somebody and a goal; the parameters are those of `Task`."""
    goals = [ground.node_of(name, level) for name, level in goal.skills.items()]
    return Task(ground, goals, mastery.mastered(), language, read, marks, mastery.doubted).select(kept)
