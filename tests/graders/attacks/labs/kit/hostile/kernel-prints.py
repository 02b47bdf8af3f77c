# A kernel that prints what it loads, and one whose assertion tells.
# %% grade_id="axpy"
@triton.jit
def axpy_kernel(x_ptr, y_ptr, out_ptr, a, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.device_print("a", a)
    tl.static_print(a)
    tl.device_assert(a < 3.0, "a is large")
    tl.store(out_ptr + i, i * 0.0, mask=i < n)


def axpy_launch(n):
    return (triton.cdiv(n, 256),), {"BLOCK": 256}
