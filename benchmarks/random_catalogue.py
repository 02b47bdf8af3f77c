"""A random curriculum as a whole catalogue: names, reasons in both languages, an outline of what is to come.

So that plans with their explanations can be timed beyond our own size. Backgrounds, roles and structure are
those of our framework; competencies, courses, lessons and labs are the random ones.
"""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from random_curricula import reached

import catalogue
from catalogue import Catalogue, Level, Skill
from catalogue.framework_schema import Competency, CourseOutline, Need
from catalogue.schema import Text
from catalogue.units import Course, Lab, Lesson, Limits, Task
from learning_paths.curriculum import Ground
from learning_paths.explain import Shown
from learning_paths.graph import Curriculum
from learning_paths.mastery import LEVELS, Array, Mastery
from learning_paths.plan import Standing
from learning_paths.units import Node, Unit

TRACKS = ("model",)
DECAYS = ("school", "occupational", "technique")
SHOWN = 0.1
WHEN = datetime(2026, 11, 2, tzinfo=UTC)


def ground(among: Curriculum, known: Catalogue | None = None) -> Ground:
    """Return a random curriculum as what paths are planned on.

    Parameters
    ----------
    among
        Without bundles' order or rivals changed: courses, lessons and labs are these.
    known
        Where structure and shares come from; our own catalogue when left out.
    """
    known = known or catalogue.load()
    stages = tuple(known.structure.stages)
    courses: dict[str, list[Unit]] = {}
    for unit in among.units:
        courses.setdefault(unit.course, []).append(unit)
    lessons: dict[str, Lesson] = {}
    labs: dict[str, Lab] = {}
    built = {
        name: _course(among, name, units, stages, lessons, labs)
        for name, units in sorted(courses.items(), key=lambda one: min(unit.place for unit in one[1]))
    }
    return Ground(
        replace(
            known,
            competencies={
                name: _competency(among, row, stages) for row, name in enumerate(among.competencies)
            },
            outline={name: _outline(course) for name, course in built.items()},
            courses=built,
            lessons=lessons,
            labs=labs,
        )
    )


def standing(chance: random.Random, on: Ground) -> Standing:
    """Return somebody with levels from a background; every second one has graded work in some competencies.

    Half of that work was good enough for a level more, so that the way from the background is another one.
    """
    among = on.curriculum
    levels = np.array(reached(chance, among))
    prior = _believed(levels)
    rows = [row for row in range(len(levels)) if chance.random() < SHOWN] if chance.random() < 0.5 else []
    passed = {row for row in rows if chance.random() < 0.5}
    shown = {
        row: [
            Shown(f"l{row}", "t", _both(f"lab {row}"), "nbgrader", 9.0 if row in passed else 3.0, 10.0, WHEN)
        ]
        for row in rows
    }
    for row in passed:
        levels[row] = min(LEVELS - 1, levels[row] + 1)
    now = np.maximum(prior, _believed(levels))
    return Standing(prior, Mastery(now, now), shown)


def _believed(levels: NDArray[np.int_]) -> Array:
    """Return 0.9 for the levels that somebody has, and little for the others."""
    known = np.arange(LEVELS) <= levels[:, None]
    return np.minimum.accumulate(np.where(known, 0.9, [0.12, 0.06, 0.03, 0.02]), axis=1)


def _competency(among: Curriculum, row: int, stages: tuple[str, ...]) -> Competency:
    name = among.competencies[row]
    needs = [(node, (needed,)) for node, needed in among.needs if node[0] == row]
    needs += [(node, options) for node, options in among.either if node[0] == row]
    return Competency(
        id=name,
        kind="foundation",
        title=_text(f"competency {row} of many"),
        stage=stages[row * len(stages) // len(among.competencies)],
        tracks=TRACKS,
        decay=DECAYS[row % len(DECAYS)],
        contents=(_text(f"says what {name} is"), _text(f"works with {name} under load")),
        needs=tuple(
            Need.model_validate(
                {
                    "needs": among.competencies[options[0][0]],
                    "at": Level(options[0][1] + 1),
                    "for": Level(node[1] + 1),
                    "why": _text(f"{name} builds on what {among.competencies[options[0][0]]} explains"),
                    "or_": tuple(_skills(among, options[1:])),
                }
            )
            for node, options in needs
        ),
    )


def _course(
    among: Curriculum,
    name: str,
    units: list[Unit],
    stages: tuple[str, ...],
    lessons: dict[str, Lesson],
    labs: dict[str, Lab],
) -> Course:
    """Return a course; its lessons and labs are added to those that are there."""
    stage = stages[units[0].place[0] * len(stages) // len(among.competencies)]
    units = sorted(units, key=lambda unit: unit.place)
    shared = [used for used in units[0].uses if all(used in unit.uses for unit in units)]
    own = []
    for unit in units:
        if unit.teaches:
            lesson = Lesson(
                slug=f"{len(own) + 1:02d}-part",
                title=_text(f"part {len(own) + 1} of {name}"),
                minutes=unit.minutes,
                teaches=_skills(among, unit.teaches),
                uses=_skills(among, (used for used in unit.uses if used not in shared)),
                course=name,
                stage=stage,
            )
            own.append(lesson)
            lessons[lesson.id] = lesson
        else:
            slug = unit.id.partition(":")[2]
            proves = _skills(among, unit.proves)
            task = Task(id="t", title=_text(f"task of {slug}"), proves=proves, grades=("g",), grade_points={})
            labs[slug] = Lab(
                slug=slug,
                course=name,
                file="",
                notebook="",
                grades=None,
                title=_text(f"lab {slug}"),
                promise=_text("You can."),
                minutes=unit.minutes,
                limits=Limits(seconds=1, memory_mib=1),
                tasks=(task,),
            )
    return Course(
        slug=name,
        stage=stage,
        file=f"courses/{name}/course.yml",
        title=_text(f"course {name}"),
        promise=_text("You can."),
        tracks=TRACKS,
        teaches=tuple(dict.fromkeys(skill for lesson in own for skill in lesson.teaches)),
        uses=_skills(among, shared),
        lessons=tuple(own),
        bundle=name in among.bundles,
        labs=tuple(unit.id.partition(":")[2] for unit in units if unit.proves),
    )


def _outline(course: Course) -> CourseOutline:
    """Return what a course is to become: two lessons and a lab more, each competency a level deeper."""
    deepest: dict[str, Level] = {}
    for skill in course.teaches:
        deepest[skill.competency] = max(skill.level, deepest.get(skill.competency, skill.level))
    return CourseOutline(
        id=course.slug,
        title=course.title,
        stage=course.stage,
        lessons=min(20, len(course.lessons) + 2),
        labs=(*course.labs, f"{course.slug}-more"),
        teaches={name: Level(min(LEVELS, level + 1)) for name, level in deepest.items()},
    )


def _skills(among: Curriculum, nodes: Iterable[Node]) -> tuple[Skill, ...]:
    return tuple(Skill(among.competencies[row], Level(level + 1)) for row, level in nodes)


def _both(text: str) -> dict[str, str]:
    return {"en": text, "zh": text}


def _text(text: str) -> Text:
    return Text(**_both(text))
