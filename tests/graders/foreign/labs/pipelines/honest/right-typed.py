# Type hints, dataclass parameters, Self, named tuples.
# Rest: right-textbook
# %%
from __future__ import annotations

from typing import Any, Iterable, NamedTuple, Self

from numpy.typing import ArrayLike, NDArray

# %% grade_id="split"
class Parts(NamedTuple):
    X_train: pd.DataFrame
    X_test: pd.DataFrame
    y_train: pd.Series
    y_test: pd.Series

def split(data: pd.DataFrame) -> Parts:
    return Parts(*train_test_split(data.drop(columns="left")[NUMBERS + CATEGORIES], data["left"], test_size=0.25, random_state=3, stratify=data["left"]))

# %% grade_id="clipper"
class Clipper(BaseEstimator, TransformerMixin):
    """Clip each column to two of its percentiles."""

    low_: NDArray[np.float64]
    high_: NDArray[np.float64]

    def __init__(self, low: float = 1, high: float = 99) -> None:
        self.low = low
        self.high = high

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        values: NDArray[np.float64] = np.asarray(X, dtype=np.float64)
        self.low_, self.high_ = np.nanquantile(values, [self.low / 100, self.high / 100], axis=0)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        return np.asarray(X, dtype=np.float64).clip(self.low_, self.high_)

# %% grade_id="cv"
def cv_scores(estimator: BaseEstimator, X: pd.DataFrame, y: pd.Series, folds: int = 5) -> tuple[float, ...]:
    def score(train: NDArray[np.intp], test: NDArray[np.intp]) -> float:
        fresh: Any = clone(estimator)
        return float(fresh.fit(X.iloc[train], y.iloc[train]).score(X.iloc[test], y.iloc[test]))

    return tuple(score(*fold) for fold in KFold(folds).split(X))

# %% grade_id="influence"
def influence(fitted: Pipeline, names: Iterable[str]) -> dict[str, float]:
    pairs: list[tuple[str, float]] = list(zip(names, fitted[-1].coef_[0].tolist(), strict=True))
    pairs.sort(key=lambda pair: abs(pair[1]), reverse=True)
    return dict(pairs)
