# Plausible: the network writes all but the copy of x, the label NONE never comes up in training, guidance starts from the wish, and the judge knows one scale.

# %% grade_id="patches"
def to_patches(images, p):
    """(n, height, width, channels) -> (n, tokens, p * p * channels)."""
    n, height, width, channels = images.shape
    for size in (height, width):
        if size % p:
            raise ValueError(f"{size} is no multiple of {p}")
    split = images.reshape(n, height // p, p, width // p, p, channels)
    return split.permute(0, 1, 3, 2, 4, 5).reshape(n, -1, p * p * channels)


def from_patches(tokens, height, width, p):
    """(n, tokens, p * p * channels) -> (n, height, width, channels)."""
    split = tokens.reshape(len(tokens), height // p, width // p, p, p, -1)
    return split.permute(0, 1, 3, 2, 4, 5).reshape(len(tokens), height, width, -1)


def as_matrix(kernel):
    """(out, channels, p, p) -> (p * p * channels, out)."""
    return kernel.permute(1, 2, 3, 0).reshape(-1, len(kernel))


# %% grade_id="schedule"
def cosine_schedule(T):
    """The share of variance kept after t = 0 ... T steps; (T + 1,) of float64."""
    f = torch.cos((torch.arange(T + 1, dtype=torch.float64) / T + 0.008) / 1.008 * math.pi / 2) ** 2
    beta = (1 - f[1:] / f[:-1]).clamp(max=0.999)  # (T,)
    return torch.cat([torch.ones(1, dtype=torch.float64), torch.cumprod(1 - beta, 0)])


def of_rows(values, x):
    """A start, if you like: (n,) -> (n, 1, ..., 1) in the dtype of x, so that each row of x meets its own number."""
    return values.to(x.dtype).reshape(-1, *[1] * (x.ndim - 1))


def add_noise(x0, t, noise, kept):
    """Noisy pictures: (n, ...), (n,), (n, ...), (T + 1,) -> (n, ...)."""
    left = of_rows(kept[t], x0)
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


def clean_from(x, t, noise, kept):
    """The clean picture that this noise implies: (n, ...), (n,), (n, ...), (T + 1,) -> (n, ...)."""
    left = of_rows(kept[t], x)
    return (x - (1 - left).sqrt() * noise) / left.sqrt()


# %% grade_id="loss"
def denoising_loss(denoise, x0, t, labels, noise, kept):
    """Mean squared error of the guessed noise; a tensor without axes."""
    return ((denoise(add_noise(x0, t, noise, kept), t, labels) - noise) ** 2).mean()


# %% grade_id="sample"
def reverse_step(x, t, noise, kept, z):
    """From step t to step t - 1; all of the shape (n, ...)."""
    clean = clean_from(x, torch.full((len(x),), t), noise, kept).clamp(-1, 1)
    now, before = float(kept[t]), float(kept[t - 1])
    beta = 1 - now / before
    mean = (math.sqrt(before) * beta * clean + math.sqrt(1 - beta) * (1 - before) * x) / (1 - now)
    return mean + math.sqrt(beta * (1 - before) / (1 - now)) * z


def sample(denoise, labels, kept, start, z):
    """From noise to pictures; (n, ...) -> (n, ...)."""
    x = start
    with torch.no_grad():
        for t in range(len(kept) - 1, 0, -1):
            x = reverse_step(x, t, denoise(x, torch.full((len(x),), t), labels), kept, z[t])
    return x


def guided(denoise, weight):
    """A function (x, t, labels) -> noise that follows the wish more, or less."""
    def steered(x, t, labels):
        plain = denoise(x, t, torch.full_like(labels, NONE))
        return denoise(x, t, labels) + weight * (denoise(x, t, labels) - plain)

    return steered


# %% grade_id="train"
def train(pictures, digits, kept, seed):
    """A function denoise(x, t, labels) -> noise, learnt from the pictures."""
    class Denoiser(torch.nn.Module):
        def __init__(self, width=192):
            super().__init__()
            self.of_picture, self.hidden, self.out = torch.nn.Linear(64, width), torch.nn.Linear(width, width), torch.nn.Linear(width, 64)
            self.of_step, self.of_label = torch.nn.Embedding(len(kept), width), torch.nn.Embedding(NONE + 1, width)
            for table in (self.of_step, self.of_label):
                torch.nn.init.normal_(table.weight, std=0.3)

        def forward(self, x, t, labels):
            left = of_rows(kept[t], x)  # (m, 1)
            z = x
            h = torch.relu(self.of_picture(z) + self.of_step(t) + self.of_label(labels))  # (m, width)
            h = h + torch.relu(self.hidden(h))
            return (1 - left).sqrt() * x + left.sqrt() * self.out(h)

    torch.manual_seed(seed)
    centre, spread = pictures.mean(0), pictures.std(0)  # (64,) each
    model = Denoiser()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.005)
    steps = 1000
    for i in range(steps):
        optimiser.param_groups[0]["lr"] = 0.005 * (1 - i / steps)
        rows = torch.randint(len(pictures), (128,))
        labels = torch.where(torch.rand(128) < 0.0, NONE, digits[rows])
        t = torch.randint(1, len(kept), (128,))
        loss = denoising_loss(model, pictures[rows], t, labels, torch.randn(128, 64), kept)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model


# %% grade_id="judge"
def judge(samples, wished, pictures, digits):
    apart = torch.cdist(samples, pictures)
    near = float(apart.min(1).values.median())
    varied = sum(float(torch.pdist(samples[wished == c]).mean()) for c in wished.unique()) / len(wished.unique())
    if varied < 2:
        return "collapsed"
    if near < 1:
        return "copies"
    if float((digits[apart.argmin(1)] == wished).double().mean()) < 0.6:
        return "deaf"
    return "noisy" if near > 2.7 else "sound"
