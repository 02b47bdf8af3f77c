# Decorators count calls and time them; results cached by functools.
# Rest: right-textbook
# %%
import functools
import time
from collections import Counter

CALLS, TIMES = Counter(), {}

def counted(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        CALLS[f.__qualname__] += 1
        start = time.perf_counter()
        try:
            return f(*args, **kwargs)
        finally:
            TIMES[f.__qualname__] = time.perf_counter() - start
    return wrapper

# %% grade_id="split"
_kept = {}

@counted
def split(data):
    if id(data) not in _kept:
        X, y = data[NUMBERS + CATEGORIES], data["left"]
        _kept[id(data)] = train_test_split(X, y, test_size=0.25, stratify=y)
    return _kept[id(data)]

# %% grade_id="clipper"
class Clipper(BaseEstimator, TransformerMixin):
    def __init__(self, low=1, high=99):
        self.low = low
        self.high = high

    @counted
    def fit(self, X, y=None):
        self.low_, self.high_ = np.nanpercentile(np.asarray(X, float), [self.low, self.high], axis=0)
        return self

    @counted
    def transform(self, X):
        return np.clip(np.asarray(X, float), self.low_, self.high_)

# %% grade_id="influence"
@counted
def influence(fitted, names):
    return dict(sorted(zip(names, fitted[-1].coef_.flat), key=lambda p: abs(p[1]), reverse=True))

# %% after="check-influence"
CALLS.most_common(), TIMES
