"""Kernels are taken as text, metered in whole numbers, and their faults named."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from graders import kit

import triton  # isort: skip - after the kit, which chooses the interpreter
import triton.language as tl  # isort: skip

N, BLOCK = 1000, 64
SCALE = tl.constexpr(3.0)


@triton.jit
def add(x, y, out, n, B: tl.constexpr):
    i = tl.program_id(0) * B + tl.arange(0, B)
    m = i < n
    tl.store(out + i, tl.load(x + i, mask=m) + tl.load(y + i, mask=m), mask=m)


@triton.jit
def add_without_mask(x, y, out, n, B: tl.constexpr):
    i = tl.program_id(0) * B + tl.arange(0, B)
    tl.store(out + i, tl.load(x + i) + tl.load(y + i))


@triton.jit
def before_the_start(x, out, B: tl.constexpr):
    i = tl.arange(0, B)
    tl.store(out + i, tl.load(x + i - 1))


@triton.jit
def racy_sum(x, out, n, B: tl.constexpr):
    i = tl.program_id(0) * B + tl.arange(0, B)
    tl.store(out, tl.load(out) + tl.sum(tl.load(x + i, mask=i < n, other=0.0)))


@triton.jit
def atomic_sum(x, out, n, B: tl.constexpr):
    i = tl.program_id(0) * B + tl.arange(0, B)
    tl.atomic_add(out, tl.sum(tl.load(x + i, mask=i < n, other=0.0)))


@triton.jit
def shift_in_place(x, n, B: tl.constexpr):
    i = tl.program_id(0) * B + tl.arange(0, B)
    value = tl.load(x + i + 1, mask=i + 1 < n)
    tl.store(x + i, value, mask=i + 1 < n)


@triton.jit
def many_values_one_place(x, out, B: tl.constexpr):
    i = tl.arange(0, B)
    tl.store(out + i * 0, tl.load(x + i))


@triton.jit
def scaled(v):
    return v * SCALE


@triton.jit
def with_helper(x, out, n, B: tl.constexpr = 64):
    """Docstrings, helpers and constants are fine."""
    i = tl.program_id(0) * B + tl.arange(0, B)
    tl.store(out + i, scaled(tl.load(x + i, mask=i < n, other=0.0)), mask=i < n)


@triton.jit
def columns(x, out, ROWS: tl.constexpr, COLS: tl.constexpr):
    i = tl.arange(0, ROWS) * COLS + tl.program_id(0)
    tl.store(out + i, tl.load(x + i))


@triton.jit
def matmul(a, b, c, N, K: tl.constexpr, T: tl.constexpr):
    i, j = tl.program_id(0) * T + tl.arange(0, T), tl.program_id(1) * T + tl.arange(0, T)
    k, acc = tl.arange(0, T), tl.zeros((T, T), tl.float32)
    for start in range(0, K, T):
        left = tl.load(a + i[:, None] * K + (start + k)[None, :])
        acc += tl.dot(left, tl.load(b + (start + k)[:, None] * N + j[None, :]))
    tl.store(c + i[:, None] * N + j[None, :], acc)


@pytest.fixture
def xyo() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(N, generator=generator), torch.randn(N, generator=generator), torch.empty(N)


def fault(function, grid, *args, **constexpr) -> str:
    with pytest.raises(kit.CheckFailed) as caught:
        kit.traffic(kit.kernel(function), grid, *args, **constexpr)
    return str(caught.value)


def test_traffic_is_what_the_kernel_asks_for(xyo) -> None:
    x, y, out = xyo
    moved = kit.traffic(kit.kernel(add), (16,), x, y, out, N, B=BLOCK)
    assert torch.equal(out, x + y)
    assert (moved.load_bytes, moved.store_bytes, moved.bytes) == (8000, 4000, 12_000)
    assert (moved.load_sectors, moved.store_sectors, moved.sector_bytes) == (250, 125, 12_000)
    assert (moved.launches, moved.programs, moved.atomics, moved.dot_flops) == (1, 16, 0, 0)
    again = kit.traffic(add, lambda meta: (triton.cdiv(meta["n"], meta["B"]),), x, y, out, N, B=BLOCK)
    assert again == moved
    assert (moved + again).programs == 32


def test_columns_cost_eight_times_the_sectors_of_rows() -> None:
    x, out = torch.arange(64 * 128.0), torch.empty(64 * 128)
    moved = kit.traffic(columns, (128,), x, out, ROWS=64, COLS=128)
    assert moved.bytes == 65_536
    assert moved.sector_bytes == 8 * moved.bytes


@pytest.mark.parametrize(("tile", "expected"), [(16, 1_114_112), (32, 589_824), (64, 327_680)])
def test_a_larger_tile_moves_less(tile: int, expected: int) -> None:
    a, b, c = torch.ones(128, 128), torch.ones(128, 128), torch.empty(128, 128)
    moved = kit.traffic(kit.kernel(matmul), (128 // tile, 128 // tile), a, b, c, 128, 128, T=tile)
    assert moved.bytes == expected
    assert moved.dot_flops == 2 * 128**3
    assert torch.equal(c, a @ b)


def test_numpy_arrays_and_strided_views_are_arguments_too() -> None:
    x, y, out = np.ones(N, np.float32), np.ones(N, np.float32), np.zeros(N, np.float32)
    kit.traffic(add, (16,), x, y, out, N, B=BLOCK)
    assert (out == 2).all()
    wide = torch.zeros(4, 100)
    assert "past the end of y" in fault(add, (1,), torch.ones(64), wide[1, :50], torch.empty(64), 64, B=64)


def test_an_access_outside_is_named_with_its_place(xyo) -> None:
    x, y, out = xyo
    told = fault(add_without_mask, (16,), x, y, out, N, B=BLOCK)
    assert "24 of 64 addresses, in program (15, 0, 0)" in told
    assert "1 element past the end of x (1000,)" in told
    assert "`tl.store(out + i" in told
    assert "before the start of x" in fault(before_the_start, (1,), x.clone(), torch.empty(64), B=64)


def test_an_access_that_strays_into_the_next_argument_is_outside_its_own() -> None:
    one = torch.zeros(2 * 1000)
    x, out = one[:1000], one[1000:]  # side by side: past the end of x begins out
    told = fault(add_without_mask, (16,), x, x, out.clone(), 1000, B=BLOCK)
    assert "past the end of x" in told
    assert "past the end of x" in fault(add_without_mask, (16,), x, out, torch.zeros(1000), 1000, B=BLOCK)


def test_a_race_is_named_although_the_sum_is_right(xyo) -> None:
    x = xyo[0]
    told = fault(racy_sum, (16,), x, torch.zeros(1), N, B=BLOCK)
    assert "a race: program (1, 0, 0) loads what program (0, 0, 0) wrote, out[0]" in told
    assert "writes what" in fault(shift_in_place, (16,), x.clone(), N, B=BLOCK)
    assert "different values" in fault(many_values_one_place, (1,), x, torch.zeros(1), B=BLOCK)
    out = torch.zeros(1)
    assert kit.traffic(atomic_sum, (16,), x, out, N, B=BLOCK).atomics == 16
    assert torch.allclose(out, x.sum(), atol=1e-4)


def test_programs_may_read_the_same_and_launches_follow_each_other(xyo) -> None:
    x, _, out = xyo
    for _ in range(2):
        kit.traffic(kit.kernel(with_helper), (16,), x, out, N)
        assert torch.allclose(out, 3 * x)


REFUSED = {
    "an import": "import os",
    "a library call": "torch.add(x, x)",
    "the host's values": "answers[0]",
    "an attribute that is no method": "x.__class__",
    "a string of code": "eval('1')",
    "a lambda": "f = lambda v: v",
    "inner Triton": "tl.core.builtin(1)",
    "a helper that is not Triton": "plain(x)",
}


@pytest.mark.parametrize("line", REFUSED.values(), ids=REFUSED.keys())
def test_only_triton_may_stand_in_a_kernel(line: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "import torch, triton\nimport triton.language as tl\nanswers = [1]\n"
        f"def plain(v):\n    return v\n@triton.jit\ndef cheat(x, out):\n    {line}\n    tl.store(out, 1.0)\n"
    )
    (tmp_path / "cheating.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "cheating", raising=False)
    import cheating

    with pytest.raises(kit.CheckFailed, match="kernel cheat uses"):
        kit.kernel(cheating.cheat)


def test_what_is_no_kernel_is_refused() -> None:
    with pytest.raises(kit.CheckFailed, match="is not a Triton kernel"):
        kit.kernel(lambda x: x)
    with pytest.raises(kit.CheckFailed, match="cannot be launched"):
        kit.traffic(kit.kernel(add), (1,), torch.zeros(1))


def test_the_interpreter_is_whole_again_after_a_fault(xyo) -> None:
    from triton.runtime.interpreter import InterpreterBuilder

    before = InterpreterBuilder.create_masked_load
    fault(add_without_mask, (16,), *xyo, N, B=BLOCK)
    assert InterpreterBuilder.create_masked_load is before


def test_the_process_for_the_gpu_is_not_interpreted() -> None:
    ask = "from graders import kit; import triton.language as tl; print(hasattr(tl.sum, 'rewrite'))"
    for chosen, interpreted in {"": "True", "0": "False"}.items():
        env = {k: v for k, v in os.environ.items() if k != "TRITON_INTERPRET"}
        env |= {"TRITON_INTERPRET": chosen} if chosen else {}
        done = subprocess.run(
            [sys.executable, "-c", ask], env=env, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == interpreted


def test_triton_imported_too_early_is_explained() -> None:
    early = "import triton\nfrom graders import kit\nkit.kernel(print)"
    env = {k: v for k, v in os.environ.items() if k != "TRITON_INTERPRET"}
    done = subprocess.run([sys.executable, "-c", early], env=env, capture_output=True, text=True, check=False)
    assert "put `from graders import kit` above `import triton`" in done.stderr


def test_the_picture_says_in_a_line_what_it_shows(xyo) -> None:
    import matplotlib

    matplotlib.use("agg")
    figure = kit.draw_access(kit.traffic(add, (16,), *xyo, N, B=BLOCK))
    assert "x: 1000 elements loaded by 16 programs, neighbours 1 apart" in figure.get_label()
    assert [axis.get_title() for axis in figure.axes[:3]] == ["x: loads", "y: loads", "out: stores"]
    matplotlib.pyplot.close(figure)
