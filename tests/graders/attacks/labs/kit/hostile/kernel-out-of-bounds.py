# A kernel that writes past its array, and one without end of programs.
# %% grade_id="axpy"
@triton.jit
def axpy_kernel(x_ptr, y_ptr, out_ptr, a, n, BLOCK: tl.constexpr):
    i = tl.arange(0, BLOCK)
    tl.store(out_ptr + i * 1000003, i * 0.0)
    tl.store(x_ptr - i * 1000003, i * 0.0)


class Int(int):
    __le__ = __ge__ = __gt__ = __lt__ = lambda self, other: True
    __class__ = property(lambda self: int)


def axpy_launch(n):
    return (Int(10**9),), {"BLOCK": 1024}
