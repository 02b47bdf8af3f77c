# fit returns nothing; attributes without the underscore; a pipeline as a list of steps.
# Rest: right-textbook
# %% grade_id="clipper"
class Clipper(BaseEstimator, TransformerMixin):
    def __init__(self, low=1, high=99):
        self.low = low
        self.high = high

    def fit(self, X, y=None):
        self.lowest, self.highest = np.percentile(X, [self.low, self.high])

    def transform(self, X):
        return np.clip(X, self.lowest, self.highest)

# %% grade_id="model"
def model(C=1.0):
    return [("prepare", preparation()), ("classify", LogisticRegression(C=C))]

X_train, X_test, y_train, y_test = split(data)
fitted = LogisticRegression().fit(X_train[NUMBERS].fillna(0), y_train)

# %% grade_id="search"
def search(X, y):
    return {C: LogisticRegression(C=C).fit(X[["visits"]], y).score(X[["visits"]], y) for C in (0.01, 0.1, 1, 10)}

best_C = max(search(X_train, y_train), key=search(X_train, y_train).get)
