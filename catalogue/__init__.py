"""What there is to learn: the framework, the courses, the labs, and the one graph that orders them."""

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
