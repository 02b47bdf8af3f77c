"""Another exchange than nbgrader's folders, where the environment names one."""

import os
from pathlib import Path
from typing import Any

from catalogue.folders import COURSE_ID

ID_FILE = "course-id"
"""In the folder of another course."""

MODULE = "ACADEMY_EXCHANGE_STEPS"
"""The environment's word for the module whose classes take nbgrader's steps."""

STEPS = {
    "fetch_assignment": "FetchAssignment",
    "fetch_feedback": "FetchFeedback",
    "release_assignment": "ReleaseAssignment",
    "release_feedback": "ReleaseFeedback",
    "list": "List",
    "submit": "Submit",
    "collect": "Collect",
}


def course_id(root: Path) -> str:
    """Return the id of the course in a folder.

    Parameters
    ----------
    root
        nbgrader's course folder.
    """
    try:
        return (root / ID_FILE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return COURSE_ID


def plug(c: Any) -> bool:
    """Let nbgrader use the exchange that the environment names; return whether it names one.

    Parameters
    ----------
    c
        The traitlets configuration of an ``nbgrader_config.py``.
    """
    module = os.environ.get(MODULE)
    if not module:
        return False
    for step, name in STEPS.items():
        setattr(c.ExchangeFactory, step, f"{module}.{name}")
    c.Exchange.pop("root", None)  # it has no folder
    return True
