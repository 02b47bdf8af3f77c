"""The competency graph as one SVG file: no network, no script, no other program; every fact also as text."""

import textwrap
from collections.abc import Container, Iterable, Mapping
from html import escape

from catalogue.framework_schema import Competency
from catalogue.graph_layout import (
    HEADING,
    MARGIN,
    NODE_HEIGHT,
    NODE_WIDTH,
    Band,
    Edge,
    Layout,
    lay_out,
)
from catalogue.ids import Skill
from catalogue.model import Catalogue

# Okabe and Ito's colours, told apart with any kind of colour vision
TRACK_COLOURS = {"infrastructure": "#0072B2", "data": "#009E73", "model": "#D55E00", "application": "#CC79A7"}
# told apart line from line; they mean nothing
LINE_COLOURS = ("#4c6a92", "#8a5a44", "#5b7f4a", "#7a5c99", "#9a6b00", "#3d7f86", "#a04668", "#555f6b")
BAND_COLOURS = ("#f6f8fb", "#eef2f7")
LINE_LENGTH = 27
FONTS = "'Noto Sans','Noto Sans CJK SC','Noto Serif CJK SC','PingFang SC','Microsoft YaHei',sans-serif"
STYLE = f"""
text {{ font-family: {FONTS}; fill: #1b1f24; }}
.stage {{ font-size: 19px; font-weight: 600; paint-order: stroke; stroke: #fff; stroke-width: 6px; }}
.legend {{ font-size: 13px; }}
.en {{ font-size: 12.5px; font-weight: 600; }}
.zh {{ font-size: 12px; fill: #39424e; }}
.edge {{ fill: none; stroke-width: 1.3; }}
.back {{ stroke-dasharray: 5 4; }}
.box {{ fill: #fff; stroke: #39424e; stroke-width: 1.4; }}
.gap {{ stroke-dasharray: 4 3; stroke: #8a94a0; }}
.node:hover .box {{ stroke-width: 3; }}
.edge:hover {{ stroke-width: 4; }}
"""


def draw(
    catalogue: Catalogue,
    names: Iterable[str] | None = None,
    title: str = "Competency graph 能力图谱",
    lacking: Container[str] = (),
) -> str:
    """Return an SVG document of the competencies and their needs.

    Parameters
    ----------
    catalogue
        What to draw.
    names
        Draw these only; all when left out.
    title
        Heading, and the picture's name for screen readers.
    lacking
        Ids that are not taught and proved at every level asked: their boxes are dashed.
    """
    wanted = set(catalogue.competencies if names is None else names)
    shown = {name: one for name, one in catalogue.competencies.items() if name in wanted}
    layout = lay_out(shown, catalogue.structure.stages, tuple(catalogue.structure.tracks))
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width:.0f} {layout.height:.0f}" '
            f'width="{layout.width:.0f}" height="{layout.height:.0f}" '
            'role="img" aria-labelledby="name" aria-describedby="about">',
            f'<title id="name">{escape(title)}</title>',
            f'<desc id="about">{escape(describe(catalogue, shown))}</desc>',
            f"<style>{STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" '
            'orient="auto"><path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker></defs>',
            f'<rect width="{layout.width:.0f}" height="{layout.height:.0f}" fill="#fff"/>',
            *_legend(catalogue, title),
            *(_band(layout, band, number) for number, band in enumerate(layout.bands)),
            *_edges(shown, layout),
            *(_heading(catalogue, band) for band in layout.bands),
            *(_node(one, layout, one.id in lacking) for one in shown.values()),
            "</svg>\n",
        )
    )


def describe(catalogue: Catalogue, shown: Mapping[str, Competency]) -> str:
    """Return the drawing in words: each competency by stage with what it needs."""
    lines = [
        f"{len(shown)} competencies in the stages of the learning curve; each line names what is needed."
    ]
    for stage, named in catalogue.structure.stages.items():
        found = [one for one in shown.values() if one.stage == stage]
        if found:
            lines.append(f"\n{named.title}")
            lines += [f"- {_in_words(one)}" for one in found]
    return "\n".join(lines)


def _in_words(one: Competency) -> str:
    needs = [f"{Skill(need.needs, need.at)} for {need.for_} ({need.why})" for need in one.needs]
    return f"{one.title} [{one.id}]" + (
        f": needs {'; '.join(needs)}" if needs else ": needs nothing before it"
    )


def _legend(catalogue: Catalogue, title: str) -> Iterable[str]:
    yield f'<text class="stage" x="{MARGIN}" y="{MARGIN}">{escape(title)}</text>'
    top = MARGIN + 14
    for number, (track, named) in enumerate(catalogue.structure.tracks.items()):
        x = MARGIN + number * 204
        yield f'<rect x="{x}" y="{top}" width="14" height="14" rx="3" fill="{TRACK_COLOURS[track]}"/>'
        yield f'<text class="legend" x="{x + 20}" y="{top + 12}">{escape(str(named.title))}</text>'
    x = MARGIN + len(catalogue.structure.tracks) * 204
    yield f'<rect class="box gap" x="{x}" y="{top}" width="22" height="14" rx="3"/>'
    said = "not taught and proved at all levels asked 尚未全部有课程与实验"
    yield f'<text class="legend" x="{x + 28}" y="{top + 12}">{said}</text>'


def _band(layout: Layout, band: Band, number: int) -> str:
    return (
        f'<rect x="{MARGIN / 2}" y="{band.top:.0f}" width="{layout.width - MARGIN:.0f}" '
        f'height="{band.height:.0f}" rx="10" fill="{BAND_COLOURS[number % 2]}"/>'
    )


def _heading(catalogue: Catalogue, band: Band) -> str:
    title = escape(str(catalogue.structure.stages[band.stage].title))
    return f'<text class="stage" x="{MARGIN}" y="{band.top + HEADING - 10:.0f}">{title}</text>'


def _edges(shown: Mapping[str, Competency], layout: Layout) -> Iterable[str]:
    colours = {name: LINE_COLOURS[number % len(LINE_COLOURS)] for number, name in enumerate(shown)}
    for edge, end in _ends(layout).items():
        before, after = edge
        x, y = layout.places[before]
        down = 1 if layout.places[after][1] > y else -1
        half = down * NODE_HEIGHT / 2
        y += half
        path = f"M{x:.0f} {y:.0f}"
        for lane_x, lane_y in layout.lanes[edge]:
            path += f"{_curve(x, y, lane_x, lane_y - half)}V{lane_y + half:.0f}"
            x, y = lane_x, lane_y + half
        path += _curve(x, y, end, layout.places[after][1] - half)
        reasons = "\n".join(
            f"{shown[after].title.en} at {need.for_} needs {shown[before].title.en} at {need.at}: {need.why}"
            for need in shown[after].needs
            if need.needs == before
        )
        yield (
            f'<path class="edge{"" if down > 0 else " back"}" stroke="{colours[before]}" '
            f'marker-end="url(#tip)" d="{path}"><title>{escape(reasons)}</title></path>'
        )


def _ends(layout: Layout) -> dict[Edge, float]:
    """Return the x at which each edge arrives: side by side, in the order in which they come."""
    arriving: dict[str, list[Edge]] = {}
    for edge in layout.lanes:
        arriving.setdefault(edge[1], []).append(edge)
    ends = {}
    for name, edges in arriving.items():
        edges.sort(key=lambda edge: (layout.lanes[edge] or [layout.places[edge[0]]])[-1])
        step = min(18.0, NODE_WIDTH * 0.8 / len(edges))
        for number, edge in enumerate(edges):
            ends[edge] = layout.places[name][0] + (number - (len(edges) - 1) / 2) * step
    return ends


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    bend = (y2 - y1) / 2
    return f"C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"


def _node(one: Competency, layout: Layout, lacks: bool) -> str:
    x, y = layout.places[one.id]
    left, top = x - NODE_WIDTH / 2, y - NODE_HEIGHT / 2
    lines = [("en", line) for line in textwrap.wrap(one.title.en, LINE_LENGTH)[:2]] + [("zh", one.title.zh)]
    first = y - (len(lines) - 1) * 8 + 4
    stripe = NODE_HEIGHT / len(one.tracks)
    parts = [
        f'<g class="node" id="{one.id}"><title>{escape(_in_words(one))}</title>',
        f'<rect class="box{" gap" if lacks else ""}" x="{left:.0f}" y="{top:.0f}" width="{NODE_WIDTH:.0f}" '
        f'height="{NODE_HEIGHT:.0f}" rx="7"/>',
        *(
            f'<rect x="{left + 4:.0f}" y="{top + 4 + number * (stripe - 8 / len(one.tracks)):.1f}" width="7" '
            f'height="{stripe - 8 / len(one.tracks):.1f}" fill="{TRACK_COLOURS[track]}"/>'
            for number, track in enumerate(one.tracks)
        ),
        *(
            f'<text class="{kind}" x="{x + 5:.0f}" y="{first + number * 16:.0f}" text-anchor="middle">'
            f"{escape(line)}</text>"
            for number, (kind, line) in enumerate(lines)
        ),
        "</g>",
    ]
    return "".join(parts)
