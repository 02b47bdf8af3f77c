"""The catalogue in memory: one immutable object, looked up by id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from catalogue.errors import UnknownId
from catalogue.framework_schema import (
    Background,
    Certifications,
    Competency,
    CourseOutline,
    Migration,
    Organisations,
    Role,
    Structure,
    Talent,
    Target,
    Universities,
)
from catalogue.ids import Level, Skill
from catalogue.units import Course, Lab, Lesson, Task

Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All there is to learn, and for whom.

    The order of ``competencies`` breaks ties in an order of learning: first what is taken early, then the
    foundations, then what the roles ask, each as its file has them.

    Parameters
    ----------
    root
        The folder that it was read from.
    competencies
        The nodes of the one prerequisite graph, by id.
    roles, targets
        The fifteen roles, and the migration targets that are none of them, by id.
    degrees, jobs
        The two kinds of background, by id.
    migrations
        Paths from jobs to roles and targets, by id.
    structure, talent, organisations, certifications, universities
        The rest of the white paper.
    outline
        The courses of the whole curriculum, built or not, by slug.
    courses, lessons, labs
        What is built, by slug; lessons by ``course/NN-slug``.
    """

    root: Path
    competencies: Mapping[str, Competency]
    roles: Mapping[str, Role]
    targets: Mapping[str, Target]
    degrees: Mapping[str, Background]
    jobs: Mapping[str, Background]
    migrations: Mapping[str, Migration]
    structure: Structure
    talent: Talent
    organisations: Organisations
    certifications: Certifications
    universities: Universities
    outline: Mapping[str, CourseOutline]
    courses: Mapping[str, Course]
    lessons: Mapping[str, Lesson]
    labs: Mapping[str, Lab]

    @property
    def backgrounds(self) -> Mapping[str, Background]:
        """Degrees and jobs in one; ``none``, the only id of both, is the degree's."""
        return {**self.jobs, **self.degrees}

    def competency(self, name: str) -> Competency:
        """Return a competency; raise ``UnknownId`` with the nearest names."""
        return find(self.competencies, "competency", name)

    def role(self, name: str) -> Role:
        """Return one of the fifteen roles; raise ``UnknownId`` with the nearest names."""
        return find(self.roles, "role", name)

    def goal(self, name: str) -> Role | Target:
        """Return a role or a migration target; raise ``UnknownId`` with the nearest names."""
        return find({**self.roles, **self.targets}, "role", name)

    def background(self, name: str, kind: Literal["degree", "job"] | None = None) -> Background:
        """Return a degree or a job; raise ``UnknownId`` with the nearest names."""
        known = {"degree": self.degrees, "job": self.jobs, None: self.backgrounds}[kind]
        return find(known, kind or "background", name)

    def lessons_teaching(self, skill: Skill) -> tuple[Lesson, ...]:
        """Return the lessons that teach a competency at this level or deeper."""
        return tuple(one for one in self.lessons.values() if reaches(one.teaches, skill))

    def tasks_proving(self, skill: Skill) -> tuple[tuple[Lab, Task], ...]:
        """Return the graded tasks that prove a competency at this level or deeper."""
        return tuple(
            (lab, task) for lab in self.labs.values() for task in lab.tasks if reaches(task.proves, skill)
        )

    def role_rows(self) -> tuple[tuple[str, str, Level], ...]:
        """Return the (role, competency, level) rows: 54 in the white paper."""
        return tuple(
            (role.id, name, level)
            for role in self.roles.values()
            for name, level in role.competencies.items()
        )


def find(known: Mapping[str, Item], kind: str, name: str) -> Item:
    """Return ``known[name]``; raise ``UnknownId`` with the nearest names."""
    if name not in known:
        called = {text: entry for entry, one in known.items() for text in (one.title.en, one.title.zh)}
        raise UnknownId(kind, name, known, called)
    return known[name]


def reaches(skills: Iterable[Skill], wanted: Skill) -> bool:
    """Say whether one of the skills is the wanted competency at its level or deeper."""
    return any(skill.competency == wanted.competency and skill.level >= wanted.level for skill in skills)
