"""From answers of placement tests to evidence."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from learning_paths.store import Answer, Evidence, Placement

SOURCE = "placement"


def row(placement: Placement, answer: Answer, *, kind: str, slip: float, guess: float) -> Evidence:
    """Return what one answer says.

    Parameters
    ----------
    placement, answer
        The test and one of its answered questions.
    kind
        The item's: number, choice or order.
    slip, guess
        Of this item when it was answered; kept with the row, since items are revised.

    Raises
    ------
    ValueError
        When the question was not answered.
    """
    # a test measures and does not teach
    detail = {
        "item": answer.item,
        "version": answer.item_version,
        "variant": answer.variant,
        "known": answer.known,
        "kind": kind,
        "slip": slip,
        "guess": guess,
        "learn": 0.0,
    }
    if answer.answered_at is None:
        raise ValueError(f"question {answer.position} of placement {placement.number} has no answer yet")
    return Evidence(
        learner=placement.learner,
        source=SOURCE,
        key=f"{placement.number}/{answer.position}",
        lab="",
        task="",
        tried_at=answer.answered_at,
        late_seconds=0.0,
        detail=detail,
        **_derived(answer),
    )


def again(known: Evidence, answers: dict[str, Sequence[Answer]]) -> Evidence:
    """Return a row with all that follows from its answer worked out anew.

    Parameters
    ----------
    known
        The row; the slip and guess of its item are those of then.
    answers
        The learner's answers by placement number.
    """
    number, position = known.key.split("/")
    answer = next(one for one in answers[number] if one.position == int(position))
    detail = {
        **known.detail,
        "item": answer.item,
        "version": answer.item_version,
        "variant": answer.variant,
        "known": answer.known,
    }
    return replace(known, detail=detail, **_derived(answer))


def _derived(answer: Answer) -> dict[str, Any]:
    return {
        "score": float(bool(answer.correct)),
        "points": 1.0,
        "proves": (f"{answer.competency}@{answer.level}",),
    }
