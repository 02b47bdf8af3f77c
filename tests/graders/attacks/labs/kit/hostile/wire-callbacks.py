# Functions and modules that call back: hooks, properties, backward of a Function of one's own.
# %% grade_id="fit"
class Forged(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        return x.clone()

    @staticmethod
    def backward(context, gradient):
        return gradient * 0


class Model(torch.nn.Sequential):
    def parameters(self, recurse=True):
        return iter([torch.nn.Parameter(torch.zeros(5)), torch.nn.Parameter(torch.zeros(16), requires_grad=False)])

    def state_dict(self, *a, **k):
        return {n: torch.rand(2) if n.startswith("2") else torch.zeros(1) for n in ("0.bias", "0.weight", "2.bias", "2.weight")}

    def __call__(self, x):
        return Forged.apply(torch.zeros(len(x), 1, requires_grad=True))


def frozen_model(columns):
    return Model()


def fit(x, y, steps):
    raise NotImplementedError
