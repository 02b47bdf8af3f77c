"""What can be learned here, by course, as learners see it: titles, tasks, time limits, due times."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from catalogue import Catalogue, Lab
from catalogue.schema import Text


def courses(catalogue: Catalogue, due: Mapping[str, datetime]) -> list[dict[str, Any]]:
    """Return the courses with their labs, in the catalogue's order.

    Parameters
    ----------
    catalogue
        What there is to learn.
    due
        Due times by lab.

    Returns
    -------
    list of dict
        ``id``, ``title`` and ``labs`` of each course. A lab has ``lab``, ``title``, ``points``, ``minutes``
        (None when not known), ``seconds`` (what grading it may take), ``due`` (ISO 8601 or None), and its
        ``tasks`` with ``id``, ``title``, ``points`` and ``grades``, the ids of their check cells, and
        ``hints``, how many there are. What hints and mistakes say is not told.
    """
    return [
        {
            "id": course.slug,
            "title": _text(course.title),
            "labs": [
                _lab(catalogue.labs[name], due.get(name)) for name in course.labs if name in catalogue.labs
            ],
        }
        for course in catalogue.courses.values()
    ]


def _lab(lab: Lab, due: datetime | None) -> dict[str, Any]:
    return {
        "lab": lab.slug,
        "title": _text(lab.title),
        "points": lab.points,
        "minutes": lab.minutes,
        "seconds": lab.limits.seconds,
        "due": due.isoformat() if due else None,
        "tasks": [
            {
                "id": task.id,
                "title": _text(task.title),
                "points": task.points,
                "grades": list(task.grades),
                "hints": len(task.hints),
            }
            for task in lab.tasks
        ],
    }


def _text(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}
