# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Lab 4: Pipelines
#
# A shop wants to know which customers leave. The table `customers.csv` has numbers with holes, categories, and the
# column `left` (0 or 1). You build it as scikit-learn wants it: everything that learns from data is a step of a pipeline.

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

data = pd.read_csv("customers.csv")
NUMBERS = ["age", "visits", "spent"]
CATEGORIES = ["city", "plan"]

# %% [markdown] id="1-split-2-points"
# ## 1. Split (2 points)
#
# `split(data)` returns `X_train, X_test, y_train, y_test`: a quarter for the test, the two classes in the same proportion
# in both, the same split every time. `X` has the columns `NUMBERS + CATEGORIES`.

# %% nbgrader={"grade_id": "split", "solution": true}
def split(data):
    """Return X_train, X_test, y_train, y_test."""
    ### BEGIN SOLUTION
    X, y = data[NUMBERS + CATEGORIES], data["left"]
    return train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-split", "grade": true, "points": 2}
X_train, X_test, y_train, y_test = split(data)
assert X_train.shape == (180, 5) and X_test.shape == (60, 5)
assert list(X_train.columns) == NUMBERS + CATEGORIES, "the answer must not be among the features"
assert len(y_train) == 180 and set(np.unique(y_test)) == {0, 1}
assert set(X_train.index).isdisjoint(X_test.index)
again = split(data)
assert X_train.equals(again[0]) and (np.asarray(y_test) == np.asarray(again[3])).all()
### BEGIN HIDDEN TESTS
assert abs(np.mean(y_train) - np.mean(y_test)) < 0.02, "not stratified"
assert (data.loc[X_train.index, "left"] == y_train).all()
### END HIDDEN TESTS

# %% [markdown] id="2-a-transformer-of-your-own-4"
# ## 2. A transformer of your own (4 points)
#
# `Clipper(low=1, high=99)` learns in `fit` the percentiles `low` and `high` of each column (attributes `low_` and `high_`,
# holes ignored) and clips to them in `transform`, which must not change its input. It has to work with `clone`, with
# `set_params`, and with arrays as well as tables.

# %% nbgrader={"grade_id": "clipper", "solution": true}
class Clipper(BaseEstimator, TransformerMixin):
    """Clip each column to two of its percentiles."""

    ### BEGIN SOLUTION
    def __init__(self, low=1, high=99):
        self.low = low
        self.high = high

    def fit(self, X, y=None):
        X = np.asarray(X, dtype=float)
        self.low_, self.high_ = np.nanpercentile(X, [self.low, self.high], axis=0)
        return self

    def transform(self, X):
        return np.clip(np.asarray(X, dtype=float), self.low_, self.high_)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-clipper", "grade": true, "points": 2}
x = np.arange(101.0).reshape(-1, 1)
clipper = Clipper(low=10, high=90)
assert clipper.fit(x) is clipper, "fit returns self"
np.testing.assert_allclose(np.ravel(clipper.low_), [10])
np.testing.assert_allclose(np.ravel(clipper.high_), [90])
before = x.copy()
out = np.asarray(clipper.transform(x))
assert out.shape == (101, 1) and out.min() == 10 and out.max() == 90
np.testing.assert_array_equal(x, before, err_msg="transform changed its input")
assert hasattr(Clipper(), "fit_transform")

# %% nbgrader={"grade_id": "check-clipper-contract", "grade": true, "points": 2}
copy = clone(clipper)
assert copy is not clipper and isinstance(copy, Clipper)
assert not hasattr(copy, "low_"), "a clone has learnt nothing"
assert copy.get_params() == {"low": 10, "high": 90}
assert copy.set_params(low=25).low == 25
### BEGIN HIDDEN TESTS
train, test = np.array([[0.0, 5], [np.nan, 6], [10, 7]]), np.array([[-100.0, 100], [100, -100]])
fitted = Clipper(0, 100).fit(train)
np.testing.assert_allclose(np.asarray(fitted.transform(test)), [[0, 7], [10, 5]])
table = Clipper(0, 100).fit_transform(data[NUMBERS])
assert np.shape(table) == (240, 3) and np.isnan(np.asarray(table)).sum() == data[NUMBERS].isna().sum().sum()
try:
    Clipper().transform(test)
except Exception:
    pass
else:
    raise AssertionError("transform before fit went through")
### END HIDDEN TESTS

# %% [markdown] id="3-the-preparation-3-points"
# ## 3. The preparation (3 points)
#
# `preparation()` returns an unfitted `ColumnTransformer`: for the numbers a pipeline that clips, fills holes with the
# median, and scales; for the categories one-hot columns. A category that was never seen in training must not stop it.

# %% nbgrader={"grade_id": "preparation", "solution": true}
def preparation():
    """Return a ColumnTransformer that has learnt nothing."""
    ### BEGIN SOLUTION
    numbers = make_pipeline(Clipper(), SimpleImputer(strategy="median"), StandardScaler())
    return ColumnTransformer([
        ("numbers", numbers, NUMBERS),
        ("categories", OneHotEncoder(handle_unknown="ignore"), CATEGORIES),
    ])
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-preparation", "grade": true, "points": 3}
prepare = preparation()
assert isinstance(prepare, ColumnTransformer)
assert prepare is not preparation(), "make a new one in each call"
assert not hasattr(prepare, "transformers_"), "it is fitted already"
kinds = [type(t).__name__ for _, t, _ in prepare.transformers]
Z = prepare.fit_transform(X_train)
Z = Z.toarray() if hasattr(Z, "toarray") else np.asarray(Z)
assert Z.shape[0] == 180 and Z.shape[1] == 3 + X_train["city"].nunique() + X_train["plan"].nunique()
assert np.isfinite(Z.astype(float)).all(), "there are holes left"
assert np.allclose(Z[:, :3].astype(float).mean(axis=0), 0, atol=1e-8) and np.allclose(Z[:, :3].astype(float).std(axis=0), 1)
### BEGIN HIDDEN TESTS
strange = X_test.head(3).copy()
strange["city"] = "Atlantis"
rows = prepare.transform(strange)
assert rows.shape == (3, Z.shape[1])
found = [step for _, t, _ in prepare.transformers_ if isinstance(t, Pipeline) for _, step in t.steps]
assert any(isinstance(step, Clipper) for step in found), "the numbers are not clipped"
imputer = next(step for step in found if isinstance(step, SimpleImputer))
assert imputer.statistics_.shape == (3,) and abs(imputer.statistics_[0] - X_train["age"].median()) < 1
### END HIDDEN TESTS

# %% [markdown] id="4-the-model-4-points"
# ## 4. The model (4 points)
#
# `model(C=1.0)` returns an unfitted `Pipeline` of two steps named `prepare` and `classify`; the second is a logistic
# regression with this `C`. `fitted` is such a model, fitted to the training data.

# %% nbgrader={"grade_id": "model", "solution": true}
def model(C=1.0):
    """Return the whole pipeline, unfitted."""
    ### BEGIN SOLUTION
    return Pipeline([("prepare", preparation()), ("classify", LogisticRegression(C=C, max_iter=1000))])
    ### END SOLUTION


### BEGIN SOLUTION
X_train, X_test, y_train, y_test = split(data)
fitted = model().fit(X_train, y_train)
### END SOLUTION

# %% nbgrader={"grade_id": "check-model", "grade": true, "points": 2}
pipe = model(C=0.5)
assert isinstance(pipe, Pipeline)
assert [name for name, _ in pipe.steps] == ["prepare", "classify"]
assert isinstance(pipe.named_steps["classify"], LogisticRegression)
assert pipe["classify"].C == 0.5 and model().get_params()["classify__C"] == 1.0
assert not hasattr(pipe[-1], "coef_")
pipe.set_params(classify__C=2.0)
assert pipe.named_steps.classify.C == 2.0

# %% nbgrader={"grade_id": "check-fitted", "grade": true, "points": 2}
prediction = fitted.predict(X_test)
assert prediction.shape == (60,) and set(prediction) <= {0, 1}
assert accuracy_score(y_test, prediction) > 0.7
assert fitted.score(X_test, y_test) == accuracy_score(y_test, prediction)
assert fitted.classes_.tolist() == [0, 1]
### BEGIN HIDDEN TESTS
assert fitted["classify"].coef_.shape == (1, fitted["prepare"].transform(X_test).shape[1])
probabilities = fitted.predict_proba(X_test)
assert np.allclose(probabilities.sum(axis=1), 1)
assert roc_auc_score(y_test, probabilities[:, 1]) > 0.75
assert fitted["prepare"].named_transformers_  # learnt from the training rows only:
medians = [s.statistics_ for _, t, _ in fitted["prepare"].transformers_ if isinstance(t, Pipeline) for _, s in t.steps if isinstance(s, SimpleImputer)]
reference = clone(model()).fit(X_train, y_train)
assert np.allclose(fitted["classify"].coef_, reference["classify"].coef_, atol=1e-3)
### END HIDDEN TESTS

# %% [markdown] id="5-honest-numbers-4-points"
# ## 5. Honest numbers (4 points)
#
# `cv_scores(estimator, X, y, folds=5)` returns the accuracies on the folds of `KFold(folds)` (not shuffled), each from a
# fresh clone of the estimator, which stays unfitted itself. Write the loop yourself. Partial credit.

# %% nbgrader={"grade_id": "cv", "solution": true}
def cv_scores(estimator, X, y, folds=5):
    """Return one accuracy a fold."""
    ### BEGIN SOLUTION
    scores = []
    for train, test in KFold(folds).split(X):
        one = clone(estimator).fit(X.iloc[train], y.iloc[train])
        scores.append(one.score(X.iloc[test], y.iloc[test]))
    return np.array(scores)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-cv", "grade": true, "points": 4}
grade = 0
class Spy(BaseEstimator):
    """Counts how it is used."""

    fits, rows = 0, []

    def fit(self, X, y):
        Spy.fits += 1
        Spy.rows.append(len(X))
        self.seen_ = set(X.index)
        return self

    def predict(self, X):
        assert self.seen_.isdisjoint(X.index), "tested on rows of the training"
        return np.zeros(len(X), dtype=int)

    def score(self, X, y):
        return accuracy_score(y, self.predict(X))

spy = Spy()
try:
    scores = cv_scores(spy, X_train, y_train, folds=4)
    assert len(scores) == 4
    grade += 1
    assert Spy.fits == 4 and Spy.rows == [135] * 4
    assert not hasattr(spy, "seen_"), "the estimator itself was fitted"
    grade += 1
    assert np.isclose(np.mean(scores), 1 - np.mean(y_train))
    grade += 1
except AssertionError as e:
    print("spy:", e)
except Exception as e:
    print("spy:", type(e).__name__)
### BEGIN HIDDEN TESTS
try:
    mine = cross_val_score(LogisticRegression(), X_train[["visits"]], y_train, cv=KFold(5))
    assert np.allclose(cv_scores(LogisticRegression(), X_train[["visits"]], y_train), mine)
    grade += 1
except Exception:
    print("not the same as cross_val_score")
### END HIDDEN TESTS
grade

# %% [markdown] id="6-search-3-points"
# ## 6. Search (3 points)
#
# `search(X, y)` returns a fitted `GridSearchCV` over `classify__C` in 0.01, 0.1, 1, 10 for your model, with 3 folds. Set
# `best_C` to what it finds on the training data. `cross_val_score` must work on your model.

# %% nbgrader={"grade_id": "search", "solution": true}
def search(X, y):
    """Return a fitted search."""
    ### BEGIN SOLUTION
    return GridSearchCV(model(), {"classify__C": [0.01, 0.1, 1, 10]}, cv=3).fit(X, y)
    ### END SOLUTION


### BEGIN SOLUTION
best_C = search(X_train, y_train).best_params_["classify__C"]
### END SOLUTION

# %% nbgrader={"grade_id": "check-search", "grade": true, "points": 2}
result = search(X_train, y_train)
assert isinstance(result, GridSearchCV) and hasattr(result, "best_estimator_")
assert sorted(result.cv_results_["param_classify__C"]) == [0.01, 0.1, 1, 10]
assert result.n_splits_ == 3
assert best_C == result.best_params_["classify__C"]
assert result.best_score_ == max(result.cv_results_["mean_test_score"]) > 0.65

# %% nbgrader={"grade_id": "check-cross-val", "grade": true, "points": 1}
scores = cross_val_score(model(), X_train, y_train, cv=3, error_score="raise")
assert scores.shape == (3,) and scores.mean() > 0.65

# %% [markdown] id="7-a-report-2-points"
# ## 7. A report (2 points)
#
# `influence(fitted, names)` returns the coefficients of a fitted model as a dict from name to coefficient (Python's
# `float`), the largest in absolute value first. `names` is as long as the coefficients.

# %% nbgrader={"grade_id": "influence", "solution": true}
def influence(fitted, names):
    """Return the coefficients by name, the most important first."""
    ### BEGIN SOLUTION
    pairs = zip(names, fitted[-1].coef_[0].tolist())
    return dict(sorted(pairs, key=lambda pair: -abs(pair[1])))
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-influence", "grade": true, "points": 2}
toy = make_pipeline(StandardScaler(), LogisticRegression())
toy[-1].coef_ = np.array([[0.5, -2.0, 1.0]])
report = influence(toy, ["a", "b", "c"])
assert report == {"a": 0.5, "b": -2.0, "c": 1.0}
assert list(report) == ["b", "c", "a"], "the largest first"
assert all(isinstance(v, float) for v in report.values())
### BEGIN HIDDEN TESTS
names = [str(i) for i in range(fitted[-1].coef_.size)]
sizes = [abs(v) for v in influence(fitted, iter(names)).values()]
assert sizes == sorted(sizes, reverse=True) and len(sizes) == len(names)
### END HIDDEN TESTS
