"""Where each competency stands in the drawing: bands by stage, rows by depth, lines between the boxes.

After Sugiyama, Tagawa and Toda (1981): a line that crosses a row gets a lane of its own in it, and rows are
ordered by the mean of their neighbours. All lines that leave one box share its lanes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from catalogue.framework_schema import Competency

NODE_WIDTH, NODE_HEIGHT = 196.0, 62.0
COLUMN, LANE, ROW = 212.0, 15.0, 108.0
BAND_GAP, MARGIN, HEADING, LEAST_WIDTH = 24.0, 40.0, 34.0, 1320.0
WIDEST = 9
SWEEPS = 24

Edge = tuple[str, str]
Point = tuple[float, float]


@dataclass(frozen=True)
class Band:
    """The part of the drawing that belongs to a stage."""

    stage: str
    top: float
    height: float


@dataclass(frozen=True)
class Layout:
    """A finished layout, in pixels.

    Parameters
    ----------
    places
        Centre of each node.
    lanes
        For each edge (needed, needing) the middles of the lanes that it takes through the rows between, in
        the order of its way. Only edges that no longer way says already are there.
    bands
        Stages from top to bottom.
    width, height
        Of the whole.
    """

    places: Mapping[str, Point]
    lanes: Mapping[Edge, Sequence[Point]]
    bands: Sequence[Band]
    width: float
    height: float


def lay_out(competencies: Mapping[str, Competency], stages: Iterable[str], tracks: Sequence[str]) -> Layout:
    """Place competencies, each below what it needs where both stand in one stage.

    Parameters
    ----------
    competencies
        What to draw; needs outside it are left out.
    stages
        Ids of the bands, top first.
    tracks
        Order in which competencies of a row are set out at first.
    """
    edges = drawn_edges(competencies)
    rows: list[list[str]] = []
    bands: list[Band] = []
    middles: list[float] = []
    top = MARGIN + HEADING
    for stage in stages:
        names = [name for name, one in competencies.items() if one.stage == stage]
        if not names:
            continue
        start = top
        top += HEADING
        for row in _rows(names, competencies, tracks):
            rows.append(row)
            middles.append(top + NODE_HEIGHT / 2)
            top += ROW
        top -= (ROW - NODE_HEIGHT) / 2
        bands.append(Band(stage, start, top - start))
        top += BAND_GAP
    ways = _ways(rows, edges)
    across, width = _across(rows, ways)
    height = {item: middles[number] for number, row in enumerate(rows) for item in row}
    return Layout(
        {name: (across[name], height[name]) for name in competencies if name in across},
        {edge: [(across[lane], height[lane]) for lane in way[1:-1]] for edge, way in ways.items()},
        bands,
        width,
        top + MARGIN,
    )


def drawn_edges(competencies: Mapping[str, Competency]) -> list[Edge]:
    """Return the edges that no longer way says already (the transitive reduction), levels left aside.

    Needs that would form a circle once levels are left aside are all drawn.
    """
    needs = {
        name: {need.needs for need in one.needs if need.needs in competencies and need.needs != name}
        for name, one in competencies.items()
    }
    try:
        order = tuple(TopologicalSorter(needs).static_order())
    except CycleError:
        return [(before, name) for name, found in needs.items() for before in sorted(found)]
    reached: dict[str, set[str]] = {}
    edges = []
    for name in order:
        longer = set().union(*(reached[before] for before in needs[name]))
        reached[name] = longer | needs[name]
        edges += [(before, name) for before in sorted(needs[name] - longer)]
    return edges


def _rows(
    names: Sequence[str], competencies: Mapping[str, Competency], tracks: Sequence[str]
) -> list[list[str]]:
    inside = {name: {need.needs for need in competencies[name].needs} & {*names} - {name} for name in names}
    depth: dict[str, int] = {}
    try:
        order: Iterable[str] = tuple(TopologicalSorter(inside).static_order())
    except CycleError:
        order, inside = names, {name: set() for name in names}
    for name in order:
        depth[name] = max((depth[before] + 1 for before in inside[name]), default=0)
    rows = []
    for level in range(max(depth.values()) + 1):
        row = [name for name in names if depth[name] == level]
        row.sort(key=lambda name: tracks.index(competencies[name].tracks[0]))
        parts = -(-len(row) // WIDEST)
        size = -(-len(row) // parts)
        rows += [row[start : start + size] for start in range(0, len(row), size)]
    return rows


def _ways(rows: Sequence[list[str]], edges: Iterable[Edge]) -> dict[Edge, list[str]]:
    """Return each edge's way from box to box through lanes, and put the lanes into the rows."""
    row_of = {name: number for number, row in enumerate(rows) for name in row}
    ways = {}
    for before, after in edges:
        first, last = row_of[before], row_of[after]
        step = 1 if last > first else -1
        between = range(first + step, last, step)
        lanes = [f"{before} {'down' if step > 0 else 'up'} {number}" for number in between]
        for number, lane in zip(between, lanes, strict=True):
            if lane not in row_of:
                row_of[lane] = number
                rows[number].append(lane)
        ways[before, after] = [before, *lanes, after]
    return ways


def _width(item: str) -> float:
    return LANE if " " in item else COLUMN  # ids have no spaces, lanes do


def _across(rows: Sequence[list[str]], ways: Mapping[Edge, list[str]]) -> tuple[dict[str, float], float]:
    """Return the x of each box and lane, near the mean of its neighbours, and the width of the whole."""
    neighbours: dict[str, set[str]] = {item: set() for row in rows for item in row}
    for way in ways.values():
        for one, other in pairwise(way):
            neighbours[one].add(other)
            neighbours[other].add(one)
    widest = max((sum(map(_width, row)) for row in rows), default=COLUMN)
    width = max(widest + 2 * MARGIN, LEAST_WIDTH)
    across: dict[str, float] = {}
    for row in rows:
        x = (width - sum(map(_width, row))) / 2
        for item in row:
            across[item] = x + _width(item) / 2
            x += _width(item)
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = {
                item: sum(across[other] for other in neighbours[item]) / len(neighbours[item])
                if neighbours[item]
                else across[item]
                for item in row
            }
            across.update(_apart(sorted(row, key=wanted.__getitem__), wanted, width))
    return across, width


def _apart(ordered: Sequence[str], wanted: Mapping[str, float], width: float) -> dict[str, float]:
    """Keep the items of a row from overlapping, each near to where it wants to be.

    The mean of packing from the left and from the right: both are free of overlaps, so their mean is too, and
    nothing drifts to one side.
    """
    rightmost = _packed([*ordered], wanted, width)
    mirrored = _packed([*reversed(ordered)], {item: width - x for item, x in wanted.items()}, width)
    return {item: (rightmost[item] + width - mirrored[item]) / 2 for item in ordered}


def _packed(ordered: Sequence[str], wanted: Mapping[str, float], width: float) -> dict[str, float]:
    """Place items from the left, each where it wants to be or, at the least, behind the one before it."""
    room = width - MARGIN - sum(map(_width, ordered))  # start of the first item when all lie hard right
    free, found = MARGIN, {}
    for item in ordered:
        half = _width(item) / 2
        start = min(max(wanted[item] - half, free), room)
        found[item] = start + half
        free = start + _width(item)
        room += _width(item)
    return found
