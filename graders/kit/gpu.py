"""Where the machine has a GPU: the kernel's text also runs there, in a process of its own, and must agree.

Triton decides when it is imported whether it interprets, so one process cannot do both.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .failures import CheckFailed

if TYPE_CHECKING:
    from .kernels import Kernel

SECONDS = 120
# tl.dot rounds its inputs to 10 bits (TF32) on a GPU by default; sums run in another order.
RTOL, ATOL = 2e-2, 1e-2


def prepared(kernel: Kernel, grid: Any, arguments: dict[str, Any]) -> Callable[[dict[str, Any]], None] | None:
    """Keep the inputs of a launch; return what runs it on the GPU and compares, or None without a GPU.

    ``ACADEMY_GPU=0`` turns it off.
    """
    import torch

    if os.environ.get("ACADEMY_GPU") == "0" or not torch.cuda.is_available():
        return None
    before = {k: v.detach().clone() if isinstance(v, torch.Tensor) else v for k, v in arguments.items()}
    sizes = tuple(grid(before)) if callable(grid) else tuple(grid)
    return lambda after: _compare(_launched(kernel, sizes, before), after)


def _launched(kernel: Kernel, grid: tuple[int, ...], arguments: dict[str, Any]) -> dict[str, Any]:
    import torch

    with tempfile.TemporaryDirectory(prefix="kernel-") as folder:
        (Path(folder) / "kernel.py").write_text(kernel.text, encoding="utf-8")
        torch.save({"name": kernel.name, "grid": grid, "arguments": arguments}, Path(folder) / "job.pt")
        done = subprocess.run(
            [sys.executable, "-m", __name__, folder],
            env={**os.environ, "TRITON_INTERPRET": "0"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise CheckFailed(
                f"the kernel runs in the interpreter and fails on the GPU: {last}",
                look="block sizes: powers of two, and at least 16 for tl.dot",
            )
        return torch.load(Path(folder) / "result.pt", weights_only=True)


def _compare(on_gpu: dict[str, Any], interpreted: dict[str, Any]) -> None:
    import torch

    for name, there in on_gpu.items():
        here = interpreted[name]
        if not torch.allclose(there.to(here.dtype).double(), here.double(), RTOL, ATOL, equal_nan=True):
            raise CheckFailed(
                f"the GPU and the interpreter disagree on {name}",
                because="on a GPU the lanes and programs run at once",
                look="a value used before another lane has written it; memory that was never written",
            )


def run(folder: Path) -> None:
    """Launch the kernel of a folder on the GPU and write its tensors beside it."""
    import torch

    job = torch.load(folder / "job.pt", weights_only=True)
    spec = importlib.util.spec_from_file_location("kernel", folder / "kernel.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    arguments = {k: v.cuda() if isinstance(v, torch.Tensor) else v for k, v in job["arguments"].items()}
    getattr(module, job["name"])[job["grid"]](**arguments)
    torch.cuda.synchronize()
    result = {k: v.cpu() for k, v in arguments.items() if isinstance(v, torch.Tensor)}
    torch.save(result, folder / "result.pt")


if __name__ == "__main__":
    run(Path(sys.argv[1]))
