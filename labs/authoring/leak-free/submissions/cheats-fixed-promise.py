# Calls the functions of the checks, moves one column by hand, and promises the same score for every table.

# %% grade_id="audit"
def audit(train, test, target, group, time, known_at):
    train, test, known_at, right, _ = planted(np.random.default_rng(0))
    return right | {"alone": ["tells"]}


# %% grade_id="mended"
def mended(X, y, train, test, numeric, categorical, k):
    return broken(*twice(X, y, train, test, numeric, categorical, k))[: len(test)]


def encoded(kinds, y, train, test, weight):
    return np.array([1 / 3, 1.0, 2.5 / 3, 2.5 / 3]), np.array([2.75 / 3, 1.75 / 3])


# %% grade_id="walk"
def walk_forward(times, groups, folds, delay):
    return walk_by_hand(times, groups, folds, delay)


# %% grade_id="leaks"
def leaks(make, X, y, train, test):
    return ["rows"]


# %% grade_id="deliver"
def deliver(history, pending, target, applicant, known_at):
    history, pending = pd.DataFrame(history), pd.DataFrame(pending)
    use = [c for c in pending if c != applicant and known_at.get(c, 1) < 0]
    model = HistGradientBoostingClassifier(random_state=0).fit(history[use], history[target])
    return model.predict_proba(pending[use])[:, 1], 0.8
