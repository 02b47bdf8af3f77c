"""Rooflines from data sheets, the least traffic of a problem, and pictures that can be read aloud."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from IPython.core.formatters import DisplayFormatter
from matplotlib.figure import Figure

from graders import kit
from graders.kit import devices, timing

import triton  # isort: skip - after the kit, which chooses the interpreter
import triton.language as tl  # isort: skip


@triton.jit
def add(x_ptr, y_ptr, out_ptr, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    total = tl.load(x_ptr + i, mask=i < n) + tl.load(y_ptr + i, mask=i < n)
    tl.store(out_ptr + i, total, mask=i < n)


@triton.jit
def rows(x_ptr, out_ptr, stride, columns, BLOCK: tl.constexpr):
    c = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + tl.program_id(0) * stride + c, mask=c < columns)
    tl.store(out_ptr + tl.program_id(0) * columns + c, x, mask=c < columns)


@pytest.mark.parametrize("device", kit.DEVICES.values(), ids=lambda device: device.name)
def test_each_device_has_figures_that_fit_together_and_a_source(device: kit.Device) -> None:
    assert len(device.source) > 20
    assert 100 < device.bandwidth < 10_000
    rates = [rate for rate in (device.fp32, device.fp16, device.bf16) if rate is not None]
    assert rates == sorted(rates)
    assert 3 <= device.l2_mib <= 128
    assert 20 <= device.units <= 160
    assert devices.recognised(f"NVIDIA {device.reported}") == device
    if device.fp32:  # two operations a clock on 64 or 128 lanes of each unit, at a clock of 1 to 3 GHz
        assert any(1e9 < device.fp32 * 1e12 / (2 * lanes * device.units) < 3e9 for lanes in (64, 128))


@pytest.mark.parametrize(
    ("moved", "flops", "on", "precision", "seconds", "bound"),
    [
        (2 * 4 * 4096**2, 5 * 4096**2, "A100 80 GB SXM", "fp32", 2 * 4 * 4096**2 / 2.039e12, "memory"),
        (3 * 2 * 8192**2, 2 * 8192**3, "h100 sxm", "bf16", 2 * 8192**3 / 989.4e12, "compute"),
        (0, 1e12, "T4", "fp16", 1 / 65, "compute"),
    ],
)
def test_the_roofline_is_the_slower_of_moving_and_computing(
    moved: int, flops: float, on: str, precision: str, seconds: float, bound: str
) -> None:
    found = kit.roofline(moved, flops, on=on, precision=precision)
    assert math.isclose(found.seconds, seconds)
    assert found.bound == bound
    assert found.seconds == max(found.memory_seconds, found.compute_seconds)
    assert (found.intensity >= found.ridge) == (bound == "compute")
    assert bound in str(found)


def test_at_the_ridge_both_take_as_long() -> None:
    ridge = kit.roofline(1, 1, on="H200").ridge
    at = kit.roofline(1e9, ridge * 1e9, on="H200")
    assert math.isclose(at.memory_seconds, at.compute_seconds)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"on": "Abacus"}, "it has H100 SXM"),
        ({"on": "T4", "precision": "bf16"}, "there is fp32, fp16"),
        ({"precision": "fp7"}, "no fp7 rate"),
        ({"bytes_moved": 0}, "no problem"),
        ({"bytes_moved": -1}, "no problem"),
    ],
)
def test_what_cannot_be_reckoned_is_named(given: dict, words: str) -> None:
    with pytest.raises(kit.CheckFailed, match=words):
        kit.roofline(**{"bytes_moved": 1, **given})


def test_a_good_kernel_moves_the_ideal_and_no_less() -> None:
    n = 1000
    x, y, out = torch.rand(n), torch.rand(n), torch.empty(n)
    least = kit.ideal_traffic(loads=[x, y], stores=[out])
    moved = kit.traffic(add, (4,), x, y, out, n, BLOCK=256)
    assert (moved.bytes, moved.sector_bytes) == (least.bytes, least.sector_bytes) == (12_000, 12_000)


@pytest.mark.parametrize(("columns", "stride"), [(8, 8), (7, 11), (3, 64), (1, 2), (5, 8)])
def test_rows_with_gaps_count_the_sectors_that_they_touch(columns: int, stride: int) -> None:
    x, out = torch.rand(6, stride)[:, :columns], torch.empty(6, columns)
    least = kit.ideal_traffic(loads=[x], stores=[out])
    addresses = [x[r, c].data_ptr() // 32 for r in range(6) for c in range(columns)]
    assert least.load_bytes == 4 * 6 * columns
    assert least.load_sectors == len(set(addresses))
    assert kit.ideal_traffic(loads=[x.numpy()], stores=[]).load_sectors == least.load_sectors
    moved = kit.traffic(rows, (6,), x, out, stride, columns, BLOCK=8)
    assert moved.load_bytes == least.load_bytes
    assert moved.load_sectors >= least.load_sectors


def test_nothing_moves_nothing_and_what_repeats_is_refused() -> None:
    assert kit.ideal_traffic(loads=[torch.empty(0, 3)], stores=[]).bytes == 0
    assert kit.ideal_traffic(loads=[np.float32(1)], stores=[]).load_bytes == 4
    with pytest.raises(kit.CheckFailed, match="repeats"):
        kit.ideal_traffic(loads=[torch.rand(3, 1).expand(3, 4)], stores=[])


def test_without_a_gpu_a_kernel_is_compiled_and_that_is_said() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    x, y, out = torch.rand(1000), torch.rand(1000), torch.empty(1000)
    found = kit.timed(add, (4,), x, y, out, 1000, BLOCK=256, library=lambda x, y, out, n: x + y)
    assert (found.device, found.kernel_ms, found.ratio, found.target) == ("", None, None, "sm_90")
    assert found.ptx_lines > 20
    assert str(found) == found.beside(12_000)
    assert str(found) == f"no GPU here: compiled for sm_90 ({found.ptx_lines} lines of PTX), not timed"


def test_on_a_gpu_the_kernel_is_timed_beside_the_library() -> None:
    if not torch.cuda.is_available():
        pytest.skip("no GPU on this machine")
    n = 2**24
    x, y, out = torch.rand(n), torch.rand(n), torch.empty(n)
    found = kit.timed(add, (n // 1024,), x, y, out, n, BLOCK=1024, library=lambda x, y, out, n: x + y)
    assert 0.2 < found.ratio < 5
    with pytest.raises(kit.CheckFailed, match="does not run"):
        kit.timed(add, (1,), x, y, out, n, BLOCK=1024, library=lambda x, y, out, n: x - y)


def test_a_kernel_that_does_not_compile_is_named_with_the_reason() -> None:
    x, out = torch.rand(3), torch.empty(3)
    with pytest.raises(kit.CheckFailed, match=r"does not run on a GPU: .*power of 2"):
        kit.timed(rows, (1,), x, out, 3, 3, BLOCK=3, library=lambda x, out, s, c: x)


def test_times_are_told_with_the_roof_of_a_known_device() -> None:
    found = timing.Timing("NVIDIA H100 80GB HBM3", 0.5, 0.4, 50)
    assert str(found).startswith("NVIDIA H100 80GB HBM3: 0.5 ms, the library 0.4 ms (1.25 times its time")
    assert found.beside(3.35e12 * 0.25e-3).endswith("0.25 ms is the least (memory): 50% of the roof")
    assert timing.Timing("Abacus", 0.5, 0.4, 50).beside(1) == str(timing.Timing("Abacus", 0.5, 0.4, 50))


def test_a_described_figure_keeps_its_words_in_the_notebook_and_is_shown_once() -> None:
    import matplotlib.pyplot as plt

    x, y, out = torch.rand(64), torch.rand(64), torch.empty(64)
    figure = kit.draw_access(kit.traffic(add, (2,), x, y, out, 64, BLOCK=32))
    picture = kit.described(figure)
    data, metadata = DisplayFormatter().format(picture)
    assert data["image/png"]
    assert "x_ptr: 64 elements loaded by 2 programs, neighbours 1 apart" in metadata["image/png"]["alt"]
    assert figure.number not in plt.get_fignums()
    with pytest.raises(ValueError, match="no label"):
        kit.described(Figure())


@pytest.mark.parametrize("lab", ["first-kernels"])
def test_prove_times_a_labs_kernels_or_says_that_there_is_no_gpu(lab: str) -> None:
    ask = (
        "from graders.gpu import timings\nfrom graders.proof import master_of\n"
        f"for line in timings(master_of({lab!r})): print(line)"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 9  # three kernels of the reference and of two submissions that pass
    for line in lines:
        assert line.startswith(f"{lab}: ")
        assert ("no GPU here: compiled for sm_90" in line) != torch.cuda.is_available()
