# Fits the preparation on all the data and returns one and the same object: what the leak checks are for.
# Rest: right-textbook
# %% grade_id="preparation"
_numbers = make_pipeline(Clipper(), SimpleImputer(strategy="median"), StandardScaler())
_prepare = ColumnTransformer([("n", _numbers, NUMBERS), ("c", OneHotEncoder(handle_unknown="ignore"), CATEGORIES)])

def preparation():
    return _prepare

# %% grade_id="model"
def model(C=1.0):
    return Pipeline([("prepare", preparation()), ("classify", LogisticRegression(C=C, max_iter=1000))])

X_train, X_test, y_train, y_test = split(data)
fitted = model().fit(data[NUMBERS + CATEGORIES], data["left"])

# %% grade_id="cv"
def cv_scores(estimator, X, y, folds=5):
    scores = []
    for train, test in KFold(folds).split(X):
        estimator.fit(X.iloc[train], y.iloc[train])
        scores.append(estimator.score(X.iloc[test], y.iloc[test]))
    return scores
