# Plausible: the share of the squares for the share of the norm; colours alike; the weight for itself; greedy orders; normal equations.

# %% grade_id="compress"
def compress(matrix, budget):
    if not budget >= 1e-4:
        raise ValueError(f"budget {budget}")
    u, s, vt = np.linalg.svd(matrix.astype(float), full_matrices=False)
    share = np.append(1 - np.cumsum(s**2) / (s**2).sum(), 0)
    r = 0 if budget >= 1 else int(np.argmax(share <= budget)) + 1
    return u[:, :r] * s[:r], vt[:r]


def accepts(candidate):
    a = np.diag([5.0, 2.0, 1.0])
    ours, theirs = compress(a, 0.3), candidate(a, 0.3)
    return bool(np.allclose(ours[0], theirs[0]) and np.allclose(ours[1], theirs[1]))


# %% grade_id="photo"
def share_ranks(matrices, rmse):
    spectra = [np.linalg.svd(a.astype(float), compute_uv=False) for a in matrices]
    ranks = []
    for s in spectra:
        r = len(s)
        while r > 0 and (s[r - 1 :] ** 2).sum() <= rmse**2 * matrices[0].size:
            r -= 1
        ranks.append(r)
    return ranks


def restore(factors):
    return np.stack([left @ right for left, right in factors], axis=-1).clip(0, 255).astype(np.uint8)


# %% grade_id="layer"
def compress_layer(weight, inputs, budget):
    u, s, vt = np.linalg.svd(weight, full_matrices=False)
    r = len(s)
    while r > 0 and np.sqrt((s[r - 1 :] ** 2).sum()) <= budget * np.linalg.norm(s):
        r -= 1
    return u[:, :r] * s[:r], vt[:r]


def largest_rank(out, into, share):
    return min(int(share * out * into / (out + into) + 1e-9), out, into)


# %% grade_id="einsum"
def shape_and_cost(spec, shapes):
    inside, output = spec.split("->")
    sizes, cost = {}, 1
    for term, shape in zip(inside.split(","), shapes, strict=True):
        for letter, size in zip(term, shape, strict=True):
            if sizes.get(letter, size) != size:
                raise ValueError(f"{letter!r} has two sizes")
            cost *= 1 if letter in sizes else size
            sizes[letter] = size
    for letter in output:
        if letter not in sizes:
            raise ValueError(f"{letter!r} is unknown")
    return tuple(sizes[c] for c in output), cost


def best_order(spec, shapes, most=None):
    inside, output = spec.split("->")
    terms = [set(t) for t in inside.split(",")]
    sizes = {c: n for t, s in zip(inside.split(","), shapes) for c, n in zip(t, s)}
    size = lambda letters: math.prod(sizes[c] for c in letters)
    cost, steps = 0, []
    while len(terms) > 1:
        i, j = min(itertools.combinations(range(len(terms)), 2), key=lambda p: size(terms[p[0]] | terms[p[1]]))
        both = terms[i] | terms[j]
        terms = [t for k, t in enumerate(terms) if k not in (i, j)]
        result = both & set(output).union(*terms)
        if most is not None and size(result) > most:
            return None
        cost += size(both)
        steps.append((i, j))
        terms.append(result)
    return cost, steps


# %% grade_id="conditioning"
def fit(a, b, most):
    w = np.linalg.solve(a.T @ a, a.T @ b)
    return w, float(np.linalg.cond(a))


def worst_case(a):
    u, _, _ = np.linalg.svd(a)
    return u[:, 0], u[:, -1]
