# Too few iterations: scikit-learn warns of convergence on stderr, the scores are good.
# Rest: right-textbook
# %% grade_id="model"
def model(C=1.0):
    return Pipeline([("prepare", preparation()), ("classify", LogisticRegression(C=C, max_iter=8))])

X_train, X_test, y_train, y_test = split(data)
fitted = model(1.0).fit(X_train, y_train)
