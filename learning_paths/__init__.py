"""What to learn next: from background, goal and graded work to an explained plan."""

from typing import TYPE_CHECKING, Any

from learning_paths.errors import (
    BadProfile,
    CurriculumError,
    GradebookError,
    NoProfile,
    PlanError,
    StoreError,
    UnknownCheckpoint,
)

if TYPE_CHECKING:
    from learning_paths.academy import Academy

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


def __getattr__(name: str) -> Any:
    # learners' servers import learning_paths.ui, which needs neither numpy nor SQLAlchemy: a second saved
    if name == "Academy":
        from learning_paths.academy import Academy

        return Academy
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
