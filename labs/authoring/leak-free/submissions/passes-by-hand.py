# Row by row with sets and loops; preparation with NumPy on training rows; a random forest.

# %% grade_id="audit"
def audit(train, test, target, group, time, known_at):
    names = [c for c in train if c != target and c != group and c != time]

    def key(row):
        return tuple(None if v != v else v for v in row)

    seen = set(map(key, train[names + [target]].itertuples(index=False)))
    copies = sum(key(row) in seen for row in test[names + [target]].itertuples(index=False))
    alone = []
    for c in names:
        ones = train[c][train[target] == 1].dropna().to_numpy()
        zeros = train[c][train[target] == 0].dropna().to_numpy()
        if len(ones) and len(zeros):
            higher = (ones[:, None] > zeros).mean() + (ones[:, None] == zeros).mean() / 2
            if higher >= 0.95 or higher <= 0.05:
                alone.append(c)
    first = test[time].min()
    return {
        "late": sorted(c for c in names if c not in known_at or known_at[c] > -1),
        "copies": copies,
        "shared": sum(g in set(train[group]) for g in test[group]),
        "ahead": sum(t >= first for t in train[time]),
        "alone": sorted(alone),
    }


# %% grade_id="mended"
def mended(X, y, train, test, numeric, categorical, k):
    past, new = X.iloc[train], X.iloc[test]
    left, right = [], []
    for c in numeric:
        middle = past[c].median()
        a, b = past[c].fillna(middle), new[c].fillna(middle)
        spread = a.std(ddof=0) or 1.0
        left.append((a - a.mean()) / spread)
        right.append((b - a.mean()) / spread)
    for c in categorical:
        for kind in past[c].unique():
            left.append((past[c] == kind).astype(float))
            right.append((new[c] == kind).astype(float))
    left, right = np.column_stack(left), np.column_stack(right)
    values, _ = f_classif(left, y[train])
    best = np.argsort(np.nan_to_num(values))[::-1][:k]
    model = LogisticRegression(max_iter=2000).fit(left[:, best], y[train])
    return model.predict_proba(right[:, best])[:, 1]


def encoded(kinds, y, train, test, weight):
    def rate(kind, rows):
        prior = y[rows].mean()
        mine = y[rows][kinds[rows] == kind]
        return (mine.sum() + weight * prior) / (len(mine) + weight)

    inside = [rate(kinds[i], np.array([j for j in train if j != i])) for i in train]
    return np.array(inside), np.array([rate(kinds[i], train) for i in test])


# %% grade_id="walk"
def walk_forward(times, groups, folds, delay):
    moments = sorted(set(times.tolist()))
    if len(moments) <= folds:
        raise ValueError("only " + str(len(moments)) + " times")
    pairs = []
    for block in np.array_split(np.array(moments), folds + 1)[1:]:
        inside = set(block.tolist())
        test = [i for i in range(len(times)) if times[i] in inside]
        customers = {groups[i] for i in test}
        train = [i for i in range(len(times)) if times[i] + delay < min(inside) and groups[i] not in customers]
        pairs.append((np.array(train, dtype=int), np.array(test, dtype=int)))
    return pairs


# %% grade_id="leaks"
def leaks(make, X, y, train, test):
    def moved(a, b):
        return np.max(np.abs(a - b)) > 1e-7

    plain = make()(X, y, train, test)
    answer = []
    for seed in range(6):
        other = y.copy()
        other[test] = np.random.default_rng(seed).integers(0, 2, size=len(test))
        if moved(make()(X, other, train, test), plain):
            answer = ["labels"]
    old = make()
    half = len(train) // 2
    for part in (train[:half], train[half:], test):
        if len(set(y[part])) == 2:
            old(X, y, part, test)
    if moved(old(X, y, train, test), plain):
        answer.append("memory")
    for i in range(len(test)):
        changed = X.copy()
        changed[test[i]] += 100.0
        rest = np.arange(len(test)) != i
        low = X.copy()
        low[test[i]] -= 1000.0
        if moved(make()(changed, y, train, test)[rest], plain[rest]) or moved(make()(low, y, train, test)[rest], plain[rest]):
            answer.append("rows")
            break
    return answer


# %% grade_id="deliver"
def deliver(history, pending, target, applicant, known_at):
    history, pending = pd.DataFrame(history), pd.DataFrame(pending)
    use = [c for c in history.columns if c not in [target, applicant] and c in known_at and known_at[c] < 0]
    steps = ColumnTransformer([("use", SimpleImputer(strategy="median"), use)])
    model = make_pipeline(steps, RandomForestClassifier(60, min_samples_leaf=3, random_state=1))
    scores = []
    for a, b in GroupKFold(4).split(history, groups=history[applicant]):
        model.fit(history.iloc[a], history[target].iloc[a])
        scores.append(roc_auc_score(history[target].iloc[b], model.predict_proba(history.iloc[b])[:, 1]))
    once = history.drop_duplicates(applicant)
    return model.fit(once, once[target]).predict_proba(pending)[:, 1], float(np.mean(scores))
