"""Outputs of a learner's code: made harmless for whoever looks at them, and unambiguous for the score."""

from __future__ import annotations

import base64
import binascii
import contextlib
import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import bleach
from nbformat import NotebookNode
from nbformat.v4 import new_output

LONGEST_TEXT = 100_000  # characters of one output
MOST_OUTPUTS = 200  # of one cell
SCORE_TYPE = "application/vnd.academy.score+json"
IMAGES = ("image/png", "image/jpeg")
TAGS = {"table", "caption", "thead", "tbody", "tr", "th", "td", "pre", "code", "p", "span", "div"}
TAGS |= {"b", "i", "strong", "em", "ul", "ol", "li", "br", "sub", "sup"}
ATTRIBUTES = {"th": ["scope", "colspan", "rowspan"], "td": ["colspan", "rowspan"]}


def harmless(outputs: Iterable[Mapping[str, Any]]) -> list[NotebookNode]:
    """Return outputs without scripts, widgets, links and oversize.

    Text, images and simple tables stay. This is what instructors see in formgrader too.
    """
    cleaned = [c for output in list(outputs)[:MOST_OUTPUTS] if (c := _harmless(output)) is not None]
    return _joined(cleaned)


def _harmless(output: Mapping[str, Any]) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        return new_output("stream", name=str(output.get("name")), text=_text(output.get("text")))
    if kind == "error":
        lines = output.get("traceback")
        traceback = [_text(line) for line in lines[-20:]] if isinstance(lines, list) else []
        return failure(_text(output.get("ename"))[:100], _text(output.get("evalue")), traceback)
    if kind not in ("display_data", "execute_result"):
        return None
    data = _data(output.get("data"))
    if not data:
        return None
    count = {"execution_count": None} if kind == "execute_result" else {}
    return new_output(kind, data=data, **count)


def _data(given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        return {}
    kept: dict[str, Any] = {}
    if "text/plain" in given:
        kept["text/plain"] = _text(given["text/plain"])
    for image in IMAGES:
        if isinstance(given.get(image), str) and _is_base64(given[image]):
            kept[image] = given[image]
    if "text/html" in given and len(_text(given["text/html"])) < LONGEST_TEXT:
        # An element's text is shown as text: <script> becomes &lt;script&gt;.
        html = bleach.clean(_text(given["text/html"]), tags=TAGS, attributes=ATTRIBUTES)
        kept["text/html"] = html
    if isinstance(given.get(SCORE_TYPE), Mapping):
        kept[SCORE_TYPE] = dict(given[SCORE_TYPE])
    return kept


def _text(value: Any) -> str:
    text = "".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "\n… cut off"


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring streams of one name, as a front end does."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text = _text(last.text + output.text)
        else:
            joined.append(output)
    return joined


def failure(name: str, message: str, traceback: list[str] | None = None) -> NotebookNode:
    """Return an error output."""
    return new_output("error", ename=name, evalue=message, traceback=traceback or [f"{name}: {message}"])


def settled(outputs: list[NotebookNode], *, points: float, numbered: bool) -> list[NotebookNode]:
    """Return a check cell's outputs so that nbgrader reads the score that the check meant.

    nbgrader gives no points when anything stands on stderr, and takes the first value that is displayed for
    the points. An honest warning is no failure, and a value that the learner's code displayed is no score.

    Parameters
    ----------
    outputs
        From :func:`harmless`.
    points
        What the cell is worth.
    numbered
        True when the last line of the check gives the points: without that number there is no mark.
    """
    result = outputs[-1] if outputs and outputs[-1].output_type == "execute_result" else None
    kept = []
    for output in outputs:
        if output.output_type == "stream":
            kept.append(new_output("stream", name="stdout", text=output.text))
        elif output.output_type == "error":
            kept.append(output)
        elif output is not result:
            kept.append(new_output("display_data", data=output.data))
    if any(output.output_type == "error" for output in kept):
        return _joined(kept)
    earned = _number(result)
    if numbered or earned is not None:
        if earned is None or not 0 <= earned <= points + 1e-9:
            kept.append(failure("NoScore", "the check did not come to its last line with a number of points"))
        else:
            shown = f"{min(earned, points):g}"
            kept.append(new_output("execute_result", data={"text/plain": shown}, execution_count=None))
    return _joined(kept)


def points_of(outputs: list[NotebookNode], most: float) -> float:
    """Return the points that settled outputs of a check give, as nbgrader reads them."""
    if any(output.output_type == "error" for output in outputs):
        return 0.0
    result = next((o for o in outputs if o.output_type == "execute_result"), None)
    earned = _number(result)
    return most if earned is None else earned


def _number(result: NotebookNode | None) -> float | None:
    try:
        value = float(result.data["text/plain"]) if result else math.nan
    except (KeyError, ValueError):
        return None
    return value if math.isfinite(value) else None


class Property(NamedTuple):
    """A row of a check's table: what was looked at, the points earned by it, the points it can give."""

    name: str
    earned: float
    points: float
    late: bool = False  # the check's time was over


def properties(cell: NotebookNode) -> list[Property]:
    """Return the rows of the table of points that a check shows; none where it shows no table."""
    tables = [o.data[SCORE_TYPE] for o in cell.get("outputs", ()) if SCORE_TYPE in o.get("data", {})]
    parts = tables[-1].get("parts") if tables else ()
    rows = []
    for part in parts if isinstance(parts, list) else ():
        with contextlib.suppress(KeyError, TypeError, ValueError):
            earned, points = float(part["earned"]), float(part["points"])
            rows.append(Property(str(part["name"]), earned, points, part.get("late") is True))
    return rows
