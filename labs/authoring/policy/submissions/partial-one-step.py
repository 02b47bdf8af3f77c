# Plausible: right by formula for one column and one step a play, without the overflow cases.

# %% grade_id="gae"
def gae(rewards, values, next_values, terminated, ended, gamma, lam):
    A = np.zeros(len(rewards))
    last = 0.0
    for t in reversed(range(len(rewards))):
        nxt = 0.0 if terminated[t] else next_values[t]
        last = rewards[t] + gamma * nxt - values[t] + (0.0 if ended[t] else gamma * lam * last)
        A[t] = last
    return A, A + values


# %% grade_id="clipped"
def clipped(logits, actions, old_logp, advantages, eps):
    n = len(actions)
    p = np.exp(logits - logits.max(1, keepdims=True))
    p = p / p.sum(1, keepdims=True)
    ratio = p[np.arange(n), actions] / np.exp(old_logp)
    hot = np.eye(p.shape[1])[actions]
    plain, capped = ratio * advantages, np.clip(ratio, 1 - eps, 1 + eps) * advantages
    return float(np.minimum(plain, capped).mean()), (hot - p) * plain[:, None] / n


# %% grade_id="train"
def train(play, plays, gamma, seed):
    W, b = np.zeros((64, 3)), np.zeros(3)
    for i in range(plays):
        log = play(W, b, seed + i)
        back, out = np.zeros(16), np.zeros((64, 16))
        for t in reversed(range(64)):
            back = log["rewards"][t] + gamma * np.where(log["ended"][t], 0, back)
            out[t] = back
        adv = ((out - out.mean()) / out.std()).ravel()
        x = log["pictures"].reshape(-1, 64)
        _, g = clipped(x @ W + b, log["actions"].ravel(), log["logp"].ravel(), adv, 0.2)
        W, b = W + 0.02 * x.T @ g, b + 0.02 * g.sum(0)
    return W, b


# %% grade_id="preferences"
def fit_rewards(better, worse, l2):
    D = better - worse
    w = np.zeros(D.shape[1])
    for _ in range(50):
        q = 1 / (1 + np.exp(np.clip(D @ w, -500, 500)))
        H = D.T @ (D * (q * (1 - q))[:, None]) / len(D) + l2 * np.eye(len(w))
        w = w - np.linalg.solve(H, l2 * w - D.T @ q / len(D))
    return w


def share(w, a, b):
    return float(1 / (1 + np.exp(np.clip(-(a - b) @ w, -500, 500))))


def dpo(policy, reference, beta):
    m = beta * ((policy - reference)[:, 0] - (policy - reference)[:, 1])
    q = 1 / (1 + np.exp(np.clip(m, -500, 500)))
    return float(np.logaddexp(0, -m).mean()), np.stack([-beta * q, beta * q], 1) / len(m)


# %% grade_id="diagnose"
def diagnose(candidate, eps):
    up, z, a = 1 + 2 * eps, np.zeros((2, 2)), np.zeros(2, dtype=int)
    old = np.full(2, math.log(0.5 / up))
    gain, loss = candidate(z, a, old, np.ones(2))[0], candidate(z, a, old, -np.ones(2))[0]
    table = {"sound": (1 + eps, -up), "sign": (-1 - eps, up), "sum": (2 + 2 * eps, -2 * up), "never clipped": (up, -up), "always clipped": (1 + eps, -1 - eps)}
    for word, (g, l) in table.items():
        if abs(gain - g) + abs(loss - l) < 1e-4:
            return word
    return "upside down"
