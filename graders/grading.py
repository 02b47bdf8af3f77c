"""Grading a course: collect, repair, run, score, one learner after the other, none stopping the rest."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat

from catalogue.folders import data_folder

from .course import Course, make
from .engine.master import Master, read_limits, read_master
from .engine.reference import honest
from .engine.repair import repaired
from .engine.scores import Scores, refusals, scores
from .engine.submission import read_submission
from .errors import GradingError, LabError, Refusal, Unreadable
from .steps import done, nbgrader


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
        ``apart``: checks and answers run in processes of their own.
    reason
        Why, where it is not graded.
    refused_cells
        Grade ids of refused checks.
    scores
        ``{grade_id: {"score", "max"}}``.
    seconds
        Wall time.
    """

    learner: str
    lab: str
    status: str
    mode: str = "apart"
    reason: str = ""
    refused_cells: list[str] = field(default_factory=list)
    scores: Scores = field(default_factory=dict)
    seconds: float = 0.0

    def line(self) -> str:
        """Return the result as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


def grade(
    *labs: str,
    learners: Sequence[str] | None = None,
    data: Path | None = None,
    source: Path | None = None,
    collect: bool = True,
    feedback: bool = False,
    seed: str = "",
) -> Iterator[Result]:
    """Grade what learners submitted, and put the scores into nbgrader's gradebook.

    Grading again gives the same: scores are replaced, a person's own grades and comments stay.

    Parameters
    ----------
    labs
        Names; every released lab when none is given.
    learners
        Only these; everybody who submitted by default.
    data, source
        The data folder; where the labs lie.
    collect
        Fetch new submissions from the exchange first.
    feedback
        Make and hand out feedback afterwards.
    seed
        The same seed for every check, for tests; the installation's key gives it otherwise.

    Yields
    ------
    Result
        One for each submission, as soon as it is there.

    Raises
    ------
    LabError
        When a lab is unknown or not released, or none is.
    """
    course = make(data_folder(data), source)
    wanted = list(labs) or course.released()
    if not wanted:
        raise LabError(
            f"no lab is released in {course.root}; ./academy release, or choose another with --data"
        )
    missing = [lab for lab in wanted if lab not in course.released()]
    if missing:
        raise LabError(f"lab {', '.join(missing)} is not released; ./academy release {' '.join(missing)}")
    with nbgrader(course) as api:
        api.config.WarmExecute.seed = seed
        for lab in wanted:
            if collect:
                _collect(course, api, lab)
            yield from _grade_lab(course, api, lab, learners, feedback)


def _collect(course: Course, api: object, lab: str) -> None:
    inbound = course.exchange / "academy" / "inbound"
    if inbound.is_dir():
        done(f"collecting {lab}", api.collect, lab, update=True)


def _grade_lab(
    course: Course, api: object, lab: str, learners: Sequence[str] | None, feedback: bool
) -> Iterator[Result]:
    submitted = sorted(path.parent.name for path in (course.root / "submitted").glob(f"*/{lab}"))
    chosen = [name for name in submitted if learners is None or name in learners]
    if learners is not None and (absent := sorted(set(learners) - set(submitted))):
        for name in absent:
            yield Result(name, lab, "refused", reason=f"{name} submitted nothing for {lab}")
    if not chosen:
        return
    master = read_master(course.root / "source" / lab, read_limits(course.root, lab))
    try:
        honest(course.root, master)
    except Refusal as error:
        yield from (Result(name, lab, "refused", reason=str(error)) for name in chosen)
        return
    for learner in chosen:
        result = _grade_one(course, api, master, learner)
        if feedback and result.status in ("graded", "partial"):
            result = _with_feedback(api, result)
        yield result


def _grade_one(course: Course, api: object, master: Master, learner: str) -> Result:
    begun = time.perf_counter()
    path = course.root / "submitted" / learner / master.lab / f"{master.lab}.ipynb"

    def result(status: str, reason: str = "", **found: Any) -> Result:
        seconds = round(time.perf_counter() - begun, 3)
        return Result(learner, master.lab, status, reason=reason, seconds=seconds, **found)

    try:
        repaired(master, read_submission(path))  # says why not, in words, before nbgrader looks at it
        done(f"{learner}, {master.lab}", api.autograde, master.lab, learner, force=True)
        graded = course.root / "autograded" / learner / master.lab / path.name
        notebook = nbformat.read(graded, as_version=4)
        refused = refusals(notebook)
        reason = "; ".join(f"{name}: {why}" for name, why in refused.items())
        status = "partial" if refused else "graded"
        return result(status, reason, refused_cells=list(refused), scores=scores(notebook))
    except Unreadable as error:
        return result("unreadable", str(error))
    except GradingError as error:
        return result("refused", str(error))
    except (OSError, ValueError) as error:
        return result("refused", f"{type(error).__name__}: {error}")


def _with_feedback(api: object, result: Result) -> Result:
    """Hand feedback out; where it cannot be made the marks stay, and the reason is told."""
    try:
        give_feedback(api, result.lab, result.learner)
    except GradingError as error:
        return replace(result, reason="; ".join(filter(None, (result.reason, f"no feedback: {error}"))))
    return result


def give_feedback(api: object, lab: str, learner: str) -> None:
    """Make one learner's feedback and put it into the exchange, under a name that only they can tell."""
    done(f"feedback for {learner}, {lab}", api.generate_feedback, lab, learner, force=True)
    done(f"feedback for {learner}, {lab}", api.release_feedback, lab, learner)
