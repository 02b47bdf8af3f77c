"""A kernel's time on a real GPU beside the library's; where there is no GPU it is compiled for one only.

Triton decides when it is imported whether it interprets: what is compiled runs in a process of its own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .devices import recognised, roofline
from .failures import CheckFailed
from .kernels import kernel

RUNS, WARM_UP = 50, 10
FLUSH_MIB = 256  # overwritten before each run, so that nothing is left in the cache of the one before
SECONDS = 300
RTOL, ATOL = 2e-2, 1e-2  # tl.dot rounds its inputs to 10 bits by default; sums run in another order
TARGET = 90  # compute capability that is compiled for where there is no GPU: Hopper
HEAD = "import math\n\nimport torch\nimport triton\nimport triton.language as tl\n\n\n"


@dataclass(frozen=True)
class Job:
    """One launch to time.

    Attributes
    ----------
    text
        A module that holds the kernel.
    name
        The kernel's.
    make
        Makes its arguments on a device.
    library
        Called with the same arguments; returns what the last tensor among them must hold afterwards.
    grid, constexprs
        Of the launch; or `launch`, the name of a function in the text that returns both for `sizes`.
    runs
        Times that are taken.
    """

    text: str
    name: str
    make: Callable[[str], Sequence[Any]]
    library: Callable[..., Any]
    grid: tuple[int, ...] = ()
    constexprs: dict[str, Any] = field(default_factory=dict)
    launch: str = ""
    sizes: tuple[int, ...] = ()
    runs: int = RUNS


@dataclass(frozen=True)
class Timing:
    """What came of timing a kernel.

    Attributes
    ----------
    device
        The GPU, as its driver calls it; empty where there is none.
    kernel_ms, library_ms
        Medians in milliseconds, of so many runs; None without a GPU.
    runs
        How many.
    target
        What the kernel was compiled for, where nothing ran: ``sm_90``.
    ptx_lines
        Of the compiled kernel.
    """

    device: str = ""
    kernel_ms: float | None = None
    library_ms: float | None = None
    runs: int = 0
    target: str = ""
    ptx_lines: int = 0

    @property
    def ratio(self) -> float | None:
        """The kernel's time over the library's."""
        if self.kernel_ms is None or self.library_ms is None:
            return None
        return self.kernel_ms / self.library_ms

    def __str__(self) -> str:
        if self.ratio is None:
            return f"no GPU here: compiled for {self.target} ({self.ptx_lines} lines of PTX), not timed"
        return (
            f"{self.device}: {self.kernel_ms:.4g} ms, the library {self.library_ms:.4g} ms"
            f" ({self.ratio:.2f} times its time, medians of {self.runs} runs)"
        )

    def beside(self, bytes_moved: float, flops: float = 0.0) -> str:
        """Return the text with the least time by the device's data sheet, where the table knows it."""
        known = recognised(self.device) if self.device else None
        if known is None or self.kernel_ms is None:
            return str(self)
        least = roofline(bytes_moved, flops, on=known)
        share = 1e3 * least.seconds / self.kernel_ms
        return f"{self}; {1e3 * least.seconds:.4g} ms is the least ({least.bound}): {share:.0%} of the roof"


def timed(
    function: Any,
    grid: Any,
    *args: Any,
    library: Callable[..., Any],
    runs: int = RUNS,
    **constexpr: Any,
) -> Timing:
    """Time a kernel on this machine's GPU beside a function of the library.

    Parameters
    ----------
    function
        A ``@triton.jit`` function, or what :func:`kernel` made of one.
    grid, args, constexpr
        As for :func:`traffic`.
    library
        Called with the same arguments, on the GPU; returns what the last tensor among them must hold.
    runs
        Of which the medians are taken, after 10 that warm up.

    Returns
    -------
    Timing
        Without a GPU it says so, and that the kernel compiles.

    Raises
    ------
    CheckFailed
        When the kernel does not compile, fails on the GPU, or disagrees with the library.

    Examples
    --------
    In a lesson::

        print(kit.timed(add_kernel, (1024,), x, y, out, n, BLOCK=1024, library=lambda x, y, out, n: x + y))
    """
    import torch

    taken = kernel(function)
    named = dict(zip(taken.arg_names, args, strict=False)) | constexpr
    sizes = tuple(grid(named)) if callable(grid) else tuple(grid)

    given = [torch.from_numpy(value) if isinstance(value, np.ndarray) else value for value in args]

    def make(device: str) -> list[Any]:
        return [value.to(device) if hasattr(value, "data_ptr") else value for value in given]

    return measured(Job(taken.text, taken.name, make, library, sizes, dict(constexpr), runs=runs))


def measured(job: Job) -> Timing:
    """Run a job in a process of its own.

    Raises
    ------
    CheckFailed
        As :func:`timed`.
    """
    import cloudpickle

    with tempfile.TemporaryDirectory(prefix="kernel-") as folder:
        (Path(folder) / "kernel.py").write_text(job.text, encoding="utf-8")
        (Path(folder) / "job").write_bytes(cloudpickle.dumps(job))
        env = {**os.environ, "TRITON_INTERPRET": "0", "TRITON_CACHE_DIR": str(Path(folder) / "cache")}
        try:
            done = subprocess.run(
                [sys.executable, "-m", __name__, folder],
                env=env,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CheckFailed(f"kernel {job.name} was not timed within {SECONDS} s") from None
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise CheckFailed(
                f"kernel {job.name} does not run on a GPU: {last}",
                look="block sizes: powers of two, and at least 16 for tl.dot",
            )
        return Timing(**json.loads((Path(folder) / "timing.json").read_text(encoding="utf-8")))


def run(folder: Path) -> None:
    """Do the job of a folder and write what came of it beside it."""
    import cloudpickle
    import torch

    job: Job = cloudpickle.loads((folder / "job").read_bytes())  # written by who started this process
    spec = importlib.util.spec_from_file_location("kernel", folder / "kernel.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, job.name)
    grid, constexprs = getattr(module, job.launch)(*job.sizes) if job.launch else (job.grid, job.constexprs)
    there = torch.cuda.is_available()
    found = _on_gpu(job, function, grid, constexprs) if there else _compiled(job, function, constexprs)
    (folder / "timing.json").write_text(json.dumps(found), encoding="utf-8")


def _on_gpu(job: Job, function: Any, grid: tuple[int, ...], constexprs: dict[str, Any]) -> dict[str, Any]:
    import torch

    arguments = job.make("cuda")
    out = [value for value in arguments if isinstance(value, torch.Tensor)][-1]

    def launch() -> None:
        function[grid](*arguments, **constexprs)

    def library() -> Any:
        return job.library(*arguments)

    expected = library().clone()
    launch()
    torch.cuda.synchronize()
    torch.testing.assert_close(out, expected, rtol=RTOL, atol=ATOL, equal_nan=True)
    return {
        "device": torch.cuda.get_device_name(),
        "kernel_ms": _median(launch, job.runs),
        "library_ms": _median(library, job.runs),
        "runs": job.runs,
    }


def _median(call: Callable[[], Any], runs: int) -> float:
    """Return the median time of a call in milliseconds, by the GPU's own clock."""
    import torch

    cache = torch.empty(FLUSH_MIB << 20, dtype=torch.int8, device="cuda")
    for _ in range(WARM_UP):
        call()
    taken = []
    for _ in range(runs):
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        cache.zero_()
        start.record()
        call()
        stop.record()
        torch.cuda.synchronize()
        taken.append(start.elapsed_time(stop))
    return statistics.median(taken)


def _compiled(job: Job, function: Any, constexprs: dict[str, Any]) -> dict[str, Any]:
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    names = list(function.arg_names)
    kinds = {name: _kind(value) for name, value in zip(names, job.make("meta"), strict=False)}
    signature = {name: "constexpr" if name in constexprs else kinds[name] for name in names}
    source = ASTSource(function, signature, constexprs)
    made = triton.compile(source, target=GPUTarget("cuda", TARGET, 32))
    return {"target": f"sm_{TARGET}", "ptx_lines": len(made.asm["ptx"].splitlines())}


def _kind(value: Any) -> str:
    """Return the type of a kernel's argument as Triton writes it."""
    if hasattr(value, "data_ptr"):
        name = str(value.dtype).removeprefix("torch.")
        return "*" + _SHORT[name]
    return "i1" if isinstance(value, bool) else "i32" if isinstance(value, int) else "fp32"


_SHORT = {
    "float32": "fp32", "float64": "fp64", "float16": "fp16", "bfloat16": "bf16", "bool": "i1", "uint8": "u8",
    **{f"int{n}": f"i{n}" for n in (8, 16, 32, 64)},
}  # fmt: skip

if __name__ == "__main__":
    run(Path(sys.argv[1]))
