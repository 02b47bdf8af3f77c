"""What there is to learn: the framework, the courses, the labs, and the one graph that orders them."""

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
    "InvalidFile",
    "Lab",
    "Lesson",
    "Level",
    "Limits",
    "Migration",
    "Need",
    "Problem",
    "Role",
    "Skill",
    "Target",
    "Task",
    "Text",
    "TypedId",
    "UnknownId",
    "load",
]
