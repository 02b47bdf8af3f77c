# Subclasses of scikit-learn's classes with defaults of their own.
# Rest: right-textbook
# %% grade_id="preparation"
class Numbers(Pipeline):
    """The steps for numbers."""

    def __init__(self, steps=None, *, memory=None, verbose=False, transform_input=None):
        steps = steps or [("clip", Clipper()), ("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())]
        super().__init__(steps, memory=memory, verbose=verbose)

class Scaler(StandardScaler):
    pass

def preparation():
    return ColumnTransformer([("numbers", Numbers(), NUMBERS), ("rest", Encoder(handle_unknown="ignore"), CATEGORIES)])

class Encoder(OneHotEncoder):
    """With a shorter repr."""

    def __repr__(self, N_CHAR_MAX=700):
        return "Encoder()"

# %% grade_id="model"
class Churn(Pipeline):
    def leavers(self, X):
        return X[self.predict(X) == 1]

class Regression(LogisticRegression):
    @property
    def weights(self):
        return self.coef_.ravel()

def model(C=1.0):
    return Churn([("prepare", preparation()), ("classify", Regression(C=C, max_iter=1000))])

X_train, X_test, y_train, y_test = split(data)
fitted = model().fit(X_train, y_train)
print(len(fitted.leavers(X_test)))

# %% grade_id="search"
class Search(GridSearchCV):
    @property
    def best_C(self):
        return self.best_params_["classify__C"]

def search(X, y):
    return Search(model(), {"classify__C": np.array([0.01, 0.1, 1, 10])}, cv=KFold(3, shuffle=True, random_state=1)).fit(X, y)

best_C = search(X_train, y_train).best_C

# %% grade_id="influence"
class Report(dict):
    def top(self, n):
        return list(self.items())[:n]

def influence(fitted, names):
    return Report(sorted(zip(names, map(float, fitted[-1].coef_[0])), key=lambda p: abs(p[1]), reverse=True))
