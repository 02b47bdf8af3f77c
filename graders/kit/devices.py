"""Accelerators by their makers' figures, and the least time that a problem takes on one: the roofline.

Williams, Waterman and Patterson, "Roofline: an insightful visual performance model for multicore
architectures", Communications of the ACM 52 (4), 2009.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .failures import CheckFailed

SECTOR = 32  # bytes: what a GPU's memory moves at least
PRECISIONS = ("fp32", "fp16", "bf16")


@dataclass(frozen=True)
class Device:
    """One accelerator; rates without sparsity, at the clock that its maker gives.

    Attributes
    ----------
    name
        As it is called in :data:`DEVICES`.
    fp32, fp16, bf16
        Peak of floating point operations, in 10¹² a second: of the ordinary units for fp32, of the matrix
        units (sums in fp32) for the others. None where the maker gives none.
    bandwidth
        Of the memory, in 10⁹ bytes a second.
    l2_mib
        Last cache before the memory, in MiB.
    units
        Streaming multiprocessors; AI cores on an Ascend.
    source
        Where the figures stand.
    reported
        What a driver's name for it contains.
    """

    name: str
    fp32: float | None
    fp16: float | None
    bf16: float | None
    bandwidth: float
    l2_mib: float
    units: int
    source: str
    reported: str


_HOPPER = "NVIDIA H100 Tensor Core GPU Architecture, white paper"
_ADA = "NVIDIA Ada GPU Architecture, white paper"
_TABLE = (
    Device(
        "H100 SXM", 66.9, 989.4, 989.4, 3350, 50, 132,
        f"{_HOPPER}; bandwidth: NVIDIA H100 data sheet", "H100 80GB HBM3",
    ),
    Device(
        "H200", 66.9, 989.4, 989.4, 4800, 50, 132, f"NVIDIA H200 data sheet; L2, units: {_HOPPER}", "H200",
    ),
    Device(
        "A100 80 GB SXM", 19.5, 312, 312, 2039, 40, 108,
        "NVIDIA A100 data sheet; L2, units: NVIDIA A100 Tensor Core GPU Architecture, white paper",
        "A100-SXM4-80GB",
    ),
    Device("L40S", 91.6, 362.05, 362.05, 864, 96, 142, f"NVIDIA L40S data sheet; L2: {_ADA}", "L40S"),
    Device("RTX 4090", 82.6, 165.2, 165.2, 1008, 72, 128, f"{_ADA}, appendix on the RTX 4090", "RTX 4090"),
    Device("T4", 8.1, 65, None, 320, 4, 40, "NVIDIA Turing GPU Architecture, white paper", "Tesla T4"),
    Device(
        "Ascend 910", None, 256, None, 1200, 32, 32,
        "H. Liao and others, DaVinci: a scalable architecture for neural network computing, Hot Chips 31,"
        " 2019; of the 910B its maker publishes no such table",
        "Ascend910A",
    ),
)  # fmt: skip
DEVICES = {device.name: device for device in _TABLE}


@dataclass(frozen=True)
class Roofline:
    """The least time of a problem on a device, and what sets it.

    Attributes
    ----------
    seconds
        The larger of the two times below.
    bound
        ``memory`` or ``compute``.
    memory_seconds, compute_seconds
        What moving the bytes takes, and what the operations take.
    intensity
        Floating point operations for each byte.
    ridge
        The intensity from which on the device computes longer than it moves.
    device, precision
        What it was reckoned for.
    """

    seconds: float
    bound: str
    memory_seconds: float
    compute_seconds: float
    intensity: float
    ridge: float
    device: str
    precision: str

    def __str__(self) -> str:
        return (
            f"{self.device}, {self.precision}: at least {1e6 * self.seconds:.3g} µs, bound by {self.bound}"
            f" ({self.intensity:.3g} operations a byte, the ridge lies at {self.ridge:.3g})"
        )


def device(name: str | Device) -> Device:
    """Return a device of :data:`DEVICES` by its name; case and spaces do not matter.

    Raises
    ------
    CheckFailed
        When there is none of that name.
    """
    if isinstance(name, Device):
        return name
    found = [known for known in _TABLE if _plain(known.name) == _plain(name)]
    if not found:
        raise CheckFailed(f"no device {name!r} in the table", look=f"it has {', '.join(DEVICES)}")
    return found[0]


def recognised(reported: str) -> Device | None:
    """Return the device that a driver reports under a name such as ``NVIDIA H100 80GB HBM3``, or None."""
    return next((known for known in _TABLE if known.reported in reported), None)


def _plain(name: str) -> str:
    return name.replace(" ", "").casefold()


def roofline(
    bytes_moved: float, flops: float = 0.0, on: str | Device = "H100 SXM", precision: str = "fp32"
) -> Roofline:
    """Return the least time that a problem takes on a device, from its data sheet.

    Launches, caches and latency are left out: a real kernel takes longer.

    Parameters
    ----------
    bytes_moved
        Between chip and memory, loads and stores; :func:`ideal_traffic` counts the least.
    flops
        Floating point operations; a multiplication with an addition is two.
    on
        A device, or its name in :data:`DEVICES`.
    precision
        ``fp32``, or ``fp16`` or ``bf16`` on the matrix units.

    Raises
    ------
    CheckFailed
        When the device or its rate at that precision is not known, or nothing is moved or computed.

    Examples
    --------
    A softmax of 4096 × 4096 numbers in float32, each loaded and stored once::

        print(kit.roofline(2 * 4 * 4096**2, 5 * 4096**2, on="A100 80 GB SXM"))
    """
    chosen = device(on)
    rate = getattr(chosen, precision) if precision in PRECISIONS else None
    if rate is None:
        known = ", ".join(p for p in PRECISIONS if getattr(chosen, p) is not None)
        raise CheckFailed(f"no {precision} rate of {chosen.name} is known", look=f"there is {known}")
    if bytes_moved < 0 or flops < 0 or bytes_moved + flops == 0:
        raise CheckFailed(f"{bytes_moved} bytes and {flops} operations are no problem to reckon with")
    memory, compute = bytes_moved / (chosen.bandwidth * 1e9), flops / (rate * 1e12)
    return Roofline(
        max(memory, compute),
        "memory" if memory >= compute else "compute",
        memory,
        compute,
        flops / bytes_moved if bytes_moved else float("inf"),
        rate * 1e3 / chosen.bandwidth,
        chosen.name,
        precision,
    )


@dataclass(frozen=True)
class IdealTraffic:
    """The least that a problem moves: each element loaded once and stored once.

    Attributes
    ----------
    load_bytes, store_bytes
        Bytes of the elements.
    load_sectors, store_sectors
        Aligned 32-byte sectors that hold them.
    """

    load_bytes: int
    store_bytes: int
    load_sectors: int
    store_sectors: int

    @property
    def bytes(self) -> int:
        """Bytes loaded and stored."""
        return self.load_bytes + self.store_bytes

    @property
    def sector_bytes(self) -> int:
        """Bytes moved when whole sectors move."""
        return SECTOR * (self.load_sectors + self.store_sectors)


def ideal_traffic(loads: Sequence[Any], stores: Sequence[Any]) -> IdealTraffic:
    """Return the least traffic of a problem, to compare a meter's :class:`Traffic` with.

    Parameters
    ----------
    loads, stores
        The tensors or arrays that are read and written, whole; strides between their rows are seen: what
        lies between is not counted, and sectors are those that the elements touch.

    Examples
    --------
    In a check cell::

        least = kit.ideal_traffic(loads=[x, y], stores=[out])
        kit.require(moved.bytes <= 1.1 * least.bytes, "each element moves once")
    """
    read, written = ([_counted(value) for value in values] for values in (loads, stores))
    return IdealTraffic(
        sum(size for size, _ in read),
        sum(size for size, _ in written),
        sum(sectors for _, sectors in read),
        sum(sectors for _, sectors in written),
    )


def _counted(value: Any) -> tuple[int, int]:
    """Return bytes and 32-byte sectors of the elements of a tensor or array."""
    if hasattr(value, "data_ptr"):
        size, address = value.element_size(), value.data_ptr()
        shape, strides = tuple(value.shape), [size * step for step in value.stride()]
    else:
        value = np.asarray(value)
        size, address = value.itemsize, value.__array_interface__["data"][0]
        shape, strides = value.shape, list(value.strides)
    if 0 in shape:
        return 0, 0
    steps = sorted((step, length) for step, length in zip(strides, shape, strict=True) if length > 1)
    if any(step <= 0 for step, _ in steps):
        raise CheckFailed("an array that repeats or reverses its elements has no ideal traffic of its own")
    run = size  # bytes that follow each other without a gap
    while steps and steps[0][0] == run:
        run *= steps.pop(0)[1]
    starts = np.array([address % SECTOR], dtype=np.int64)
    for step, length in steps:
        starts = (starts[:, None] + step * np.arange(length, dtype=np.int64)).ravel()
    starts.sort()
    first, last = starts // SECTOR, (starts + run - 1) // SECTOR
    shared = int((first[1:] == last[:-1]).sum())  # a sector in which one run ends and the next begins
    return int(np.prod(shape, dtype=np.int64)) * size, int((last - first + 1).sum()) - shared
