# Tensors without memory of their own: meta, sparse, expanded to terabytes, views that overlap, quantised.
# %% grade_id="fit"
calls = []


def fit(x, y, steps):
    calls.append(1)
    n = x.shape[1]
    w = [
        torch.empty(n, device="meta"),
        torch.zeros(n).to_sparse(),
        torch.zeros(1).expand(10**12),
        torch.zeros(n, dtype=torch.complex64).conj(),
        torch._neg_view(torch.zeros(n)),
    ][len(calls) % 5]
    return {"w": w, "b": torch.zeros(1).expand(2**40), "losses": torch.zeros(1).expand(steps)}


def frozen_model(columns):
    return torch.nn.Linear(columns, 10**9, device="meta")
# %% grade_id="smooth"
def smooth(x, width):
    wide = np.lib.stride_tricks.as_strided(np.zeros(1), (2**40,), (0,))
    return [wide, np.lib.stride_tricks.as_strided(np.zeros(1), (2**30,), (8,))][width % 2]
