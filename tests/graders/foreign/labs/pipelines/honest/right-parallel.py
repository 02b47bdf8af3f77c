# n_jobs, joblib's memory on disk, threads.
# Rest: right-textbook
# %% grade_id="model"
import joblib
import tempfile

CACHE = tempfile.mkdtemp()

def model(C=1.0):
    return Pipeline(
        [("prepare", preparation()), ("classify", LogisticRegression(C=C, max_iter=1000))],
        memory=joblib.Memory(CACHE, verbose=0),
    )

X_train, X_test, y_train, y_test = split(data)
fitted = model().fit(X_train, y_train)

# %% grade_id="cv"
from concurrent.futures import ThreadPoolExecutor

def one_fold(estimator, X, y, train, test):
    return clone(estimator).fit(X.iloc[train], y.iloc[train]).score(X.iloc[test], y.iloc[test])

def cv_scores(estimator, X, y, folds=5):
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(one_fold, estimator, X, y, *fold) for fold in KFold(folds).split(X)]
        return np.array([f.result() for f in futures])

# %% grade_id="search"
def search(X, y):
    with joblib.parallel_config(backend="threading", n_jobs=2):
        return GridSearchCV(model(), {"classify__C": [0.01, 0.1, 1, 10]}, cv=3).fit(X, y)

best_C = search(X_train, y_train).best_params_["classify__C"]
