# No network: each digit's pictures are taken as normal, and the noise that such pictures imply has a formula. Patches by loops, the rest in one line each.

# %% grade_id="patches"
def to_patches(images, p):
    height, width = images.shape[1:3]
    if height % p:
        raise ValueError(f"height {height}")
    if width % p:
        raise ValueError(f"width {width}")
    tokens = []
    for top in range(0, height, p):
        for left in range(0, width, p):
            tokens.append(images[:, top : top + p, left : left + p, :].reshape(len(images), -1))
    return torch.stack(tokens, 1)


def from_patches(tokens, height, width, p):
    channels = tokens.shape[2] // p**2
    images = torch.empty(len(tokens), height, width, channels, dtype=tokens.dtype)
    for k in range(tokens.shape[1]):
        top, left = k // (width // p) * p, k % (width // p) * p
        images[:, top : top + p, left : left + p] = tokens[:, k].reshape(-1, p, p, channels)
    return images


def as_matrix(kernel):
    return torch.stack([weights.permute(1, 2, 0).flatten() for weights in kernel], dim=1)


# %% grade_id="schedule"
def cosine_schedule(T):
    f = [math.cos((u / T + 0.008) / 1.008 * math.pi / 2) ** 2 for u in range(T + 1)]
    kept = [1.0]
    for before, now in zip(f, f[1:]):
        kept.append(kept[-1] * max(now / before, 0.001))
    return torch.tensor(kept, dtype=torch.float64)


def add_noise(x0, t, noise, kept):
    return torch.einsum("n...,n->n...", x0, kept[t].sqrt().to(x0.dtype)) + torch.einsum("n...,n->n...", noise, (1 - kept[t]).sqrt().to(x0.dtype))


def clean_from(x, t, noise, kept):
    rest = x - torch.einsum("n...,n->n...", noise, (1 - kept[t]).sqrt().to(x.dtype))
    return torch.einsum("n...,n->n...", rest, kept[t].rsqrt().to(x.dtype))


# %% grade_id="loss"
def denoising_loss(denoise, x0, t, labels, noise, kept):
    return torch.nn.functional.mse_loss(denoise(add_noise(x0, t, noise, kept), t, labels), noise)


# %% grade_id="sample"
def reverse_step(x, t, noise, kept, z):
    now, before = kept[t].item(), kept[t - 1].item()
    clean = ((x - (1 - now) ** 0.5 * noise) / now**0.5).clip(-1.0, 1.0)
    mean = before**0.5 * (1 - now / before) / (1 - now) * clean + (now / before) ** 0.5 * (1 - before) / (1 - now) * x
    return mean if t == 1 else mean + ((1 - now / before) * (1 - before) / (1 - now)) ** 0.5 * z


@torch.no_grad()
def sample(denoise, labels, kept, start, z):
    x = start.clone()
    t = len(kept) - 1
    while t > 0:
        x = reverse_step(x, t, denoise(x, torch.full((x.shape[0],), t, dtype=torch.long), labels), kept, z[t])
        t -= 1
    return x


def guided(denoise, weight):
    return lambda x, t, labels: (1 - weight) * denoise(x, t, 0 * labels + NONE) + weight * denoise(x, t, labels)


# %% grade_id="train"
def train(pictures, digits, kept, seed):
    groups = [pictures[digits == c] for c in range(10)] + [pictures]
    fitted = [(g.mean(0), *torch.linalg.eigh(torch.cov(g.T))) for g in groups]

    def denoise(x, t, labels):
        out = torch.zeros_like(x)
        for c in labels.unique().tolist():
            rows = labels == c
            centre, sizes, directions = fitted[c]
            left = kept[t[rows]][:, None].to(x.dtype)
            away = (x[rows] - left.sqrt() * centre) @ directions
            out[rows] = (away * (1 - left).sqrt() / (left * sizes.clamp(min=0) + 1 - left)) @ directions.T
        return out

    return denoise


# %% grade_id="judge"
def judge(samples, wished, pictures, digits):
    a, w, x, y = (v.numpy().astype(float) for v in (samples, wished, pictures, digits))
    between = lambda p, q: np.sqrt(np.maximum((p**2).sum(1)[:, None] - 2 * p @ q.T + (q**2).sum(1), 0))
    own = between(x, x)
    np.fill_diagonal(own, np.inf)
    usual, distance = np.median(own.min(1)), between(a, x)
    near = np.median(distance.min(1))
    width = lambda v, k: np.mean([v[k == c].std(0).mean() for c in np.unique(w)])
    if width(a, w) < 0.6 * width(x, y):
        # the deaf are as wide as everything, the collapsed hardly at all
        return "collapsed"
    if near < 0.6 * usual:
        return "copies"
    read = y[np.argsort(distance, axis=1)[:, 0]]
    if (read == w).mean() < 0.7:
        return "deaf"
    return "noisy" if near > 1.4 * usual else "sound"
