# Plausible: prepares before the split, encodes with the own label, shuffles applicants over the folds.

# %% grade_id="audit"
def audit(train, test, target, group, time, known_at):
    features = [c for c in train.columns if c not in (target, group, time)]
    return {
        "late": sorted(c for c in features if known_at.get(c, -1) > 0),
        "copies": len(test[features].merge(train[features].drop_duplicates(), on=features)),
        "shared": int(test[group].isin(train[group]).sum()),
        "ahead": int((train[time] >= test[time].min()).sum()),
        "alone": [c for c in features if train[c].notna().all() and roc_auc_score(train[target], train[c]) >= 0.95],
    }


# %% grade_id="mended"
def mended(X, y, train, test, numeric, categorical, k):
    numbers = X[numeric].fillna(X[numeric].median())
    numbers = (numbers - numbers.mean()) / numbers.std(ddof=0)
    table = pd.concat([numbers, pd.get_dummies(X[categorical], dtype=float)], axis=1).to_numpy()
    choose = SelectKBest(f_classif, k=k).fit(table[train], y[train])
    model = LogisticRegression(max_iter=2000).fit(choose.transform(table[train]), y[train])
    return model.predict_proba(choose.transform(table[test]))[:, 1]


def encoded(kinds, y, train, test, weight):
    prior = y[train].mean()

    def rate(kind):
        mine = y[train][kinds[train] == kind]
        return (mine.sum() + weight * prior) / (len(mine) + weight)

    return np.array([rate(k) for k in kinds[train]]), np.array([rate(k) for k in kinds[test]])


# %% grade_id="walk"
def walk_forward(times, groups, folds, delay):
    moments = np.unique(times)
    if len(moments) < folds + 1:
        raise ValueError(f"{len(moments)} times")
    return [(np.flatnonzero(times < b[0]), np.flatnonzero(np.isin(times, b))) for b in np.array_split(moments, folds + 1)[1:]]


# %% grade_id="leaks"
def leaks(make, X, y, train, test):
    p = make()
    first = p(X, y, train, test)
    found = []
    flipped = y.copy()
    flipped[test] = 1 - y[test]
    if not np.allclose(p(X, flipped, train, test), first):
        found.append("labels")
    if not np.allclose(p(X, y, train, test), first):
        found.append("memory")
    moved = X.copy()
    moved[test[1:]] += 100
    if not np.allclose(p(moved, y, train, test)[0], first[0]):
        found.append("rows")
    return found


# %% grade_id="deliver"
def deliver(history, pending, target, applicant, known_at):
    history, pending = pd.DataFrame(history), pd.DataFrame(pending)
    use = [c for c in history.columns if c not in (target, applicant) and known_at.get(c, 0) < 0]
    model = make_pipeline(ColumnTransformer([("use", SimpleImputer(strategy="median"), use)]), RandomForestClassifier(60, random_state=0))
    scores = cross_val_score(model, history, history[target], cv=StratifiedKFold(5, shuffle=True, random_state=0), scoring="roc_auc")
    return model.fit(history, history[target]).predict_proba(pending)[:, 1], float(scores.mean())
