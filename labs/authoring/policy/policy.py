# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # A policy from rewards, and a reward from pairs
#
# **You deliver** the parts of a training from feedback in NumPy: advantages, the clipped objective with its gradient, an agent that learns a corridor from little play, a reward model from pairs with the DPO loss, and a test that names the fault in other people's objectives.
# **Time**: 100 minutes. **Resources**: one CPU core, 1 GB, NumPy, no network, no GPU; each cell takes under 5 s.
# **Proves**: `reinforcement-preference` at B (task 1) and I (tasks 2 to 5). You need the course *Reinforcement and preference learning*.
# **Score**: 29 points. A part of a check earns its points on its own. *Public* parts show the input that failed. *Hidden* parts run after you submit, on inputs drawn anew for you: other shapes, ends, scales, corridors. For those you are told the property that failed.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `gae` | 6 |
# | 2 | `clipped` | 6 |
# | 3 | `train` | 6 |
# | 4 | `fit_rewards`, `share`, `dpo` | 7 |
# | 5 | `diagnose` | 4 |
#
# The work is done in NumPy and plain Python: a function that uses torch, scikit-learn or SciPy, itself or through a helper, earns nothing; nor does what uses more of the standard library than what calculates, repeats or collects (`math`, `itertools`, `functools`, `collections` …), loads modules by name, runs text as code, or gets attributes by a text (`getattr`, `vars`, `sys`). **Tolerance**, unless a task names another: $10^{-9}$ relative or absolute. No function changes what comes in.

# %% [markdown] nbgrader={"grade_id": "before", "locked": true}
# ## Before you start
#
# 1. The discount is 0.9, the critic says 8 here and 10 at the next place, the step brought 1. The one-step advantage? $1 + 0.9 \cdot 10 - 8 = 2$. If that was a guess: *Reinforcement and preference learning*, lesson 1.
# 2. Two texts have the rewards 1.2 and 0.1. Which share of raters prefers the first, by Bradley and Terry? $1/(1 + e^{-1.1}) = 0.75$. If that was a guess: lesson 2.
# 3. PPO with $\varepsilon = 0.2$, ratio 1.5, advantage −2: what does it add? $\min(-3, -2.4) = -3$. If that was a guess: lesson 3.
#
# *The situation.* Your company's robot fetches things from rooms whose numbers are written on the doors by hand. It may play little: each play costs an hour of a real corridor. The messages that it sends are chosen by a model that learned from pairs. The code that came with it has been "improved" by three teams; nobody knows which version still optimises what it says. You write the parts anew, and the test that would have told.

# %% nbgrader={"grade_id": "setup", "locked": true}
import math

import numpy as np
import torch
from sklearn.datasets import load_digits  # 1797 handwritten digits of 8 x 8 pixels, 0 to 16; UCI, CC BY 4.0

from graders import kit

torch.set_num_threads(1)
PICTURES, DIGITS = load_digits(return_X_y=True)  # (1797, 64), (1797,)
KINDS = ("sound", "sign", "sum", "never clipped", "always clipped", "upside down", "leaks")
GAMMA, LIMIT, SLIP = 0.95, 24, 0.1


def chances(x, W, b):
    """What a policy (W, b) does: softmax of x W + b; (..., 64), (64, 3), (3,) -> (..., 3)."""
    s = x @ np.asarray(W, dtype=float) + np.asarray(b, dtype=float)
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def corridor(r, plays=10**9, rooms=6):
    """A corridor of rooms with numbers on the doors; returns play(W, b, seed) and worth(W, b)."""
    goal, order, names = int(r.integers(rooms)), r.permutation(64), r.permutation(3)
    shelves = [np.flatnonzero(DIGITS == digit) for digit in r.permutation(10)[:rooms]]  # the pictures of each room's number
    x = (PICTURES / 8 - 1)[:, order]  # pixels from -1 to 1, in an order of this corridor's own
    here = np.arange(rooms)
    left, right = np.maximum(here - 1, 0), np.minimum(here + 1, rooms - 1)
    played = []

    def look(room, q):
        return x[[shelves[k][q.integers(len(shelves[k]) // 2)] for k in room]]  # half of the pictures are never shown

    def play(W, b, seed):
        """Sixteen agents play 64 steps side by side: arrays (64, 16), pictures (64, 16, 64)."""
        played.append(seed)
        if len(played) > plays:
            raise RuntimeError(f"only {plays} plays are paid for")
        q = np.random.default_rng([int(seed), 7])
        room, age = q.integers(rooms, size=16), np.zeros(16, dtype=int)
        seen = look(room, q)
        log = {k: [] for k in ("pictures", "actions", "logp", "rewards", "after", "terminated", "ended")}
        for _ in range(64):
            p = chances(seen, W, b)
            action = (p.cumsum(1) < q.random((16, 1))).sum(1).clip(max=2)
            does, works = names[action], q.random(16) >= SLIP
            new = np.where(works & (does == 0), left[room], np.where(works & (does == 1), right[room], room))
            opens = works & (does == 2)
            found, age = opens & (room == goal), age + 1
            ended = found | (age >= LIMIT)
            after = look(new, q)
            row = (seen, action, np.log(p[np.arange(16), action]), np.where(found, 1.0, np.where(opens, -0.2, 0.0)), after, found, ended)
            for values, value in zip(log.values(), row):
                values.append(value)
            room, age = np.where(ended, q.integers(rooms, size=16), new), np.where(ended, 0, age)
            seen = np.where(ended[:, None], look(room, q), after)  # whoever has ended begins anew somewhere
        return {k: np.array(values) for k, values in log.items()}

    def value(policy):
        """Expected discounted return over LIMIT steps, mean over the rooms; policy (rooms, 3), None: the best one."""
        v = np.zeros(rooms)
        for _ in range(LIMIT):
            stays = SLIP * GAMMA * v
            q = np.stack([(1 - SLIP) * GAMMA * v[left] + stays, (1 - SLIP) * GAMMA * v[right] + stays, (1 - SLIP) * np.where(here == goal, 1.0, GAMMA * v - 0.2) + stays], axis=1)[:, names]
            v = q.max(1) if policy is None else (policy * q).sum(1)
        return v.mean()

    def worth(W, b):
        """0: as good as chance, 1: as the best policy; exact, on pictures that were never shown."""
        policy = np.array([chances(x[shelf[len(shelf) // 2 :]], W, b).mean(0) for shelf in shelves])
        chance, best = value(np.full((rooms, 3), 1 / 3)), value(None)
        return float((value(policy) - chance) / (best - chance))

    return play, worth


# %% [markdown] nbgrader={"grade_id": "task-gae", "locked": true}
# ## 1. Advantages (6 points)
#
# | | contract |
# |---|---|
# | `gae(rewards, values, next_values, terminated, ended, gamma, lam)` | five arrays of one shape (T, …), time first, any number of further axes, none included. Returns `(advantages, returns)`, both of that shape, floats |
#
# `values[t]` is what the critic says before step t, `next_values[t]` what it says of the place that step t leads to. `terminated[t]`: the episode is over for good, nothing comes after, so the next value counts as 0; **what stands in `next_values` there may be anything, also NaN**. `ended[t]`: the episode stops here, because it terminated or because it was *cut off* by a limit of time; then the row below belongs to another episode. A cut loses nothing: the next value counts. The last row is followed by nothing, whether it ended or not.
#
# $$\delta_t = r_t + \gamma\,[\text{not terminated}]\,v'_t - v_t, \qquad A_t = \delta_t + \gamma\lambda\,[\text{not ended}]\,A_{t+1}, \qquad \text{returns} = A + v$$
#
# Executable, for one episode that runs on: `A[t] == sum((gamma * lam) ** k * delta[t + k] for k in range(T - t))`. About eight lines. Rewards may be whole numbers.

# %% nbgrader={"grade_id": "gae", "solution": true}
def gae(rewards, values, next_values, terminated, ended, gamma, lam):
    """Advantages and returns, time first; five arrays (T, ...) -> two arrays (T, ...)."""
    ### BEGIN SOLUTION
    coming = np.where(terminated, 0.0, next_values)  # (T, ...)
    delta = rewards + gamma * coming - values
    advantages = np.zeros(delta.shape)
    run = np.zeros(delta.shape[1:])
    for t in reversed(range(len(delta))):
        run = delta[t] + gamma * lam * np.where(ended[t], 0.0, run)
        advantages[t] = run
    return advantages, advantages + values
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-gae", "grade": true, "points": 6}
def several(result, count, what):
    """The learner's result as so many things."""
    kit.require(isinstance(result, (tuple, list)) and len(result) == count, f"return {count} things: {what}")
    return list(result)


def numbers(value, shape, what):
    """The learner's numbers as a float array of this shape."""
    plain = isinstance(value, (int, float, list, tuple, np.ndarray, np.number)) and not isinstance(value, bool)
    kit.require(plain, f"{what} should be numbers, it is {type(value).__name__}")
    if not shape and not isinstance(value, (list, tuple)) and np.size(value) == 1:
        value = np.reshape(value, ())
    value = np.asarray(value)
    kit.require(value.dtype.kind in "iuf", f"{what} should be numbers")
    kit.require(value.shape == shape, f"{what} has the shape {value.shape}, expected {shape}")
    return value.astype(np.float64)


def advantages_of(*arguments):
    """The learner's advantages and returns, their shapes looked at."""
    first, second = several(kit.unchanged(gae, *arguments), 2, "advantages and returns")
    shape = arguments[0].shape
    return numbers(first, shape, "the advantages"), numbers(second, shape, "the returns")


def episode(r, shape, ends=0.25, cuts=0.5):
    """Seeded arrays of a shape: rewards, values, next values, terminated, ended."""
    ended = r.random(size=shape) < ends
    terminated = ended & (r.random(size=shape) >= cuts)
    return r.normal(size=shape), r.normal(size=shape), r.normal(size=shape), terminated, ended


def weighted(single, factor):
    """Sums of one-step advantages that nothing ends, as the specification has them: (T,) -> (T,)."""
    later = np.arange(len(single)) - np.arange(len(single))[:, None]
    return np.where(later >= 0, factor ** np.maximum(later, 0), 0.0) @ single


score = kit.Score(6)
with score.part(1, "by hand: four steps with the rewards 1, 0, 0, 20 and a discount of 0.9, at λ = 1 and λ = 0", values=[8.0, 10.0, 12.0, 15.0]):
    kit.by_hand(gae)
    for big in (20.0, *kit.rng("by hand").integers(5, 40, size=3).astype(float).tolist()):
        rewards, values = np.array([1.0, 0.0, 0.0, big]), np.array([8.0, 10.0, 12.0, 15.0])
        over = np.array([False, False, False, True])
        given = (rewards, values, np.append(values[1:], 0.0), over, over, 0.9)
        returned = np.array([1 + 0.729 * big, 0.81 * big, 0.9 * big, big])
        got, target = advantages_of(*given, 1.0)
        kit.close(got, returned - values, rtol=1e-9, because=f"at λ = 1: what came, discounted, less what was expected; the last reward is {big:g}", known_wrong={
            "the discount is missing: a reward three steps away counts 0.9³": np.array([1.0 + big, big, big, big]) - values, "subtract what was expected: values": returned,
            "that is the one-step advantage: λ does not count": np.array([1 + 0.9 * 10 - 8, 0.9 * 12 - 10, 0.9 * 15 - 12, big - 15]), "the sign": values - returned})
        kit.close(target, returned, rtol=1e-9, because="returns = advantages + values", known_wrong={"add the values, do not subtract them": returned - 2 * values, "those are the advantages": returned - values})
        single = np.array([1 + 0.9 * 10 - 8, 0.9 * 12 - 10, 0.9 * 15 - 12, big - 15])
        kit.close(advantages_of(*given, 0.0)[0], single, rtol=1e-9, atol=1e-12, because="at λ = 0: reward, plus the discounted next value, less the value", known_wrong={
            "that is at λ = 1": returned - values, "the next value is discounted": np.array([1 + 10 - 8, 12 - 10, 15 - 12, big - 15])})
with score.part(1, "any λ: each advantage is a sum of the later one-step advantages, weighted by powers of γλ", steps=5):
    kit.by_hand(gae)
    for r in kit.examples(lambda r: r, n=5, name="sums"):
        given = episode(r, (5,), ends=0.0)
        gamma, lam = r.uniform(0.5, 1, size=2).tolist()
        single = given[0] + gamma * given[2] - given[1]
        kit.close(advantages_of(*given, gamma, lam)[0], weighted(single, gamma * lam), rtol=1e-9, atol=1e-9, because=f"γ = {gamma:.2f}, λ = {lam:.2f}, nothing ends", known_wrong={
            "a later advantage counts γλ, not λ": weighted(single, lam), "a later advantage counts γλ, not γ": weighted(single, gamma), "that is one step: go from the last row to the first": single})
with score.part(1, "two episodes below each other: the first one terminates, or is cut off", gamma=0.5, lam=0.5):
    kit.by_hand(gae)
    rewards, values, following = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 1.0, 1.0, 1.0]), np.array([2.0, 6.0, 2.0, 2.0])
    stop, never = np.array([False, True, False, False]), np.zeros(4, dtype=bool)
    over, off, on = np.array([1.25, 1.0, 4.0, 4.0]), np.array([2.0, 4.0, 4.0, 4.0]), np.array([2.25, 5.0, 4.0, 4.0])
    for size in (1.0, *kit.rng("episodes").uniform(0.3, 5, size=2).tolist()):
        for terminated, ended, right, name, wrong in (
            (stop, stop, over, "terminated in row 1", {"an advantage leaks back from the next episode": np.array([1.5, 2.0, 4.0, 4.0]), "after termination nothing comes: the next value counts 0": off}),
            (never, stop, off, "cut off in row 1", {"an advantage leaks back from the next episode": on, "a cut loses nothing: the next value counts": over}),
            (never, never, on, "nothing ended", {})):
            kit.close(advantages_of(size * rewards, size * values, size * following, terminated, ended, 0.5, 0.5)[0], size * right, rtol=1e-9, because=f"{name}; rewards {(size * rewards).tolist()}, values {size:g}, next values {(size * following).tolist()}",
                      known_wrong={said: size * other for said, other in wrong.items()})
### BEGIN HIDDEN TESTS
def true_gae(rewards, values, following, terminated, ended, gamma, lam):
    """From the definition: each step's own sum, up to the end of its episode."""
    delta = rewards + gamma * np.where(terminated, 0.0, following) - values
    result = np.zeros(delta.shape)
    for place in np.ndindex(*delta.shape):
        weight = 1.0
        for t in range(place[0], len(delta)):
            result[place] += weight * delta[(t, *place[1:])]
            weight *= gamma * lam
            if ended[(t, *place[1:])]:
                break
    return result


with score.part(1, "the two limits of λ, on episodes that end and are cut, with other discounts; the arguments stay as they were", hidden=True):
    kit.by_hand(gae)
    for r in kit.examples(lambda r: r, n=10, name="limits"):
        given = episode(r, (int(r.integers(2, 9)), 3))
        gamma = float(r.uniform(0.3, 1))
        for lam in (0.0, 1.0):
            got, target = advantages_of(*given, gamma, lam)
            kit.close(got, true_gae(*given, gamma, lam), rtol=1e-9, atol=1e-9)
            kit.close(target, got + given[1], rtol=1e-9, atol=1e-9)
with score.part(1, "other shapes: one step, no further axis, two further axes, many ends", hidden=True):
    kit.by_hand(gae)
    for i, r in enumerate(kit.examples(lambda r: r, n=16, name="shapes")):
        shape = ((1,), (7,), (1, 4), (6, 1), (5, 2, 3), (9,), (4, 5), (3, 1, 2))[i % 8]
        given = episode(r, shape, ends=(0.0, 0.3, 0.8)[i % 3], cuts=r.random())
        gamma, lam = r.uniform(0.1, 1, size=2).tolist()
        kit.close(advantages_of(*given, gamma, lam)[0], true_gae(*given, gamma, lam), rtol=1e-9, atol=1e-9)
with score.part(1, "anything may stand in the next values after termination, rewards may be whole numbers, no discount", hidden=True):
    kit.by_hand(gae)
    for i, r in enumerate(kit.examples(lambda r: r, n=9, name="odd values")):
        rewards, values, following, terminated, ended = episode(r, (6, 2), ends=0.4, cuts=0.4)
        terminated[2, 0] = ended[2, 0] = True
        spoilt = np.where(terminated, (math.nan, math.inf, 1e9)[i % 3], following)
        whole = r.integers(-3, 4, size=(6, 2))
        gamma, lam = ((1.0, 1.0), (1.0, 0.5), (0.0, 0.7))[i // 3]
        kit.close(advantages_of(whole, values, spoilt, terminated, ended, gamma, lam)[0], true_gae(whole, values, following, terminated, ended, gamma, lam), rtol=1e-9, atol=1e-9)
        kit.close(advantages_of(whole, whole, whole, terminated, ended, gamma, lam)[0], true_gae(whole, whole, whole, terminated, ended, gamma, lam), rtol=1e-9, atol=1e-9)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-clipped", "locked": true}
# ## 2. The clipped objective and its gradient (6 points)
#
# | | contract |
# |---|---|
# | `clipped(logits, actions, old_logp, advantages, eps)` | `logits` (n, A): the policy's scores now; `actions` (n,) of whole numbers; `old_logp` (n,): the log-probability that each action had when it was drawn; `advantages` (n,). Returns `(objective, gradient)`: a float, and the derivatives of the objective by the logits, (n, A) |
#
# $$\rho_i = \frac{\pi(a_i)}{\pi_{\text{old}}(a_i)}, \qquad L = \frac1n \sum_i \min\!\big(\rho_i A_i,\; \operatorname{clip}(\rho_i, 1 - \varepsilon, 1 + \varepsilon)\, A_i\big)$$
#
# $L$ is **maximised**. Where the clipped term is the smaller one, it does not depend on the logits: those rows of the gradient are exactly 0. No row lies on a border itself. Logits of any finite size. Specification: the gradient is what differences give, $h = 10^{-5}$, error below $10^{-6}$. About eight lines.

# %% nbgrader={"grade_id": "clipped", "solution": true}
def clipped(logits, actions, old_logp, advantages, eps):
    """PPO's objective and its gradient; (n, A), (n,), (n,), (n,), number -> float, (n, A)."""
    ### BEGIN SOLUTION
    n = len(actions)
    rows = np.arange(n)
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))  # (n, A)
    ratio = np.exp(logp[rows, actions] - old_logp)  # (n,)
    plain = ratio * advantages
    capped = np.clip(ratio, 1 - eps, 1 + eps) * advantages
    slope = -np.exp(logp)
    slope[rows, actions] += 1  # (n, A): the gradient of log p(action)
    counts = np.where(plain <= capped, plain, 0.0)  # the gradient of a ratio is the ratio times that of its logarithm
    return float(np.minimum(plain, capped).mean()), slope * counts[:, None] / n
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool", "locked": true}
# **A tool for finding faults.** `beside_autograd()` shows row by row what your gradient and a library's are, with ratio and advantage beside them. *All quotients alike*: a factor (the mean). *Wrong only where the ratio is off 1*: the ratio's own factor is missing. *Not 0 outside the borders*: look at which of the two terms is smaller.

# %% nbgrader={"grade_id": "beside-autograd", "locked": true}
def by_autograd(logits, actions, old_logp, advantages, eps):
    """Objective and gradient by torch."""
    z = torch.tensor(np.asarray(logits, dtype=float), requires_grad=True)
    logp = torch.log_softmax(z, 1).gather(1, torch.tensor(np.asarray(actions))[:, None])[:, 0]
    ratio, a = torch.exp(logp - torch.tensor(np.asarray(old_logp))), torch.tensor(np.asarray(advantages))
    objective = torch.minimum(ratio * a, ratio.clamp(1 - eps, 1 + eps) * a).mean()
    objective.backward()
    return float(objective.detach()), z.grad.numpy()


def beside_autograd(n=6, classes=3, eps=0.2, seed=0):
    """Print ratio, advantage, and the gradient by the chosen action's logit: yours and torch's."""
    r = np.random.default_rng(seed)
    logits, actions, advantages = r.normal(size=(n, classes)), r.integers(0, classes, size=n), r.normal(size=n)
    p = chances(logits, np.eye(classes), np.zeros(classes))[np.arange(n), actions]
    old = np.log(p) - 0.5 * r.normal(size=n)
    objective, gradient = clipped(logits, actions, old, advantages, eps)
    wanted, theirs = by_autograd(logits, actions, old, advantages, eps)
    print(f"objective {objective:.6f}, torch {wanted:.6f}\n ratio  advantage     yours     torch  quotient")
    for i, a in enumerate(actions):
        mine, other = gradient[i, a], theirs[i, a]
        print(f"{p[i] / np.exp(old[i]):6.2f} {advantages[i]:10.2f} {mine:9.4f} {other:9.4f}  {mine / other if other else math.nan:8.4f}")


try:
    beside_autograd()
except (NotImplementedError, TypeError):
    print("write clipped first, then run this cell again")

# %% nbgrader={"grade_id": "check-clipped", "grade": true, "points": 6}
def objective_of(logits, *more):
    """The learner's objective and gradient, their shapes looked at."""
    first, second = several(kit.unchanged(clipped, logits, *more), 2, "the objective and the gradient")
    return float(numbers(first, (), "the objective")), numbers(second, logits.shape, "the gradient")


def batch(r, n=None, classes=None, spread=0.6, size=1.0):
    """Seeded logits, actions, old log-probabilities and advantages; ratios around 1, on no border of the eps."""
    n, classes = n or int(r.integers(1, 9)), classes or int(r.integers(2, 6))
    logits, actions, advantages = size * r.normal(size=(n, classes)), r.integers(0, classes, size=n), r.normal(size=n)
    logp = np.log(np.maximum(chances(logits, np.eye(classes), np.zeros(classes))[np.arange(n), actions], 1e-300))
    return logits, actions, logp - spread * r.normal(size=n), advantages, float(r.choice([0.1, 0.2, 0.3]))


score = kit.Score(6)
with score.part(1, "by hand: equal scores, the action 1.5 or 0.6 times as likely as it was, advantages of 2 and -2", eps=0.2):
    kit.by_hand(clipped)
    for scale in (1.0, *kit.rng("hand").uniform(0.5, 3, size=2).tolist()):
        for ratio, advantage, right, other in ((1.5, 2, 2.4, 3), (1.5, -2, -3, -2.4), (0.6, 2, 1.2, 1.6), (0.6, -2, -1.6, -1.2), (1.1, 2, 2.2, 2.4)):
            got, _ = objective_of(np.zeros((1, 4)), np.array([2]), np.array([math.log(0.25 / ratio)]), np.array([scale * advantage]), 0.2)
            kit.close(got, scale * right, rtol=1e-9, because=f"ratio {ratio}, advantage {scale * advantage:g}", known_wrong={
                "gains are capped, losses are not: take the smaller of the two terms": scale * other, "the ratio is now over then, not then over now": min(advantage / ratio, min(max(1 / ratio, 0.8), 1.2) * advantage) * scale, "the objective is maximised: no minus": -scale * right})
with score.part(2, "the gradient is what differences and torch give; rows whose gain is capped are exactly 0", rows=8):
    kit.by_hand(clipped)
    for r in kit.examples(lambda r: r, n=6, name="gradient"):
        given = batch(r, n=8, classes=3)
        wanted, theirs = by_autograd(*given)
        got, gradient = objective_of(*given)
        kit.close(got, wanted, rtol=1e-9, atol=1e-12, because=f"the objective, mean over 8 rows, eps = {given[4]}", known_wrong={"the mean, not the sum": 8 * wanted, "it is maximised: no minus": -wanted})
        through, _ = by_autograd(*given[:4], 1e9), None
        ratio = np.exp(np.log(chances(given[0], np.eye(3), np.zeros(3))[np.arange(8), given[1]]) - given[2])
        kit.close(gradient, theirs, rtol=1e-9, atol=1e-11, because=f"ratios {np.round(ratio, 2).tolist()}, advantages {np.round(given[3], 2).tolist()}", known_wrong={
            "the mean over n rows has the factor 1/n": 8 * theirs, "the sign": -theirs, "where the gain is capped nothing flows": through[1],
            "the gradient of a ratio has the ratio as a factor": theirs / ratio[:, None]})
### BEGIN HIDDEN TESTS
def regions(given):
    """Which rows are capped."""
    logits, actions, old, advantages, eps = given
    s = logits - logits.max(1, keepdims=True)
    ratio = np.exp((s - np.log(np.exp(s).sum(1, keepdims=True)))[np.arange(len(actions)), actions] - old)
    return ((ratio > 1 + eps) & (advantages > 0)) | ((ratio < 1 - eps) & (advantages < 0))


with score.part(1, "exactly 0 in rows whose gain is capped and nowhere else, for other eps", hidden=True):
    kit.by_hand(clipped)
    for r in kit.examples(lambda r: r, n=15, name="regions"):
        given = batch(r, n=12, spread=1.0)[:4] + (float(r.uniform(0.05, 0.6)),)
        _, gradient = objective_of(*given)
        kit.equal((gradient == 0).all(axis=1), regions(given))
        kit.close(gradient, by_autograd(*given)[1], rtol=1e-9, atol=1e-12)
with score.part(1, "a fresh policy, ratio 1: the plain policy gradient; advantages of 0 and of other sizes", hidden=True):
    kit.by_hand(clipped)
    for r in kit.examples(lambda r: r, n=12, name="fresh"):
        logits, actions, _, advantages, eps = batch(r, spread=0.0)
        advantages = advantages * 10.0 ** r.uniform(-6, 6)
        advantages[0] = 0.0
        n, classes = logits.shape
        p = chances(logits, np.eye(classes), np.zeros(classes))
        got, gradient = objective_of(logits, actions, np.log(p[np.arange(n), actions]), advantages, eps)
        right = (np.eye(classes)[actions] - p) * advantages[:, None] / n
        kit.close(gradient, right, rtol=1e-9, atol=1e-9 * float(np.abs(right).max(initial=0)) + 1e-15)
        kit.close(got, float(advantages.mean()), rtol=1e-9, atol=1e-9 * float(np.abs(advantages).max()))
with score.part(1, "scores of thousands, one row, two actions and many; the arguments stay as they were", hidden=True):
    kit.by_hand(clipped)
    for i, r in enumerate(kit.examples(lambda r: r, n=15, name="extreme")):
        logits, actions, _, advantages, eps = batch(r, n=(1, 2, 7)[i % 3], classes=(2, 30, 3)[i % 3], size=10.0 ** r.uniform(1, 4))
        actions = logits.argmax(1) if i % 2 else actions
        z = torch.log_softmax(torch.tensor(logits), 1).gather(1, torch.tensor(actions)[:, None])[:, 0].numpy()
        given = (logits, actions, z - r.normal(size=len(z)), advantages, eps)
        got, gradient = objective_of(*given)
        wanted, theirs = by_autograd(*given)
        kit.close(got, wanted, rtol=1e-8, atol=1e-10)
        kit.close(gradient, theirs, rtol=1e-7, atol=1e-10)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-train", "locked": true}
# ## 3. Learn the corridor from little play (6 points)
#
# Six rooms in a row. The agent sees a picture of the number on the door: a real digit, another picture of it at each visit, pixels from −1 to 1 in an order drawn for this corridor. It has three actions, 0, 1, 2; one goes left, one right, one opens the door. **Which is which, which numbers stand where, and which door is the right one, it is not told.** The right door brings 1 and ends the episode; a wrong door costs 0.2; one action in ten does nothing; after 24 steps the episode is cut off.
#
# | | contract |
# |---|---|
# | `train(play, plays, gamma, seed)` | returns a policy `(W, b)` of shapes (64, 3) and (3,): `chances(x, W, b)` are the probabilities of the actions. `play` may be called at most `plays` times. The same seed gives the same policy. Under 3 s for 30 plays |
#
# `play(W, b, seed)` lets sixteen agents act by your policy for 64 steps and returns a dict of arrays: `pictures` (64, 16, 64), `actions`, `logp` (the log-probability of the action taken), `rewards`, `after` (64, 16, 64): what is seen after the step, `terminated`, `ended`: each (64, 16). Time comes first. Give each call another seed.
#
# | plays | to reach on pictures never shown (0: chance, 1: the best possible) |
# |---|---|
# | 30 | 0.85 |
# | 8 | 0.85 |
#
# With 30 plays a plain policy gradient will do. With 8 each play has to serve for many steps; at a small rate that goes well even without the clipping, at a rate of 1 it collapses in four of ten corridors, and with the clipping in none. The reference reaches about 0.96 with 8 and 0.98 with 30. A *critic* can be a linear function of the picture, fitted to the returns of the play before (`np.linalg.solve`, a ridge of about 10 on the diagonal). Scale the advantages of a play to mean 0 and deviation 1. About 15 lines with `gae` and `clipped`: plain ascent, 40 steps a play at a rate of 0.25.

# %% nbgrader={"grade_id": "train", "solution": true}
def train(play, plays, gamma, seed):
    """A policy (W, b) for a corridor that is known only by playing."""
    ### BEGIN SOLUTION
    theta, critic = np.zeros((65, 3)), np.zeros(65)  # W with b below it
    for i in range(plays):
        log = play(theta[:64], theta[64], 1000 * seed + i)
        x, after = (np.concatenate([log[k], np.ones((64, 16, 1))], axis=2) for k in ("pictures", "after"))  # (64, 16, 65)
        advantages, returns = gae(log["rewards"], x @ critic, after @ critic, log["terminated"], log["ended"], gamma, 0.9)
        advantages = ((advantages - advantages.mean()) / advantages.std()).ravel()
        x = x.reshape(-1, 65)  # (1024, 65)
        for _ in range(40):
            _, slope = clipped(x @ theta, log["actions"].ravel(), log["logp"].ravel(), advantages, 0.2)
            theta = theta + 0.25 * x.T @ slope
        critic = np.linalg.solve(x.T @ x + 10 * np.eye(65), x.T @ returns.ravel())
    return theta[:64], theta[64]
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "watch", "locked": true}
# **A tool.** `watch(seed, plays)` trains in a corridor that is drawn from the seed and prints what came in while it played, and what the policy is worth at the end. *Reward per step stays where it began*: the sign, or advantages that mix episodes. *Rises and then falls to chance*: steps too large for old data.

# %% nbgrader={"grade_id": "watch-code", "locked": true}
def watch(seed=0, plays=30):
    """Train in a corridor of your choice and print how it goes."""
    play, worth = corridor(np.random.default_rng(seed), plays)
    rewards = []

    def listened(W, b, seed):
        log = play(W, b, seed)
        rewards.append(log["rewards"].mean())
        return log

    W, b = train(listened, plays, GAMMA, seed)
    print("reward a step, play by play:", np.round(rewards, 3).tolist())
    print(f"worth {worth(W, b):.3f} (0: chance, 1: the best)")


try:
    watch(0, 8)
except (NotImplementedError, TypeError, ValueError):
    print("write gae, clipped and train first, then run this cell again")

# %% nbgrader={"grade_id": "check-train", "grade": true, "points": 6}
def trained(name, plays):
    """What the learner's policy is worth in a corridor drawn from a name."""
    kit.by_hand(train)
    r = kit.rng(name)
    play, worth = corridor(r, plays)
    W, b = several(train(play, plays, GAMMA, int(r.integers(1000))), 2, "W and b")
    W, b = numbers(W, (64, 3), "W"), numbers(b, (3,), "b")
    kit.finite(W)
    kit.finite(b)
    return worth(W, b)


score = kit.Score(6)
with score.part(1, "two plays: the policy has the right shapes, has changed, and the same seed gives the same one", plays=2):
    kit.by_hand(train)
    twice = []
    for _ in range(2):
        play, worth = corridor(kit.rng("twice"), 2)
        W, b = several(train(play, 2, GAMMA, 5), 2, "W and b")
        twice.append(np.append(numbers(W, (64, 3), "W"), numbers(b, (3,), "b")))
        kit.finite(twice[-1])
    kit.close(twice[1], twice[0], rtol=1e-9, atol=1e-12, because="the same seed, the same corridor: draw from np.random.default_rng(seed) only")
    kit.require(worth(W, b) > 0.02, f"after two plays the policy is worth {worth(W, b):.3f}, hardly more than chance")
with score.part(1, "30 plays reach 0.85", plays=30):
    got = trained("public corridor", 30)
    kit.require(got >= 0.85, f"the policy is worth {got:.3f}; watch() shows how it goes")
### BEGIN HIDDEN TESTS
with score.part(1, "another corridor, 30 plays", hidden=True):
    kit.require(trained("long", 30) >= 0.85, "not reached")
with score.part(2, "8 plays, in two other corridors", hidden=True):
    for i in range(2):
        kit.require(trained(f"short {i}", 8) >= 0.85, "not reached")
with score.part(1, "8 plays, in a third one", hidden=True):
    kit.require(trained("short 2", 8) >= 0.85, "not reached")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-preferences", "locked": true}
# ## 4. A reward from pairs, and a policy straight from pairs (7 points)
#
# | | contract |
# |---|---|
# | `fit_rewards(better, worse, l2)` | two arrays (n, d): features of the text that was preferred and of the other one, pair by pair; `l2` > 0. Returns the weights w (d,) at which $\frac1n \sum_i \log\!\big(1 + e^{-(b_i - c_i)\cdot w}\big) + \frac{l2}{2}\lVert w \rVert^2$ is smallest, with $b_i$, $c_i$ the rows. **Tolerance** $10^{-5}$ of the largest weight |
# | `share(w, a, b)` | `a` and `b` (d,). Returns the share of raters who prefer `a` to `b`, by Bradley and Terry: a float from 0 to 1 |
# | `dpo(policy, reference, beta)` | two arrays (n, 2) of log-probabilities of whole answers: column 0 of the preferred, column 1 of the rejected one. Returns `(loss, gradient)`: the mean DPO loss, a float, and its derivatives by `policy`, (n, 2) |
#
# Columns of features may differ in scale by a factor of thousands, pairs may be separable, there may be fewer pairs than features, and the margins of DPO may be thousands: everything stays finite and right. `fit_rewards` takes about eight lines with Newton's method (the matrix of second derivatives is $\frac1n D^\top \operatorname{diag}(p(1-p))\,D + l2\,I$ with the rows $b_i - c_i$ in $D$), steps halved where they do not help; under 1 s for 300 pairs of 20 features.

# %% nbgrader={"grade_id": "preferences", "solution": true}
def fit_rewards(better, worse, l2):
    """Bradley-Terry weights with a ridge; (n, d), (n, d), number -> (d,)."""
    ### BEGIN SOLUTION
    apart = better - worse  # (n, d)
    n, d = apart.shape

    def cost(w):
        return np.logaddexp(0, -apart @ w).mean() + l2 / 2 * w @ w

    w = np.zeros(d)
    for _ in range(100):
        wrong = 0.5 - 0.5 * np.tanh(apart @ w / 2)  # (n,): the share that the weights give to the other text
        slope = l2 * w - apart.T @ wrong / n
        curve = (apart.T * (wrong * (1 - wrong))) @ apart / n + l2 * np.eye(d)
        move = np.linalg.solve(curve, slope)
        size = 1.0
        while size > 1e-9 and cost(w - size * move) > cost(w):
            size /= 2
        w = w - size * move
    return w
    ### END SOLUTION


def share(w, a, b):
    """Share of raters who prefer a to b; (d,), (d,), (d,) -> float."""
    ### BEGIN SOLUTION
    return float(0.5 + 0.5 * np.tanh((a - b) @ w / 2))
    ### END SOLUTION


def dpo(policy, reference, beta):
    """The DPO loss and its gradient; (n, 2), (n, 2), number -> float, (n, 2)."""
    ### BEGIN SOLUTION
    gain = policy - reference  # (n, 2): log-ratios
    margin = beta * (gain[:, 0] - gain[:, 1])
    wrong = 0.5 - 0.5 * np.tanh(margin / 2)
    slope = -beta * wrong / len(margin)
    return float(np.logaddexp(0, -margin).mean()), np.stack([slope, -slope], axis=1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-preferences", "grade": true, "points": 7}
def weights_of(better, worse, l2):
    """The learner's weights, their shape looked at."""
    return numbers(kit.unchanged(fit_rewards, better, worse, l2), (better.shape[1],), "the weights")


def same_weights(got, right, **more):
    kit.close(got, right, rtol=1e-5, atol=1e-5 * float(np.abs(right).max()), **more)


def slope_at(w, apart, l2):
    """The slope of the whole sum at w, rows better - worse: (d,)."""
    return l2 * w - apart.T @ (1 / (1 + np.exp(apart @ w))) / len(apart)


def pairs_for(r, n=40, d=4):
    """Weights, and pairs and a ridge for which just these are best: the last pair takes away the slope that the others leave."""
    while True:
        w, apart, l2 = r.normal(size=d), r.normal(size=(n - 1, d)), float(10.0 ** r.uniform(-3, -2))
        apart *= np.where((apart @ w > 0) | (r.random(n - 1) < 0.1), 1.0, -1.0)[:, None]
        left = n * l2 * w - apart.T @ (1 / (1 + np.exp(apart @ w)))
        if left @ w < 0:
            break
    low, high = 1.0, 2.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if middle >= 1 + np.exp(middle * (left @ w)) else (middle, high)
    worse = r.normal(size=(n, d))
    return w, worse + np.vstack([apart, high * left]), worse, l2


score = kit.Score(7)
with score.part(1, "one feature that is 1 for one author and 0 for the other: of 20 pairs 15 are won", l2=1e-9):
    kit.by_hand(fit_rewards)
    for n, k in ((20, 15), *[(int(n), int(n * s)) for n, s in zip(kit.rng("wins").integers(10, 60, size=3), (0.3, 0.6, 0.9))]):
        wins = (np.arange(n) < k).astype(float)[:, None]
        right = np.array([math.log(k / (n - k))])
        same_weights(weights_of(wins, 1 - wins, 1e-9), right, because=f"the odds are {k} to {n - k}: their logarithm", known_wrong={"the sign: the first array holds what was preferred": -right, "the share, not its log-odds": np.array([k / n]), "0 is where it begins": np.zeros(1)})
    a, b = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    kit.by_hand(share)
    kit.close(float(numbers(share(np.array([math.log(3), 0.0]), a, b), (), "the share")), 0.75, rtol=1e-9, because="odds of 3 to 1", known_wrong={"that is the share of b": 0.25, "those are the odds": 3.0, "that is the difference of the rewards": math.log(3)})
with score.part(1, "several features: the weights at which the slope of the whole sum vanishes", pairs=40, features=4):
    kit.by_hand(fit_rewards)
    for right, better, worse, l2 in kit.examples(pairs_for, n=4, name="features"):
        got = weights_of(better, worse, l2)
        for said, other in (("the mean over the pairs, not their sum", l2 / 40), ("the factor 1/2 of the ridge", 2 * l2), ("the ridge is missing", 0.0)):
            kit.require(bool(np.abs(slope_at(got, better - worse, other)).max() > 1e-4), f"{said}: at your weights the slope vanishes for a ridge of {other:.6f}, and l2 is {l2:.6f}")
        same_weights(got, right, because=f"l2 = {l2:.4f}; at your weights the slope is {slope_at(got, better - worse, l2).round(6).tolist()}", known_wrong={"the sign": -right})
with score.part(1, "DPO by hand: the policy where the reference is, and log-ratios of 2 and -1 with β = 0.5", policy=[[-40.0, -51.0]], reference=[[-42.0, -50.0]]):
    kit.by_hand(dpo)
    for beta in (0.5, *kit.rng("beta").uniform(0.05, 2, size=2).tolist()):
        ref = np.array([[-42.0, -50.0], [-7.0, -9.0]])
        loss, gradient = several(kit.unchanged(dpo, ref + 0, ref, beta), 2, "the loss and the gradient")
        kit.close(float(numbers(loss, (), "the loss")), math.log(2), rtol=1e-9, because="no margin yet", known_wrong={"the mean over the pairs": 2 * math.log(2)})
        right = np.array([[-1.0, 1.0]] * 2) * beta / 4
        kit.close(numbers(gradient, (2, 2), "the gradient"), right, rtol=1e-9, because=f"β/2 times ∓1, over two pairs; β = {beta:.3f}", known_wrong={"the sign: more of the preferred lowers the loss": -right, "the mean over n pairs": 2 * right, "β is a factor of the gradient": right / beta})
        m = 3 * beta
        loss, _ = several(dpo(np.array([[-40.0, -51.0]]), np.array([[-42.0, -50.0]]), beta), 2, "the loss and the gradient")
        kit.close(float(numbers(loss, (), "the loss")), math.log(1 + math.exp(-m)), rtol=1e-9, because=f"the margin is β (2 - (-1)), β = {beta:.3f}", known_wrong={
            "the sign of the margin": math.log(1 + math.exp(m)), "the reference is not used": math.log(1 + math.exp(-11 * beta)), "the margin is the difference of the two log-ratios": math.log(1 + math.exp(-beta)), "β is not used": math.log(1 + math.exp(-3))})
### BEGIN HIDDEN TESTS
def true_weights(better, worse, l2):
    """Newton with halved steps in the scale of the columns, until the gradient vanishes."""
    apart = better - worse
    n, d = apart.shape
    w = np.zeros(d)

    def parts(w):
        m = apart @ w
        wrong = np.exp(-np.logaddexp(0, m))
        return np.logaddexp(0, -m).mean() + l2 / 2 * w @ w, l2 * w - apart.T @ wrong / n, (apart.T * np.exp(-np.logaddexp(0, m) - np.logaddexp(0, -m))) @ apart / n + l2 * np.eye(d)

    for _ in range(60):
        cost, slope, curve = parts(w)
        move, size = np.linalg.solve(curve, slope), 1.0
        while size > 1e-9 and parts(w - size * move)[0] > cost:
            size /= 2
        w = w - size * move
        if np.abs(size * move).max() <= 1e-12 * np.abs(w).max():
            break
    return w


with score.part(1, "columns whose scales differ by thousands, and many features", hidden=True):
    kit.by_hand(fit_rewards)
    for i, r in enumerate(kit.examples(lambda r: r, n=5, name="scales")):
        n, d = ((60, 3), (300, 20), (25, 6), (40, 2), (30, 9))[i]
        scale = 10.0 ** r.uniform(-1, 3, size=d)
        truth = r.normal(size=d) / scale
        a, b = r.normal(size=(n, d)) * scale, r.normal(size=(n, d)) * scale
        first = r.random(n) < 1 / (1 + np.exp(-(a - b) @ truth))
        better, worse = np.where(first[:, None], a, b), np.where(first[:, None], b, a)
        l2 = float(10.0 ** r.uniform(-4, -1))
        same_weights(weights_of(better, worse, l2), true_weights(better, worse, l2))
    steep = np.array([[70.2, 171.4], [4.6, 8.3], [0.1, 0.0], [0.6, 0.4], [0.7, 1.0], [492.6, 374.3], [0.1, -0.1], [50.1, -1.5]])  # a full step of Newton's overshoots here
    for r in kit.examples(lambda r: r, n=3, name="steep"):
        size, worse = float(r.uniform(0.5, 2)), r.normal(size=(8, 2))
        better, l2 = worse + size * r.permutation(steep), 1e-4 * size**2
        same_weights(weights_of(better, worse, l2), true_weights(better, worse, l2))
with score.part(1, "separable pairs, fewer pairs than features, a single pair, equal texts", hidden=True):
    kit.by_hand(fit_rewards)
    for i, r in enumerate(kit.examples(lambda r: r, n=6, name="separable")):
        n, d = ((10, 2), (3, 8), (1, 1), (1, 4), (6, 3), (30, 1))[i]
        worse = r.normal(size=(n, d))
        better = worse + (0.0 if i == 4 else np.abs(r.normal(size=(n, d))) * 10.0 ** r.uniform(0, 2))
        l2 = float(10.0 ** r.uniform(-5, -1))
        got, right = weights_of(better, worse, l2), true_weights(better, worse, l2)
        kit.close(got, right, rtol=1e-4, atol=1e-4 * float(np.abs(right).max()) + 1e-9)
with score.part(1, "shares: of two orders they sum to 1, the common part counts nothing, rewards of thousands stay shares", hidden=True):
    kit.by_hand(share)
    for r in kit.examples(lambda r: r, n=12, name="shares"):
        d = int(r.integers(1, 6))
        w, a, b, common = r.normal(size=(4, d))
        p, q, moved = (float(numbers(kit.unchanged(share, w, *two), (), "the share")) for two in ((a, b), (b, a), (a + common, b + common)))
        kit.close(p, 1 / (1 + math.exp(-float((a - b) @ w))), rtol=1e-9, atol=1e-12)
        kit.close(p + q, 1.0, rtol=1e-9)
        kit.close(moved, p, rtol=1e-8)
        kit.close(float(numbers(share(w, a, a), (), "the share")), 0.5, rtol=1e-9)
        far = 1e4 * np.abs(w) + 1e4
        kit.close(float(numbers(share(np.ones(d), far, -far), (), "the share")), 1.0, rtol=1e-9)
        kit.close(float(numbers(share(np.ones(d), -far, far), (), "the share")), 0.0, atol=1e-9)
with score.part(1, "DPO's loss and gradient as torch has them, for other sizes and for margins of thousands", hidden=True):
    kit.by_hand(dpo)
    for i, r in enumerate(kit.examples(lambda r: r, n=12, name="dpo")):
        n, beta = int(r.integers(1, 9)), float(r.uniform(0.02, 1.5))
        policy, reference = -50 * r.random((n, 2)) * (1, 100)[i % 2], -50 * r.random((n, 2))
        t = torch.tensor(policy, requires_grad=True)
        gain = t - torch.tensor(reference)
        wanted = -torch.nn.functional.logsigmoid(beta * (gain[:, 0] - gain[:, 1])).mean()
        wanted.backward()
        loss, gradient = several(kit.unchanged(dpo, policy, reference, beta), 2, "the loss and the gradient")
        kit.close(float(numbers(loss, (), "the loss")), float(wanted.detach()), rtol=1e-9, atol=1e-12)
        kit.close(numbers(gradient, (n, 2), "the gradient"), t.grad.numpy(), rtol=1e-9, atol=1e-12)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-diagnose", "locked": true}
# ## 5. Other people's objectives (4 points)
#
# | | contract |
# |---|---|
# | `diagnose(candidate, eps)` | `candidate(logits, actions, old_logp, advantages)` is another team's `clipped` for this `eps`: it returns `(objective, gradient)`. Returns one of the seven words below. **You choose the rows on which you call it**, at most 50 calls |
#
# | word | what that version does |
# |---|---|
# | `sound` | what task 2 says; roundings of a millionth may differ |
# | `sign` | hands over a loss: objective and gradient with a minus |
# | `sum` | sums over the rows and forgets the mean |
# | `never clipped` | the mean of $\rho_i A_i$ |
# | `always clipped` | the mean of $\operatorname{clip}(\rho_i)\,A_i$, without the minimum |
# | `upside down` | uses $\pi_{\text{old}} / \pi$ for the ratio, and clips that |
# | `leaks` | the objective is right; the gradient flows also where the gain is capped |
#
# Each has one fault or none. Which rows tell them apart? About 15 lines with `clipped`.

# %% nbgrader={"grade_id": "diagnose", "solution": true}
def diagnose(candidate, eps):
    """Which of the seven versions a candidate is."""
    ### BEGIN SOLUTION
    r = np.random.default_rng(0)
    logits, advantages, apart = r.normal(size=(60, 3)), r.normal(size=60), r.normal(size=60)
    actions = logits.argmax(axis=1)
    p = chances(logits, np.eye(3), np.zeros(3)).max(axis=1)  # of these actions
    ratio = np.exp(3 * eps * apart)  # inside the borders and on both sides
    given, gradient = candidate(logits, actions, np.log(p / ratio), advantages)
    objective, slope = clipped(logits, actions, np.log(p / ratio), advantages, eps)
    inverse, _ = clipped(logits, actions, np.log(p * ratio), advantages, eps)
    values = {
        "sound": objective,
        "sign": -objective,
        "sum": objective * len(p),
        "never clipped": (ratio * advantages).mean(),
        "always clipped": (np.clip(ratio, 1 - eps, 1 + eps) * advantages).mean(),
        "upside down": inverse,
    }
    word = min(values, key=lambda name: abs(values[name] - given))
    if word == "sound" and not np.allclose(gradient, slope, rtol=1e-3, atol=1e-6):
        return "leaks"
    return word
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnose", "grade": true, "points": 4}
def version(kind, eps, rounding=0.0):
    """Another team's clipped, of a kind, for an eps."""
    def candidate(logits, actions, old_logp, advantages):
        z = torch.tensor(np.asarray(logits, dtype=float), requires_grad=True)
        logp = torch.log_softmax(z, 1).gather(1, torch.tensor(np.asarray(actions, dtype=np.int64))[:, None])[:, 0]
        old, a = torch.tensor(np.asarray(old_logp, dtype=float)), torch.tensor(np.asarray(advantages, dtype=float))
        ratio = torch.exp(old - logp if kind == "upside down" else logp - old)
        capped = ratio.clamp(1 - eps, 1 + eps) * a
        terms = ratio * a if kind == "never clipped" else capped if kind == "always clipped" else torch.minimum(ratio * a, capped)
        if kind == "leaks":
            terms = terms.detach() + ratio * a - (ratio * a).detach()
        objective = terms.sum() if kind == "sum" else -terms.mean() if kind == "sign" else terms.mean()
        (gradient,) = torch.autograd.grad(objective, z)
        return float(objective.detach()) * (1 + rounding), gradient.numpy() * (1 - rounding)

    return candidate


def named(kind, eps, rounding=0.0):
    """What the learner's test says of a version, within 50 calls."""
    kit.by_hand(diagnose)
    calls, inner = [], version(kind, eps, rounding)

    def counted(*given):
        calls.append(0)
        kit.require(len(calls) <= 50, "more than 50 calls")
        return inner(*given)

    said = diagnose(counted, eps)
    kit.require(isinstance(said, str) and said in KINDS, f"the answer is none of the seven words: {said!r}" if isinstance(said, (str, int, float, type(None))) else "the answer is none of the seven words")
    kit.require(bool(calls), "the candidate was not called")
    return said


def told_apart(name, kinds, eps, rounding=0.0):
    """Each of these versions is named, in an order that is drawn."""
    for i in kit.rng(name).permutation(len(kinds)).tolist():
        kit.equal(named(kinds[i], eps, rounding), kinds[i], because=f"that version is {kinds[i]!r}, eps = {eps}")


score = kit.Score(4)
with score.part(1, "a sound version, one with a minus, one without the mean", eps=0.2):
    told_apart("plain", ("sound", "sign", "sum"), 0.2)
with score.part(1, "four ratios: sound, never clipped, always clipped, upside down", eps=0.2):
    told_apart("ratios", ("sound", "never clipped", "always clipped", "upside down"), 0.2)
### BEGIN HIDDEN TESTS
with score.part(1, "the same with other eps, and versions that round otherwise", hidden=True):
    for j, (eps, rounding) in enumerate(((0.05, 0.0), (0.1, 1e-6), (0.3, -1e-6), (0.5, 1e-7))):
        told_apart(f"eps {j}", KINDS[:-1], eps, rounding)
with score.part(1, "a gradient that leaks is told from a sound one, and from one that is never clipped", hidden=True):
    for j, (eps, rounding) in enumerate(((0.05, 0.0), (0.2, 1e-6), (0.4, 0.0))):
        told_apart(f"leak {j}", ("sound", "leaks", "never clipped"), eps, rounding)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more: only what runs from top to bottom counts. Then submit.
#
# **Beyond the points.** Set the rate in your `train` to 1 and watch ten corridors with eight plays each, once with `eps` 0.2 and once with 10⁹. How many collapse in each, and at which play does the reward begin to fall?
