# Dictionaries and loops, exact sums of chances for the noise, a ternary search, the jackknife's view of the faults.

# %% grade_id="covered"
def covered(questions, corpus, n):
    wanted = {}
    texts = [tokens(q) for q in questions]
    for number_, t in enumerate(texts):
        k = min(n, len(t))
        for i in range(len(t) - k + 1):
            if k:
                wanted.setdefault(k, {}).setdefault(" ".join(t[i : i + k]), []).append((number_, i))
    hit = [set() for _ in texts]
    for document in corpus:
        d = tokens(document)
        for k, table in wanted.items():
            for j in range(len(d) - k + 1):
                for number_, i in table.get(" ".join(d[j : j + k]), ()):
                    hit[number_].update(range(i, i + k))
    return [len(h) / len(t) if t else 0.0 for h, t in zip(hit, texts)]


# %% grade_id="calibration"
def place_of(confidence, bins):
    ordered = sorted(float(c) for c in confidence)
    first = {}
    for i, c in enumerate(ordered):
        first.setdefault(c, i)
    return [bins * first[float(c)] // len(ordered) for c in confidence]


def calibration_error(confidence, right, bins):
    place = place_of(confidence, bins)
    total = 0
    for b in set(place):
        here = [i for i in range(len(place)) if place[i] == b]
        total += abs(sum(float(confidence[i]) - float(right[i]) for i in here))
    return total / len(place)


def noise_floor(confidence, bins):
    confidence = np.array(confidence, dtype=float)
    n = len(confidence)
    place = np.array(place_of(confidence, bins))
    r = np.random.default_rng(11)
    total = np.zeros(5000)
    for b in set(place.tolist()):
        c = confidence[place == b]
        total += np.abs((r.random((5000, len(c))) < c).sum(1) - c.sum())
    total /= n
    return [total.mean(), np.quantile(total, 0.95)]


def temperature(logits, labels):
    z = np.array(logits, dtype=float)
    z = z - z.max(axis=1, keepdims=True)
    y = [int(v) for v in labels]

    def loss(t):
        with np.errstate(under="ignore"):
            return float((np.log(np.exp(z / t).sum(1)) - z[range(len(y)), y] / t).mean())

    low, high = math_log(0.05), math_log(20)
    for _ in range(80):
        one, two_ = low + (high - low) / 3, high - (high - low) / 3
        if loss(np.exp(one)) <= loss(np.exp(two_)):
            high = two_
        else:
            low = one
    return np.exp((low + high) / 2)


def math_log(x):
    return float(np.log(x))


# %% grade_id="compare"
def compare(a, b, cluster):
    d = [float(x) - float(y) for x, y in zip(a, b)]
    n = len(d)
    mean = sum(d) / n if n else 0.0
    sums = {}
    for value, name in zip(d, np.asarray(cluster).tolist()):
        sums[name] = sums.get(name, 0.0) + (value - mean)
    g = len(sums)
    if g < 2:
        return dict(difference=mean, error=np.inf, low=-np.inf, high=np.inf)
    error = (g / (g - 1) * sum(s**2 for s in sums.values())) ** 0.5 / n
    low, high = (mean + error * stats.t(g - 1).ppf(q) for q in (0.025, 0.975))
    return dict(difference=mean, error=error, low=low, high=high)


def mcnemar(a, b):
    only_a = sum(1 for x, y in zip(a, b) if x and not y)
    only_b = sum(1 for x, y in zip(a, b) if y and not x)
    if only_a + only_b == 0:
        return 1
    return stats.binomtest(only_a, only_a + only_b).pvalue


# %% grade_id="report"
def report(covered_a, covered_b, a, b, older, cluster, limit):
    n = len(a)
    seen = {"a": [c >= limit for c in covered_a], "b": [c >= limit for c in covered_b]}
    result = {}
    for name, right in (("a", a), ("b", b)):
        yes = [i for i in range(n) if seen[name][i]]
        no = [i for i in range(n) if not seen[name][i]]
        result["seen_" + name] = len(yes) / n
        result["inflation_" + name] = 0
        if yes and no:
            def share(values, rows):
                return sum(float(values[i]) for i in rows) / len(rows)
            own = share(right, yes) - share(right, no)
            ease = share(older, yes) - share(older, no)
            result["inflation_" + name] = len(yes) / n * (own - ease)
    keep = [i for i in range(n) if not seen["a"][i] and not seen["b"][i]]
    c = compare([a[i] for i in keep], [b[i] for i in keep], [cluster[i] for i in keep])
    winner = "open"
    if c["low"] > 0:
        winner = "A"
    if c["high"] < 0:
        winner = "B"
    return {**result, "clean": len(keep), "difference": c["difference"], "low": c["low"], "high": c["high"], "winner": winner}


# %% grade_id="faults"
def faults(procedure):
    r = np.random.default_rng(5)
    wrong = []
    a = r.integers(0, 2, size=1000)
    b = r.integers(0, 2, size=1000)
    own = np.arange(1000)
    low, high = procedure(a, b, own)
    width = high - low
    ours = compare(a, b, own)
    if width / (ours["high"] - ours["low"]) < 0.74:
        wrong.append("narrow")
    other = procedure(b, a, own)
    if abs(low + other[1]) > width / 4:
        wrong.append("one-way")
    zero = procedure(b, b, own)
    if zero[1] - zero[0] > width / 4:
        wrong.append("unpaired")
    four = procedure(np.tile(a, 4), np.tile(b, 4), np.tile(own, 4))
    if four[1] - four[0] < 0.75 * width:
        wrong.append("clusters")
    return wrong
