"""What check cells and lessons may call: ``from graders import kit``.

Put this import above ``import triton``: the kit chooses Triton's interpreter, which needs no GPU.
"""

from typing import Any

from .checkpoints import checkpoint, recall
from .comparisons import close, equal, finite, raises, require, shape
from .described import described
from .devices import DEVICES, Device, IdealTraffic, Roofline, ideal_traffic, roofline
from .examples import examples, rng, seed
from .failures import CheckFailed
from .handwritten import by_hand
from .kernels import Kernel, kernel
from .metering import Traffic, traffic
from .pictures import draw_access
from .probes import printed, probe, source, unchanged
from .reach import reached
from .score import Score
from .sheets import Sheet
from .timing import Timing, timed
from .training import frozen_unchanged, parameters, snapshot

__all__ = [
    "DEVICES",
    "CheckFailed",
    "Device",
    "IdealTraffic",
    "Kernel",
    "Roofline",
    "Score",
    "Sheet",
    "Timing",
    "Traffic",
    "by_hand",
    "checkpoint",
    "close",
    "described",
    "draw_access",
    "equal",
    "examples",
    "finite",
    "frozen_unchanged",
    "ideal_traffic",
    "kernel",
    "parameters",
    "printed",
    "probe",
    "raises",
    "reached",
    "recall",
    "require",
    "rng",
    "roofline",
    "seed",
    "shape",
    "small_model",
    "small_tokenizer",
    "snapshot",
    "source",
    "timed",
    "traffic",
    "unchanged",
]


def __getattr__(name: str) -> Any:
    """Load the small model's reader only where it is used."""
    if name in ("small_model", "small_tokenizer"):
        from . import models

        return getattr(models, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
