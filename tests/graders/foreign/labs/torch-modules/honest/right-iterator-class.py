# Batches from a class with __iter__ and __next__, and a DataLoader behind it.
# Rest: right-tutorial
# %% grade_id="batches"
from torch.utils.data import DataLoader, TensorDataset

class Batches:
    """Walks through a data set once."""

    def __init__(self, x, y, size, generator):
        shuffle = generator is not None
        self.loader = DataLoader(TensorDataset(x, y), batch_size=size, shuffle=shuffle, generator=generator)
        self.steps = iter(self.loader)

    def __iter__(self):
        return self

    def __next__(self):
        a, b = next(self.steps)
        return a, b

def batches(x, y, size, generator=None):
    return Batches(x, y, size, generator)

# %% grade_id="train"
class Trainer:
    def __init__(self, model, optimizer, on_epoch=None):
        self.model, self.optimizer, self.on_epoch = model, optimizer, on_epoch
        self.losses = []

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = nn.functional.nll_loss(self.model(x).log_softmax(-1), y)
        loss.backward()
        self.optimizer.step()
        return loss

    def fit(self, x, y, epochs):
        self.model.train()
        for epoch in range(epochs):
            self.losses.append(self.step(x, y).detach().numpy().item())
            if self.on_epoch:
                self.on_epoch(epoch, self.losses[-1])
        self.model.eval()
        return self

def train(model, optimizer, x, y, epochs, on_epoch=None):
    return Trainer(model, optimizer, on_epoch).fit(x, y, epochs).losses
