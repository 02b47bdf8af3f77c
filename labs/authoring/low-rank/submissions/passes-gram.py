# Another way: eigenvalues of small Gram matrices, a heap for the ranks, dynamic programming over sets of operands.

# %% grade_id="compress"
def eigen(gram):
    """Eigenvalues, largest first, none below 0, and their vectors."""
    values, vectors = np.linalg.eigh(gram)
    return np.maximum(values[::-1], 0), vectors[:, ::-1]


def compress(matrix, budget):
    if math.isnan(budget) or budget < 1e-4:
        raise ValueError(f"cannot promise {budget}")
    a = np.array(matrix, dtype=float)
    if a.shape[0] > a.shape[1]:
        left, right = compress(a.T, budget)
        return right.T, left.T
    values, vectors = eigen(a @ a.T)
    total = values.sum()
    rest = total - np.concatenate([[0.0], np.cumsum(values)])
    allowed = (budget * (1 + 1e-9)) ** 2 * total
    r = int(np.argmax(rest <= max(allowed, 1e-15 * total)))
    return vectors[:, :r], vectors[:, :r].T @ a


def accepts(candidate):
    generator = np.random.default_rng(11)

    def judged(a, budget):
        left, right = candidate(a, budget)
        a = a.astype(float)
        best = compress(a, budget)[0].shape[1]
        gap = np.sqrt(((a - left @ right) ** 2).sum())
        return left.shape == (len(a), best) and right.shape == (best, a.shape[1]) and gap <= budget * np.sqrt((a**2).sum()) * (1 + 1e-8)

    def refuses(budget):
        try:
            candidate(np.ones((2, 2)), budget)
        except ValueError as error:
            return str(budget) in str(error)
        return False

    trials = [(np.zeros((2, 4)), 0.2), (np.diag([3.0, 4.0, 0.0]), 0.6)]
    for shape in ((25, 20), (20, 25), (3, 60)):
        fall = generator.normal(size=shape) * 0.8 ** np.arange(shape[1])
        trials += [(fall, budget) for budget in (2e-4, 0.01, 0.1, 0.35, 0.8)]
    try:
        return all(judged(a, budget) for a, budget in trials) and all(refuses(b) for b in (0.0, -2.0, 3e-5, math.nan))
    except Exception:
        return False


# %% grade_id="photo"
import heapq


def share_ranks(matrices, rmse):
    spectra = [np.linalg.svd(np.array(a, dtype=float), compute_uv=False) ** 2 for a in matrices]
    ranks = [len(s) for s in spectra]
    room = rmse**2 * sum(np.size(a) for a in matrices) * (1 + 2e-9)
    heap = [(s[-1], k) for k, s in enumerate(spectra)]
    heapq.heapify(heap)
    while heap:
        square, k = heapq.heappop(heap)
        if square > room:
            break
        room -= square
        ranks[k] -= 1
        if ranks[k]:
            heapq.heappush(heap, (spectra[k][ranks[k] - 1], k))
    return ranks


def restore(factors):
    m, n = factors[0][0].shape[0], factors[0][1].shape[1]
    picture = np.empty((m, n, len(factors)), dtype=np.uint8)
    for k, (left, right) in enumerate(factors):
        picture[..., k] = np.floor(np.minimum(np.maximum(left @ right, 0), 255) + 0.5)
    return picture


# %% grade_id="layer"
def compress_layer(weight, inputs, budget):
    outputs = inputs @ weight.T
    values, vectors = eigen(outputs.T @ outputs)
    total = values.sum()
    rest = total - np.concatenate([[0.0], np.cumsum(values)])
    rank = int(np.argmax(rest <= max((budget * (1 + 1e-9)) ** 2, 1e-13) * total))
    return vectors[:, :rank], vectors[:, :rank].T @ weight


def largest_rank(out, into, share):
    r = 0
    while r < min(out, into) and (r + 1) * (out + into) <= share * out * into:
        r += 1
    return r


# %% grade_id="einsum"
def read(spec, shapes):
    operands, _, output = spec.partition("->")
    operands = operands.split(",")
    if len(operands) != len(shapes) or any(len(o) != len(s) for o, s in zip(operands, shapes)):
        raise ValueError("operands and shapes do not fit")
    size = {}
    for operand, shape in zip(operands, shapes):
        for letter, n in zip(operand, shape):
            if letter in size and size[letter] != n:
                raise ValueError(f"sizes of '{letter}': {size[letter]}, {n}")
            size[letter] = n
    missing = [letter for letter in output if letter not in size]
    if missing:
        raise ValueError(f"nobody has '{missing[0]}'")
    return operands, output, size


def shape_and_cost(spec, shapes):
    _, output, size = read(spec, shapes)
    cost = 1
    for n in size.values():
        cost *= n
    return tuple(size[letter] for letter in output), cost


def best_order(spec, shapes, most=None):
    operands, output, size = read(spec, shapes)
    count = len(operands)
    numbers = lambda letters: math.prod(size[c] for c in letters)

    def kept(group):
        if len(group) == 1:
            return set(operands[min(group)])
        inside = set().union(*(operands[i] for i in group))
        return inside & (set(output) | set().union(*(operands[i] for i in range(count) if i not in group)))

    plans = {frozenset([i]): (0, None) for i in range(count)}
    for width in range(2, count + 1):
        for members in itertools.combinations(range(count), width):
            group, best = frozenset(members), None
            if most is not None and numbers(kept(group)) > most:
                continue
            for k in range(1, width):
                for part in itertools.combinations(members, k):
                    one, two = frozenset(part), group - frozenset(part)
                    if one in plans and two in plans:
                        cost = plans[one][0] + plans[two][0] + numbers(kept(one) | kept(two))
                        if best is None or cost < best[0]:
                            best = cost, (one, two)
            if best:
                plans[group] = best
    whole = frozenset(range(count))
    if whole not in plans:
        return None
    waiting, steps = [frozenset([i]) for i in range(count)], []

    def walk(group):
        pair = plans[group][1]
        if pair:
            for part in pair:
                walk(part)
            i, j = sorted(waiting.index(part) for part in pair)
            steps.append((i, j))
            del waiting[j], waiting[i]
            waiting.append(group)

    walk(whole)
    return plans[whole][0], steps


# %% grade_id="conditioning"
def fit(a, b, most):
    w, _, rank, s = np.linalg.lstsq(a, b, rcond=1 / most)
    return w, 1 / float(s[rank - 1]) if rank else 0.0


def worst_case(a):
    u, _, v = np.linalg.svd(np.linalg.inv(a))  # of the inverse: its smallest direction is strong in a
    return v[-1], 0.001 * v[0]
