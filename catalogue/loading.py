"""From the files to one immutable catalogue."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel

from catalogue.errors import InvalidFile, Problem
from catalogue.folders import CHECKOUT
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
from catalogue.model import Catalogue
from catalogue.reading import read_mapping, validate
from catalogue.units import Course, CourseKeys, Lab, LabKeys, Lesson, Task

Entry = TypeVar("Entry", bound=BaseModel)
Stamps = tuple[tuple[str, int, int], ...]

OWN_FRAMEWORK = Path(__file__).resolve().parent / "framework"
_WHOLE_FILES: dict[str, type[BaseModel]] = {
    "structure": Structure,
    "talent": Talent,
    "organisations": Organisations,
    "certifications": Certifications,
    "universities": Universities,
}
_loaded: dict[Path, tuple[Stamps, Catalogue]] = {}


@dataclass(frozen=True)
class Reading:
    """What could be read, and what could not.

    Parameters
    ----------
    catalogue
        All that was readable; None when a framework file is broken.
    problems
        A file that breaks its schema is left out and named here.
    """

    catalogue: Catalogue | None
    problems: tuple[Problem, ...]


def load(root: Path | None = None) -> Catalogue:
    """Return the catalogue of a folder; the same object as long as no file has changed.

    Parameters
    ----------
    root
        The folder with ``courses/`` and ``labs/``; the checkout when left out. A folder without
        ``catalogue/framework`` gets the framework of this package.

    Raises
    ------
    InvalidFile
        With every fault of every file. Whether ids exist is a matter for ``catalogue.check``.
    """
    root = CHECKOUT if root is None else Path(root).absolute()
    stamps = tuple(_stamps(root))
    known = _loaded.get(root)
    if known is not None and known[0] == stamps:
        return known[1]
    reading = read(root)
    if reading.catalogue is None or reading.problems:
        raise InvalidFile(reading.problems)
    _loaded[root] = (stamps, reading.catalogue)
    return reading.catalogue


def read(root: Path) -> Reading:
    """Read everything under ``root``, keeping what is readable."""
    root = Path(root).absolute()
    problems: list[Problem] = []
    framework = _framework(root, problems)
    courses = dict(_courses(root, problems))
    owners = {lab: course.slug for course in reversed(courses.values()) for lab in course.labs}
    labs = dict(_labs(root, owners, problems))
    if framework is None:
        return Reading(None, tuple(problems))
    catalogue = Catalogue(
        root=root,
        **framework,
        courses=MappingProxyType(courses),
        lessons=MappingProxyType(
            {lesson.id: lesson for course in courses.values() for lesson in course.lessons}
        ),
        labs=MappingProxyType(labs),
    )
    return Reading(catalogue, tuple(problems))


def framework_folder(root: Path) -> Path:
    """Return the folder of the framework that goes with ``root``."""
    own = root / "catalogue" / "framework"
    return own if own.is_dir() else OWN_FRAMEWORK


def notebook_of(root: Path, lab: str) -> Path:
    """Return where the built instructor notebook of a lab lies."""
    return root / "labs" / "source" / lab / f"{lab}.ipynb"


def _files(root: Path) -> Iterator[Path]:
    yield from sorted(framework_folder(root).glob("*.yml"))
    yield from sorted(root.glob("courses/*/*/course.yml"))
    for path in sorted(root.glob("labs/authoring/*/lab.yml")):
        yield path
        yield notebook_of(root, path.parent.name)


def _stamps(root: Path) -> Iterator[tuple[str, int, int]]:
    for path in _files(root):
        try:
            stat = os.stat(path)
        except FileNotFoundError:
            continue
        yield str(path), stat.st_mtime_ns, stat.st_size


def shown_path(path: Path, root: Path) -> Path:
    """Return ``path`` as errors name it: relative to the root where it lies in it."""
    return path.relative_to(root) if path.is_relative_to(root) else path


def _framework(root: Path, problems: list[Problem]) -> dict[str, Any] | None:
    folder = framework_folder(root)
    before = len(problems)

    def entries(name: str, model: type[Entry], **extra: str) -> Mapping[str, Entry]:
        path = folder / f"{name}.yml"
        return MappingProxyType(dict(_entries(path, shown_path(path, root), model, extra, problems)))

    read_files: dict[str, Any] = {
        "competencies": _early_first(
            {
                **entries("foundations", Competency, kind="foundation"),
                **entries("competencies", Competency, kind="role"),
            }
        ),
        "roles": entries("roles", Role),
        "targets": entries("targets", Target),
        "degrees": entries("degrees", Background, kind="degree"),
        "jobs": entries("jobs", Background, kind="job"),
        "migrations": entries("migrations", Migration),
        "outline": entries("outline", CourseOutline),
    }
    for name, model in _WHOLE_FILES.items():
        path = folder / f"{name}.yml"
        shown = shown_path(path, root)
        try:
            read_files[name] = validate(model, read_mapping(path, shown), path, shown)
        except InvalidFile as error:
            problems.extend(error.problems)
    return read_files if len(problems) == before else None


def _early_first(competencies: Mapping[str, Competency]) -> Mapping[str, Competency]:
    return MappingProxyType(dict(sorted(competencies.items(), key=lambda item: not item[1].early)))


def _entries(
    path: Path, shown: Path, model: type[Entry], extra: Mapping[str, str], problems: list[Problem]
) -> Iterator[tuple[str, Entry]]:
    try:
        data = read_mapping(path, shown)
    except InvalidFile as error:
        problems.extend(error.problems)
        return
    for name, entry in data.items():
        try:
            if not isinstance(entry, dict):
                raise InvalidFile([Problem(f"{name} is no mapping of keys to values", shown)])
            yield name, validate(model, {**entry, "id": name, **extra}, path, shown, (name,))
        except InvalidFile as error:
            problems.extend(error.problems)


def _courses(root: Path, problems: list[Problem]) -> Iterator[tuple[str, Course]]:
    for path in sorted(root.glob("courses/*/*/course.yml")):
        shown = path.relative_to(root)
        try:
            keys = validate(CourseKeys, read_mapping(path, shown), path, shown)
            course = _course(keys, path, shown)
        except InvalidFile as error:
            problems.extend(error.problems)
            continue
        yield course.slug, course


def _course(keys: CourseKeys, path: Path, shown: Path) -> Course:
    slug, stage = path.parent.name, path.parent.parent.name
    lessons = tuple(Lesson(**dict(lesson), course=slug, stage=stage) for lesson in keys.lessons)
    place = {"slug": slug, "stage": stage, "file": shown.as_posix(), "lessons": lessons}
    return validate(Course, {**dict(keys), **place}, path, shown)


def _labs(root: Path, owners: Mapping[str, str], problems: list[Problem]) -> Iterator[tuple[str, Lab]]:
    for path in sorted(root.glob("labs/authoring/*/lab.yml")):
        shown = path.relative_to(root)
        slug = path.parent.name
        try:
            keys = validate(LabKeys, read_mapping(path, shown), path, shown)
            grades = built_points(notebook_of(root, slug), root)
            lab = _lab(keys, slug, owners.get(slug), grades, path, shown)
        except InvalidFile as error:
            problems.extend(error.problems)
            continue
        yield slug, lab


def _lab(
    keys: LabKeys, slug: str, course: str | None, grades: Mapping[str, float] | None, path: Path, shown: Path
) -> Lab:
    known = grades or {}
    tasks = tuple(
        Task(**dict(task), grade_points={grade: known[grade] for grade in task.grades if grade in known})
        for task in keys.tasks
    )
    place = {
        "slug": slug,
        "course": course,
        "file": shown.as_posix(),
        "notebook": f"labs/source/{slug}/{slug}.ipynb",
        "grades": grades,
        "tasks": tasks,
    }
    return validate(Lab, {**dict(keys), **place}, path, shown)


def built_points(notebook: Path, root: Path) -> dict[str, float] | None:
    """Return the points of every graded cell in a built notebook, in its order.

    Returns
    -------
    dict or None
        Points by grade id; None when the notebook is not there.

    Raises
    ------
    InvalidFile
        When the file is no notebook, or a graded cell of it has no points.
    """
    shown = shown_path(notebook, root)
    rebuild = f"build it again: ./academy notebooks build {notebook.stem}"
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        marks = [cell["metadata"].get("nbgrader", {}) for cell in cells]
        graded = [mark for mark in marks if mark.get("grade")]
        if without := [str(mark.get("grade_id")) for mark in graded if mark.get("points") is None]:
            what = f"check cells without points: {', '.join(without)}"
            raise InvalidFile([Problem(what, shown, mend=f"give each its points in the text and {rebuild}")])
        return {mark["grade_id"]: float(mark["points"]) for mark in graded}
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InvalidFile([Problem(f"cannot be read: {error.strerror}", shown)]) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidFile(
            [Problem(f"is no notebook ({type(error).__name__}: {error})", shown, mend=rebuild)]
        ) from error
