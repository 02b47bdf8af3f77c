# The way of scikit-learn's user guide.
# %% grade_id="split"
def split(data):
    X = data[NUMBERS + CATEGORIES]
    y = data["left"]
    return train_test_split(X, y, test_size=60, random_state=42, stratify=y)

# %% grade_id="clipper"
from sklearn.utils.validation import check_is_fitted

class Clipper(TransformerMixin, BaseEstimator):
    """Clip each column to two of its percentiles."""

    def __init__(self, low=1, high=99):
        self.low = low
        self.high = high

    def fit(self, X, y=None):
        X = np.asarray(X, dtype=float)
        self.low_ = np.nanpercentile(X, self.low, axis=0)
        self.high_ = np.nanpercentile(X, self.high, axis=0)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        check_is_fitted(self)
        return np.minimum(np.maximum(np.asarray(X, dtype=float), self.low_), self.high_)

# %% grade_id="preparation"
def preparation():
    numeric = Pipeline(steps=[("clip", Clipper()), ("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    categorical = Pipeline(steps=[("onehot", OneHotEncoder(handle_unknown="ignore", sparse_output=False))])
    return ColumnTransformer(transformers=[("num", numeric, NUMBERS), ("cat", categorical, CATEGORIES)])

# %% grade_id="model"
def model(C=1.0):
    return Pipeline(steps=[("prepare", preparation()), ("classify", LogisticRegression(C=C, max_iter=2000))])

X_train, X_test, y_train, y_test = split(data)
fitted = model()
fitted.fit(X_train, y_train)

# %% grade_id="cv"
def cv_scores(estimator, X, y, folds=5):
    scores = np.zeros(folds)
    for i, (train, test) in enumerate(KFold(n_splits=folds).split(X, y)):
        m = clone(estimator)
        m.fit(X.iloc[train], y.iloc[train])
        scores[i] = accuracy_score(y.iloc[test], m.predict(X.iloc[test]))
    return scores

# %% grade_id="search"
def search(X, y):
    grid = GridSearchCV(model(), param_grid={"classify__C": [0.01, 0.1, 1, 10]}, cv=3, scoring="accuracy")
    grid.fit(X, y)
    return grid

best_C = search(X_train, y_train).best_params_["classify__C"]

# %% grade_id="influence"
def influence(fitted, names):
    coef = fitted.named_steps[fitted.steps[-1][0]].coef_.ravel()
    order = np.argsort(-np.abs(coef))
    names = list(names)
    return {names[i]: float(coef[i]) for i in order}
