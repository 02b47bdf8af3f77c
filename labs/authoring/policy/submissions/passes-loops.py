# Row by row in plain Python; Q-free plain ascent with momentum; gradient descent on scaled columns for the rewards is avoided by Newton with a damped matrix.

# %% grade_id="gae"
def gae(rewards, values, next_values, terminated, ended, gamma, lam):
    T = rewards.shape[0]
    rest = rewards.shape[1:]
    adv = np.empty((T, *rest))
    for place in np.ndindex(*rest):
        later = 0.0
        for t in range(T - 1, -1, -1):
            at = (t, *place)
            target = float(rewards[at])
            if not terminated[at]:
                target += gamma * float(next_values[at])
            if ended[at]:
                later = 0.0
            later = target - float(values[at]) + gamma * lam * later
            adv[at] = later
    return [adv, adv + values]


# %% grade_id="clipped"
def clipped(logits, actions, old_logp, advantages, eps):
    total, rows = 0.0, []
    n = len(actions)
    for z, a, old, A in zip(logits, actions, old_logp, advantages):
        top = max(z)
        norm = top + math.log(sum(math.exp(v - top) for v in z))
        rho = math.exp(z[a] - norm - old)
        if (A > 0 and rho > 1 + eps) or (A < 0 and rho < 1 - eps):
            total += A * (1 + eps if A > 0 else 1 - eps)
            rows.append([0.0] * len(z))
        else:
            total += A * rho
            rows.append([A * rho * ((j == a) - math.exp(v - norm)) / n for j, v in enumerate(z)])
    return total / n, rows


# %% grade_id="train"
def quick(x, log, adv, W, b, steps, rate, speed):
    a, old = log["actions"].reshape(-1), log["logp"].reshape(-1)
    hot = np.eye(3)[a]
    for _ in range(steps):
        z = x @ W + b
        z = z - z.max(1, keepdims=True)
        lp = z - np.log(np.exp(z).sum(1, keepdims=True))
        rho = np.exp((lp * hot).sum(1) - old)
        use = np.where(((rho > 1.2) & (adv > 0)) | ((rho < 0.8) & (adv < 0)), 0.0, rho * adv)
        g = (hot - np.exp(lp)) * use[:, None] / len(a)
        speed[0][:] = 0.8 * speed[0] + x.T @ g
        speed[1][:] = 0.8 * speed[1] + g.sum(0)
        W, b = W + rate * speed[0], b + rate * speed[1]
    return W, b


def train(play, plays, gamma, seed):
    W, b = np.zeros((64, 3)), np.zeros(3)
    critic, speed = np.zeros(64), (np.zeros((64, 3)), np.zeros(3))
    middle = 0.0
    for i in range(plays):
        log = play(W, b, seed + 7919 * i)
        adv, ret = gae(log["rewards"], log["pictures"] @ critic + middle, log["after"] @ critic + middle, log["terminated"], log["ended"], gamma, 0.95)
        adv = adv.reshape(-1)
        adv = (adv - adv.mean()) / adv.std()
        x = log["pictures"].reshape(-1, 64)
        W, b = quick(x, log, adv, W, b, 40 if plays <= 10 else 12, 0.05, speed)
        middle = ret.mean()
        critic = np.linalg.lstsq(np.vstack([x, 4 * np.eye(64)]), np.append(ret.reshape(-1) - middle, np.zeros(64)), rcond=None)[0]
    return W, b


# %% grade_id="preferences"
def fit_rewards(better, worse, l2):
    D = better - worse
    w = np.zeros(D.shape[1])
    cost = lambda v: np.logaddexp(0, -(D @ v)).mean() + 0.5 * l2 * (v**2).sum()
    for _ in range(300):
        q = np.exp(-np.logaddexp(0, D @ w))
        g = l2 * w - D.T @ q / len(D)
        H = D.T @ (D * (q * (1 - q))[:, None]) / len(D) + l2 * np.eye(len(w))
        step, k = np.linalg.solve(H, g), 1.0
        while cost(w - k * step) > cost(w) - 1e-4 * k * (g @ step) and k > 1e-8:
            k *= 0.5
        w = w - k * step
        if np.abs(step).max() < 1e-12 * (1e-300 + np.abs(w).max()):
            break
    return w.tolist()


def share(w, a, b):
    d = sum(wi * (ai - bi) for wi, ai, bi in zip(w, a, b))
    return 1 / (1 + math.exp(-d)) if d > 0 else 1 - 1 / (1 + math.exp(d))


def dpo(policy, reference, beta):
    loss, rows = 0.0, []
    for (a, b), (c, d) in zip(policy.tolist(), reference.tolist()):
        m = beta * ((a - c) - (b - d))
        loss += math.log1p(math.exp(-abs(m))) + max(-m, 0.0)
        s = 1 / (1 + math.exp(m)) if m < 700 else 0.0
        rows.append((-beta * s / len(policy), beta * s / len(policy)))
    return loss / len(policy), np.array(rows)


# %% grade_id="diagnose"
def diagnose(candidate, eps):
    def ask(ratio, A, n=1):
        out = candidate(np.zeros((n, 2)), np.zeros(n, dtype=int), np.full(n, math.log(0.5 / ratio)), np.full(n, A))
        return out[0], np.abs(out[1]).max()

    up, down = 1 + 3 * eps, 1 / (1 + 3 * eps)
    if ask(1.0, 1.0)[0] < 0:
        return "sign"
    if ask(1.0, 1.0, 2)[0] > 1.5:
        return "sum"
    if abs(ask(1 + eps / 2, 1.0)[0] - 1 / (1 + eps / 2)) < 1e-4:
        return "upside down"
    gain, slope = ask(up, 1.0)
    if abs(gain - up) < 1e-4:
        return "never clipped"
    if abs(ask(up, -1.0)[0] + up) > 1e-4:
        return "always clipped"
    return "leaks" if slope > 1e-6 or ask(down, -1.0)[1] > 1e-6 else "sound"
