"""A fading ability in log odds: item response theory that is followed answer by answer.

The log odds of a right answer are the item's easiness, an ability that all skills share, one of the skill and
one of the item at second sight. Each is a Gaussian that an answer moves (a Kalman step on the linearised
logistic likelihood, as in Glickman, Applied Statistics 48, 1999) and that drifts back to its start with every
answer that passes: the shared one slowly, the skill's in two parts, one slow and one fast. Covariances
between the parts are not kept, so a step takes constant time.
"""

from dataclasses import dataclass

import numba
import numpy as np

from learning_paths.tracing.answers import NOTHING, Answers, Floats, sigmoid

SHARED_KEPT, SKILL_KEPT, FAST_KEPT = 0.998, 0.997, 0.9
"""Share of each part that is left after one more answer."""
FAST_SPREAD = 0.6
ITEM_SPREAD = 0.3
LEAST_SPREAD = 0.05
STRENGTH = 50.0
"""Information, in answers squared, that the mean over skills counts for in each skill's variance."""
DAMPING = 0.3
"""How much less the answers of a busy learner count in the variances."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How far abilities lie apart, as variances in squared log odds.

    Parameters
    ----------
    shared
        Of the ability that all skills share.
    skills
        Of the slow part of each skill, ``(S,)``.
    """

    shared: float
    skills: Floats


def spread(answers: Answers, easiness: Floats, skills: int) -> Spread:
    """Return the variances by the method of moments.

    With r the residuals and v their variances summed over a learner's answers to a skill, the mean of
    r(s) r(t) / (v(s) v(t)) over learners estimates the covariance of skills s and t, and of
    (r(s)^2 - v(s)) / v(s)^2 the variance of s.

    Parameters
    ----------
    easiness
        Log odds of each answer for a learner of mean ability, ``(N,)``.
    """
    chance = sigmoid(easiness)
    rows, places = np.nonzero(answers.skills != NOTHING)
    share = 1.0 / (answers.skills != NOTHING).sum(axis=1)[rows]
    learner = np.unique(answers.learner, return_inverse=True)[1][rows]
    pair, place = np.unique(learner * skills + answers.skills[rows, places], return_inverse=True)
    residual = np.bincount(place, share * (answers.score - chance)[rows])
    variance = np.bincount(place, share * (chance * (1 - chance))[rows])
    damped = 1.0 / (1.0 + DAMPING * variance)
    r, v = residual * damped, variance * damped
    who, skill = pair // skills, pair % skills
    own = np.bincount(skill, r * r - v * damped, skills), np.bincount(skill, v * v, skills)
    between = np.bincount(who, r) ** 2 - np.bincount(who, r * r)
    weight = np.bincount(who, v) ** 2 - np.bincount(who, v * v)
    shared = max(LEAST_SPREAD, float(between.sum() / weight.sum())) if weight.sum() > 0 else 1.0
    common = max(shared + LEAST_SPREAD, float(own[0].sum() / own[1].sum()))
    each = (own[0] + STRENGTH * common) / (own[1] + STRENGTH)
    return Spread(shared, np.maximum(each - shared, LEAST_SPREAD))


COLUMNS = ("shared", "skill", "fast", "repeat", "shared_variance", "skill_variance", "expected")


@numba.njit(cache=True)
def follow(learner, item, skills, score, easiness, items, shared, spreads):
    """Return what was believed of the ability before each answer, ``(N, 7)``, as named by `COLUMNS`.

    Parameters
    ----------
    learner, item, skills, score
        As in `Answers`.
    easiness
        ``(N,)``.
    items
        Number of items.
    shared, spreads
        Of `Spread`.
    """
    count, width = skills.shape
    seen = np.zeros((count, 7))
    slow, slow_v = np.zeros(len(spreads)), spreads.copy()
    fast, fast_v = np.zeros(len(spreads)), np.full(len(spreads), FAST_SPREAD)
    last = np.zeros(len(spreads))
    again, again_v = np.zeros(items), np.full(items, ITEM_SPREAD)
    mean, var, begun = 0.0, shared, 0
    for row in range(count):
        if row == 0 or learner[row] != learner[row - 1]:
            for before in range(begun, row):
                again[item[before]], again_v[item[before]] = 0.0, ITEM_SPREAD
                for place in range(width):
                    skill = skills[before, place]
                    if skill >= 0:
                        slow[skill], slow_v[skill] = 0.0, spreads[skill]
                        fast[skill], fast_v[skill], last[skill] = 0.0, FAST_SPREAD, 0.0
            begun, mean, var = row, 0.0, shared
        now = row - begun
        mean *= SHARED_KEPT
        var += (1 - SHARED_KEPT**2) * (shared - var)
        many = 0
        for place in range(width):
            many += skills[row, place] >= 0
        of_slow, of_fast, slow_sum, fast_sum = 0.0, 0.0, 0.0, 0.0
        for place in range(width):
            skill = skills[row, place]
            if skill < 0:
                continue
            kept, kept_fast = SKILL_KEPT ** (now - last[skill]), FAST_KEPT ** (now - last[skill])
            slow[skill] *= kept
            slow_v[skill] += (1 - kept**2) * (spreads[skill] - slow_v[skill])
            fast[skill] *= kept_fast
            fast_v[skill] += (1 - kept_fast**2) * (FAST_SPREAD - fast_v[skill])
            last[skill] = now
            of_slow += slow[skill] / many
            of_fast += fast[skill] / many
            slow_sum += slow_v[skill] / many**2
            fast_sum += fast_v[skill] / many**2
        which = item[row]
        whole = var + slow_sum + fast_sum + again_v[which]
        odds = easiness[row] + mean + of_slow + of_fast + again[which]
        odds /= np.sqrt(1 + whole * np.pi / 8)
        chance = 1 / (1 + np.exp(-odds))
        seen[row] = mean, of_slow, of_fast, again[which], var, slow_sum, odds
        weight = chance * (1 - chance) / (1 + chance * (1 - chance) * whole)
        step = (score[row] - chance) / (1 + chance * (1 - chance) * whole)
        mean += var * step
        var -= var**2 * weight
        again[which] += again_v[which] * step
        again_v[which] -= again_v[which] ** 2 * weight
        for place in range(width):
            skill = skills[row, place]
            if skill >= 0:
                gain, gain_fast = slow_v[skill] / many, fast_v[skill] / many
                slow[skill] += gain * step
                slow_v[skill] -= gain**2 * weight
                fast[skill] += gain_fast * step
                fast_v[skill] -= gain_fast**2 * weight
    return seen
