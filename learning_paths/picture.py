"""A way through the graph as SVG: boxes from what is mastered over a unit to the goal, words on the arrows.

Readable without colour (every state has its sign and its own border), in light and dark (it takes the colours
of the page that it stands in, or those of the system), and by a screen reader (text is text; title and desc).
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

WIDTH, MARGIN, PADDING = 360, 8, 10
LINE = 17
GAP = 18
LETTERS = 50
"""Latin letters in a line of a box; a Chinese character takes the place of two."""
SIGNS = {"known": "✓", "missing": "○", "unit": "▶", "goal": "★"}
FONTS = "'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"
INK, PAPER = "var(--jp-ui-font-color0, CanvasText)", "var(--jp-layout-color1, Canvas)"
STYLE = f"""
.za-way {{ color-scheme: light dark; background: {PAPER}; }}
.za-way text {{ font: 13px {FONTS}; fill: {INK}; }}
.za-way .za-way-name {{ font-weight: 600; }}
.za-way .za-way-because {{ font-style: italic; }}
.za-way rect, .za-way path {{ fill: none; stroke: {INK}; stroke-width: 1.2; }}
.za-way .za-way-missing {{ stroke-dasharray: 5 4; }}
.za-way .za-way-unit {{ stroke-width: 3.5; }}
.za-way .za-way-tip {{ fill: {INK}; stroke: none; }}
"""


@dataclass(frozen=True, slots=True)
class Step:
    """A box of the picture.

    Parameters
    ----------
    kind
        ``known`` (mastered), ``missing``, ``unit`` (what the picture is about) or ``goal``.
    title
        What it is.
    note
        How it stands with it.
    leads
        Why it is needed for the next box; said on the arrow, may be empty.
    """

    kind: Literal["known", "missing", "unit", "goal"]
    title: str
    note: str
    leads: str = ""


def draw(steps: Sequence[Step], title: str, name: str) -> str:
    """Return the picture of a way, from its beginning on top to the goal.

    Parameters
    ----------
    steps
        At least one.
    title
        The picture's name.
    name
        Letters, digits and hyphens that no other picture of the page has.
    """
    parts: list[str] = []
    y = float(MARGIN)
    for place, step in enumerate(steps):
        box, y = _box(step, y)
        parts += box
        if place < len(steps) - 1:
            arrow, y = _arrow(step, y)
            parts += arrow
    height = y + MARGIN
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="za-way" viewBox="0 0 {WIDTH} {height:.0f}" '
            f'width="{WIDTH}" height="{height:.0f}" role="img" '
            f'aria-labelledby="{name}-title" aria-describedby="{name}-desc">',
            f'<title id="{name}-title">{escape(title)}</title>',
            f'<desc id="{name}-desc">{escape(" → ".join(_in_words(steps)))}</desc>',
            f"<style>{STYLE}</style>",
            *parts,
            "</svg>",
        )
    )


def wrapped(text: str, letters: int = LETTERS) -> list[str]:
    """Return a text in lines of at most so many letters; Chinese breaks anywhere, other words stay whole."""
    lines, line, used = [], "", 0
    for word in _words(text):
        wide = _wide(word)
        if line and used + wide > letters:
            lines.append(line.rstrip())
            line, used, word, wide = "", 0, word.lstrip(), _wide(word.lstrip())
        line, used = line + word, used + wide
    return [*lines, line.rstrip()] if line.strip() else lines


def _box(step: Step, y: float) -> tuple[list[str], float]:
    lines = [(line, "za-way-name") for line in wrapped(f"{SIGNS[step.kind]} {step.title}")]
    lines += [(line, "za-way-note") for line in wrapped(step.note)]
    height = PADDING + LINE * len(lines) + PADDING / 2
    edge = WIDTH - 2 * MARGIN
    outer = f'width="{edge}" height="{height:.0f}" rx="5"'
    parts = [f'<rect class="za-way-{step.kind}" x="{MARGIN}" y="{y:.0f}" {outer}/>']
    if step.kind == "goal":  # a second border inside
        inner = f'width="{edge - 6}" height="{height - 6:.0f}" rx="3"'
        parts.append(f'<rect x="{MARGIN + 3}" y="{y + 3:.0f}" {inner}/>')
    parts += _text(lines, MARGIN + PADDING, y + PADDING)
    return parts, y + height


def _arrow(step: Step, y: float) -> tuple[list[str], float]:
    lines = [(line, "za-way-because") for line in wrapped(step.leads, LETTERS - 6)]
    x, end = MARGIN + 14, y + max(GAP, 8 + LINE * len(lines))
    tip = f"M{x - 5} {end - 8:.0f}L{x + 5} {end - 8:.0f}L{x} {end:.0f}z"
    return [
        f'<path d="M{x} {y:.0f}V{end - 8:.0f}"/>',
        f'<path class="za-way-tip" d="{tip}"/>',
        *_text(lines, x + 14, y + 3),
    ], end


def _text(lines: Iterable[tuple[str, str]], x: float, y: float) -> Iterator[str]:
    for number, (line, kind) in enumerate(lines, 1):
        yield f'<text class="{kind}" x="{x}" y="{y + LINE * number - 5:.0f}">{escape(line)}</text>'


def _in_words(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        yield f"{step.title} ({step.note})" + (f": {step.leads}" if step.leads else "")


def _words(text: str) -> Iterator[str]:
    word = ""
    for letter in text:
        if _wide(letter) == 2:
            yield from (word, letter) if word else (letter,)
            word = ""
        elif letter == " ":
            yield from (word,) if word else ()
            word = letter
        else:
            word += letter
    if word:
        yield word


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
