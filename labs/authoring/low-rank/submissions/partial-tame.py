# Plausible: right on ordinary matrices; zeros, limits, borders and dependent directions were never tried.

# %% grade_id="compress"
def compress(matrix, budget):
    if not budget >= 1e-4:
        raise ValueError(f"budget {budget}")
    u, s, vt = np.linalg.svd(np.asarray(matrix, dtype=float), full_matrices=False)
    errors = np.sqrt(np.append(np.cumsum(s[::-1] ** 2)[::-1], 0)) / np.linalg.norm(s)
    r = int(np.argmax(errors < budget))
    return u[:, :r] * s[:r], vt[:r]


def accepts(candidate):
    for a, budget in [(np.diag([4.0, 3.0, 1.0]), 0.3), (np.diag([4.0, 3.0, 1.0]), 0.7), (np.arange(12.0).reshape(4, 3), 0.05)]:
        left, right = candidate(a, budget)
        s = np.linalg.svd(a, compute_uv=False)
        best = next(r for r in range(len(s) + 1) if np.linalg.norm(s[r:]) <= budget * np.linalg.norm(s))
        if left.shape[1] != best or np.linalg.norm(a - left @ right) > budget * np.linalg.norm(a):
            return False
    return True


# %% grade_id="layer"
def compress_layer(weight, inputs, budget):
    _, s, vt = np.linalg.svd(inputs @ weight.T, full_matrices=False)
    errors = np.sqrt(np.append(np.cumsum(s[::-1] ** 2)[::-1], 0)) / np.linalg.norm(s)
    r = int(np.argmax(errors < budget))
    return vt[:r].T, vt[:r] @ weight


def largest_rank(out, into, share):
    return int(share * out * into / (out + into))


# %% grade_id="conditioning"
def fit(a, b, most):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return vt.T @ ((u.T @ b) / s[:, None]), float(1 / s[-1])


def worst_case(a):
    u, _, _ = np.linalg.svd(a)
    return u[:, 0], u[:, -1]
