# A loss that hangs on other tensors: gradients that come from nowhere, backward passes that act and never end.
# %% grade_id="loss"
class Acts(torch.autograd.Function):
    @staticmethod
    def forward(context, weights, x):
        return (weights * 0).sum() + 2.5

    @staticmethod
    def backward(context, gradient):
        import os
        import time

        open("/tmp/@LEFT@-backward", "w").write("x")
        if os.fork() == 0:
            time.sleep(30)
        return torch.tensor([1.0, 2.0]) * torch.ones(()), None


def loss(weights, x, y):
    weights.grad = torch.ones_like(weights)
    weights.requires_grad_(True)
    return Acts.apply(weights, x)
