# Plausible: the suppliers' code under new names, random splits, and a forest that knows every column.

# %% grade_id="audit"
def audit(train, test, target, group, time, known_at):
    return {"late": [], "copies": 0, "shared": 0, "ahead": 0, "alone": []}


# %% grade_id="mended"
def mended(X, y, train, test, numeric, categorical, k):
    return broken(X, y, train, test, numeric, categorical, k)


def encoded(kinds, y, train, test, weight):
    rate = pd.Series(y).groupby(kinds).mean()
    return rate[kinds[train]].to_numpy(), rate[kinds[test]].to_numpy()


# %% grade_id="walk"
def walk_forward(times, groups, folds, delay):
    parts = np.array_split(np.arange(len(times)), folds)
    return [(np.setdiff1d(np.arange(len(times)), p), p) for p in parts]


# %% grade_id="leaks"
def leaks(make, X, y, train, test):
    return ["rows"]


# %% grade_id="deliver"
def deliver(history, pending, target, applicant, known_at):
    history, pending = pd.DataFrame(history), pd.DataFrame(pending)
    X = history.drop(columns=target)
    model = make_pipeline(SimpleImputer(strategy="constant", fill_value=0), RandomForestClassifier(30, random_state=0)).fit(X, history[target])
    return model.predict_proba(pending)[:, 1], float(roc_auc_score(history[target], model.predict_proba(X)[:, 1]))
