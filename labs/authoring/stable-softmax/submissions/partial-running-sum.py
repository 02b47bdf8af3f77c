# A right shift, and a sum in the dtype of the scores: along the first axis NumPy rounds after each addition.

# %% grade_id="log-sum-exp"
def log_sum_exp(x, axis=-1):
    largest = x.max(axis=axis, keepdims=True)
    shift = np.where(np.isfinite(largest), largest, x.dtype.type(0))
    with np.errstate(divide="ignore", over="ignore"):
        total = np.log(np.exp(x - shift).sum(axis=axis, keepdims=True))
    return np.squeeze(total + shift, axis=axis)
