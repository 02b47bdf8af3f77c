"""What ``./academy prove first-kernels --gpu`` times: the lab's kernels at sizes that fill a chip."""

import torch

from graders.gpu import Case

N = 2**26
ROWS, COLUMNS = 16_384, 2048
SIDE = 8192


def two_vectors(device):
    x, y = (torch.randn(N, device=device) for _ in range(2))
    return x, y, torch.empty_like(x), N


def matrix(rows, columns, out_shape):
    def make(device):
        x, out = torch.randn(rows, columns, device=device), torch.empty(out_shape, device=device)
        return x, out, rows, columns, columns, out_shape[1]

    return make


CASES = [
    Case(
        name="add of 2²⁶ numbers",
        answer="add",
        kernel="add_kernel",
        launch="add_launch",
        sizes=(N,),
        make=two_vectors,
        library=lambda x, y, out, n: x + y,
        bytes_moved=3 * 4 * N,
        flops=N,
    ),
    Case(
        name="softmax of 16 384 rows of 2048",
        answer="softmax",
        kernel="softmax_kernel",
        launch="softmax_launch",
        sizes=(ROWS, COLUMNS),
        make=matrix(ROWS, COLUMNS, (ROWS, COLUMNS)),
        library=lambda x, out, *sizes: torch.softmax(x, dim=1),
        bytes_moved=2 * 4 * ROWS * COLUMNS,
        flops=5 * ROWS * COLUMNS,
    ),
    Case(
        name="transpose of 8192 × 8192",
        answer="transpose",
        kernel="transpose_kernel",
        launch="transpose_launch",
        sizes=(SIDE, SIDE),
        make=matrix(SIDE, SIDE, (SIDE, SIDE)),
        library=lambda x, out, *sizes: x.t().contiguous(),
        bytes_moved=2 * 4 * SIDE * SIDE,
    ),
]
