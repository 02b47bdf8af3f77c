# Raises here and there: a missing name, a recursion without end, a bad parameter.
# Rest: reference
# %% grade_id="clipper"
class Clipper(BaseEstimator, TransformerMixin):
    def __init__(self, low=1, high=99):
        self.low = low
        self.high = high

    def fit(self, X, y=None):
        self.low_, self.high_ = np.nanpercentiles(X, [self.low, self.high])
        return self

    def transform(self, X):
        return self.transform(X)

# %% grade_id="preparation"
def preparation():
    return ColumnTransformer([("n", SimpleImputer(strategy="Median"), NUMBERS), ("c", OneHotEncoder(), CATEGORIES)])

# %% grade_id="cv"
def cv_scores(estimator, X, y, folds=5):
    return cv_scores(clone(estimator), X, y, folds)
