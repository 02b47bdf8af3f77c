"""Triton on a machine without a GPU: its interpreter, and what it must be told before it is imported."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any

from .failures import CheckFailed

# Read by triton when it is imported: library functions such as tl.sum exist in one mode only.
if "triton" not in sys.modules:
    os.environ.setdefault("TRITON_INTERPRET", "1")


def triton() -> ModuleType:
    """Return triton in interpreter mode.

    Raises
    ------
    CheckFailed
        When triton was imported for a GPU, before the kit or with ``TRITON_INTERPRET=0``.
    """
    import triton as library
    import triton.language as language

    if not hasattr(language.sum, "rewrite"):
        raise CheckFailed(
            "triton was imported before the kit, so it wants a GPU",
            look="put `from graders import kit` above `import triton`, restart the kernel, run all cells",
        )
    return library


def is_kernel(value: Any) -> bool:
    """Tell whether a value is a function decorated with ``@triton.jit``, in either mode."""
    jit = sys.modules.get("triton.runtime.jit")
    interpreter = sys.modules.get("triton.runtime.interpreter")
    return (jit is not None and isinstance(value, jit.JITFunction)) or (
        interpreter is not None and isinstance(value, interpreter.InterpretedFunction)
    )


def undecorated(value: Any) -> Any:
    """Return the plain function below ``@triton.jit``, ``@triton.autotune`` and ``@triton.heuristics``."""
    while hasattr(value, "fn"):
        value = value.fn
    return value
