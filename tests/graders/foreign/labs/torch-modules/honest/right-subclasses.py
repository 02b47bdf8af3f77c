# Subclasses of Tensor-like things: a Parameter with a name, a Module base class, a loss module, list subclass.
# Rest: right-tutorial
# %% after="setup"
class Base(nn.Module):
    """What all my modules share."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Base.known = getattr(Base, "known", []) + [cls.__name__]

    @property
    def device(self):
        return next(self.parameters()).device

class Weight(nn.Parameter):
    @property
    def fan_in(self):
        return self.shape[1]

# %% grade_id="linear"
class Linear(Base):
    def __init__(self, n_in, n_out, bias=True):
        super().__init__()
        self.weight = Weight(torch.empty(n_out, n_in))
        torch.nn.init.kaiming_uniform_(self.weight, a=5**0.5)
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None

    def forward(self, x):
        y = torch.matmul(x, self.weight.transpose(0, 1))
        return y if self.bias is None else torch.add(y, self.bias)

# %% grade_id="net"
class Net(Base):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = tuple(sizes)
        self.layers = Layers(Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:]))

    def forward(self, x):
        *body, head = self.layers
        for layer in body:
            x = layer(x).clamp(min=0)
        return head(x)

class Layers(nn.ModuleList):
    pass

def count_parameters(module):
    return int(sum(torch.tensor(p.shape).prod() for p in module.parameters() if p.requires_grad))

# %% grade_id="loss"
class CrossEntropy(nn.Module):
    def __init__(self, reduction):
        super().__init__()
        if reduction not in {"mean", "sum", "none"}:
            raise BadReduction(reduction)
        self.reduction = reduction

    def forward(self, logits, target):
        losses = -logits.log_softmax(1)[range(len(target)), target]
        return losses if self.reduction == "none" else getattr(torch, self.reduction)(losses)

class BadReduction(ValueError):
    pass

def cross_entropy(logits, target, reduction="mean"):
    return CrossEntropy(reduction)(logits, target)

# %% grade_id="train"
class History(list):
    @property
    def best(self):
        return min(self)

def train(model, optimizer, x, y, epochs, on_epoch=None):
    history = History()
    model.train()
    for epoch in range(epochs):
        loss = CrossEntropy("mean")(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(float(loss))
        if on_epoch is not None:
            on_epoch(epoch, history[-1])
    model.eval()
    return history
