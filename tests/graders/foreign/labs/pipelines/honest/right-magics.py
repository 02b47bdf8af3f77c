# Magics, a module written to disk and imported, estimators shown as HTML.
# Rest: right-textbook
# %% grade_id="clipper"
# %%writefile clipping.py
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

class Clipper(BaseEstimator, TransformerMixin):
    """Clip each column to two of its percentiles."""
    def __init__(self, low=1, high=99):
        self.low, self.high = low, high
    def fit(self, X, y=None):
        self.low_, self.high_ = np.nanpercentile(np.asarray(X, float), [self.low, self.high], axis=0)
        return self
    def transform(self, X):
        return np.clip(np.asarray(X, float), self.low_, self.high_)

# %%
# %load_ext autoreload
# %autoreload 1
# %aimport clipping
from clipping import Clipper

# %%
# !ls *.py

# %% grade_id="model"
# %%time
def model(C=1.0):
    return Pipeline([("prepare", preparation()), ("classify", LogisticRegression(C=C, max_iter=1000))])

X_train, X_test, y_train, y_test = split(data)
fitted = model().fit(X_train, y_train)
fitted

# %%
# %timeit -n 1 -r 2 model().fit(X_train, y_train)
