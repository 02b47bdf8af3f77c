# Vectorised: advantages by a triangular matrix of weights; one Newton in scaled columns; variants compared as vectors.

# %% grade_id="gae"
def gae(rewards, values, next_values, terminated, ended, gamma, lam):
    shape = rewards.shape
    r, v, nv, te, en = (np.asarray(x).reshape(shape[0], -1) for x in (rewards, values, next_values, terminated, ended))
    delta = r - v + gamma * np.where(te, 0.0, np.where(te, 0.0, nv))
    T = len(r)
    out = np.zeros(delta.shape)
    for c in range(delta.shape[1]):
        number = np.concatenate([[0], np.cumsum(en[:-1, c])])  # which episode a row belongs to
        lag = np.arange(T)[None] - np.arange(T)[:, None]
        weight = np.where((lag >= 0) & (number[None] == number[:, None]), (gamma * lam) ** np.maximum(lag, 0), 0.0)
        out[:, c] = weight @ delta[:, c]
    out = out.reshape(shape)
    return out, out + values


# %% grade_id="clipped"
def log_softmax(z):
    z = z - z.max(1)[:, None]
    return z - np.log(np.exp(z).sum(1))[:, None]


def clipped(logits, actions, old_logp, advantages, eps):
    logp = log_softmax(np.array(logits, dtype=float))
    hot = np.eye(logits.shape[1])[actions]
    ratio = np.exp((logp * hot).sum(1) - old_logp)
    bound = np.where(advantages >= 0, 1 + eps, 1 - eps)
    active = np.where(advantages >= 0, ratio < bound, ratio > bound)
    terms = np.where(active, ratio, bound) * advantages
    return terms.mean(), (hot - np.exp(logp)) * (active * ratio * advantages / len(ratio))[:, None]


# %% grade_id="train"
class Adam:
    def __init__(self, shape):
        self.m, self.v, self.k = np.zeros(shape), np.zeros(shape), 0

    def step(self, g, rate):
        self.k += 1
        self.m = 0.9 * self.m + 0.1 * g
        self.v = 0.99 * self.v + 0.01 * g**2
        return rate * self.m / (1 - 0.9**self.k) / (np.sqrt(self.v / (1 - 0.99**self.k)) + 1e-8)


def train(play, plays, gamma, seed):
    r = np.random.default_rng(seed)
    theta, adam, critic = np.zeros((65, 3)), Adam((65, 3)), np.zeros(65)
    for i in range(plays):
        log = play(theta[:64], theta[64], int(r.integers(2**31)))
        x = np.dstack([log["pictures"], np.ones((64, 16))])
        y = np.dstack([log["after"], np.ones((64, 16))])
        adv, ret = gae(log["rewards"], x @ critic, y @ critic, log["terminated"], log["ended"], gamma, 0.9)
        adv, x = ((adv - adv.mean()) / adv.std()).ravel(), x.reshape(-1, 65)
        actions, old = log["actions"].ravel(), log["logp"].ravel()
        for _ in range(6 if plays < 20 else 2):
            for rows in np.array_split(r.permutation(1024), 4):
                g = clipped(x[rows] @ theta, actions[rows], old[rows], adv[rows], 0.2)[1]
                theta = theta + adam.step(x[rows].T @ g, 0.02)
        critic = np.linalg.solve(x.T @ x + 10 * np.eye(65), x.T @ ret.ravel())
    return theta[:64], theta[64]


# %% grade_id="preferences"
def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def fit_rewards(better, worse, l2):
    D = np.array(better, dtype=float) - np.array(worse, dtype=float)
    n, d = D.shape
    scale = 1 / np.sqrt((D**2).mean(0) / 4 + l2)  # the columns of the same curvature at 0
    S, w = D * scale, np.zeros(d)
    f = lambda u: np.logaddexp(0, -S @ u).mean() + l2 / 2 * ((scale * u) ** 2).sum()
    for _ in range(200):
        q = sigmoid(-S @ w)
        g = l2 * scale**2 * w - S.T @ q / n
        H = (S.T * (q * (1 - q))) @ S / n + np.diag(l2 * scale**2)
        step, t = np.linalg.solve(H, g), 1.0
        while f(w - t * step) > f(w) and t > 1e-10:
            t /= 2
        w = w - t * step
    return w * scale


def share(w, a, b):
    return sigmoid(np.array(w @ (a - b)))


def dpo(policy, reference, beta):
    margin = beta * np.array([1.0, -1.0]) @ (policy - reference).T
    q = sigmoid(-margin)
    return np.logaddexp(0.0, -margin).mean(), -beta / len(q) * np.outer(q, [1.0, -1.0])


# %% grade_id="diagnose"
def diagnose(candidate, eps):
    r = np.random.default_rng(0)
    n = 40
    logits, actions, A = r.normal(size=(n, 3)), r.integers(0, 3, size=n), r.normal(size=n)
    logp = log_softmax(logits)[np.arange(n), actions]
    old = logp - r.uniform(-4, 4, size=n) * eps
    ratio = np.exp(logp - old)
    obj, grad = candidate(logits, actions, old, A)
    right, slope = clipped(logits, actions, old, A, eps)
    clip = lambda x: np.clip(x, 1 - eps, 1 + eps)
    options = {
        "sound": right, "sign": -right, "sum": n * right, "never clipped": (ratio * A).mean(), "always clipped": (clip(ratio) * A).mean(),
        "upside down": np.minimum(A / ratio, clip(1 / ratio) * A).mean(),
    }
    word = min(options, key=lambda k: abs(options[k] - obj))
    if word == "sound" and np.abs(grad - slope).max() > 1e-5:
        return "leaks"
    return word
