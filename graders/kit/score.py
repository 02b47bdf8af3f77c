"""Partial credit: parts with points, each tried whatever happened to the others."""

from __future__ import annotations

import contextlib
import html
import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from .failures import shown, told
from .sides import OutOfTime

SCORE_TYPE = "application/vnd.academy.score+json"  # the table as data: feedback is made from it
WORDS = {
    "en": {
        "caption": "Points",
        "property": "Property",
        "earned": "Points",
        "says": "What the check says",
        "passed": "passed",
        "hidden": "not on inputs that are kept back: test your answer on shapes, sizes and edges of your own",
        "late": "the check's time was over before your code answered: is it slow, or does a loop never end?",
        "more": "points checked after you submit: {n}",
        "total": "Total",
        "with": "with",
    },
    "zh": {
        "caption": "得分",
        "property": "性质",
        "earned": "得分",
        "says": "检查结果",
        "passed": "通过",
        "hidden": "在保留的输入上未通过：请用你自己的形状、大小和边界情况测试",
        "late": "检查时限已到，代码仍未给出结果：是否太慢，或有不会结束的循环？",
        "more": "提交后再检查的分数：{n}",
        "total": "合计",
        "with": "输入",
    },
}


class Points(float):
    """A number of points that shows itself without a needless ``.0``; nbgrader reads it as partial credit."""

    def __repr__(self) -> str:
        return f"{float(self):g}"

    __str__ = __repr__


@dataclass(frozen=True)
class Part:
    """What one part gave: ``says`` is empty when it passed."""

    name: str
    points: Points
    earned: Points
    says: str
    late: bool = False  # the time was over


class Score:
    """The points of one check cell, earned part by part.

    Parameters
    ----------
    points
        What nbgrader's metadata gives to the cell; the parts add up to it. In the released notebook, where
        the hidden parts are missing, the table says how many points are still to come.

    Examples
    --------
    A check cell::

        score = kit.Score(5)
        with score.part(2, "rows sum to one", x=x):
            kit.close(softmax(x).sum(axis=1), np.ones(len(x)))
        with score.part(3, "large inputs do not overflow", hidden=True):
            kit.finite(softmax(np.array([[1e4, -1e4]])))
        score.total()
    """

    def __init__(self, points: float) -> None:
        self.points = points
        self.parts: list[Part] = []

    def part(self, points: float, name: str, *, hidden: bool = False, **inputs: Any) -> _Part:
        """Return a context: its points are earned when its checks hold.

        Parameters
        ----------
        points
            Points of this part, greater than 0.
        name
            The property, in plain words: all that is told when a hidden part fails.
        hidden
            True for inputs that are kept back: neither they nor messages nor prints are shown.
        inputs
            The inputs, shown when a public part fails.
        """
        return _Part(self, points, name, hidden, inputs)

    def total(self) -> Points:
        """Show the table and return the points earned: the last line of the check cell.

        Raises
        ------
        ValueError
            When the parts add up to more than the cell's points.
        """
        declared = sum(part.points for part in self.parts)
        if declared > self.points + 1e-9:
            raise ValueError(f"the parts add up to {declared:g} points, the cell has {self.points:g}")
        _show(self)
        return Points(sum(part.earned for part in self.parts))

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        words, lines = _words(), []
        for part in self.parts:
            lines.append(f"{part.earned} / {part.points}  {part.name}")
            lines += ["        " + line for line in part.says.splitlines()]
        lines.append(f"{Points(sum(p.earned for p in self.parts))} / {Points(self.points)}  {words['total']}")
        return lines + ([self._more()] if self._more() else [])

    def _more(self) -> str:
        left = self.points - sum(part.points for part in self.parts)
        return _words()["more"].format(n=Points(left)) if left > 1e-9 else ""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        parts = [
            {"name": p.name, "points": float(p.points), "earned": float(p.earned)}
            | ({"late": True} if p.late else {})
            for p in self.parts
        ]
        return {
            "text/plain": repr(self),
            "text/html": self._html(),
            SCORE_TYPE: {"points": self.points, "parts": parts},
        }

    def _html(self) -> str:
        words = _words()
        # inline, because a notebook's page right-aligns tables and gives pre a background of its own
        left, plain = 'style="text-align: left"', 'style="background: none; margin: 0; white-space: pre-wrap"'
        head = "".join(f'<th scope="col" {left}>{words[k]}</th>' for k in ("property", "earned", "says"))
        rows = [
            f'<tr><th scope="row" {left}>{html.escape(p.name)}</th><td {left}>{p.earned} / {p.points}</td>'
            f"<td {left}><pre {plain}>{html.escape(p.says or words['passed'])}</pre></td></tr>"
            for p in self.parts
        ]
        earned = Points(sum(part.earned for part in self.parts))
        total = (
            f'<tr><th scope="row" {left}>{words["total"]}</th>'
            f"<td {left}>{earned} / {Points(self.points)}</td>"
        )
        return (
            f"<table><caption>{words['caption']}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}"
            f"{total}<td {left}>{html.escape(self._more())}</td></tr></tbody></table>"
        )


class _Part(contextlib.AbstractContextManager):
    """One part while it runs: swallows what its checks raise, and what they print when it is hidden."""

    def __init__(self, score: Score, points: float, name: str, hidden: bool, inputs: dict[str, Any]) -> None:
        if points <= 0:
            raise ValueError(f"part {name!r} has {points:g} points: give it more than 0")
        self.score, self.points, self.name, self.hidden, self.inputs = score, points, name, hidden, inputs
        self.quiet = contextlib.ExitStack()

    def __enter__(self) -> None:
        # Text on stderr would count as a failure of the whole cell: an honest warning goes to the output.
        if self.hidden:
            self.quiet.enter_context(_nothing_shown())
        else:
            self.quiet.enter_context(contextlib.redirect_stderr(_CurrentOutput()))
        self.before = "" if self.hidden else ", ".join(f"{k} = {shown(v)}" for k, v in self.inputs.items())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        self.quiet.close()
        late = isinstance(error, OutOfTime)
        if error is not None and not late and not isinstance(error, (Exception, SystemExit)):
            return False
        says = "" if error is None else self._says(error)
        earned = 0.0 if says else self.points
        self.score.parts.append(Part(self.name, Points(self.points), Points(earned), says, late))
        return True

    def _says(self, error: BaseException) -> str:
        words = _words()
        if isinstance(error, OutOfTime):
            return words["late"]
        if self.hidden:
            return words["hidden"]
        return told(error) + (f"\n{words['with']} {self.before}" if self.before else "")


class _CurrentOutput(io.TextIOBase):
    """Writes to whatever ``sys.stdout`` is at the moment."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        print(text, end="")
        return len(text)


@contextlib.contextmanager
def _nothing_shown() -> Iterator[None]:
    """Drop prints, warnings and displayed objects: they may hold inputs that are kept back."""
    if _shell() is not None:
        from IPython.utils.capture import capture_output

        with capture_output():
            yield
    else:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield


def _shell() -> Any:
    """Return the running IPython shell, or None."""
    ipython = sys.modules.get("IPython.core.getipython")
    return ipython.get_ipython() if ipython is not None else None


def _words() -> dict[str, str]:
    return WORDS.get(os.environ.get("ACADEMY_LANGUAGE", "en")[:2], WORDS["en"])


def _show(score: Score) -> None:
    """Show the table in a notebook, or print it where there is none."""
    if _shell() is None:
        print(score)
        return
    from IPython.display import display

    display(score)
