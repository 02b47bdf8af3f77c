"""What came of one submission."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # with nbgrader, for which readers of results need not wait
    from .engine.scores import Scores


@dataclass(frozen=True)
class Result:
    """What came of one submission; one line of JSON.

    Attributes
    ----------
    learner, lab
        Whose submission of what.
    status
        ``graded``, ``partial`` (some checks are refused), ``refused`` (it is not graded) or ``unreadable``
        (it is no notebook).
    mode
        ``apart``: checks and answers run in processes of their own; ``together``: some marks come from a
        process that both share.
    reason
        Why, where it is not graded.
    refused_cells
        Grade ids of refused checks.
    scores
        ``{grade_id: {"score", "max"}}``.
    seconds
        That were spent on it.
    kept
        Nothing that it depends on had changed: it is the earlier result. Not in the JSON.
    """

    learner: str
    lab: str
    status: str
    mode: str = "apart"
    reason: str = ""
    refused_cells: list[str] = field(default_factory=list)
    scores: Scores = field(default_factory=dict)
    seconds: float = 0.0
    kept: bool = False

    def line(self) -> str:
        """Return the result as one line of JSON."""
        told = asdict(self)
        del told["kept"]
        return json.dumps(told, ensure_ascii=False)
