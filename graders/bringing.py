"""Labs of the checkout in the course folder, with what is known of each."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .course import Course, write
from .engine.master import LIMITS_FILE, NOT_DATA
from .engine.mistakes import MISTAKES_FILE
from .errors import LabError
from .lab_file import known_mistakes, limits_of, titles_of
from .titles import TITLES_FILE


def bring(course: Course, lab: str) -> None:
    """Copy a lab from the checkout into the course, with its limits, titles and mistakes.

    Raises
    ------
    LabError
        When there is no such lab, or its ``lab.yml`` is broken.
    """
    if lab not in course.known():
        there = ", ".join(course.known()) or "none"
        raise LabError(
            f"no lab {lab!r} in {course.labs / 'source'} (there: {there}); ./academy notebooks build"
        )
    about = course.labs / "authoring" / lab / "lab.yml"
    limits, titles = limits_of(about), titles_of(about)
    _mirror(course.labs / "source" / lab, course.root / "source" / lab)
    _note(course.root / LIMITS_FILE, lab, asdict(limits))
    _note(course.root / TITLES_FILE, lab, titles)
    _note(course.root / MISTAKES_FILE, lab, known_mistakes(about, about.with_name("proof.json")))


def _note(path: Path, lab: str, content: dict[str, Any]) -> None:
    """Put what belongs to one lab into a file of all labs."""
    there = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    write(path, json.dumps({**there, lab: content}, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def _mirror(source: Path, target: Path) -> None:
    """Make a folder equal to another, file by file."""
    wanted = {p.relative_to(source) for p in source.rglob("*") if p.is_file() and not NOT_DATA & set(p.parts)}
    for path in [p for p in target.rglob("*") if p.is_file() and p.relative_to(target) not in wanted]:
        path.unlink()
    for relative in sorted(wanted):
        copy = target / relative
        if copy.exists() and filecmp.cmp(source / relative, copy, shallow=False):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        temporary = copy.with_name(f".{copy.name}.{os.getpid()}")
        try:
            shutil.copyfile(source / relative, temporary)
            os.replace(temporary, copy)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
