"""What became of a submission, as the service tells it: marks by task."""

from collections.abc import Iterator
from typing import Any

from catalogue.units import Lab
from learning_paths.evidence import Submission


def graded(submission: Submission, lab: Lab | None) -> dict[str, Any]:
    """Return a submission's marks.

    Parameters
    ----------
    submission
        As the gradebook has it.
    lab
        What the catalogue says of it; None for a lab from elsewhere, where each graded cell is a task.

    Returns
    -------
    dict
        ``lab``, ``title``, ``submitted_at`` (ISO 8601), ``late_seconds``, ``state`` (graded, or waiting),
        ``score`` (None while it waits), ``points``, ``tasks``.
    """
    tasks = list(_tasks(submission, lab) if lab else _cells(submission))
    whole = bool(tasks) and all(task["score"] is not None for task in tasks)
    return {
        "lab": submission.lab,
        "title": _text(lab.title) if lab else _same(submission.lab),
        "submitted_at": submission.tried_at.isoformat() if submission.tried_at else None,
        "late_seconds": submission.late_seconds,
        "state": "graded" if whole else "waiting",
        "score": sum(task["score"] for task in tasks) if whole else None,
        "points": sum(task["points"] for task in tasks),
        "tasks": tasks,
    }


def _tasks(submission: Submission, lab: Lab) -> Iterator[dict[str, Any]]:
    for task in lab.tasks:
        grades = [submission.grades[name] for name in task.grades if name in submission.grades]
        waiting = len(grades) < len(task.grades) or any(grade.pending for grade in grades)
        yield {
            "id": task.id,
            "title": _text(task.title),
            "score": None if waiting else sum(grade.score for grade in grades),
            "points": sum(grade.points for grade in grades) or task.points,
            "proves": [str(skill) for skill in task.proves],
        }


def _cells(submission: Submission) -> Iterator[dict[str, Any]]:
    for name, grade in submission.grades.items():
        score = None if grade.pending else grade.score
        yield {"id": name, "title": _same(name), "score": score, "points": grade.points, "proves": []}


def _text(text: Any) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def _same(name: str) -> dict[str, str]:
    return {"en": name, "zh": name}
