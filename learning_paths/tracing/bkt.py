"""Bayesian knowledge tracing: a hidden Markov chain for each skill, fitted by expectation maximisation.

Corbett and Anderson, User Modeling and User-Adapted Interaction 4 (1995): known or not, with a first
probability, a transition by practice, a slip and a guess; nothing is forgotten. Parameters of skills with few
answers are drawn to those of all skills (a Dirichlet prior of ``STRENGTH`` pseudo-counts at their values).
"""

import numba
import numpy as np

from learning_paths.tracing.answers import Answers, Floats

COMMON = np.array([0.4, 0.15, 0.12, 0.25])
"""Where EM begins: known at first, learned by an answer, slip, guess."""
ROUNDS = 12
STRENGTH = 30.0
MOST_SLIP_OR_GUESS = 0.45
"""Above, a right answer could mean that the skill is not known (Baker, Corbett and Aleven 2008)."""


def fit(answers: Answers, skills: int) -> Floats:
    """Return the parameters of each skill, ``(skills, 4)``: first, learn, slip, guess.

    The chains of a skill are its answers by learner; an answer with several skills counts for each.
    """
    order, skill, first = _chains(answers)
    score = answers.score[order]
    every = np.zeros(len(order), dtype=np.int64)
    common = COMMON[None]
    for _ in range(ROUNDS):
        common = _step(score, every, first, common, common, 1.0)
    fitted = np.repeat(common, skills, axis=0)
    prior = fitted.copy()
    for _ in range(ROUNDS):
        fitted = _step(score, skill, first, fitted, prior, STRENGTH)
    return fitted


@numba.njit(cache=True)
def follow(learner, skills, score, parameters):
    """Return what each answer was expected to be before it was given.

    Parameters
    ----------
    learner, skills, score
        As in `Answers`.
    parameters
        ``(S, 4)``, of `fit`.

    Returns
    -------
    known, right
        ``(N,)`` each: the probability that the skills are known, and that the answer is right; means over an
        answer's skills.
    """
    count, width = skills.shape
    known = np.zeros(count)
    right = np.zeros(count)
    state = parameters[:, 0].copy()
    begun = 0
    for row in range(count):
        if row > 0 and learner[row] != learner[row - 1]:
            for before in range(begun, row):
                for place in range(width):
                    skill = skills[before, place]
                    if skill >= 0:
                        state[skill] = parameters[skill, 0]
            begun = row
        many = 0
        for place in range(width):
            skill = skills[row, place]
            if skill < 0:
                continue
            many += 1
            _, learn, slip, guess = parameters[skill]
            now = state[skill]
            known[row] += now
            right[row] += now * (1 - slip) + (1 - now) * guess
            passed = now * (1 - slip) / (now * (1 - slip) + (1 - now) * guess)
            failed = now * slip / (now * slip + (1 - now) * (1 - guess))
            now = score[row] * passed + (1 - score[row]) * failed
            state[skill] = now + (1 - now) * learn
        known[row] /= many
        right[row] /= many
    return known, right


def _chains(answers: Answers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, places = np.nonzero(answers.skills >= 0)
    skill = answers.skills[rows, places]
    learner = answers.learner[rows]
    order = np.lexsort((rows, learner, skill))
    skill, learner = skill[order], learner[order]
    first = np.r_[True, (skill[1:] != skill[:-1]) | (learner[1:] != learner[:-1])]
    return rows[order], skill, first


@numba.njit(cache=True)
def _step(score, skill, first, parameters, prior, strength):
    """Return the parameters after one round of forward-backward and maximisation."""
    count = len(score)
    sums = np.zeros((len(parameters), 4, 2))
    ahead = np.zeros((count, 2))
    seen = np.zeros((count, 2))
    for row in range(count):
        start, learn, slip, guess = parameters[skill[row]]
        y = score[row]
        seen[row, 0] = guess**y * (1 - guess) ** (1 - y)
        seen[row, 1] = (1 - slip) ** y * slip ** (1 - y)
        if first[row]:
            low, high = 1 - start, start
        else:
            low = ahead[row - 1, 0] * (1 - learn)
            high = ahead[row - 1, 1] + ahead[row - 1, 0] * learn
        low *= seen[row, 0]
        high *= seen[row, 1]
        ahead[row, 0] = low / (low + high)
        ahead[row, 1] = high / (low + high)
    behind_low, behind_high = 1.0, 1.0
    for row in range(count - 1, -1, -1):
        which = skill[row]
        learn = parameters[which, 1]
        if row == count - 1 or first[row + 1]:
            behind_low, behind_high = 1.0, 1.0
        else:
            low = behind_low * seen[row + 1, 0]
            high = behind_high * seen[row + 1, 1]
            stay, move = ahead[row, 0] * (1 - learn) * low, ahead[row, 0] * learn * high
            whole = stay + move + ahead[row, 1] * high
            sums[which, 1, 0] += move / whole
            sums[which, 1, 1] += (stay + move) / whole
            behind_low, behind_high = (1 - learn) * low + learn * high, high
            scale = behind_low + behind_high
            behind_low /= scale
            behind_high /= scale
        low, high = ahead[row, 0] * behind_low, ahead[row, 1] * behind_high
        known = high / (low + high)
        y = score[row]
        if first[row]:
            sums[which, 0, 0] += known
            sums[which, 0, 1] += 1
        sums[which, 2, 0] += known * (1 - y)
        sums[which, 2, 1] += known
        sums[which, 3, 0] += (1 - known) * y
        sums[which, 3, 1] += 1 - known
    found = (sums[:, :, 0] + strength * prior) / (sums[:, :, 1] + strength)
    for which in range(len(found)):
        for place in range(4):
            most = MOST_SLIP_OR_GUESS if place >= 2 else 0.99
            found[which, place] = min(max(found[which, place], 0.01), most)
    return found
