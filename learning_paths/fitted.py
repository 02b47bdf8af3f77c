"""The fitted model of mastery: a logistic hybrid of what knowledge tracing, counts and ability say.

The log odds of a good score at a level of a competency are a sum over `COLUMNS`, of what `mastery.State`
knows, an effect of the competency and one of the level. The signs of the coefficients are bound (`SIGNS`): so
success never lowers, failure never raises and fading never raises. A posterior takes numpy alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning_paths.errors import RefitError
from learning_paths.mastery import EVEN, GUESS, LEVELS, SLIP, Array, Mastery, State

KIND = "mastery"
FIRST_DAY, HYBRID = "first-day", "hybrid"

COLUMNS = ("believed", "wins", "fails", "all_wins", "all_fails", "ability")
"""Log odds of the first day's model; logarithms of one more than the tasks won and lost in the competency and
in all (Best-LR's counts, Gervet et al. 2020, weighted and with partial credit); the fading ability."""
SIGNS = np.array([1, 1, -1, 1, -1, 1], dtype=np.int8)
LEAST, MOST = 0.002, 0.98


@dataclass(frozen=True)
class Fitted:
    """A model that was fitted on the academy's own evidence.

    Parameters
    ----------
    intercept
        In log odds.
    weights
        Of `COLUMNS`, ``(6,)``, with their signs.
    competencies
        Effect of each competency, by id; those it does not name have none.
    levels
        Effect of each level, ``(4,)``.
    """

    intercept: float
    weights: Array
    competencies: dict[str, float]
    levels: Array

    def parameters(self) -> dict[str, Any]:
        """Return the model as JSON can carry it, in full precision."""
        return {
            "model": HYBRID,
            "columns": list(COLUMNS),
            "intercept": self.intercept,
            "weights": self.weights.tolist(),
            "competencies": self.competencies,
            "levels": self.levels.tolist(),
        }

    def mastery(self, state: State, names: tuple[str, ...], today: float) -> Mastery:
        """Return what to believe on a day.

        Parameters
        ----------
        names
            Ids of the competencies, by row.
        """
        first = state.mastery(today)
        abilities = state.ability(today), float(state.surprise.sum())
        now, fresh = (
            self._bounded(self._known(columns(state, believed, ability), names), believed, state.doubted)
            for believed, ability in zip((first.now, first.fresh), abilities, strict=True)
        )
        return Mastery(now, fresh, state.doubted)

    @staticmethod
    def _bounded(known: Array, believed: Array, doubted: NDArray[np.bool_]) -> Array:
        """Keep what was failed itself as low as the first day's model does: success elsewhere is implied."""
        return np.where(doubted, np.minimum(known, np.maximum(EVEN, believed)), known)

    def _known(self, seen: Array, names: tuple[str, ...]) -> Array:
        effects = np.array([self.competencies.get(name, 0.0) for name in names])
        odds = seen @ self.weights + self.intercept + effects[:, None] + self.levels
        score = 1.0 / (1.0 + np.exp(-odds))
        known = np.clip((score - GUESS) / (1.0 - SLIP - GUESS), LEAST, MOST)
        return np.maximum.accumulate(known[:, ::-1], axis=1)[:, ::-1].copy()


def columns(state: State, believed: Array, ability: float) -> Array:
    """Return what the model sees of every competency at every level, ``(C, 4, 6)``.

    Parameters
    ----------
    believed
        Probabilities of the first day's model, ``(C, 4)``.
    ability
        The fading sum of surprises.
    """
    seen = np.empty((*believed.shape, len(COLUMNS)))
    seen[..., 0] = np.log(believed) - np.log1p(-believed)
    seen[..., 1] = np.log1p(state.wins)[:, None]
    seen[..., 2] = np.log1p(state.fails)[:, None]
    seen[..., 3] = np.log1p(state.wins.sum())
    seen[..., 4] = np.log1p(state.fails.sum())
    seen[..., 5] = ability
    return seen


def read(parameters: dict[str, Any]) -> Fitted | None:
    """Return the model that parameters of the store describe; None for the first day's.

    Raises
    ------
    RefitError
        When they are of another version.
    """
    if parameters["model"] == FIRST_DAY:
        return None
    if parameters.get("columns") != list(COLUMNS) or len(parameters["levels"]) != LEVELS:
        raise RefitError("other-columns", columns=parameters.get("columns"))
    return Fitted(
        parameters["intercept"],
        np.array(parameters["weights"]),
        parameters["competencies"],
        np.array(parameters["levels"]),
    )


def active(store: Any) -> Callable[[], Fitted | None]:
    """Return what gives the model that is active in a store, whenever it is asked.

    Parameters
    ----------
    store
        A `learning_paths.store.Store`.
    """
    known: dict[int, Fitted | None] = {}

    def now() -> Fitted | None:
        model = store.active_model(KIND)
        if model is None:
            return None
        if model.id not in known:
            known[model.id] = read(model.parameters)
        return known[model.id]

    return now
