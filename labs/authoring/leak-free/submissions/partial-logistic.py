# Plausible: tasks 1 to 3 right but for one edge each, only obvious leaks looked for, the plain model with an honest promise.

# %% grade_id="audit"
def audit(train, test, target, group, time, known_at):
    features = [c for c in train.columns if c not in (target, group, time)]
    same = [*features, target]
    seen = {tuple(row) for row in train[same].to_numpy()}
    alone = []
    for c in features:
        rows = train[train[c].notna()]
        if rows[target].nunique() == 2 and roc_auc_score(rows[target], rows[c]) >= 0.95:
            alone.append(c)
    return {
        "late": sorted(c for c in features if known_at.get(c, 0) >= 0),
        "copies": sum(tuple(row) in seen for row in test[same].to_numpy()),
        "shared": len(set(test[group]) & set(train[group])),
        "ahead": int((train[time] >= test[time].min()).sum()),
        "alone": sorted(alone),
    }


# %% grade_id="mended"
def mended(X, y, train, test, numeric, categorical, k):
    prepared = ColumnTransformer([("n", make_pipeline(SimpleImputer(strategy="mean"), StandardScaler()), numeric), ("c", OneHotEncoder(handle_unknown="ignore"), categorical)])
    model = make_pipeline(prepared, SelectKBest(f_classif, k=k), LogisticRegression(max_iter=2000))
    return model.fit(X.iloc[train], y[train]).predict_proba(X.iloc[test])[:, 1]


def encoded(kinds, y, train, test, weight):
    prior = y[train].mean()

    def rate(kind, leave=None):
        rows = [j for j in train if j != leave and kinds[j] == kind]
        return (y[rows].sum() + weight * prior) / (len(rows) + weight) if rows else prior

    return np.array([rate(kinds[i], i) for i in train]), np.array([rate(kinds[i]) for i in test])


# %% grade_id="walk"
def walk_forward(times, groups, folds, delay):
    moments = np.unique(times)
    if len(moments) < folds + 1:
        raise ValueError(f"{len(moments)} times")
    pairs = []
    for b in np.array_split(moments, folds + 1)[1:]:
        test = np.flatnonzero(np.isin(times, b))
        pairs.append((np.flatnonzero((times + delay <= b[0]) & (times < b[0]) & ~np.isin(groups, groups[test])), test))
    return pairs


# %% grade_id="leaks"
def leaks(make, X, y, train, test):
    first = make()(X, y, train, test)
    found = []
    flipped = y.copy()
    flipped[test] = 1 - y[test]
    if not np.allclose(make()(X, flipped, train, test), first):
        found.append("labels")
    used = make()
    used(X, y, test, train)
    if not np.allclose(used(X, y, train, test), first):
        found.append("memory")
    moved = X.copy()
    moved[test[1:]] += 100
    if not np.allclose(make()(moved, y, train, test)[0], first[0]):
        found.append("rows")
    return found


# %% grade_id="deliver"
def deliver(history, pending, target, applicant, known_at):
    history, pending = pd.DataFrame(history), pd.DataFrame(pending)
    use = [c for c in history.columns if c not in (target, applicant) and known_at.get(c, 0) < 0]
    model = make_pipeline(ColumnTransformer([("use", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), use)]), LogisticRegression(max_iter=3000))
    scores = cross_val_score(model, history, history[target], groups=history[applicant], cv=StratifiedGroupKFold(5), scoring="roc_auc")
    return model.fit(history, history[target]).predict_proba(pending)[:, 1], float(scores.mean())
