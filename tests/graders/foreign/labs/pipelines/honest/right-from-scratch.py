# Does not inherit from BaseEstimator: writes get_params, set_params, fit_transform by hand, with __slots__-like care.
# Rest: right-textbook
# %% grade_id="clipper"
class Clipper:
    """All that scikit-learn asks for, by hand."""

    def __init__(self, low=1, high=99):
        self.low = low
        self.high = high

    def get_params(self, deep=True):
        return {"low": self.low, "high": self.high}

    def set_params(self, **given):
        for key, value in given.items():
            if key not in self.get_params():
                raise ValueError(f"no parameter {key}")
            setattr(self, key, value)
        return self

    def fit(self, X, y=None):
        self.low_, self.high_ = [], []
        for column in zip(*np.asarray(X, dtype=float).tolist()):
            known = sorted(v for v in column if v == v)
            self.low_.append(self._percentile(known, self.low))
            self.high_.append(self._percentile(known, self.high))
        return self

    @staticmethod
    def _percentile(known, q):
        position = (len(known) - 1) * q / 100
        below = int(position)
        above = min(below + 1, len(known) - 1)
        return known[below] + (known[above] - known[below]) * (position - below)

    def transform(self, X):
        rows = np.asarray(X, dtype=float).tolist()
        return np.array([[min(max(v, a), b) if v == v else v for v, a, b in zip(row, self.low_, self.high_)] for row in rows])

    def fit_transform(self, X, y=None):
        return self.fit(X, y).transform(X)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "low_")

    def __sklearn_tags__(self):
        return BaseEstimator().__sklearn_tags__()

    def __repr__(self):
        return f"Clipper({self.low}, {self.high})"
