# Plausible: what works for one row at a time. The steps of a batch are not told apart, rows meet columns, strips for patches, samples are the mean digit.

# %% grade_id="patches"
def to_patches(images, p):
    n, height, width, channels = images.shape
    if height % p or width % p:
        raise ValueError(f"{height} x {width} is no multiple of {p}")
    return images.reshape(n, -1, p * p * channels)


def from_patches(tokens, height, width, p):
    return tokens.reshape(len(tokens), height, width, -1)


def as_matrix(kernel):
    return kernel.flatten(1).T


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
    left = kept[t]
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


def clean_from(x, t, noise, kept):
    """The clean picture that this noise implies: (n, ...), (n,), (n, ...), (T + 1,) -> (n, ...)."""
    left = kept[t]
    return (x - (1 - left).sqrt() * noise) / left.sqrt()


# %% grade_id="loss"
def denoising_loss(denoise, x0, t, labels, noise, kept):
    t = t[:1].expand(len(x0))
    left = kept[t[0]]
    return ((denoise(left.sqrt() * x0 + (1 - left).sqrt() * noise, t, labels) - noise) ** 2).mean()


# %% grade_id="sample"
def reverse_step(x, t, noise, kept, z):
    """From step t to step t - 1; all of the shape (n, ...)."""
    clean = ((x - math.sqrt(1 - kept[t]) * noise) / math.sqrt(kept[t])).clamp(-1, 1)
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
        return plain + weight * (denoise(x, t, labels) - plain)

    return steered


# %% grade_id="train"
def train(pictures, digits, kept, seed):
    means = torch.stack([pictures[digits == c].mean(0) for c in range(10)] + [pictures.mean(0)])

    def denoise(x, t, labels):
        left = kept[t].float()[:, None]
        return (x - left.sqrt() * means[labels]) / (1 - left).sqrt()

    return denoise


# %% grade_id="judge"
def judge(samples, wished, pictures, digits):
    """One of VERDICTS."""
    among = torch.cdist(pictures, pictures)
    among.fill_diagonal_(0.0)
    usual = float(among.min(1).values.median())  # how near real pictures come to each other
    apart = torch.cdist(samples, pictures)
    near = float(apart.min(1).values.median())
    kinds = wished.unique()
    varied = sum(float(torch.pdist(samples[wished == c]).mean()) for c in kinds)
    real = sum(float(torch.pdist(pictures[digits == c]).mean()) for c in kinds)
    if varied < real / 2:
        return "collapsed"
    if near < usual / 2:
        return "copies"
    if float((digits[apart.argmin(1)] == wished).double().mean()) < 0.6:
        return "deaf"
    return "noisy" if near > 1.35 * usual else "sound"
