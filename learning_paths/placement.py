"""The placement test's engine: what to believe after each answer, what to ask next, when to stop.

The belief is a mixture over imagined learners (`population`), each followed only nearly: in every competency
the real learner stands where the imagined one does, or, with probability ``STRAY``, anywhere. Answers weigh
the imagined learners by Bayes and move the competency that they are about; through the mixture they move
everything that goes together with it. The formulas stand in ``learning_paths/README.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from learning_paths.mastery import LEVELS, Array

STRAY = 0.1
"""Probability that in a competency somebody stands elsewhere than the imagined learner."""
IN_FULL = 12
"""So many answers count in full among imagined learners, and more only as much as these: no real learner is
one of them, so certainty about who fits best must not grow with every answer (a tempered posterior)."""
PRIOR_COUNT = 8
"""As many competencies of one background are taken as independent; the prior's weight is shared among all."""
SAMPLE = 1000
"""How many of the imagined learners are looked at, drawn by their weights."""
UNSURE_KNOWS, UNSURE_LACKS = 0.02, 0.5
"""Chances of "I don't know" from somebody who has reached the level, and from somebody who has not."""
LEAST_QUESTIONS, ENOUGH_QUESTIONS, MOST_QUESTIONS = 6, 16, 30
NO_DOUBT = 0.2
"""From the least on the test stops where no more than so many nodes are expected to be misjudged: who knows
nothing is not asked on …"""
DOUBT_LEFT = 1.0
"""… and when it has asked enough, where no more than so many are …"""
STOP_AT = 0.93
"""… or, with a goal, at this expected balanced accuracy; ``benchmarks/placement.py --calibrate`` shows
what others give. Without a goal no expectation holds for learners without tracks, so it stops nothing."""
NEARLY_BEST = 0.95
"""Of the questions that tell this share of what the best one tells, the least used is asked."""

Answered = Literal["right", "wrong", "unsure"]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Questions:
    """Items as arrays of one length.

    Parameters
    ----------
    competency, level
        What each asks for: row and column.
    slip, guess
        Chance that somebody at the level gets it wrong, and that somebody below gets it right.
    asked
        How often it was asked so far, of anybody.
    """

    competency: Integers
    level: Integers
    slip: Array
    guess: Array
    asked: Integers

    @property
    def node(self) -> Integers:
        """What each asks for as a node, ``4 · competency + level``."""
        return self.competency * LEVELS + self.level


@dataclass(frozen=True, eq=False)
class Belief:
    """What is believed of a learner; `start` makes one and `update` the next.

    Parameters
    ----------
    people
        Imagined learners, levels reached, ``(M, C)``.
    elsewhere
        Where somebody stands who strays: chances of 0 to 4 levels, ``(C, 5)``.
    log_prior, log_likelihood
        Of each imagined learner, ``(M,)``.
    wanted
        Nodes that the test is to find out, ``(V,)``: those that a goal needs, or all.
    answers
        How many there were.
    heard
        For each competency that was asked about, the likelihood of all answers by levels reached, ``(5,)``.
    """

    people: NDArray[np.int8]
    elsewhere: Array
    log_prior: Array
    log_likelihood: Array
    wanted: NDArray[np.bool_]
    answers: int = 0
    heard: Mapping[int, Array] = field(default_factory=dict)

    @property
    def log_weight(self) -> Array:
        """Of each imagined learner, up to a constant, ``(M,)``."""
        return self.log_prior + min(1.0, IN_FULL / max(1, self.answers)) * self.log_likelihood

    @cached_property
    def sample(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Imagined learners: their weights, and what they are believed to know, ``(n, V)``."""
        log_weight = self.log_weight
        weight = np.exp(log_weight - log_weight.max()).cumsum()
        # systematic resampling (Kitagawa 1996): unbiased, and the same every time
        at = np.searchsorted(weight, (np.arange(SAMPLE) + 0.5) / SAMPLE * weight[-1])
        drawn, count = np.unique(at, return_counts=True)
        people = self.people[drawn]
        above = self.elsewhere[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
        known = (1.0 - STRAY) * (people[:, :, None] > np.arange(LEVELS)) + STRAY * above
        for competency, likely in self.heard.items():
            known[:, competency] = _moved(people[:, competency], self.elsewhere[competency], likely)
        return (count / SAMPLE).astype(np.float32), known.reshape(len(drawn), -1).astype(np.float32)

    @cached_property
    def known(self) -> Array:
        """Probabilities of having reached each level, ``(C, 4)``, falling along the levels."""
        weight, known = self.sample
        return (weight @ known).astype(float).reshape(-1, LEVELS)

    @cached_property
    def _sides(self) -> tuple[Array, Array]:
        """What taking each node for known, and for unknown, adds to twice the balanced accuracy, ``(V,)``."""
        weight, known = self.sample
        whole = known[:, self.wanted].sum(axis=1)
        rest = float(self.wanted.sum()) - whole
        return (weight / np.maximum(whole, 1.0)) @ known, (weight / np.maximum(rest, 1.0)) @ (1.0 - known)

    @cached_property
    def verdict(self) -> NDArray[np.bool_]:
        """What the learner is taken to know, ``(C, 4)``: what makes the expected balanced accuracy largest.

        That is a sum over nodes, of the expected share that each has in what the learner knows, or lacks; so
        each node goes where it adds more. Where hardly a doubt is left, it goes where it most likely belongs.
        """
        if self.doubt <= DOUBT_LEFT:
            return self.known > 0.5
        taken, left = self._sides
        return (taken > left).reshape(-1, LEVELS)

    @cached_property
    def expected_accuracy(self) -> float:
        """Balanced accuracy over what is wanted that is expected of the verdict, 0 to 1, uncalibrated."""
        taken, left = self._sides
        return float(np.where(self.verdict.reshape(-1), taken, left)[self.wanted].sum()) / 2

    @property
    def doubt(self) -> float:
        """How many of the nodes that are wanted are expected to be misjudged, each taken as most likely."""
        known = self.known.reshape(-1)[self.wanted]
        return float(np.minimum(known, 1.0 - known).sum())

    @property
    def sure(self) -> bool:
        """Whether further questions would change little."""
        if self.answers < ENOUGH_QUESTIONS:
            return self.answers >= LEAST_QUESTIONS and self.doubt <= NO_DOUBT
        return self.doubt <= DOUBT_LEFT or (not self.wanted.all() and self.expected_accuracy >= STOP_AT)


def start(
    people: NDArray[np.int8], prior: Array | None = None, wanted: NDArray[np.bool_] | None = None
) -> Belief:
    """Return the belief before the first answer.

    Parameters
    ----------
    people
        Imagined learners, ``(M, C)``.
    prior
        What the background lets one assume, ``(C, 4)``; None where nothing is known.
    wanted
        Nodes that the test is to find out, ``(C, 4)``; None for all.
    """
    nodes = np.ones(people.shape[1] * LEVELS, dtype=bool) if wanted is None else wanted.reshape(-1)
    usual = np.stack([(people == reached).mean(axis=0) for reached in range(LEVELS + 1)], axis=1)
    usual = 0.9 * usual + 0.1 / (LEVELS + 1)
    if prior is None:
        return Belief(people, usual, np.zeros(len(people)), np.zeros(len(people)), nodes)
    steps = np.concatenate([np.ones((len(prior), 1)), prior, np.zeros((len(prior), 1))], axis=1)
    own = np.clip(steps[:, :-1] - steps[:, 1:], 0.0, 1.0)
    elsewhere = 0.5 * own + 0.5 * usual
    fits = np.log(elsewhere)
    weight = min(1.0, PRIOR_COUNT / len(prior)) * sum(
        fits[row][people[:, row]] for row in range(people.shape[1])
    )
    return Belief(people, elsewhere, weight, np.zeros(len(people)), nodes)


def update(
    belief: Belief, competency: int, level: int, answered: Answered, *, slip: float, guess: float
) -> Belief:
    """Return the belief after an answer.

    Parameters
    ----------
    competency, level
        What the question asked for.
    answered
        ``right``, ``wrong``, or ``unsure`` for "I don't know", which nobody guesses.
    slip, guess
        Of the item, above 0 with a sum below 1.

    Raises
    ------
    ValueError
        When slip or guess are out of range.
    """
    if not (slip > 0.0 and guess > 0.0 and slip + guess < 1.0):
        raise ValueError(f"slip {slip} and guess {guess} must be above 0 with a sum below 1")
    if answered == "unsure":
        knows, lacks = UNSURE_KNOWS, UNSURE_LACKS
    else:
        knows, lacks = (1.0 - slip, guess) if answered == "right" else (slip, 1.0 - guess)
    before = belief.heard.get(competency, np.ones(LEVELS + 1))
    after = before * np.where(np.arange(LEVELS + 1) > level, knows, lacks)
    at, astray = belief.people[:, competency], belief.elsewhere[competency]
    gained = np.log(_likelihood(at, astray, after)) - np.log(_likelihood(at, astray, before))
    return replace(
        belief,
        log_likelihood=belief.log_likelihood + gained,
        answers=belief.answers + 1,
        heard={**belief.heard, competency: after},
    )


def information(belief: Belief, questions: Questions) -> Array:
    """Return how many nats of doubt, over what is wanted, each question is expected to take away.

    Parameters
    ----------
    questions
        Those that may be asked.
    """
    weight, known = belief.sample
    mean = weight @ known
    node = questions.node
    both = (known[:, node] * weight[:, None]).T @ known
    for level in range(LEVELS):  # levels of one competency imply each other
        other = questions.competency * LEVELS + level
        both[np.arange(len(node)), other] = mean[np.maximum(node, other)]
    guess = questions.guess[:, None].astype(np.float32)
    sure = (1.0 - questions.slip - questions.guess)[:, None].astype(np.float32)
    right = guess + sure * mean[node][:, None]
    mean, both = mean[belief.wanted], both[:, belief.wanted]
    joint = guess * mean + sure * both
    left = right * _entropy(joint / right) + (1.0 - right) * _entropy((mean - joint) / (1.0 - right))
    return _entropy(mean).sum() - left.sum(axis=1).astype(float)


def choose(belief: Belief, questions: Questions, free: Integers, chance: np.random.Generator) -> int:
    """Return which question to ask: nearly the most informative, and of these the least used.

    Parameters
    ----------
    free
        Positions of the questions that were not asked yet; at least one.
    chance
        Decides between equals.
    """
    some = Questions(
        questions.competency[free],
        questions.level[free],
        questions.slip[free],
        questions.guess[free],
        questions.asked[free],
    )
    gain = np.maximum(information(belief, some), 0.0)  # rounding may leave a trace below nothing
    good = np.flatnonzero(gain >= NEARLY_BEST * gain.max())
    least = good[some.asked[good] == some.asked[good].min()]
    return int(free[chance.choice(least)])


def finished(belief: Belief, asked: int) -> bool:
    """Tell whether the test should stop after so many answers."""
    return asked >= MOST_QUESTIONS or belief.sure


def _likelihood(at: NDArray[np.int8], astray: Array, likely: Array) -> Array:
    return (1.0 - STRAY) * likely[at] + STRAY * float(astray @ likely)


def _moved(at: NDArray[np.int8], astray: Array, likely: Array) -> Array:
    """Return the chances of having reached each level for imagined learners at ``at``, ``(n, 4)``."""
    own = (1.0 - STRAY) * likely[at]
    other = STRAY * (astray * likely)
    above = other[::-1].cumsum()[::-1][1:]
    return (own[:, None] * (at[:, None] > np.arange(LEVELS)) + above) / (own + other.sum())[:, None]


def _entropy(share: NDArray[np.float32]) -> NDArray[np.float32]:
    within = np.clip(share, 1e-4, 1.0 - 1e-4)
    return -(within * np.log(within) + (1.0 - within) * np.log1p(-within))
