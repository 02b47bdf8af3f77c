"""Lessons come from read-only folders into the learner's home, without ever overwriting their work."""

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from learning_paths.ui import course_lessons
from learning_paths.ui.errors import UIError

LESSON = re.compile(r"lesson:(?P<course>[a-z0-9]+(?:-[a-z0-9]+)*)/(?P<slug>\d\d-[a-z0-9]+(?:-[a-z0-9]+)*)")
RECORD = ".copied.json"
"""Beside the copies: what each file's newest content was that its owner got."""

_SOURCES = re.compile(r"course\.yml|checkpoints\.yml|\d\d-.*\.(py|zh\.md)|\..*|__pycache__|.*\.ipynb")


@dataclass(frozen=True, slots=True)
class Opened:
    """A lesson in the learner's home.

    Parameters
    ----------
    path
        Of the notebook, relative to the home.
    new
        True when it was copied now.
    outdated
        True when there is a newer text, of the notebook or of what it needs, and the learner's own work was
        kept instead.
    """

    path: str
    new: bool
    outdated: bool


def open_lesson(
    unit: str,
    material: Path,
    home: Path,
    language: str = "en",
    *,
    courses: Mapping[str, Path] | None = None,
    beside: bool = False,
) -> Opened:
    """Copy a lesson and the files that it needs into the home.

    There they lie in ``lessons/<course>/``, those of a course beside the academy's own in
    ``<course>/lessons/``. What the learner has changed stays as it is; what they have not touched is brought
    up to date. Every file appears whole or not at all.

    Parameters
    ----------
    unit
        ``lesson:course/NN-slug``; of a course beside the academy's own, ``lesson:course/folder/name``.
    material
        The folder of the academy's own courses, by stage.
    home
        The learner's folder.
    language
        ``zh`` takes the lesson's Chinese notebook where there is one.
    courses
        The folders of lessons of courses beside the academy's own, by id.
    beside
        Put newer texts of what the learner has changed beside it, as ``NAME.new.ipynb``; the path is then
        the newer notebook's.

    Raises
    ------
    UIError
        When there is no such lesson (404), or the home cannot be written (507).
    """
    if unit.count("/") == 1:
        folder, notebook = _find(unit, material, language)
        target, needed = home / "lessons" / folder.name, _needed(folder)
    else:
        course, folder, notebook = course_lessons.found(unit, courses or {}, language)
        target, needed = home / course / course_lessons.HOME, course_lessons.needed(folder, notebook)
    try:
        return _open(folder, notebook, needed, target, home, beside)
    except OSError as error:
        where = target.relative_to(home)
        raise UIError(
            f"cannot write the lesson: {error.strerror}, {where}; free some space, try again",
            507,
            zh=f"无法写入课程：{error.strerror}，{where}；请腾出空间后重试",
        ) from error


def _open(
    folder: Path, notebook: Path, needed: Iterable[Path], target: Path, home: Path, beside: bool
) -> Opened:
    target.mkdir(parents=True, exist_ok=True)
    copied = _read_record(target)
    outdated = False
    try:
        for source in (*needed, notebook):  # the notebook last: with it there is all that it needs
            one = _bring(source, target, source.relative_to(folder), copied, beside)
            outdated |= one.outdated
    finally:
        _write(target / RECORD, io.BytesIO(json.dumps(copied, indent=1, sort_keys=True).encode()))
    return Opened(str((target / one.path).relative_to(home)), one.new, outdated)


def opened_lessons(home: Path) -> dict[str, str]:
    """Return the lessons that lie in the home: typed id to the notebook's path."""
    found = {}
    for path in sorted((home / "lessons").glob("*/*.ipynb")):
        slug = path.name.removesuffix(".ipynb").removesuffix(".zh")
        unit = f"lesson:{path.parent.name}/{slug}"
        if LESSON.fullmatch(unit):
            found[unit] = f"lessons/{path.parent.name}/{path.name}"
    return found


def _find(unit: str, material: Path, language: str) -> tuple[Path, Path]:
    parts = LESSON.fullmatch(unit)
    if parts is None:
        raise UIError(
            f"{unit!r} is no lesson; open one from the plan", zh=f"{unit!r} 不是课程；请从计划中打开"
        )
    # names are compared with what lies there, so nothing outside the material can be named
    for course in material.glob("*/*"):
        names = {path.name for path in course.glob("*.ipynb")} if course.name == parts["course"] else set()
        for ending in (".zh.ipynb", ".ipynb") if language == "zh" else (".ipynb",):
            if parts["slug"] + ending in names:
                return course, course / (parts["slug"] + ending)
    raise UIError(
        f"lesson {unit!r} is not in this academy; reload the start page for the plan of today",
        404,
        zh=f"本学院没有课程 {unit!r}；请刷新开始页查看最新计划",
    )


def _needed(course: Path) -> Iterator[Path]:
    """Yield the data files of a course: all but notebooks, their sources, and the checkpoints' answers."""
    for path in sorted(course.rglob("*")):
        parts = path.relative_to(course).parts
        if path.is_file() and not any(_SOURCES.fullmatch(part) for part in parts):
            yield path


def _bring(source: Path, target: Path, name: Path, copied: dict[str, str], beside: bool) -> Opened:
    """Copy a file unless the learner has changed it; the path is that below the target."""
    key, own = str(name), target / name
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        had, before = _digest(own), copied.get(key)
        if had == digest:
            copied[key] = digest  # by whichever way it came
            return Opened(key, False, False)
        if had is None or had == before:
            _write(own, file)
            copied[key] = digest
            return Opened(key, had is None, False)
        if before in (None, digest):
            return Opened(key, False, False)
        if not beside:
            return Opened(key, False, True)
        newer = _free(own, digest)
        if not newer.exists():
            _write(newer, file)
        copied[key] = digest
        return Opened(str(newer.relative_to(target)), False, False)


def _digest(path: Path) -> str | None:
    """Return the hash of a file; None where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _free(own: Path, digest: str) -> Path:
    """Return where a newer text of a file goes: a name that nothing else has."""
    names = (f"{own.stem}.new{f'-{number}' * (number > 1)}{own.suffix}" for number in count(1))
    return next(path for name in names if _digest(path := own.with_name(name)) in (None, digest))


def _write(path: Path, content: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content.seek(0)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".copying-")
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, temporary) if path.exists() else os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _read_record(target: Path) -> dict[str, str]:
    try:
        return dict(json.loads((target / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}  # nothing was copied yet, or the learner removed the record: all files count as theirs
