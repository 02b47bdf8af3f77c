# The launch asks for a tile of a billion lanes, in whichever process the kernel is run.
# %% grade_id="axpy"
@triton.jit
def axpy_kernel(x_ptr, y_ptr, out_ptr, a, n, BLOCK: tl.constexpr):
    i = tl.arange(0, BLOCK)
    tl.store(out_ptr + i, a * tl.load(x_ptr + i, mask=i < n) + tl.load(y_ptr + i, mask=i < n), mask=i < n)


def axpy_launch(n):
    return (1,), {"BLOCK": 2**30}
