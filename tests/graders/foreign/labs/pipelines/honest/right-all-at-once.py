# All in the first answer cell; the others only use it.
# %% grade_id="split"
class Clipper(BaseEstimator, TransformerMixin):
    def __init__(self, low=1, high=99): self.low = low; self.high = high
    def fit(self, X, y=None):
        self.low_, self.high_ = np.nanpercentile(np.asarray(X, float), [self.low, self.high], axis=0); return self
    def transform(self, X): return np.clip(np.asarray(X, float), self.low_, self.high_)
def split(d): return train_test_split(d[NUMBERS+CATEGORIES], d['left'], test_size=.25, random_state=0, stratify=d['left'])
def preparation():
    return ColumnTransformer([('n', Pipeline([('c', Clipper()), ('i', SimpleImputer(strategy='median')), ('s', StandardScaler())]), NUMBERS), ('o', OneHotEncoder(handle_unknown='ignore'), CATEGORIES)])
def model(C=1.0): return Pipeline([('prepare', preparation()), ('classify', LogisticRegression(C=C, max_iter=10000, solver='newton-cg'))])
def cv_scores(e, X, y, folds=5): return [clone(e).fit(X.iloc[a], y.iloc[a]).score(X.iloc[b], y.iloc[b]) for a, b in KFold(folds).split(X)]
def search(X, y): return GridSearchCV(model(), dict(classify__C=[.01, .1, 1, 10]), cv=3).fit(X, y)
def influence(f, names): return {n: c for n, c in sorted(zip(names, f.steps[-1][1].coef_[0].tolist()), key=lambda p: abs(p[1]))[::-1]}
X_train, X_test, y_train, y_test = split(data)
best_C = search(X_train, y_train).best_params_['classify__C']

# %% grade_id="clipper"

# %% grade_id="preparation"
preparation()

# %% grade_id="model"
fitted = model().fit(X_train, y_train)  # once more: a check above uses the same name
fitted.score(X_test, y_test)

# %% grade_id="cv"
cv_scores(model(), X_train, y_train)

# %% grade_id="search"
best_C

# %% grade_id="influence"
# done
