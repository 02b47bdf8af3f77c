"""Folders and texts held against what course.yml and lab.yml list, so that nothing lies there unseen."""

import re
from collections.abc import Iterator
from pathlib import Path

from catalogue.errors import Problem, suggest
from catalogue.model import Catalogue
from catalogue.reading import line_of
from catalogue.units import SLUG_PATTERN, Course


def folder_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """Yield folders without their YAML, lessons without their text, and texts that no course lists."""
    root = catalogue.root
    for folder in sorted(root.glob("courses/*/*/")):
        if _holds_something(folder) and not (folder / "course.yml").exists():
            mend = "write its course.yml, or remove the folder"
            yield Problem("a course without course.yml", folder.relative_to(root), mend=mend)
    for folder in sorted(root.glob("labs/authoring/*/")):
        if _holds_something(folder) and not (folder / "lab.yml").exists():
            mend = "write its lab.yml, or remove the folder"
            yield Problem("a lab without lab.yml", folder.relative_to(root), mend=mend)
    for course in catalogue.courses.values():
        yield from _texts(root, course)


def _texts(root: Path, course: Course) -> Iterator[Problem]:
    file = root / course.file
    listed = tuple(lesson.slug for lesson in course.lessons)
    found = tuple(path.stem for path in sorted(file.parent.glob("*.py")) if re.match(SLUG_PATTERN, path.stem))
    for number, slug in enumerate(listed):
        if slug not in found:
            mend = suggest(slug, found, "lesson text")
            line = line_of(file, ("lessons", number, "slug"))
            yield Problem(f"lesson {slug} has no text {slug}.py", file.relative_to(root), line, mend)
    for slug in found:
        if slug not in listed:
            text = (file.parent / f"{slug}.py").relative_to(root)
            yield Problem(f"lesson {slug} is in no course.yml", text, mend=f"list it in {course.file}")


def _holds_something(folder: Path) -> bool:
    """Tell a folder with content from one that git or an editor left behind."""
    return any(path.name != "__pycache__" and not path.name.startswith(".") for path in folder.iterdir())
