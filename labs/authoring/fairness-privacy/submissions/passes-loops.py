# Plain Python: counts, dictionaries, inverse of the distribution function, bisection by hand, sets one after the other.

# %% grade_id="groups"
def group_metrics(good, approved, group):
    table = {}
    for g, a, w in zip(good.tolist(), approved.tolist(), group.tolist()):
        row = table.setdefault(w, [0, 0, 0, 0])
        row[2 * int(g) + int(a)] += 1

    def divide(x, y):
        return x / y if y > 0 else float("nan")

    return {
        w: {
            "n": sum(row),
            "precision": divide(row[3], row[1] + row[3]),
            "false_approval": divide(row[1], row[0] + row[1]),
            "opportunity": divide(row[3], row[2] + row[3]),
            "approval": divide(row[1] + row[3], sum(row)),
        }
        for w, row in table.items()
    }


def gaps(metrics):
    rates = [m["approval"] for m in metrics.values()]
    high = max(rates)
    answer = {"ratio": min(rates) / high if high else float("nan")}
    for key in ["opportunity", "precision", "false_approval"]:
        values = sorted(m[key] for m in metrics.values() if m[key] == m[key])
        answer[key] = values[-1] - values[0] if len(values) >= 2 else float("nan")
    return answer


# %% grade_id="frontier"
def one_side(score, good):
    order = sorted(zip(score.tolist(), good.tolist()), reverse=True)
    goods = sum(int(g) for _, g in order)
    states, yes, no = [(float("inf"), 0, 0)], 0, 0
    for i, (s, g) in enumerate(order):
        if int(g) == 1:
            yes += 1
        else:
            no += 1
        if i + 1 == len(order) or order[i + 1][0] != s:
            states.append((s, yes, no))
    return states, goods


def frontier(score, good, group, price):
    a, b = sorted(set(group.tolist()))
    left, m = one_side(score[group == a], good[group == a])
    right, n = one_side(score[group == b], good[group == b])
    cheapest = {}
    for _, p, x in left:
        for _, q, y in right:
            gap = abs(p * n - q * m)
            cost = m - p + n - q + price * (x + y)
            if cost < cheapest.get(gap, float("inf")):
                cheapest[gap] = cost
    points = []
    for gap in sorted(cheapest):
        if not points or cheapest[gap] < points[-1][1]:
            points.append([gap / (m * n), cheapest[gap]])
    return points


def choose(score, good, group, price, limit):
    a, b = sorted(set(group.tolist()))
    left, m = one_side(score[group == a], good[group == a])
    right, n = one_side(score[group == b], good[group == b])
    best, answer = float("inf"), None
    for c, p, x in left:
        for d, q, y in right:
            cost = m - p + n - q + price * (x + y)
            if abs(p * n - q * m) <= (limit + 1e-10) * m * n and cost < best:
                best, answer = cost, {a: c, b: d}
    return answer


# %% grade_id="counts"
def private_counts(people, places, cells, most, epsilon, seed):
    import random

    draw = random.Random(seed)
    a = math.exp(-epsilon / most)

    def noise():
        u = draw.random() * (1 + a)
        if u < 1 - a:
            return 0
        sign = 1 if draw.random() < 0.5 else -1
        return sign * (1 + int(math.log(1 - draw.random()) / math.log(a)))

    used, counts = {}, dict.fromkeys(cells, 0)
    for who, where in zip(people, places):
        if where in counts and used.get(who, 0) != most:
            counts[where] += 1
            used[who] = used.get(who, 0) + 1
    return [counts[c] + noise() for c in cells]


# %% grade_id="account"
def gaussian_delta(mu, epsilon):
    first = log_ndtr(mu / 2 - epsilon / mu)
    second = epsilon + log_ndtr(-mu / 2 - epsilon / mu)
    return math.exp(first) - math.exp(second)


def gaussian_part(mu, delta):
    if mu == 0.0 or gaussian_delta(mu, 0.0) <= delta:
        return 0.0
    low, high = 0.0, mu * mu / 2 + mu * math.sqrt(2 * math.log(1 / delta)) + 1
    for _ in range(80):
        middle = 0.5 * (low + high)
        if gaussian_delta(mu, middle) <= delta:
            high = middle
        else:
            low = middle
    return high


def account(ledger, delta):
    if delta <= 0 or delta >= 1:
        raise ValueError("delta must lie strictly between 0 and 1")
    total = squares = expected = mu2 = 0.0
    for kind, value, times in ledger:
        if kind == "pure":
            total += times * value
            squares += times * value * value
            expected += times * value * (math.exp(value) - 1) / (math.exp(value) + 1)
        else:
            mu2 += times * value * value
    share = delta / 2 if total > 0 and mu2 > 0 else delta
    basic = total + gaussian_part(math.sqrt(mu2), delta)
    advanced = expected + math.sqrt(2 * math.log(1 / share) * squares) + gaussian_part(math.sqrt(mu2), share)
    rho = 0.5 * (squares + mu2)
    zcdp = rho + 2 * math.sqrt(rho * math.log(1 / delta))
    return {"zcdp": zcdp, "basic": basic, "advanced": advanced, "best": min(basic, advanced, zcdp)}


def affordable(ledger, kind, value, epsilon, delta):
    n, step = 0, 1
    while account(ledger + [(kind, value, step)], delta)["best"] <= epsilon:
        step *= 2
    while step:
        if account(ledger + [(kind, value, n + step)], delta)["best"] <= epsilon:
            n += step
        step //= 2
    return n


# %% grade_id="seen"
def epsilon_seen(a, b, alpha):
    a, b = a.tolist(), b.tolist()

    def low_bound(k, n):
        return 0.0 if k == 0 else stats.beta.ppf(alpha / 2, k, n - k + 1)

    def high_bound(k, n):
        return 1.0 if k == n else stats.beta.ppf(1 - alpha / 2, k + 1, n - k)

    def bound(over, under, sign, t):
        k = sum(sign * v >= sign * t for v in over)
        j = sum(sign * v >= sign * t for v in under)
        low = low_bound(k, len(over))
        return math.log(low / high_bound(j, len(under))) if low > 0 else -math.inf

    a1, a2 = a[::2], a[1::2]
    b1, b2 = b[::2], b[1::2]
    best, chosen = -math.inf, None
    values = sorted(set(a1 + b1))
    for t in values[:: len(values) // 40 + 1]:
        for sign in (1, -1):
            for order in (False, True):
                value = bound(b1, a1, sign, t) if order else bound(a1, b1, sign, t)
                if value > best:
                    best, chosen = value, (sign, t, order)
    if chosen is None:
        return 0.0
    sign, t, order = chosen
    return max(0.0, bound(b2, a2, sign, t) if order else bound(a2, b2, sign, t))
