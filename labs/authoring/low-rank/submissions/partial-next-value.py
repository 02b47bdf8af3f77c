# Plausible: only the next singular value is looked at; what is left is right for ordinary input.

# %% grade_id="compress"
def compress(matrix, budget):
    if budget < 1e-4:
        raise ValueError(f"budget {budget} is too small")
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    r = int((s > budget * np.linalg.norm(s)).sum())
    return u[:, :r] * s[:r], vt[:r]


def accepts(candidate):
    a = np.random.default_rng(0).normal(size=(6, 5))
    left, right = candidate(a, 0.4)
    return bool(np.linalg.norm(a - left @ right) <= 0.4 * np.linalg.norm(a))


# %% grade_id="photo"
def share_ranks(matrices, rmse):
    s = np.stack([np.linalg.svd(a.astype(float), compute_uv=False) for a in matrices])
    order = np.sort(s.ravel())
    gone = int((np.cumsum(order**2) <= rmse**2 * s.shape[0] * matrices[0].size).sum())
    border = order[gone] if gone < len(order) else np.inf
    return [int((row >= border).sum()) for row in s]


def restore(factors):
    return np.stack([left @ right for left, right in factors]).round().clip(0, 255).astype(np.uint8)


# %% grade_id="layer"
def compress_layer(weight, inputs, budget):
    outputs = inputs @ weight.T
    _, s, vt = np.linalg.svd(outputs, full_matrices=False)
    r = int((s > budget * np.linalg.norm(s)).sum())
    return vt[:r].T, vt[:r] @ weight


def largest_rank(out, into, share):
    return min(int(share * out * into / (out + into)), min(out, into))


# %% grade_id="einsum"
def shape_and_cost(spec, shapes):
    inside, output = spec.split("->")
    sizes = {}
    for term, shape in zip(inside.split(","), shapes):
        for letter, size in zip(term, shape):
            sizes[letter] = size
    return tuple(sizes[c] for c in output), math.prod(sizes.values())


def best_order(spec, shapes, most=None):
    inside, output = spec.split("->")
    sizes = {c: n for t, s in zip(inside.split(","), shapes) for c, n in zip(t, s)}
    size = lambda letters: math.prod(sizes[c] for c in letters)

    def search(terms):
        if len(terms) < 2:
            return 0, []
        best = None
        for i, j in itertools.combinations(range(len(terms)), 2):
            rest = [t for k, t in enumerate(terms) if k not in (i, j)]
            result = (terms[i] | terms[j]) & set(output).union(*rest)
            cost, steps = search([*rest, result])
            cost += size(terms[i] | terms[j])
            if best is None or cost < best[0]:
                best = cost, [(i, j), *steps]
        return best

    return search([set(t) for t in inside.split(",")])


# %% grade_id="conditioning"
def fit(a, b, most):
    w, _, rank, s = np.linalg.lstsq(a, b, rcond=None)
    return w, float(1 / s[-1])


def worst_case(a):
    u, s, _ = np.linalg.svd(a)
    return u[:, -1], u[:, 0]
