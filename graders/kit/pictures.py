"""The memory access pattern of a kernel, drawn from its own trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .metering import Access, Traffic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW = 64  # elements of a one-dimensional argument in one row of the picture
MOST_ROWS = 256


def draw_access(traffic: Traffic | Sequence[Access]) -> Figure:
    """Draw which program touches which element, one panel for each argument and direction.

    Colour is the order of programs (light first, so that it can be told without colour vision); white was
    not touched. The figure's label carries the same in one line of text for those who cannot see it.

    Parameters
    ----------
    traffic
        What :func:`traffic` returned, or its trace.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    In a notebook::

        kit.draw_access(kit.traffic(copy_kernel, (4,), x, out, 256, BLOCK=64))
    """
    import matplotlib.pyplot as plt

    trace = traffic.trace if isinstance(traffic, Traffic) else list(traffic)
    shapes = traffic.shapes if isinstance(traffic, Traffic) else {}
    panels = list(dict.fromkeys((a.argument, a.kind) for a in trace))
    order = {program: i for i, program in enumerate(dict.fromkeys(a.program for a in trace))}
    figure, axes = plt.subplots(
        1, max(1, len(panels)), figsize=(4 * max(1, len(panels)), 3.2), squeeze=False, layout="constrained"
    )
    said = []
    for axis, (argument, kind) in zip(axes[0], panels, strict=False):
        accesses = [a for a in trace if (a.argument, a.kind) == (argument, kind)]
        grid = _grid(accesses, shapes.get(argument, ()), order)
        picture = axis.imshow(grid, cmap="cividis_r", aspect="auto", interpolation="nearest", vmin=0)
        axis.set(title=f"{argument}: {kind}s", xlabel="element in the row", ylabel="row")
        figure.colorbar(picture, ax=axis, label="program")
        said.append(_said(argument, kind, accesses))
    figure.set_label("; ".join(said) or "the kernel touched no argument")
    return figure


def _grid(
    accesses: list[Access], shape: tuple[int, ...], order: dict[tuple[int, int, int], int]
) -> np.ndarray:
    width = shape[-1] if len(shape) > 1 else ROW
    highest = max(int(a.elements.max()) for a in accesses)
    known = int(np.prod(shape)) if shape else 0
    rows = min(MOST_ROWS, -(-max(known, highest + 1) // width))
    grid = np.full(rows * width, np.nan)
    for access in accesses:
        here = access.elements[access.elements < grid.size]
        grid[here] = order[access.program]
    return grid.reshape(rows, width)


def _said(argument: str, kind: str, accesses: list[Access]) -> str:
    steps = [np.diff(np.sort(a.elements)) for a in accesses if a.elements.size > 1]
    stride = int(np.median(np.concatenate(steps))) if steps else 1
    count = sum(a.elements.size for a in accesses)
    programs = len({a.program for a in accesses})
    done = "loaded" if kind == "load" else "stored"
    return f"{argument}: {count} elements {done} by {programs} programs, neighbours {stride} apart"
