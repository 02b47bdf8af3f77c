"""The logistic hybrid: counts, fading ability and knowledge tracing in one model, in constant time an answer.

A logistic model on what `history`, `ability` and `bkt` see before an answer: Best-LR's counts (Gervet et al.,
Journal of Educational Data Mining 12, 2020) with ability and recency. Their columns bend at quantiles (linear
splines) and meet in products; each skill has slopes of its own. Coefficients are drawn to the mean, in log
odds, of the fading ability and knowledge tracing: with few learners the model is that mean.
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
    "many": (10.0, 10.0, 100.0, 30.0, 10.0, 40.0, 50.0),
    "some": (200.0, 2e3, 2e4, 150.0, 50.0, 200.0, 250.0),
    "few": (1e3, 1e5, 1e5, 1e4, 100.0, 1e4, 1e4),
}
"""Precisions for much, some and little data: of columns, their bends, their products, the effects of
items and skills, the slopes of skills and items. Cross-validation over learners chooses."""
ENOUGH = 50_000
"""With so many answers the first of the parts decides; with fewer all of them do."""
PARTS = 4
"""Easiness is fitted without the learner whose answers it is used for: on the other parts of so many."""
KNOTS = 5
FARTHEST = 6.0
"""Columns are kept within so many standard deviations."""
LEAST_DEVIATION = 0.05

COLUMNS = (*history.COLUMNS, *ability.COLUMNS, "traced", "easiness", "item_answers", "skill_rate")
MEETING = (
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
    "skill_rate",
    "expected",
    "skill_variance",
    "streak",
    "traced",
)
"""Columns that meet in products, each with each and itself."""
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
BY_ITEM = ("expected",)
FIRST = {"expected": 0.6, "traced": 0.3, "item_last": 0.3, "skill_last": 0.1, "skill_new": -0.3}
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
        return np.hstack([scaled, bent, scaled[:, left] * scaled[:, right]])


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
        return _predict(self.weights, answers, self.scale.wide(columns), self.followed)


def fit(answers: Answers, strength: str | None = None, seed: int = 0) -> Hybrid:
    """Return the model of some learners' answers.

    Parameters
    ----------
    strength
        Of `STRENGTHS`; left out, cross-validated log loss over learners chooses.

    Raises
    ------
    ValueError
        With fewer than two learners, or when all answers are alike.
    """
    if starts(answers.learner).sum() < 2 or answers.score.min() == answers.score.max():
        raise ValueError("a model needs answers of at least two learners, right ones and wrong ones")
    items, skills = int(answers.item.max()) + 1, int(answers.skills.max()) + 1
    part = folds(answers.learner, min(PARTS, int(starts(answers.learner).sum())), seed)
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
    wide = scale.wide(columns)
    if strength is None:
        tried = np.unique(part)[:1] if len(answers) >= ENOUGH else np.unique(part)
        losses = {
            name: sum(
                _loss(
                    _fit_last(answers, wide, scale, followed, name, part != one),
                    answers,
                    wide,
                    followed,
                    part == one,
                )
                for one in tried
            )
            for name in STRENGTHS
        }
        strength = min(losses, key=losses.__getitem__)
    weights = _fit_last(answers, wide, scale, followed, strength, np.ones(len(answers), dtype=bool))
    return Hybrid(followed, scale, weights, strength)


def _fit_last(
    answers: Answers, wide: Floats, scale: Scale, followed: Followed, strength: str, kept: NDArray[np.bool_]
) -> Floats:
    """Return the regression's coefficients for the answers that are kept."""
    straight, bent, meeting, *others = STRENGTHS[strength]
    sizes = scale.sizes()
    dense = np.repeat([straight, bent, meeting], sizes)
    expected = np.zeros(sum(sizes))
    for name, value in FIRST.items():
        place = COLUMNS.index(name)
        expected[place] = value * scale.deviation[place]
    layout = Layout(sum(sizes), followed.items, followed.skills, len(BY_SKILL), len(BY_ITEM))
    return regression.fit(
        answers.where(kept), wide[kept], layout, Penalty(dense, *others), slopes=SLOPES, expected=expected
    )


def _predict(weights: Floats, answers: Answers, wide: Floats, followed: Followed) -> Floats:
    return sigmoid(
        regression.odds(weights, answers.item, answers.skills, wide, *SLOPES, followed.items, followed.skills)
    )


def _loss(
    weights: Floats, answers: Answers, wide: Floats, followed: Followed, held: NDArray[np.bool_]
) -> float:
    """Return the sum of log losses of the answers that are held out."""
    of = answers.where(held)
    return log_loss(of.score, _predict(weights, of, wide[held], followed)) * len(of)


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
    for _ in range(20):  # Newton's steps to the mean score
        chance = sigmoid(value + shift)
        shift += (answers.score - chance).sum() / (chance * (1 - chance)).sum()
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
