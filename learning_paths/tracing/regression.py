"""A penalised logistic regression with effects of items and skills, and slopes of their own for both."""

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from learning_paths.tracing.answers import Answers, Floats, Ints

ROUNDS = 150


@dataclass(frozen=True, slots=True)
class Penalty:
    """Precisions of the Gaussian priors, one answer's worth of information being at most 0.25.

    Parameters
    ----------
    dense
        Of the coefficients of columns: a number, or one for each, ``(D,)``.
    item, skill
        Of the effects.
    skill_slope, item_slope
        Of the slopes.
    """

    dense: float | Floats
    item: float
    skill: float
    skill_slope: float = 1.0
    item_slope: float = 1.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Which coefficient stands where: intercept, columns, items, skills, slopes by skill, slopes by item."""

    columns: int
    items: int
    skills: int
    by_skill: int = 0
    by_item: int = 0

    def sizes(self) -> tuple[int, ...]:
        """Return the lengths of the parts."""
        return (
            1,
            self.columns,
            self.items,
            self.skills,
            self.skills * self.by_skill,
            self.items * self.by_item,
        )

    def parts(self, weights: Floats) -> list[Floats]:
        """Return the parts of a vector of coefficients."""
        return np.split(weights, np.cumsum(self.sizes())[:-1])


def fit(
    answers: Answers,
    columns: Floats,
    layout: Layout,
    penalty: Penalty,
    *,
    slopes: tuple[Ints, Ints] = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)),
    expected: Floats | None = None,
    signs: NDArray[np.int8] | None = None,
) -> Floats:
    """Return the coefficients, as laid out, that maximise the penalised likelihood (L-BFGS-B).

    Parameters
    ----------
    columns
        ``(N, D)``, of comparable scale.
    slopes
        Which columns have a slope of their own for each skill, and for each item.
    expected
        Prior means of the columns' coefficients, ``(D,)``; zero if left out.
    signs
        1 where a column's coefficient may not be negative, -1 where it may not be positive, else 0, ``(D,)``.
    """
    centre = np.zeros(sum(layout.sizes()))
    if expected is not None:
        centre[1 : 1 + layout.columns] = expected
    precision = np.repeat(
        [0.0, 1.0, penalty.item, penalty.skill, penalty.skill_slope, penalty.item_slope], layout.sizes()
    )
    precision[1 : 1 + layout.columns] = penalty.dense
    bounds = None
    if signs is not None:
        allowed = {0: (None, None), 1: (0.0, None), -1: (None, 0.0)}
        bounds = [(None, None)] * len(centre)
        bounds[1 : 1 + layout.columns] = [allowed[int(sign)] for sign in signs]
    given = (answers.item, answers.skills, answers.score, columns, *slopes, layout.items, layout.skills)

    def objective(weights: Floats) -> tuple[float, Floats]:
        loss, gradient = _loss(weights, *given)
        away = weights - centre
        pull = precision * away
        return (loss + 0.5 * (pull @ away)) / len(answers), (gradient + pull) / len(answers)

    options = {"maxiter": ROUNDS, "maxcor": 20, "ftol": 1e-8, "gtol": 1e-7}
    return minimize(objective, centre, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x


@numba.njit(cache=True, fastmath={"reassoc", "contract"})  # sums in vectors
def odds(weights, item, skills, columns, by_skill, by_item, items, count_skills):
    """Return the log odds of answers, ``(N,)``; unknown items and skills (their number or more) have none."""
    found = np.empty(len(item))
    wide = columns.shape[1]
    at_item = 1 + wide
    at_skill = at_item + items
    at_slope = at_skill + count_skills
    at_item_slope = at_slope + count_skills * len(by_skill)
    for row in range(len(item)):
        value = weights[0]
        for column in range(wide):
            value += columns[row, column] * weights[1 + column]
        which = item[row]
        if which < items:
            value += weights[at_item + which]
            for place, column in enumerate(by_item):
                value += columns[row, column] * weights[at_item_slope + which * len(by_item) + place]
        many = 0
        for skill in skills[row]:
            many += skill >= 0
        for skill in skills[row]:
            if 0 <= skill < count_skills:
                value += weights[at_skill + skill] / many
                for place, column in enumerate(by_skill):
                    slope = weights[at_slope + skill * len(by_skill) + place]
                    value += columns[row, column] * slope / many
        found[row] = value
    return found


@numba.njit(cache=True)
def _loss(weights, item, skills, score, columns, by_skill, by_item, items, count_skills):
    """Return the negative log likelihood and its gradient."""
    predicted = odds(weights, item, skills, columns, by_skill, by_item, items, count_skills)
    gradient = np.zeros_like(weights)
    loss = 0.0
    wide = columns.shape[1]
    at_item = 1 + wide
    at_skill = at_item + items
    at_slope = at_skill + count_skills
    at_item_slope = at_slope + count_skills * len(by_skill)
    for row in range(len(item)):
        value = predicted[row]
        loss += max(value, 0.0) + np.log1p(np.exp(-abs(value))) - score[row] * value
        over = 1 / (1 + np.exp(-value)) - score[row]
        gradient[0] += over
        for column in range(wide):
            gradient[1 + column] += over * columns[row, column]
        which = item[row]
        gradient[at_item + which] += over
        for place, column in enumerate(by_item):
            gradient[at_item_slope + which * len(by_item) + place] += over * columns[row, column]
        many = 0
        for skill in skills[row]:
            many += skill >= 0
        for skill in skills[row]:
            if skill >= 0:
                gradient[at_skill + skill] += over / many
                for place, column in enumerate(by_skill):
                    gradient[at_slope + skill * len(by_skill) + place] += over * columns[row, column] / many
    return loss, gradient
