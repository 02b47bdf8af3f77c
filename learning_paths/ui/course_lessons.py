"""Lessons of courses beside the academy's own: notebooks in folders, as their repository has them."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from learning_paths.ui.errors import UIError

VARIABLE = "ACADEMY_COURSE_LESSONS"
"""In a server's environment: folders of lessons by the courses' ids, as JSON."""
HOME = "lessons"
"""Their folder in that of their course in the home."""

_ENDINGS = {"en": (".ipynb", ".zh.ipynb"), "zh": (".zh.ipynb", ".ipynb")}
_MOST_READ = 2**22  # bytes of a notebook that is looked into for its title
_HEADING = re.compile(r"^#[ \t]+(.+)$", re.MULTILINE)
_MOST_LETTERS = 120


def folders() -> dict[str, Path]:
    """Return where this server finds lessons of courses that its person takes part in, by their ids."""
    return {course: Path(place) for course, place in json.loads(os.environ.get(VARIABLE, "{}")).items()}


def lessons_in(folder: Path) -> list[str]:
    """Return the lessons of a course: ``FOLDER/NAME`` of each ``FOLDER/NAME.ipynb`` or ``NAME.zh.ipynb``."""
    return sorted({f"{path.parent.name}/{_name(path)}" for path in folder.glob("*/*.ipynb")})


def found(unit: str, places: Mapping[str, Path], language: str) -> tuple[str, Path, Path]:
    """Return course, its folder of lessons and the notebook of ``lesson:COURSE/FOLDER/NAME``.

    Raises
    ------
    UIError
        When there is no such lesson here.
    """
    course, _, lesson = unit.removeprefix("lesson:").partition("/")
    # names are compared with what lies there, so nothing outside the lessons can be named
    if course in places and lesson in lessons_in(places[course]):
        return course, places[course], _notebook(places[course], lesson, language)
    raise UIError(
        f"there is no lesson {unit!r} here; if you take part in its course since a short while, restart your "
        "server (File, Hub Control Panel)",
        404,
        zh=f"这里没有课程内容 {unit!r}；如果你刚加入该课程，请重启你的服务器（文件 → Hub 控制面板）",
    )


def needed(folder: Path, notebook: Path) -> Iterator[Path]:
    """Yield the files that a lesson comes with: those of its folder, and of folders that hold no lesson.

    The other lessons of the folder stay.
    """
    others = {path.parent for path in folder.glob("*/*.ipynb")} - {notebook.parent}
    for path in sorted(folder.rglob("*")):
        is_lesson = path.suffix == ".ipynb" and path.parent == notebook.parent
        if path.is_file() and not is_lesson and others.isdisjoint(path.parents):
            yield path


def listed(places: Mapping[str, Path], home: Path) -> list[dict[str, Any]]:
    """Return all lessons of a server's courses.

    Returns
    -------
    list of dict
        ``unit``, ``course`` (its id), ``folder``, ``title`` in both languages, ``path`` in the home or None.
    """
    told = []
    for course, folder in sorted(places.items()):
        for lesson in lessons_in(folder):
            own = (f"{course}/{HOME}/{lesson}{ending}" for ending in _ENDINGS["en"])
            told.append(
                {
                    "unit": f"lesson:{course}/{lesson}",
                    "course": course,
                    "folder": lesson.partition("/")[0],
                    "title": {one: _title(_notebook(folder, lesson, one)) for one in _ENDINGS},
                    "path": next((path for path in own if (home / path).is_file()), None),
                }
            )
    return told


def _name(path: Path) -> str:
    return path.name.removesuffix(".ipynb").removesuffix(".zh")


def _notebook(folder: Path, lesson: str, language: str) -> Path:
    paths = [folder / f"{lesson}{ending}" for ending in _ENDINGS.get(language, _ENDINGS["en"])]
    return next((path for path in paths if path.is_file()), paths[0])


def _title(notebook: Path) -> str:
    """Return a notebook's first heading; its name where it has none that can be read."""
    try:
        info = notebook.stat()
    except OSError:  # it went a moment ago
        return _name(notebook)
    return _heading(notebook, info.st_mtime_ns, info.st_size) or _name(notebook)


@lru_cache(maxsize=1000)
def _heading(notebook: Path, _changed: int, size: int) -> str | None:
    if size > _MOST_READ:
        return None
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        texts = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        heading = next(filter(None, map(_HEADING.search, texts)), None)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # it may hold anything
        return None
    return heading and heading[1].strip(" \t#")[:_MOST_LETTERS]
