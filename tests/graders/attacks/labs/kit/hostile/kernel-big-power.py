# Arithmetic on constants that never ends, where the kernel's text is run; a text of ten gigabytes.
# %% grade_id="axpy"
@triton.jit
def axpy_kernel(x_ptr, y_ptr, out_ptr, a, n, BLOCK: tl.constexpr):
    size = 9**9**9**9
    text = "x" * 10**10
    tl.store(out_ptr + tl.arange(0, BLOCK), size)


def axpy_launch(n):
    return (1,), {"BLOCK": 256}
