"""What a Triton kernel moves and computes, counted in the interpreter: whole numbers, the same every time.

There is no cache model: bytes and 32-byte sectors are those that programs ask for. A sector is counted once
for each load or store instruction of each program that touches it.
"""

from __future__ import annotations

import contextlib
import linecache
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .failures import CheckFailed, shown_error
from .interpreter import triton
from .kernels import Kernel, kernel

SECTOR = 32  # bytes: what a GPU's memory moves at least
LONGEST_TRACE = 200_000  # elements kept for the picture
NOBODY, MANY = -1, -2


@dataclass(frozen=True)
class Access:
    """One load or store of one program: ``elements`` are offsets into the argument, in elements."""

    kind: str
    argument: str
    program: tuple[int, int, int]
    elements: np.ndarray


@dataclass
class Traffic:
    """What one launch, or several, moved and computed.

    Attributes
    ----------
    load_bytes, store_bytes
        Bytes that the programs asked for.
    load_sectors, store_sectors
        32-byte sectors that they touched; the ideal is ``bytes / 32``.
    dot_flops
        Floating point operations in ``tl.dot``.
    launches, programs, atomics
        Kernel launches, program instances, single atomic operations.
    trace
        The accesses in order, for :func:`draw_access`; at most 200 000 elements of them.
    """

    load_bytes: int = 0
    store_bytes: int = 0
    load_sectors: int = 0
    store_sectors: int = 0
    dot_flops: int = 0
    launches: int = 0
    programs: int = 0
    atomics: int = 0
    trace: list[Access] = field(default_factory=list, repr=False, compare=False)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def bytes(self) -> int:
        """Bytes loaded and stored."""
        return self.load_bytes + self.store_bytes

    @property
    def sector_bytes(self) -> int:
        """Bytes moved when whole sectors move."""
        return SECTOR * (self.load_sectors + self.store_sectors)

    def __add__(self, other: Traffic) -> Traffic:
        counts = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        return Traffic(**counts, trace=self.trace + other.trace, shapes={**self.shapes, **other.shapes})


COUNTS = ("load_bytes", "store_bytes", "load_sectors", "store_sectors")
COUNTS += ("dot_flops", "launches", "programs", "atomics")


def traffic(function: Any, grid: Any, *args: Any, **constexpr: Any) -> Traffic:
    """Launch a kernel under the meter and return what it moved.

    Where this machine has a GPU, a kernel taken with :func:`kernel` also runs there, and must agree.

    Parameters
    ----------
    function
        A ``@triton.jit`` function, or what :func:`kernel` made of one.
    grid
        Tuple of one to three sizes, or a function of the arguments that gives it.
    args
        Tensors on the CPU (NumPy arrays too) and numbers; outputs are written in place.
    constexpr
        Compile-time arguments such as ``BLOCK=64``.

    Raises
    ------
    CheckFailed
        On an access outside the arguments, on a race between programs, when the kernel raises.

    Examples
    --------
    In a check cell::

        moved = kit.traffic(kit.kernel(add_kernel), (16,), x, y, out, 1000, BLOCK=64)
        kit.require(moved.bytes <= 12_000, "each element is loaded once and stored once")
    """
    triton()
    target = function if isinstance(function, Kernel) or hasattr(function, "rewrite") else kernel(function)
    args, constexpr = tuple(_tensor(a) for a in args), {k: _tensor(v) for k, v in constexpr.items()}
    names = list(target.arg_names)
    arguments = {**dict(zip(names, args, strict=False)), **constexpr}
    on_gpu = _gpu_run(target, grid, arguments)
    meter = _Meter({k: v for k, v in arguments.items() if hasattr(v, "data_ptr")})
    with meter.installed():
        try:
            target[grid](*args, **constexpr)
        except Exception as error:  # noqa: BLE001 - the kernel is a learner's; what it raises is told in words
            raise _failure(error, names) from None
    if on_gpu is not None:
        on_gpu(arguments)
    return meter.traffic


def _tensor(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        import torch

        return torch.from_numpy(value)
    return value


def _gpu_run(target: Any, grid: Any, arguments: dict[str, Any]) -> Callable[[dict[str, Any]], None] | None:
    if not isinstance(target, Kernel):
        return None
    from .gpu import prepared

    return prepared(target, grid, arguments)


def _failure(error: BaseException, names: list[str]) -> CheckFailed:
    """Return the reason behind what Triton's interpreter raised."""
    cause: BaseException = error
    while cause.__cause__ is not None and not isinstance(cause, CheckFailed):
        cause = cause.__cause__
    if isinstance(cause, CheckFailed):
        return cause
    if isinstance(cause, TypeError) and ("argument" in str(cause) or "missing" in str(cause)):
        return CheckFailed(
            f"the kernel cannot be launched: {cause}", look=f"its parameters: {', '.join(names)}"
        )
    return CheckFailed(f"the kernel raised {shown_error(cause)}" + _line_of(cause))


def _line_of(error: BaseException) -> str:
    found, traceback = "", error.__traceback__
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_filename
        if name.startswith("<kernel") or "ipykernel" in name or name.startswith("<ipython"):
            found = f" at `{linecache.getline(name, traceback.tb_lineno).strip()}`"
        traceback = traceback.tb_next
    return found


class _Memory:
    """One tensor argument: where it lies, and which program wrote and read each of its bytes last."""

    def __init__(self, name: str, tensor: Any) -> None:
        self.name, self.shape, self.size = name, tuple(tensor.shape), tensor.element_size()
        reach = sum((n - 1) * s for n, s in zip(tensor.shape, tensor.stride(), strict=True)) + 1
        self.begin = tensor.data_ptr()
        self.bytes = reach * self.size if tensor.numel() else 0
        self.end = self.begin + self.bytes
        self.base = tensor.untyped_storage().data_ptr()
        self.forget()

    def forget(self) -> None:
        """Start a new launch: launches are ordered, programs of one launch are not."""
        self.writer = np.full(self.bytes, NOBODY, np.int32)
        self.reader = np.full(self.bytes, NOBODY, np.int32)


class _Meter:
    """Counts in the interpreter's own methods while it is installed."""

    def __init__(self, tensors: dict[str, Any]) -> None:
        self.traffic = Traffic(shapes={k: tuple(v.shape) for k, v in tensors.items()})
        self.memories = [_Memory(name, tensor) for name, tensor in tensors.items()]
        self.programs: list[tuple[int, int, int]] = []
        self.traced = 0

    def access(self, pointers: np.ndarray, size: int, kind: str, values: np.ndarray | None = None) -> None:
        """Count one load or store and check it before it happens."""
        if not pointers.size:
            return
        memory = self._argument(pointers, size, kind)
        setattr(self.traffic, f"{kind}_bytes", getattr(self.traffic, f"{kind}_bytes") + pointers.size * size)
        sectors = np.unique((pointers - np.uint64(memory.base)) // np.uint64(SECTOR)).size
        setattr(self.traffic, f"{kind}_sectors", getattr(self.traffic, f"{kind}_sectors") + int(sectors))
        offsets = (pointers - np.uint64(memory.begin)).astype(np.int64)
        self._races(memory, offsets, kind, values)
        self._trace(memory, offsets, kind)

    def _argument(self, pointers: np.ndarray, size: int, kind: str) -> _Memory:
        """Return the one argument that holds all addresses of an access.

        An address past the end of one argument may by chance lie inside another: one access belongs to one.
        """
        if not self.memories:
            raise CheckFailed(f"the kernel {kind}s, and it has no tensor argument, at `{_kernel_line()}`")
        held = [
            (pointers >= memory.begin) & (pointers + np.uint64(size) <= memory.end)
            for memory in self.memories
        ]
        inside, memory = max(zip(held, self.memories, strict=True), key=lambda pair: int(pair[0].sum()))
        if inside.all():
            return memory
        first = int(pointers[~inside][0])
        if not inside.any():
            memory = min(self.memories, key=lambda m: min(abs(first - m.begin), abs(first - m.end)))
        count = int((~inside).sum())
        raise CheckFailed(
            f"the kernel {kind}s outside its arguments: {count} of {inside.size} addresses, in program "
            f"{self.programs[-1]}, at `{_kernel_line()}`; {_distance(first, memory)}",
            because="on a GPU this reads or destroys somebody else's memory, often without an error",
            look="the mask (offsets < n) and the strides in the address",
        )

    def _races(self, memory: _Memory, offsets: np.ndarray, kind: str, values: np.ndarray | None) -> None:
        me = len(self.programs) - 1
        writer, reader = memory.writer[offsets], memory.reader[offsets]
        others = (writer != NOBODY) & (writer != me)
        if others.any():
            self._race(memory, int(offsets[others][0]), int(writer[others][0]), f"{kind}s what", "wrote")
        if kind == "load":
            memory.reader[offsets] = np.where((reader == NOBODY) | (reader == me), me, MANY)
            return
        others = (reader != NOBODY) & (reader != me)
        if others.any():
            self._race(memory, int(offsets[others][0]), int(reader[others][0]), "writes what", "read")
        if values is not None:
            _one_value_each(memory, offsets, values)
        memory.writer[offsets] = me

    def _race(self, memory: _Memory, offset: int, other: int, does: str, did: str) -> None:
        who = f"program {self.programs[other]}" if other >= 0 else "other programs"
        raise CheckFailed(
            f"a race: program {self.programs[-1]} {does} {who} {did}, "
            f"{memory.name}{_index(memory, offset)}, at `{_kernel_line()}`",
            because="programs of one launch run in any order and at once: the result is luck on a GPU",
            look="give each program elements of its own, or use tl.atomic_add, or a second launch",
        )

    def _trace(self, memory: _Memory, offsets: np.ndarray, kind: str) -> None:
        if self.traced + offsets.size <= LONGEST_TRACE:
            self.traced += offsets.size
            program = self.programs[-1]
            self.traffic.trace.append(Access(kind, memory.name, program, offsets // memory.size))

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Put the counters around the interpreter's methods, and take them away again."""
        from triton.runtime.interpreter import GridExecutor, InterpreterBuilder

        saved: list[tuple[Any, str, Any]] = []

        def around(owner: Any, name: str, count: Callable[..., None]) -> None:
            original = getattr(owner, name)
            saved.append((owner, name, original))

            def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
                count(*args)
                return original(self, *args, **kwargs)

            setattr(owner, name, counted)

        around(InterpreterBuilder, "create_masked_load", self._load)
        around(InterpreterBuilder, "create_masked_store", self._store)
        around(InterpreterBuilder, "create_dot", self._dot)
        around(InterpreterBuilder, "create_atomic_rmw", lambda op, p, v, mask, *_: self._atomic(p, mask))
        around(InterpreterBuilder, "create_atomic_cas", lambda p, *_: self._atomic(p, None))
        around(
            InterpreterBuilder, "set_grid_idx", lambda *index: self.programs.append(index) or self._program()
        )
        around(GridExecutor, "__call__", lambda *_: self._launch())
        try:
            yield
        finally:
            for owner, name, original in saved:
                setattr(owner, name, original)

    def _load(self, pointers: Any, mask: Any, *_: Any) -> None:
        self.access(pointers.data[mask.data], _size(pointers), "load")

    def _store(self, pointers: Any, value: Any, mask: Any, *_: Any) -> None:
        values = np.broadcast_to(value.data, pointers.data.shape)[mask.data]
        self.access(pointers.data[mask.data], _size(pointers), "store", values)

    def _atomic(self, pointers: Any, mask: Any) -> None:
        touched = pointers.data if mask is None else pointers.data[mask.data]
        if touched.size:
            self._argument(touched.ravel(), _size(pointers), "store")
        self.traffic.atomics += int(touched.size)

    def _dot(self, a: Any, b: Any, *_: Any) -> None:
        (*batch, m, k), n = a.data.shape, b.data.shape[-1]
        self.traffic.dot_flops += 2 * m * n * k * int(np.prod(batch, dtype=np.int64))

    def _program(self) -> None:
        self.traffic.programs += 1

    def _launch(self) -> None:
        self.traffic.launches += 1
        self.programs.clear()
        for memory in self.memories:
            memory.forget()


def _size(pointers: Any) -> int:
    return max(1, pointers.get_element_ty().primitive_bitwidth // 8)


def _one_value_each(memory: _Memory, offsets: np.ndarray, values: np.ndarray) -> None:
    """Raise when one store writes different values to one address."""
    order = np.argsort(offsets, kind="stable")
    same = offsets[order][1:] == offsets[order][:-1]
    if not same.any():
        return
    sorted_values = values[order]
    clash = same & (sorted_values[1:] != sorted_values[:-1])
    if clash.any():
        spot = int(offsets[order][1:][clash][0])
        raise CheckFailed(
            f"one tl.store writes different values to {memory.name}{_index(memory, spot)}, "
            f"at `{_kernel_line()}`",
            because="which of them stays is luck on a GPU",
            look="reduce first (tl.sum, tl.max), then store one value",
        )


def _distance(address: int, memory: _Memory) -> str:
    if address >= memory.end:
        ahead = (address - memory.end) // memory.size + 1
        return (
            f"the first lies {ahead} element{'s' * (ahead > 1)} past the end of {memory.name} {memory.shape}"
        )
    if address < memory.begin:
        return f"the first lies before the start of {memory.name} {memory.shape}"
    return f"the first crosses the end of {memory.name} {memory.shape}"


def _index(memory: _Memory, offset: int) -> str:
    return (
        f"[{offset // memory.size}]"
        if len(memory.shape) < 2
        else f" (element {offset // memory.size} in memory)"
    )


def _kernel_line() -> str:
    """Return the line of the kernel that is running: the nearest frame that is neither Triton's nor ours."""
    import triton as library

    skip = (str(Path(library.__file__).parent), __file__)
    frame = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(skip):
            return linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
        frame = frame.f_back
    return "?"
