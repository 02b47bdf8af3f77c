"""The bench of the lab: it launches kernels on tensors of its own and checks what must always hold.

Read it freely. A copy of yours changes nothing: grading uses the lab's.
"""

import math

import numpy as np
import torch

from graders import kit

FILLER = -7777.0  # stands in every output before the launch: what still holds it was never written
CONSTANT = "right on the numbers of this check and wrong on others of the same shape: the answer must come from the input"


def matrix(rows, columns, stride, values=None):
    """A (rows, columns) view whose rows begin ``stride`` elements apart; NaN lies between them."""
    whole = torch.full((rows, stride), math.nan)
    view = whole[:, :columns]
    view.copy_(torch.full((rows, columns), FILLER) if values is None else values)
    return view


def fresh(tensor, scale=1.0):
    """Other values in the same shape and strides, drawn for this submission."""
    values = torch.from_numpy((scale * kit.rng("fresh").standard_normal(tuple(tensor.shape))).astype(np.float32))
    return matrix(*tensor.shape, tensor.stride(0), values) if tensor.dim() == 2 else values


def ideal_sectors(tensor):
    """32-byte sectors that hold the rows of a float32 vector or matrix, each row counted for itself."""
    rows, columns = tensor.shape if tensor.dim() == 2 else (1, tensor.numel())
    begin = (tensor.stride(0) if tensor.dim() == 2 else 0) * np.arange(rows)
    return int(((begin + columns) * 4 - 1) // 32 @ np.ones(rows, int) - (begin * 4 // 32).sum() + rows)


def launched(kernel, launch, sizes, inputs, out, numbers, elements):
    """Ask ``launch`` for grid and constexprs, run the kernel under the meter, check what must always hold."""
    answer = launch(*sizes)
    kit.require(isinstance(answer, tuple) and len(answer) == 2, f"the launch function must return (grid, constexprs); it returned {answer!r}")
    grid, constexprs = answer
    kit.require(isinstance(grid, tuple) and 1 <= len(grid) <= 3 and all(type(g) is int for g in grid),
                f"the grid must be a tuple of one to three ints, such as (4,); it is {grid!r}")
    kit.require(isinstance(constexprs, dict) and all(type(v) in (int, bool) for v in constexprs.values()),
                f"the constexprs must be a dict of names to whole numbers; it is {constexprs!r}")
    programs = math.prod(grid)
    kit.require(1 <= programs <= 500, f"the grid {grid} has {programs} programs; 1 to 500 are allowed")
    kit.require(programs >= -(-elements // 4096),
                f"{programs} programs for {elements} elements leave most of a chip idle; at least {-(-elements // 4096)} are asked for")
    kept = [x.clone() for x in inputs]
    moved = kit.traffic(kit.kernel(kernel), grid, *inputs, out, *numbers, **constexprs)
    kit.require(moved.atomics == 0, "the kernel uses atomic operations; no task needs them, and the meter does not price them")
    for x, before in zip(inputs, kept):
        kit.require(torch.equal(x, before), "the kernel changed its input")
    left = int((out == FILLER).sum())
    kit.require(left == 0, f"{left} of {out.numel()} output elements were never written: count the programs, look at the mask"
                + (", and does row r begin at r * stride?" if out.dim() == 2 else ""))
    between = torch.as_strided(out, (out.shape[0], out.stride(0)), (out.stride(0), 1))[:-1, out.shape[1]:] if out.dim() == 2 else out[:0]
    kit.require(bool(between.isnan().all()), "the kernel wrote between the rows of the output: the mask must stop at the last column")
    return moved


def within(moved, inputs, out, factor):
    """Require bytes and sectors within ``factor`` times the ideal, on each side."""
    ideal = {"load_bytes": sum(4 * x.numel() for x in inputs), "store_bytes": 4 * out.numel(),
             "load_sectors": sum(map(ideal_sectors, inputs)), "store_sectors": ideal_sectors(out)}
    why = {"load_bytes": "is something loaded more than once?", "store_bytes": "is something stored more than once?",
           "load_sectors": "do neighbouring lanes of the load have neighbouring addresses?",
           "store_sectors": "do neighbouring lanes of the store have neighbouring addresses?"}
    for name, least in ideal.items():
        got = getattr(moved, name)
        kit.require(got <= factor * least, f"{name.replace('_', ' ')}: {got:,}, the ideal is {least:,}, allowed are {factor} times that ({got / least:.2f}); {why[name]}")


def softmax(x):
    """The right answer of task 2, by the library in float64."""
    return torch.softmax(x.double(), dim=1).float()


def run_add(kernel, launch, x, y):
    """Run a vector add on x and y, both (n,): the output and its traffic."""
    out = torch.full_like(x, FILLER)
    return out, launched(kernel, launch, (x.numel(),), (x, y), out, (x.numel(),), x.numel())


def run_softmax(kernel, launch, x, out_stride):
    """Run a row softmax on x, (rows, columns): the output, with rows ``out_stride`` apart, and its traffic."""
    out = matrix(*x.shape, out_stride)
    numbers = (*x.shape, x.stride(0), out_stride)
    return out, launched(kernel, launch, tuple(x.shape), (x,), out, numbers, x.numel())


def run_transpose(kernel, launch, x, out_stride):
    """Run a transpose of x, (rows, columns): the output, with rows ``out_stride`` apart, and its traffic."""
    out = matrix(x.shape[1], x.shape[0], out_stride)
    numbers = (*x.shape, x.stride(0), out_stride)
    try:
        return out, launched(kernel, launch, tuple(x.shape), (x,), out, numbers, x.numel())
    except kit.CheckFailed as failed:
        side = "store" if "tl.store" in failed.problem or "stores" in failed.problem else "load" if "loads" in failed.problem else ""
        if side:  # name what usually lies behind it
            failed = kit.CheckFailed(failed.problem, because=failed.because, look=failed.look, likely={
                "store": "the store's index vectors, stride or mask were not turned together with the tile",
                "load": "r runs to rows and c to columns: the mask or the grid has them the other way round"}[side])
        raise failed from None
