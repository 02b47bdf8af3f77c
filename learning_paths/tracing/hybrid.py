"""The logistic hybrid: counts, fading ability and knowledge tracing in one model, in constant time an answer.

A logistic model on what `history`, `ability` and `bkt` see before an answer: Best-LR's counts (Gervet et al.,
Journal of Educational Data Mining 12, 2020) with ability and recency. Their columns bend at quantiles (linear
splines) and meet in products; each skill has slopes of its own. Coefficients are drawn to `FIRST`,
in log odds mostly the mean of fading ability and knowledge tracing: with few learners the model is that mean.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from learning_paths.tracing import ability, bkt, history, regression
from learning_paths.tracing.answers import Answers, Floats, Ints, folds, logit, rates, sigmoid, starts
from learning_paths.tracing.metrics import log_loss
from learning_paths.tracing.regression import Layout, Penalty

EASINESS = Penalty(dense=0.01, item=2.0, skill=0.5)
STRENGTHS = {
    "few": (2e3, 1e5, 1e5, 300.0, 30.0, 1e3, 1e4),
    "some": (200.0, 2e3, 2e4, 150.0, 50.0, 200.0, 250.0),
    "many": (10.0, 10.0, 100.0, 30.0, 10.0, 40.0, 50.0),
}
"""Precisions for few, some and many learners: of columns, their bends, their products, the effects of items
and skills, the slopes of skills and items."""
ENOUGH = 50_000
"""With so many answers the first of the parts decides on the strength; with fewer all of them do."""
PARTS = 4
"""Easiness is fitted without the learner whose answers it is used for: on the other parts of so many."""
KNOTS = 5
FARTHEST = 6.0
"""Columns are kept within so many standard deviations."""
LEAST_DEVIATION = 0.05

COLUMNS = (*history.COLUMNS, *ability.COLUMNS, "traced", "easiness", "item_answers", "skill_rate")
BY_SKILL = (
    "wins",
    "fails",
    "skill_wins",
    "skill_fails",
    "shared",
    "skill",
    "fast",
    "easiness",
    "skill_recent_0.75",
    "recent_0.9",
    "gap",
    "run",
    "item_answers",
)
MEETING = (*BY_SKILL, "skill_rate", "expected", "skill_variance", "streak", "traced")
"""Columns that meet in products, each with each and itself."""
BY_ITEM = ("expected",)
FIRST = {
    "expected": 0.5,
    "traced": 0.35,
    "shared": 0.2,
    "recent_0.9": 0.15,
    "recent_0.7": 0.05,
    "skill_last": 0.15,
    "skill_new": -0.5,
    "item_last": 0.4,
    "wins": 0.1,
    "fails": -0.1,
}
"""Coefficients that the model is drawn to; all others to 0."""


def places(names: tuple[str, ...]) -> Ints:
    """Return where columns stand among `COLUMNS`."""
    return np.array([COLUMNS.index(name) for name in names])


SLOPES = places(BY_SKILL), places(BY_ITEM)


@dataclass(frozen=True)
class Followed:
    """What does not depend on the last regression: the parts that see a learner's answers one by one.

    Parameters
    ----------
    items, skills
        How many are known; further ones are new.
    easiness
        Effects of items and skills in log odds, with the intercept, ``(1 + items + skills,)``.
    spread
        Of abilities.
    traced
        Parameters of knowledge tracing, ``(skills, 4)``.
    answers
        Training answers by item, ``(items,)``.
    rates
        Shrunken mean score by skill in log odds, ``(skills,)``.
    """

    items: int
    skills: int
    easiness: Floats
    spread: ability.Spread
    traced: Floats
    answers: Floats
    rates: Floats

    def easy(self, answers: Answers) -> Floats:
        """Return the log odds of answers for a learner of mean ability, ``(N,)``."""
        return _easy(self.easiness, answers, self.items, self.skills)

    def columns(self, answers: Answers, easiness: Floats) -> Floats:
        """Return what is seen before each answer, ``(N, D)``, as named by `COLUMNS`."""
        items = int(max(self.items, answers.item.max(initial=-1) + 1))
        new = max(0, int(answers.skills.max(initial=-1)) + 1 - self.skills)
        spreads = np.append(self.spread.skills, np.full(new, self.spread.skills.mean()))
        traced = np.vstack([self.traced, np.repeat(self.traced.mean(axis=0)[None], new, axis=0)])
        who, item, skills, score = answers.learner, answers.item, answers.skills, answers.score
        seen = history.follow(who, item, skills, score, easiness, items, self.skills + new)
        able = ability.follow(who, item, skills, score, easiness, items, self.spread.shared, spreads)
        _, right = bkt.follow(who, skills, score, traced)
        known = np.append(self.answers, np.zeros(items - self.items))
        rate = np.append(self.rates, np.full(new, self.rates.mean()))
        return np.column_stack(
            [seen, able, logit(right), easiness, np.log1p(known[item]), rate[skills[:, 0]]]
        )


@dataclass(frozen=True)
class Scale:
    """How columns become comparable, bend and meet.

    Parameters
    ----------
    mean, deviation
        Of the columns in training, ``(D,)`` each.
    knots
        Where columns bend, ``(B, 2)``: column and place.
    """

    mean: Floats
    deviation: Floats
    knots: Floats

    def sizes(self) -> tuple[int, int, int]:
        """Return the numbers of straight columns, of bends and of products."""
        return len(self.mean), len(self.knots), len(MEETING) * (len(MEETING) + 1) // 2

    def wide(self, columns: Floats) -> Floats:
        """Return standard columns, what they have above their knots, and their products."""
        scaled = np.clip((columns - self.mean) / self.deviation, -FARTHEST, FARTHEST)
        bent = np.maximum(scaled[:, self.knots[:, 0].astype(np.int64)] - self.knots[:, 1], 0.0)
        left, right = np.array(list(combinations_with_replacement(places(MEETING), 2))).T
        parts = (scaled, bent, scaled[:, left] * scaled[:, right])
        return np.hstack([part.astype(np.float32) for part in parts])


@dataclass(frozen=True)
class Hybrid:
    """A fitted model.

    Parameters
    ----------
    followed
        The parts that see answers one by one.
    scale
        Of what they see.
    weights
        Of the regression.
    strength
        Which of `STRENGTHS` was chosen.
    """

    followed: Followed
    scale: Scale
    weights: Floats
    strength: str

    def predict(self, answers: Answers) -> Floats:
        """Return the probability that each answer is right, from those before it, ``(N,)``."""
        columns = self.followed.columns(answers, self.followed.easy(answers))
        known = self.followed.items, self.followed.skills
        return sigmoid(
            regression.odds(
                self.weights, answers.item, answers.skills, self.scale.wide(columns), *SLOPES, *known
            )
        )


def fit(answers: Answers, strength: str | None = None) -> Hybrid:
    """Return the model of some learners' answers.

    Parameters
    ----------
    strength
        Of `STRENGTHS`; left out, log loss on learners that are held out chooses.

    Raises
    ------
    ValueError
        With fewer than two learners, or when all answers are alike.
    """
    if starts(answers.learner).sum() < 2 or answers.score.min() == answers.score.max():
        raise ValueError("a model needs answers of at least two learners, right ones and wrong ones")
    return _fit_last(_prepare(answers), strength or _choose(answers))


def _choose(answers: Answers) -> str:
    """Return the strength from which on a weaker pull foresees held-out learners no better.

    The held-out learners are in none of what is fitted, the columns' parts included: their answers would make
    a weak pull look better than it is.
    """
    part = folds(answers.learner, min(PARTS, int(starts(answers.learner).sum())))
    tried = [0] if len(answers) >= ENOUGH else np.unique(part)
    pairs = [(answers.where(part != one), answers.where(part == one)) for one in tried]
    prepared = [(_prepare(training), held) for training, held in pairs if starts(training.learner).sum() > 1]
    best, lowest = "few", np.inf
    for name in STRENGTHS:
        loss = 0.0
        for training, held in prepared:
            loss += log_loss(held.score, _fit_last(training, name).predict(held)) * len(held)
        if loss >= lowest:
            break
        best, lowest = name, loss
    return best


@dataclass(frozen=True)
class _Prepared:
    """All that the last regression is fitted on."""

    answers: Answers
    followed: Followed
    scale: Scale
    wide: NDArray[np.float32]


def _prepare(answers: Answers) -> _Prepared:
    items, skills = int(answers.item.max()) + 1, int(answers.skills.max()) + 1
    part = folds(answers.learner, min(PARTS, int(starts(answers.learner).sum())), seed=1)
    easy = np.zeros(len(answers))
    for one in np.unique(part):
        others = _fit_easiness(answers.where(part != one), items, skills)
        easy[part == one] = _easy(others, answers.where(part == one), items, skills)
    main = answers.skills[:, 0]
    sums, counts = np.bincount(main, answers.score, skills), np.bincount(main, minlength=skills)
    followed = Followed(
        items=items,
        skills=skills,
        easiness=_fit_easiness(answers, items, skills),
        spread=ability.spread(answers, easy, skills),
        traced=bkt.fit(answers, skills),
        answers=np.bincount(answers.item, minlength=items).astype(float),
        rates=logit(rates(sums, counts, 5.0, answers.score.mean())),
    )
    columns = followed.columns(answers, easy)
    mean, deviation = columns.mean(axis=0), np.maximum(columns.std(axis=0), LEAST_DEVIATION)
    scale = Scale(mean, deviation, _knots((columns - mean) / deviation))
    return _Prepared(answers, followed, scale, scale.wide(columns))


def _fit_last(prepared: _Prepared, strength: str) -> Hybrid:
    followed, scale = prepared.followed, prepared.scale
    straight, bent, meeting, *others = STRENGTHS[strength]
    sizes = scale.sizes()
    expected = np.zeros(sum(sizes))
    for name, value in FIRST.items():
        place = COLUMNS.index(name)
        expected[place] = value * scale.deviation[place]
    weights = regression.fit(
        prepared.answers,
        prepared.wide,
        Layout(sum(sizes), followed.items, followed.skills, len(BY_SKILL), len(BY_ITEM)),
        Penalty(np.repeat([straight, bent, meeting], sizes), *others),
        slopes=SLOPES,
        expected=expected,
    )
    return Hybrid(followed, scale, weights, strength)


def _fit_easiness(answers: Answers, items: int, skills: int) -> Floats:
    """Return intercept, effects of items and of skills for a learner of mean ability.

    Best-LR's counts are in the regression, so that practice and ability do not pass for easy items; the
    intercept is then set anew for a learner without them.
    """
    flat = np.zeros(len(answers))
    counts = history.follow(
        answers.learner, answers.item, answers.skills, answers.score, flat, items, skills
    )[:, : len(history.COUNTS)]
    layout = Layout(counts.shape[1], items, skills)
    intercept, _, of_items, of_skills, *_ = layout.parts(regression.fit(answers, counts, layout, EASINESS))
    effects = np.concatenate([intercept * 0, of_items, of_skills])
    value = _easy(effects, answers, items, skills)
    shift = 0.0
    aim = rates(answers.score.sum(), len(answers), 1.0, 0.5) * len(answers)
    for _ in range(20):  # Newton's steps to the mean score, which is kept from 0 and 1
        chance = sigmoid(value + shift)
        shift += (aim - chance.sum()) / (chance * (1 - chance)).sum()
    effects[0] = shift
    return effects


def _easy(effects: Floats, answers: Answers, items: int, skills: int) -> Floats:
    nothing = np.zeros((len(answers), 0))
    none = np.zeros(0, dtype=np.int64)
    return regression.odds(effects, answers.item, answers.skills, nothing, none, none, items, skills)


def _knots(columns: Floats) -> Floats:
    found = []
    for place in range(columns.shape[1]):
        inner = np.quantile(columns[:, place], np.linspace(0, 1, KNOTS + 1)[1:-1])
        found += [(place, knot) for knot in np.unique(inner)]
    return np.array(found)
