"""What the tasks of a lab are called, for the pages that learners and instructors read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbgrader

TITLES_FILE = "titles.json"  # in the course folder: {lab: {grade id: {"en": …, "zh": …}}}
TEMPLATES = Path(__file__).resolve().parent / "templates"
THEIRS = Path(nbgrader.__file__).resolve().parent / "server_extensions" / "formgrader"


def name_tasks(c: Any, course: Path) -> None:
    """Let nbgrader's feedback and formgrader call tasks by their titles.

    Parameters
    ----------
    c
        The traitlets configuration of an ``nbgrader_config.py``.
    course
        Root of the course folder.
    """
    folders = [str(TEMPLATES), str(THEIRS / "templates")]
    # bootstrap.min.css goes into the feedback's page itself: it is read without a server
    styles = str(THEIRS / "static" / "node_modules" / "bootstrap" / "dist" / "css")
    for exporter, name in (
        (c.HTMLExporter, "academy-formgrade"),
        (c.GenerateFeedback.HTMLExporter, "academy-feedback"),
    ):
        exporter.template_name = name
        exporter.extra_template_basedirs = folders
        exporter.extra_template_paths = [*folders, styles]
        exporter.filters = {"task_title": title_in(course)}


def title_in(course: Path) -> Callable[[str, str], dict[str, str] | None]:
    """Return a function from grade id and lab to the task's title; None where the course knows none."""

    def title(grade_id: str, lab: str) -> dict[str, str] | None:
        try:
            known = json.loads((course / TITLES_FILE).read_text(encoding="utf-8"))
            return known[lab][grade_id]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    return title
