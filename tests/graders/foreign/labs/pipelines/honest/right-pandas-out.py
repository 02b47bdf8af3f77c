# Tables all the way: set_output, a Clipper that keeps the DataFrame, Series out of cv.
# Rest: right-textbook
# %% grade_id="clipper"
class Clipper(BaseEstimator, TransformerMixin):
    def __init__(self, low=1, high=99):
        self.low, self.high = low, high

    def fit(self, X, y=None):
        X = pd.DataFrame(X)
        self.low_ = X.quantile(self.low / 100)
        self.high_ = X.quantile(self.high / 100)
        return self

    def transform(self, X):
        X = pd.DataFrame(X)
        return X.clip(self.low_, self.high_, axis=1)

    def get_feature_names_out(self, names=None):
        return list(self.low_.index) if names is None else names

# %% grade_id="preparation"
def preparation():
    numbers = make_pipeline(Clipper(), SimpleImputer(strategy="median"), StandardScaler())
    return ColumnTransformer(
        [("n", numbers, NUMBERS), ("c", OneHotEncoder(handle_unknown="ignore", sparse_output=False), CATEGORIES)],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")

# %% grade_id="cv"
def cv_scores(estimator, X, y, folds=5):
    result = {}
    for k, (a, b) in enumerate(KFold(folds).split(X)):
        result[k] = clone(estimator).fit(X.iloc[a], y.iloc[a]).score(X.iloc[b], y.iloc[b])
    return pd.Series(result, name="accuracy")

# %% grade_id="influence"
def influence(fitted, names):
    s = pd.Series(fitted[-1].coef_[0], index=list(names))
    return s.reindex(s.abs().sort_values(ascending=False).index).to_dict()
