# Two kernels of one name: what the text shows first does the work, what is defined last does not.
# %% grade_id="axpy"
if False:

    @triton.jit
    def axpy_kernel(x_ptr, y_ptr, out_ptr, a, n, BLOCK: tl.constexpr):
        tl.store(out_ptr, 1.0)


@triton.jit
def axpy_kernel(x_ptr, y_ptr, out_ptr, a, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out_ptr + i, SCALE * 1.0, mask=i < n)


SCALE = 1.0


def axpy_launch(n):
    global SCALE
    SCALE = float(n)
    return (triton.cdiv(n, 256),), {"BLOCK": 256}
