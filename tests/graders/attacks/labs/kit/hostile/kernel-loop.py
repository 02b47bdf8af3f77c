# A kernel that never ends.
# %% grade_id="axpy"
@triton.jit
def axpy_kernel(x_ptr, y_ptr, out_ptr, a, n, BLOCK: tl.constexpr):
    i = tl.arange(0, BLOCK)
    while n > 0:
        tl.store(out_ptr + i, i * 0.0, mask=i < n)


def axpy_launch(n):
    return (1,), {"BLOCK": 256}
