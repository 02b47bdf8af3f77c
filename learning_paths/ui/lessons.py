"""Lessons come from the read-only material into the learner's home, without ever overwriting their work."""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from learning_paths.ui.errors import UIError

LESSON = re.compile(r"lesson:(?P<course>[a-z0-9]+(?:-[a-z0-9]+)*)/(?P<slug>\d\d-[a-z0-9]+(?:-[a-z0-9]+)*)")
RECORD = ".copied.json"
"""Beside the copies: what each file's content was when it was copied."""

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
        True when the academy has a newer text and the learner's own work was kept instead.
    """

    path: str
    new: bool
    outdated: bool


def open_lesson(unit: str, material: Path, home: Path, language: str = "en") -> Opened:
    """Copy a lesson and the files that it needs to ``lessons/<course>/`` in the home.

    What the learner has changed stays as it is; what they have not touched is brought up to date. Every file
    appears whole or not at all.

    Parameters
    ----------
    unit
        ``lesson:course/NN-slug``.
    material
        The folder of all courses, by stage.
    home
        The learner's folder.
    language
        ``zh`` takes the lesson's Chinese notebook where there is one.

    Raises
    ------
    UIError
        When there is no such lesson (404), or the home cannot be written (507).
    """
    course, notebook = _find(unit, material, language)
    target = home / "lessons" / course.name
    try:
        target.mkdir(parents=True, exist_ok=True)
        copied = _read_record(target)
        for source in _needed(course):
            _bring(source, target / source.relative_to(course), str(source.relative_to(course)), copied)
        new, outdated = _bring(notebook, target / notebook.name, notebook.name, copied)
        _write(target / RECORD, json.dumps(copied, indent=1, sort_keys=True).encode())
    except OSError as error:
        raise UIError(
            f"cannot write the lesson: {error.strerror}, lessons/{course.name}; free some space, try again",
            507,
            zh=f"无法写入课程：{error.strerror}，lessons/{course.name}；请腾出空间后重试",
        ) from error
    return Opened(f"lessons/{course.name}/{notebook.name}", new, outdated)


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


def _bring(source: Path, target: Path, name: str, copied: dict[str, str]) -> tuple[bool, bool]:
    """Copy a file unless the learner has changed it; tell whether it is new, and whether it is outdated."""
    content = source.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if not target.exists():
        _write(target, content)
        copied[name] = digest
        return True, False
    own = hashlib.sha256(target.read_bytes()).hexdigest()
    before = copied.get(name)
    if own == before and before != digest:
        _write(target, content)
        copied[name] = digest
        return False, False
    return False, before is not None and before != digest


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".copying-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
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
