# A deeper network with the step as a number of its own, AdamW and an average of the weights; patches by unfold, the way back by the noise formula where nothing is clipped.

# %% grade_id="patches"
def to_patches(images, p):
    n, height, width, channels = images.shape
    wrong = [size for size in (height, width) if size % p != 0]
    if wrong:
        raise ValueError(f"{p} does not divide {wrong}")
    return images.unfold(1, p, p).unfold(2, p, p).permute(0, 1, 2, 4, 5, 3).flatten(1, 2).flatten(2)


def from_patches(tokens, height, width, p):
    n, _, numbers = tokens.shape
    rows = tokens.unflatten(1, (height // p, width // p)).unflatten(3, (p, p, numbers // p**2))
    return rows.transpose(2, 3).reshape(n, height, width, numbers // p**2)


def as_matrix(kernel):
    return torch.movedim(kernel, 1, 3).flatten(1).T


# %% grade_id="schedule"
def cosine_schedule(T):
    u = np.arange(T + 1) / T
    f = np.cos((u + 0.008) / 1.008 * np.pi / 2) ** 2
    return torch.from_numpy(np.cumprod(np.concatenate([[1.0], 1 - np.minimum(1 - f[1:] / f[:-1], 0.999)])))


def parts(kept, t, x):
    left = kept[t].reshape((len(t),) + (1,) * (x.dim() - 1))
    return left.sqrt().to(x.dtype), (1 - left).sqrt().to(x.dtype)


def add_noise(x0, t, noise, kept):
    a, b = parts(kept, t, x0)
    return a * x0 + b * noise


def clean_from(x, t, noise, kept):
    a, b = parts(kept, t, x)
    return (x - b * noise) / a


# %% grade_id="loss"
def denoising_loss(denoise, x0, t, labels, noise, kept):
    difference = denoise(add_noise(x0, t, noise, kept), t, labels) - noise
    return difference.square().sum() / difference.numel()


# %% grade_id="sample"
def reverse_step(x, t, noise, kept, z):
    now, before = kept[t], kept[t - 1]
    beta = 1 - now / before
    clean = torch.clamp((x - (1 - now).sqrt().to(x.dtype) * noise) / now.sqrt().to(x.dtype), min=-1, max=1)
    share = (before.sqrt() * beta / (1 - now)).to(x.dtype)
    rest = ((now / before).sqrt() * (1 - before) / (1 - now)).to(x.dtype)
    size = (beta * (1 - before) / (1 - now)).sqrt().to(x.dtype)
    return share * clean + rest * x + size * z


def sample(denoise, labels, kept, start, z):
    x = start
    for t in reversed(range(1, len(kept))):
        with torch.no_grad():
            guess = denoise(x, torch.tensor([t] * len(x)), labels)
            x = reverse_step(x, t, guess, kept, z[t])
    return x


def guided(denoise, weight):
    class Guided:
        def __call__(self, x, t, labels):
            nothing = torch.full(labels.shape, NONE)
            return torch.lerp(denoise(x, t, nothing), denoise(x, t, labels), weight)

    return Guided()


# %% grade_id="train"
def train(pictures, digits, kept, seed):
    g = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    m, s = pictures.mean(0), pictures.std(0)
    wide = 160
    first, step, second, third, last = (torch.nn.Linear(a, b) for a, b in ((64, wide), (9, wide), (wide, wide), (wide, wide), (wide, 64)))
    wish = torch.nn.Embedding(11, wide)
    net = torch.nn.ModuleList([first, step, second, third, last, wish])
    kept32 = kept.float()

    def denoise(x, t, labels):
        left = kept32[t][:, None]
        u = left * s * s + 1 - left
        z = (x - left.sqrt() * m) / u.sqrt()
        clock = torch.cat([torch.ones_like(left)] + [f((k * math.pi / 2) * left.sqrt()) for k in (1, 2, 3, 4) for f in (torch.cos, torch.sin)], 1)
        h = torch.nn.functional.silu(first(z) + step(clock) + wish(labels))
        h = h + torch.nn.functional.silu(second(h))
        h = h + torch.nn.functional.silu(third(h))
        return (1 - left).sqrt() * z / u.sqrt() + (left / u).sqrt() * s * last(h)

    optimiser = torch.optim.AdamW(net.parameters(), lr=4e-3, weight_decay=1e-4)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 1300)
    for _ in range(1300):
        i = torch.randint(len(pictures), (128,), generator=g)
        y = digits[i].clone()
        y[torch.rand(128, generator=g) < 0.12] = NONE
        optimiser.zero_grad()
        denoising_loss(denoise, pictures[i], torch.randint(1, len(kept), (128,), generator=g), y, torch.randn(128, 64, generator=g), kept).backward()
        optimiser.step()
        falling.step()
    return denoise


# %% grade_id="judge"
def judge(samples, wished, pictures, digits):
    samples, pictures = samples.double(), pictures.double()
    half = len(pictures) // 2
    usual = torch.cdist(pictures[:half], pictures[half:]).min(1).values.median()  # one half of the real ones against the other
    distance = torch.cdist(samples, pictures)
    nearest = distance.min(1)
    middle = torch.stack([samples[wished == c].mean(0) for c in wished.unique()])
    spread = torch.cdist(samples, middle).min(1).values.median()
    if spread < 0.25 * torch.cdist(pictures, pictures.mean(0, keepdim=True)).median():
        return "collapsed"
    ratio = nearest.values.median() / usual
    if ratio < 0.5:
        return "copies"
    if (digits[nearest.indices] == wished).float().mean() < 0.5:
        return "deaf"
    return "sound" if ratio < 1.3 else "noisy"
