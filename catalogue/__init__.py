"""What there is to learn: the framework, the courses, the labs, and the one graph that orders them.

Public names load their modules on first use: learners' kernels import `catalogue.notebooks.checkpoints`, and
need neither pydantic nor YAML for it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalogue.checks import Gap, Report, check
    from catalogue.errors import CatalogueError, InvalidFile, Problem, UnknownId
    from catalogue.framework_schema import Background, Competency, Migration, Need, Role, Target
    from catalogue.ids import Level, Skill, TypedId
    from catalogue.loading import load
    from catalogue.model import Catalogue
    from catalogue.schema import Text
    from catalogue.units import Course, Lab, Lesson, Limits, Task

__all__ = [
    "Background",
    "Catalogue",
    "CatalogueError",
    "Competency",
    "Course",
    "Gap",
    "InvalidFile",
    "Lab",
    "Lesson",
    "Level",
    "Limits",
    "Migration",
    "Need",
    "Problem",
    "Report",
    "Role",
    "Skill",
    "Target",
    "Task",
    "Text",
    "TypedId",
    "UnknownId",
    "check",
    "load",
]

_NAMES = {
    "checks": "Gap Report check",
    "errors": "CatalogueError InvalidFile Problem UnknownId",
    "framework_schema": "Background Competency Migration Need Role Target",
    "ids": "Level Skill TypedId",
    "loading": "load",
    "model": "Catalogue",
    "schema": "Text",
    "units": "Course Lab Lesson Limits Task",
}
_WHERE = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use."""
    if name in _WHERE:
        from importlib import import_module

        found = globals()[name] = getattr(import_module(f".{_WHERE[name]}", __name__), name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name what is public, loaded or not."""
    return sorted({*globals(), *__all__})
