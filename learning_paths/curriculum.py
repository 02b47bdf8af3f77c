"""The catalogue as the plain tuples and arrays that mastery and planner work on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from catalogue import Catalogue, Level, Skill
from catalogue.units import Course
from learning_paths import estimates, mastery
from learning_paths.fitted import Fitted
from learning_paths.graph import Curriculum
from learning_paths.implied import implications
from learning_paths.mastery import Array, Mastery, Observation
from learning_paths.units import Gap, Item, Node, Unit

ASSUMED_MINUTES = 60
"""For a unit whose minutes are missing (the catalogue's checks report it)."""


@dataclass(frozen=True, eq=False)
class Ground:
    """What paths are planned on.

    Parameters
    ----------
    catalogue
        Where everything comes from.
    fitted
        Gives the fitted model of mastery; None for the first day's.
    """

    catalogue: Catalogue
    fitted: Callable[[], Fitted | None] = lambda: None

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Row of each competency in all arrays."""
        return {name: row for row, name in enumerate(self.catalogue.competencies)}

    @cached_property
    def half_life(self) -> Array:
        """Days in which knowledge of each competency halves its distance to the baseline, ``(C,)``."""
        kinds = self.catalogue.structure.decay
        return np.array(
            [kinds[one.decay].half_life_years * 365.25 for one in self.catalogue.competencies.values()]
        )

    @cached_property
    def curriculum(self) -> Curriculum:
        """Needs and units."""
        competencies = self.catalogue.competencies
        return Curriculum(
            competencies=tuple(competencies),
            needs=tuple(
                (self.node(Skill(name, need.for_)), self.node(Skill(need.needs, need.at)))
                for name, one in competencies.items()
                for need in one.needs
                if not need.or_
            ),
            units=tuple(self._units()),
            either=tuple(
                (
                    self.node(Skill(name, need.for_)),
                    tuple(self.node(skill) for skill in (Skill(need.needs, need.at), *need.or_)),
                )
                for name, one in competencies.items()
                for need in one.needs
                if need.or_
            ),
            bundles=frozenset(course.slug for course in self.catalogue.courses.values() if course.bundle),
        )

    @cached_property
    def reasons(self) -> Mapping[tuple[Node, Node], dict[str, str]]:
        """Why a node needs another, in both languages."""
        return {
            (self.node(Skill(name, need.for_)), self.node(skill)): {"en": need.why.en, "zh": need.why.zh}
            for name, one in self.catalogue.competencies.items()
            for need in one.needs
            for skill in (Skill(need.needs, need.at), *need.or_)
        }

    @cached_property
    def implied(self) -> Mapping[Node, Mapping[Node, float]]:
        """What passing a node says about others."""
        return implications(self.curriculum.needs)

    @cached_property
    def gap_minutes(self) -> Mapping[Node, int]:
        """Estimate for each level that no lesson teaches; empty without any course to go by.

        The share of the courses that are planned for it; where none is, the minutes of all lessons and labs
        divided by the levels that they teach or prove, to the quarter of an hour.
        """
        taught = {
            (unit.course, node) for unit in self.curriculum.units for node in unit.teaches + unit.proves
        }
        if not taught:
            return {}
        minutes = sum(unit.minutes for unit in self.curriculum.units)
        average = max(15, round(minutes / len(taught) / 15) * 15)
        known = self.curriculum.lessons
        flat = {node: average for node in self.curriculum.needed_by if node not in known}
        return flat | estimates.gap_minutes(self.catalogue, self.rows, known)

    @cached_property
    def gap_lab_share(self) -> Mapping[Node, float]:
        """Which share of `gap_minutes` is for labs, 0 to 1; as in what is built where none is planned."""
        units = self.curriculum.units
        labs = sum(unit.minutes for unit in units if unit.proves)
        flat = labs / max(1, sum(unit.minutes for unit in units))
        planned = estimates.gap_lab_share(self.catalogue, self.rows, self.curriculum.lessons)
        return dict.fromkeys(self.gap_minutes, flat) | planned

    def planned(self, node: Node) -> tuple[str, ...]:
        """Return the courses that are to lead to a level and are not whole yet, by slug."""
        skill = self.skill(node)
        deepest = {
            slug: outline.teaches[skill.competency]
            for slug, outline in self.catalogue.outline.items()
            if skill.competency in outline.teaches and any(estimates.left_to_build(self.catalogue, slug))
        }
        return tuple(deepest) if max(deepest.values(), default=0) >= skill.level else ()

    def node(self, skill: Skill) -> Node:
        """Return a competency at a level as row and column."""
        return self.node_of(skill.competency, skill.level)

    def node_of(self, competency: str, level: Level) -> Node:
        """Return a competency's row and a level's column."""
        return self.rows[competency], int(level) - 1

    def skill(self, node: Node) -> Skill:
        """Return the competency at a level of a row and column."""
        return self._skills[node]

    @cached_property
    def _skills(self) -> Mapping[Node, Skill]:
        return {
            (row, int(level) - 1): Skill(name, level)
            for row, name in enumerate(self.curriculum.competencies)
            for level in Level
        }

    @cached_property
    def ids(self) -> Mapping[Node, str]:
        """Typed id of each competency at each level: ``competency:fine-tuning@I``."""
        return {node: f"competency:{skill}" for node, skill in self._skills.items()}

    def name(self, node: Node, language: str) -> str:
        """Return a competency at a level in words: ``Fine-tuning (intermediate)``."""
        return self.names(node)[language]

    def names(self, node: Node) -> dict[str, str]:
        """Return :meth:`name` in both languages."""
        if node not in self._names:
            skill = self.skill(node)
            title = self.catalogue.competencies[skill.competency].title
            level = self.catalogue.structure.levels[skill.level].title
            self._names[node] = {
                "en": f"{title.en} ({level.en.lower()})",
                "zh": f"{title.zh}（{level.zh}）",
            }
        return self._names[node]

    @cached_property
    def _names(self) -> dict[Node, dict[str, str]]:
        return {}

    def title(self, item: Item) -> dict[str, str]:
        """Return an item's title in both languages."""
        if isinstance(item, Gap):
            return dict(self.names(item.node))
        kind, _, name = item.id.partition(":")
        title = (self.catalogue.lessons if kind == "lesson" else self.catalogue.labs)[name].title
        return {"en": title.en, "zh": title.zh}

    def identity(self, item: Item) -> str:
        """Return an item's typed id; a gap is named by its competency at its level."""
        return item.id if isinstance(item, Unit) else self.ids[item.node]

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """All lessons, labs and gaps by their typed ids."""
        return {self.identity(item): item for item in self.curriculum.order}

    def minutes(self, item: Item) -> int | None:
        """Return what an item takes; None for a gap that nothing allows to estimate."""
        return item.minutes if isinstance(item, Unit) else self.gap_minutes.get(item.node)

    def prior(self, degree: str | None, job: str | None, years: float) -> Array:
        """Return what a background lets one assume, ``(C, 4)``."""
        backgrounds = self.catalogue.backgrounds
        return mastery.prior(
            self._known(backgrounds[degree].knows if degree else {}),
            self._known(backgrounds[job].knows if job else {}),
            years=years,
            job_years=backgrounds[job].years if job else 0,
            half_life=self.half_life,
            needs=self.curriculum.needs,
        )

    def posterior(self, prior: Array, observations: Iterable[Observation], today: float) -> Mastery:
        """Return what to believe after graded work."""
        state = mastery.follow(
            prior, observations, half_life=self.half_life, implied=self.implied, today=today
        )
        model = self.fitted()
        return model.mastery(state, self.curriculum.competencies, today) if model else state.mastery(today)

    def _known(self, knows: Mapping[str, Mapping[Level, float]]) -> Array:
        known = np.zeros((len(self.rows), mastery.LEVELS))
        for name, levels in knows.items():
            for level, share in levels.items():
                known[self.rows[name], int(level) - 1] = share
        return np.maximum.accumulate(known[:, ::-1], axis=1)[:, ::-1]

    def _units(self) -> Iterable[Unit]:
        labs = self.catalogue.labs
        for number, course in enumerate(self.catalogue.courses.values()):
            first = min(self.rows[skill.competency] for skill in course.teaches)
            for position, lesson in enumerate(course.lessons):
                yield Unit(
                    id=f"lesson:{lesson.id}",
                    minutes=lesson.minutes or ASSUMED_MINUTES,
                    course=course.slug,
                    place=(first, number, position),
                    teaches=self._nodes(lesson.teaches),
                    uses=self._nodes((*course.uses, *lesson.uses)),
                    languages=self._languages(course, lesson.slug),
                )
            for position, slug in enumerate(name for name in course.labs if name in labs):
                lab = labs[slug]
                yield Unit(
                    id=f"lab:{slug}",
                    minutes=lab.minutes or ASSUMED_MINUTES,
                    course=course.slug,
                    place=(first, number, len(course.lessons) + position),
                    proves=self._nodes(skill for task in lab.tasks for skill in task.proves),
                    uses=self._nodes(course.uses),
                )

    def _languages(self, course: Course, slug: str) -> tuple[str, ...]:
        translated = (self.catalogue.root / course.file).with_name(f"{slug}.zh.md")
        return ("en", "zh") if translated.is_file() else ("en",)

    def _nodes(self, skills: Iterable[Skill]) -> tuple[Node, ...]:
        return tuple(dict.fromkeys(self.node(skill) for skill in skills))
