"""What to learn next: from background, goal and graded work to an explained plan."""

from learning_paths.academy import Academy
from learning_paths.errors import (
    BadProfile,
    CurriculumError,
    GradebookError,
    NoProfile,
    PlanError,
    StoreError,
    UnknownCheckpoint,
)

__all__ = [
    "Academy",
    "BadProfile",
    "CurriculumError",
    "GradebookError",
    "NoProfile",
    "PlanError",
    "StoreError",
    "UnknownCheckpoint",
]
