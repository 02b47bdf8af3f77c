"""The catalogue checked as a whole: what is wrong, and what is still missing."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from catalogue.errors import Problem, suggest
from catalogue.folder_checks import folder_problems
from catalogue.graph import Step, course_steps, lesson_steps, need_circle, step_circle
from catalogue.ids import Level, Skill
from catalogue.loading import framework_folder, shown_path
from catalogue.model import Catalogue
from catalogue.reading import KeyPath, line_of
from catalogue.references import references
from catalogue.units import Course, Lab


@dataclass(frozen=True, slots=True)
class Gap:
    """A competency at a level that somebody asks for and the curriculum does not carry yet.

    Parameters
    ----------
    skill
        What is asked.
    untaught, unproved
        Whether no lesson teaches it, and whether no graded task proves it, at this level or deeper.
    asked_by
        Typed ids of roles, targets and competencies.
    """

    skill: Skill
    untaught: bool
    unproved: bool
    asked_by: tuple[str, ...]

    def __str__(self) -> str:
        missing = [
            what
            for what, lacks in (
                ("no lesson teaches it", self.untaught),
                ("no graded task proves it", self.unproved),
            )
            if lacks
        ]
        askers = ", ".join(self.asked_by[:3]) + (", …" if len(self.asked_by) > 3 else "")
        return f"competency:{self.skill}: {' and '.join(missing)}; asked by {askers}"


@dataclass(frozen=True)
class Report:
    """What a check of the whole found.

    Parameters
    ----------
    errors
        What must be mended.
    gaps
        What is still to be written.
    """

    errors: tuple[Problem, ...]
    gaps: tuple[Gap, ...]


def check(catalogue: Catalogue) -> Report:
    """Check everything that no single file can tell."""
    errors = (
        *_unknown_ids(catalogue),
        *_needs(catalogue),
        *(problem for course in catalogue.courses.values() for problem in _course(catalogue, course)),
        *(problem for lab in catalogue.labs.values() for problem in _lab(catalogue, lab)),
        *_circles(catalogue),
        *folder_problems(catalogue),
    )
    return Report(errors, tuple(gaps(catalogue)))


def gaps(catalogue: Catalogue) -> Iterator[Gap]:
    """Yield what is asked for and not taught or not proved, in the order of the competencies."""
    asked: dict[Skill, list[str]] = {}
    for kind, goals in (("role", catalogue.roles), ("target", catalogue.targets)):
        for goal in goals.values():
            for name, level in goal.competencies.items():
                asked.setdefault(Skill(name, level), []).append(f"{kind}:{goal.id}")
    for name, one in catalogue.competencies.items():
        for need in one.needs:
            asked.setdefault(Skill(need.needs, need.at), []).append(f"competency:{name}@{need.for_}")
    for name in catalogue.competencies:
        for level in Level:
            skill = Skill(name, level)
            untaught = not catalogue.lessons_teaching(skill)
            unproved = not catalogue.tasks_proving(skill)
            if skill in asked and (untaught or unproved):
                yield Gap(skill, untaught, unproved, tuple(dict.fromkeys(asked[skill])))


def _problem(catalogue: Catalogue, file: str, keys: KeyPath, what: str, mend: str = "") -> Problem:
    in_framework = file if file.endswith(".yml") else f"{file}.yml"
    path = framework_folder(catalogue.root) / in_framework
    if "/" in file:
        path = catalogue.root / file
    return Problem(what, shown_path(path, catalogue.root), line_of(path, keys), mend)


def _unknown_ids(catalogue: Catalogue) -> Iterator[Problem]:
    for one in references(catalogue):
        if one.value not in one.known:
            mend = suggest(one.value, tuple(one.known), one.kind)
            yield _problem(catalogue, one.file, one.keys, f"unknown {one.kind} {one.value!r}", mend)


def _needs(catalogue: Catalogue) -> Iterator[Problem]:
    for name, one in catalogue.competencies.items():
        file = "foundations" if one.kind == "foundation" else "competencies"
        pairs = Counter((need.needs, need.for_) for need in one.needs)
        for number, need in enumerate(one.needs):
            keys = (name, "needs", number)
            if need.needs == name:
                yield _problem(
                    catalogue, file, keys, f"{name} needs itself", "remove it: levels chain anyway"
                )
            if pairs[need.needs, need.for_] > 1:
                what = f"{name} states its need of {need.needs} for {need.for_} twice"
                yield _problem(catalogue, file, keys, what, "keep the deeper one")


def _circles(catalogue: Catalogue) -> Iterator[Problem]:
    skills = need_circle(catalogue.competencies)
    if skills:
        first = skills[0].competency
        file = "foundations" if catalogue.competencies[first].kind == "foundation" else "competencies"
        shown = " needs ".join(str(skill) for skill in (*skills, skills[0]))
        yield _problem(
            catalogue, file, (first, "needs"), f"needs go in a circle: {shown}", "remove one of them"
        )
        return  # every order of lessons or courses would go in this circle too
    lessons = step_circle(lesson_steps(catalogue))
    if lessons:
        yield _step_problem(catalogue, "lessons wait for each other", lessons)
        return
    courses = step_circle(course_steps(catalogue))
    if courses:
        yield _step_problem(catalogue, "courses taken as a whole wait for each other", courses)


def _step_problem(catalogue: Catalogue, what: str, found: tuple[tuple[Step, Skill | None], ...]) -> Problem:
    others = [step.name for step, _ in (*found[1:], found[0])]
    parts = [
        f"{step.name} comes after {other}" if skill is None else f"{step.name} needs {skill} from {other}"
        for (step, skill), other in zip(found, others, strict=True)
    ]
    slug = found[0][0].name.partition(":")[2].partition("/")[0]
    mend = "move a lesson, or a need to a deeper level"
    return _problem(catalogue, catalogue.courses[slug].file, (), f"{what}: {'; '.join(parts)}", mend)


def _course(catalogue: Catalogue, course: Course) -> Iterator[Problem]:
    for number, lesson in enumerate(course.lessons):
        if lesson.minutes is None:
            what = f"lesson {lesson.slug} has no minutes"
            yield _problem(catalogue, course.file, ("lessons", number), what, "add minutes: 55, one sitting")
    for slug, count in Counter(lesson.slug for lesson in course.lessons).items():
        if count > 1:
            yield _problem(catalogue, course.file, ("lessons",), f"lesson {slug} is listed {count} times")
    taught = [skill for lesson in course.lessons for skill in lesson.teaches]
    yield from _same_skills(catalogue, course, "teaches", course.teaches, taught, "its lessons teach")
    labs = [catalogue.labs[slug] for slug in course.labs if slug in catalogue.labs]
    if len(labs) == len(course.labs):
        proved = [skill for lab in labs for task in lab.tasks for skill in task.proves]
        yield from _same_skills(catalogue, course, "assesses", course.assesses, proved, "its labs prove")


def _same_skills(
    catalogue: Catalogue, course: Course, key: str, stated: Iterable[Skill], found: Iterable[Skill], what: str
) -> Iterator[Problem]:
    if set(stated) != set(found):
        shown = ", ".join(str(skill) for skill in dict.fromkeys(found)) or "nothing"
        says = f"{key} says {', '.join(map(str, stated)) or 'nothing'}, but {what} {shown}"
        yield _problem(catalogue, course.file, (key,), says, f"write {key}: [{shown}]")


def _lab(catalogue: Catalogue, lab: Lab) -> Iterator[Problem]:
    owners = [course.slug for course in catalogue.courses.values() if lab.slug in course.labs]
    if len(owners) != 1:
        found = f"{len(owners)} courses list it ({', '.join(owners)})" if owners else "no course lists it"
        mend = "name it under labs: of one course.yml"
        yield _problem(catalogue, lab.file, (), f"lab {lab.slug} belongs to one course, but {found}", mend)
    if lab.minutes is None:
        yield _problem(catalogue, lab.file, (), f"lab {lab.slug} has no minutes", "add minutes: 60")
    for name, count in Counter(task.id for task in lab.tasks).items():
        if count > 1:
            yield _problem(catalogue, lab.file, ("tasks",), f"task {name} is listed {count} times")
    yield from _points(catalogue, lab)


def _points(catalogue: Catalogue, lab: Lab) -> Iterator[Problem]:
    rebuild = f"./academy notebooks build {lab.slug}"
    if lab.grades is None:
        yield _problem(
            catalogue, lab.file, (), f"{lab.notebook} is not there, so points are unknown", rebuild
        )
        return
    if not lab.points:
        mend = 'give its check cells points: nbgrader={"grade_id": "check-…", "grade": true, "points": 2}'
        yield _problem(catalogue, lab.file, (), f"lab {lab.slug} has no points", mend)
    claimed = Counter(grade for task in lab.tasks for grade in task.grades)
    for number, task in enumerate(lab.tasks):
        keys = ("tasks", number, "grades")
        for grade in task.grades:
            if grade not in lab.grades:
                what = f"task {task.id} names the check cell {grade!r}, which {Path(lab.notebook).name} lacks"
                mend = f"{suggest(grade, tuple(lab.grades), 'check cell')}; or {rebuild}"
                yield _problem(catalogue, lab.file, keys, what, mend)
            elif claimed[grade] > 1:
                what = f"the points of {grade!r} are counted by {claimed[grade]} tasks"
                yield _problem(catalogue, lab.file, keys, what, "name it under one task")
    for grade, points in lab.grades.items():
        if points and grade not in claimed:
            what = f"the {points:g} points of check cell {grade!r} prove nothing"
            yield _problem(catalogue, lab.file, ("tasks",), what, "name it under a task's grades")
