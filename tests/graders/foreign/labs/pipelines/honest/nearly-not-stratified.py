# Plain split, clips in place, arrays instead of a pipeline for the numbers: right in most.
# Rest: right-textbook
# %% grade_id="split"
def split(data):
    return train_test_split(data[NUMBERS + CATEGORIES], data["left"], test_size=0.25, random_state=2)

# %% grade_id="clipper"
class Clipper(BaseEstimator, TransformerMixin):
    def __init__(self, low=1, high=99):
        self.low = low
        self.high = high

    def fit(self, X, y=None):
        self.low_, self.high_ = np.nanpercentile(np.asarray(X, float), [self.low, self.high], axis=0)
        return self

    def transform(self, X):
        X = np.asarray(X, dtype=float)
        return np.clip(X, self.low_, self.high_, out=X) if X.flags.writeable else np.clip(X, self.low_, self.high_)

# %% grade_id="influence"
def influence(fitted, names):
    return sorted(zip(names, fitted[-1].coef_[0]), key=lambda p: -abs(p[1]))
