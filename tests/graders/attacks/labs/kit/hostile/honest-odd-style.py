# Not hostile: other ways to the same. It must get everything.
# %% grade_id="smooth"
import warnings


def smooth(x, width):
    warnings.warn("smoothing")
    windows = np.lib.stride_tricks.sliding_window_view(x, width)
    print("windows", windows.shape)
    return windows.mean(axis=1)
# %% grade_id="ring"
from collections import deque


class Ring:
    def __init__(self, size):
        self.kept = deque(maxlen=size)

    def push(self, item):
        self.kept.append(item)

    def items(self):
        return [*self.kept]
# %% grade_id="banner"
def banner(text):
    import sys

    sys.stdout.write("\n".join(["=" * len(text), text, "=" * len(text), ""]))
# %% grade_id="ratio"
class Undefined(ValueError):
    def __init__(self, a):
        super().__init__(f"{a} / zero")


def ratio(a, b):
    try:
        return a / b
    except ZeroDivisionError:
        raise Undefined(a) from None
# %% grade_id="axpy"
@triton.jit
def add(x, y, a):
    return a * x + y


@triton.jit
def axpy_kernel(x_ptr, y_ptr, out_ptr, a, n, STEP: tl.constexpr):
    i = tl.program_id(0) * STEP + tl.arange(0, STEP)
    inside = i < n
    tl.store(out_ptr + i, add(tl.load(x_ptr + i, inside), tl.load(y_ptr + i, inside), a), inside)


def axpy_launch(n):
    return (-(-n // 512),), {"STEP": 512}
# %% grade_id="fit"
class Line(torch.nn.Module):
    def __init__(self, columns):
        super().__init__()
        self.line = torch.nn.Linear(columns, 1)
        torch.nn.init.zeros_(self.line.weight)
        torch.nn.init.zeros_(self.line.bias)

    def forward(self, x):
        return self.line(x).squeeze(1)


def fit(x, y, steps):
    model, losses = Line(x.shape[1]), []
    for _ in range(steps):
        loss = torch.nn.functional.mse_loss(model(x), y)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for weight in model.parameters():
                weight -= 0.1 * weight.grad
        losses.append(float(loss.detach()))
    return {"w": model.line.weight.detach()[0], "b": model.line.bias.detach()[0], "losses": losses}


def frozen_model(columns):
    layers = [torch.nn.Linear(columns, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1)]
    for weight in layers[0].parameters():
        weight.requires_grad = False
    return torch.nn.Sequential(*layers)
