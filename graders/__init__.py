"""What a submission is worth: the kit that check cells call, the walled engine, the nbgrader course.

``from graders import kit`` stays light; nbgrader and the engine are loaded where they are used.
"""

from typing import Any

__all__ = ["Course", "Result", "grade", "make", "release"]

_WHERE = {
    "Course": "course",
    "make": "course",
    "release": "releasing",
    "Result": "result",
    "grade": "grading",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use."""
    if name in _WHERE:
        from importlib import import_module

        return getattr(import_module(f".{_WHERE[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
