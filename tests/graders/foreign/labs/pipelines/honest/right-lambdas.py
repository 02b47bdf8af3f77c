# Lambdas, partials, FunctionTransformer-like shortcuts.
# Rest: right-textbook
# %% grade_id="split"
from functools import partial
from operator import itemgetter

split = lambda data: train_test_split(data[NUMBERS + CATEGORIES], data.left, test_size=0.25, random_state=1, stratify=data.left)

# %% grade_id="preparation"
from sklearn.compose import make_column_transformer

preparation = lambda: make_column_transformer(
    (make_pipeline(Clipper(), SimpleImputer(strategy="median"), StandardScaler()), NUMBERS),
    (OneHotEncoder(handle_unknown="infrequent_if_exist"), CATEGORIES),
)

# %% grade_id="model"
model = lambda C=1.0: Pipeline([("prepare", preparation()), ("classify", partial(LogisticRegression, max_iter=500)(C=C))])
fitted = (lambda a, _, b, __: model().fit(a, b))(*split(data))

# %% grade_id="cv"
cv_scores = lambda estimator, X, y, folds=5: np.fromiter(
    map(lambda f: clone(estimator).fit(X.iloc[f[0]], y.iloc[f[0]]).score(X.iloc[f[1]], y.iloc[f[1]]), KFold(folds).split(X)), float
)

# %% grade_id="search"
search = partial(lambda grid, X, y: GridSearchCV(model(), grid, cv=3).fit(X, y), {"classify__C": (0.01, 0.1, 1, 10)})
best_C = itemgetter("classify__C")(search(*itemgetter(0, 2)(split(data))).best_params_)
