"""What a learner masters, as probabilities: prior from background, Bayesian update from graded work, fading.

For each competency the learner stands at one of five places: below basic, or at B, I, P, E. What is kept is
the row of probabilities of having reached at least each level, ``P(B) >= P(I) >= P(P) >= P(E)``, so levels
are coherent by construction. Arrays of all competencies have the shape ``(C, 4)``; level 0 is B and 3 is E.
The formulas and their sources stand in ``learning_paths/README.md``.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS = 4
FLOOR = np.array([0.02, 0.01, 0.005, 0.002])
CEILING = np.array([0.98, 0.97, 0.96, 0.95])
"""Nobody is certain to know a thing or not to know it: bounds of every prior, by level."""

SLIP = 0.1
"""Probability that somebody who has reached the level loses a task's points all the same."""
GUESS = 0.1
"""Probability that somebody who has not gets them: by luck, or by help that the grade does not show."""
MOST_GUESS = 0.4
"""However often a task is tried, a pass still says something."""
LEARN = 0.3
"""Probability that working a task through to full marks brings somebody to its level who was below it."""
EVEN = 0.5
"""What was last failed itself is raised to this at most by what needs it: a direct answer outweighs."""
CARRIED = 0.9
"""Who knows something knows each thing that it needs with at least this share of the probability."""

MOST_RAISE = 0.5
"""What other competencies show raises the log odds of one by at most this."""
ABILITY_TASKS = 3.0
"""After so many tasks passed against expectation, three quarters of it are reached."""
ABILITY_HALF_LIFE = 2.5 * 365.25
"""Days; one for all competencies, so that what raises stays a sum that only shrinks."""

MASTERED = 0.75
"""A level counts as mastered from here on …"""
REFRESH = 0.6
"""… and until it has faded below this, so that a plan does not send people back after a few weeks."""

Array = NDArray[np.float64]
Node = tuple[int, int]
"""A competency's row and a level's column."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One graded task as evidence for one competency at one level.

    Parameters
    ----------
    competency, level
        Row and column in the arrays.
    score
        Share of the task's points, 0 to 1.
    weight
        How much the task counts, 0 to 1; tasks of one lab that prove the same thing share their weight.
    tries
        How many submissions it took, 1 or more.
    day
        When the work was handed in, in days on any fixed clock.
    slip, guess
        Probability that somebody who has reached the level loses the points all the same, and that somebody
        who has not gets them at one try; ``slip + guess < 1``. A question of a known kind brings its own.
    learn
        Probability that full marks brought somebody to the level who was below it; 0 for a test, which
        measures and does not teach.
    """

    competency: int
    level: int
    score: float
    weight: float
    tries: int
    day: float
    slip: float = SLIP
    guess: float = GUESS
    learn: float = LEARN


@dataclass(frozen=True, slots=True)
class Mastery:
    """The probabilities today, and as they stood right after the last evidence.

    Parameters
    ----------
    now
        Faded to today, ``(C, 4)``.
    fresh
        Not faded since each competency's last evidence, ``(C, 4)``.
    doubted
        Levels of which direct evidence last said that they are not reached, ``(C, 4)``; None for nowhere.
    """

    now: Array
    fresh: Array
    doubted: NDArray[np.bool_] | None = None

    def mastered(self) -> NDArray[np.bool_]:
        """Tell which levels count as mastered, ``(C, 4)``; if a level does, so do those below it."""
        return (self.now >= MASTERED) | ((self.fresh >= MASTERED) & (self.now >= REFRESH))


def prior(
    degree: Array,
    job: Array,
    *,
    years: float,
    job_years: float,
    half_life: Array,
    needs: Sequence[tuple[Node, Node]] = (),
) -> Array:
    """Return what to assume of somebody before any graded work.

    Parameters
    ----------
    degree, job
        Probabilities that the background gives when the degree is new and the job is fully learned,
        ``(C, 4)``, zero where it says nothing.
    years
        Years of work, 0 or more: the degree has faded over them, the job has been learned in them.
    job_years
        After how many years in the job ``job`` holds; 0 means from the first day.
    half_life
        Of each competency's knowledge, in days, ``(C,)``.
    needs
        Pairs ``(node, needed node)``; who knows a node knows what it needs, nearly.

    Returns
    -------
    Array
        ``(C, 4)``, within ``FLOOR`` and ``CEILING``, falling along the levels.
    """
    kept = np.exp2(-years * 365.25 / half_life)[:, None]
    learned = min(1.0, years / job_years) if job_years > 0 else 1.0
    # either source is enough to know a thing (noisy-or, Pearl 1988)
    known = 1.0 - (1.0 - degree * kept) * (1.0 - job * learned)
    known = _coherent(known)
    for _ in range(len(known)):  # at most the longest chain of needs
        before = known.copy()
        for (competency, level), (needed, at) in needs:
            known[needed, at] = max(known[needed, at], CARRIED * known[competency, level])
        known = _coherent(known)
        if np.array_equal(before, known):
            break
    return np.clip(known, FLOOR, CEILING)


class State:
    """What is believed of one learner, followed from one observation to the next.

    Taking one up costs the same however many there were. Observations must come in the order of `order`.

    Parameters
    ----------
    start
        The prior, ``(C, 4)``; knowledge that is not shown again fades back to it.
    half_life
        Of each competency's knowledge, in days, ``(C,)``.
    implied
        For a node, what passing it says about other nodes: their weights.
    """

    def __init__(self, start: Array, half_life: Array, implied: Mapping[Node, Mapping[Node, float]]):
        self.start, self.half_life, self.implied = start, half_life, implied
        self.traced = start.copy()
        """Right after each competency's last evidence, without what other competencies show, ``(C, 4)``."""
        self.told = start.copy()
        """The same from evidence for the competency itself alone."""
        self.failed = np.zeros(start.shape, dtype=bool)
        """Levels that were failed when they, or a level above, were last tried."""
        self.since = np.full(len(start), -math.inf)
        self.surprise = np.zeros(len(start))
        """Scores over what was expected, by competency, faded to `surprised`; their sum is the ability."""
        self.surprised = -math.inf
        self.wins, self.fails = np.zeros(len(start)), np.zeros(len(start))
        """Weighted shares of points won and lost, by competency; they do not fade."""

    def take(self, seen: Observation) -> None:
        """Take one observation up."""
        row = self._move(seen.competency, seen.day)
        known = row[seen.level]
        expected = known * (1.0 - seen.slip) + (1.0 - known) * lucky(seen.tries, seen.guess)
        self.surprise *= self._left(seen.day)
        self.surprised = seen.day
        self.surprise[seen.competency] += seen.weight * (seen.score - expected)
        self.wins[seen.competency] += seen.weight * seen.score
        self.fails[seen.competency] += seen.weight * (1.0 - seen.score)
        for beliefs in (self.traced, self.told):
            beliefs[seen.competency] = update(
                beliefs[seen.competency],
                seen.level,
                seen.score,
                weight=seen.weight,
                tries=seen.tries,
                slip=seen.slip,
                guess=seen.guess,
                learn=seen.learn,
            )
        failed = self.failed[seen.competency]
        if seen.score < 0.5:
            failed[seen.level] = True
        else:
            failed[: seen.level + 1] = False
        self._bind(seen.competency)
        for (competency, level), share in self.implied.get((seen.competency, seen.level), {}).items():
            row = self._move(competency, seen.day)
            passed = _pass_ratio(seen.tries, seen.slip, seen.guess)
            self.traced[competency] = _reweigh(row, level, share * seen.weight * seen.score * passed)
            self._bind(competency)

    def mastery(self, today: float) -> Mastery:
        """Return what to believe on a day, none earlier than the last observation's."""
        traced = fade(self.traced, self.start, (today - self.since)[:, None], self.half_life[:, None])
        return Mastery(
            self._raised(traced, self.surprise * self._left(today)),
            self._raised(self.traced, self.surprise),
            self.doubted,
        )

    def ability(self, today: float) -> float:
        """Return the fading sum of all surprises."""
        return float((self.surprise * self._left(today)).sum())

    def _move(self, competency: int, day: float) -> Array:
        gone = day - self.since[competency]
        for beliefs in (self.traced, self.told):
            beliefs[competency] = fade(
                beliefs[competency], self.start[competency], gone, self.half_life[competency]
            )
        self.since[competency] = day
        row: Array = self.traced[competency]
        return row

    @property
    def doubted(self) -> NDArray[np.bool_]:
        """Levels that were failed, or a level below them was, ``(C, 4)``."""
        return np.maximum.accumulate(self.failed, axis=1)

    def _bind(self, competency: int) -> None:
        """Take back what was implied of the lowest level in doubt, as far as it lies above `EVEN`."""
        level = int(np.argmax(self.failed[competency]))
        if self.failed[competency, level]:
            row = self.traced[competency]
            most = max(EVEN, float(self.told[competency, level]))
            row[level:] *= min(1.0, most / row[level])

    def _left(self, day: float) -> float:
        return 2.0 ** (-max(0.0, day - self.surprised) / ABILITY_HALF_LIFE)

    def _raised(self, known: Array, surprise: Array) -> Array:
        """Add to log odds what other competencies show, but not where a direct answer says otherwise."""
        others = np.maximum(0.0, surprise.sum() - surprise)
        odds = MOST_RAISE * np.tanh(others / ABILITY_TASKS)
        return np.where(self.doubted, known, _raise(known, odds))


def order(observations: Iterable[Observation]) -> list[Observation]:
    """Return observations in the order in which they are taken up: by day, then by all that they say."""
    return sorted(observations, key=lambda seen: (seen.day, astuple(seen)))


def follow(
    start: Array,
    observations: Iterable[Observation],
    *,
    half_life: Array,
    implied: Mapping[Node, Mapping[Node, float]],
    today: float,
) -> State:
    """Return the state after graded work, whose order does not matter; `State` has the other parameters."""
    state = State(start, half_life, implied)
    for seen in order(observations):
        state.take(seen if seen.day <= today else replace(seen, day=today))
    return state


def posterior(start: Array, observations: Iterable[Observation], *, today: float, **given: Any) -> Mastery:
    """Return what to believe today after graded work; see `follow`."""
    return follow(start, observations, today=today, **given).mastery(today)


def update(
    row: Array,
    level: int,
    score: float,
    *,
    weight: float = 1.0,
    tries: int = 1,
    slip: float = SLIP,
    guess: float = GUESS,
    learn: float = LEARN,
) -> Array:
    """Return a competency's row after one graded task at a level.

    The share of points that was won counts as a pass, the rest as a failure (the likelihoods are raised to
    these shares). Work that succeeded also taught: the mass below the level moves up with ``learn`` times the
    score, which is knowledge tracing's transition (Corbett and Anderson 1995) made to depend on the outcome.

    Parameters
    ----------
    row
        Probabilities of having reached each level, ``(4,)``, falling.
    level
        Column of the task's level.
    score
        0 to 1.
    weight
        0 to 1.
    tries
        1 or more.
    slip, guess, learn
        As in `Observation`.

    Returns
    -------
    Array
        ``(4,)``, falling, within (0, 1). It rises with ``score`` at every level.

    Raises
    ------
    ValueError
        When a number is out of its range.
    """
    if not (0.0 <= score <= 1.0 and 0.0 <= weight <= 1.0 and tries >= 1):
        raise ValueError(f"score {score}, weight {weight} must lie in 0 to 1 and tries {tries} be 1 or more")
    if not (slip > 0.0 and guess > 0.0 and slip + guess < 1.0 and 0.0 <= learn < 1.0):
        raise ValueError(
            f"slip {slip}, guess {guess} must be above 0 with a sum below 1, and learn {learn} lie in 0 to 1"
        )
    at_least = row[level]
    learned = at_least + learn * weight * score * (1.0 - at_least)
    odds = math.log(learned / at_least) - math.log((1.0 - learned) / (1.0 - at_least))
    passed, failed = _pass_ratio(tries, slip, guess), math.log(slip / (1.0 - lucky(tries, guess)))
    return _reweigh(row, level, odds + weight * (score * passed + (1.0 - score) * failed))


def lucky(tries: int, guess: float = GUESS) -> float:
    """Return the chance that one of ``tries`` submissions passes without mastery.

    It is at most ``MOST_GUESS``, or the chance of a single try where that alone is more.
    """
    return min(max(MOST_GUESS, guess), 1.0 - (1.0 - guess) ** tries)


def fade(row: Array, baseline: Array, days: float | Array, half_life: float | Array) -> Array:
    """Return rows after some days without practice: their distance to the baseline halves every half-life.

    Parameters
    ----------
    row, baseline
        ``(4,)`` or ``(C, 4)``.
    days
        0 or more; negative counts as 0, and infinite leaves the baseline. ``(C, 1)`` for several rows.
    half_life
        Days; ``(C, 1)`` for several rows.
    """
    return baseline + (row - baseline) * np.exp2(-np.maximum(0.0, days) / half_life)


def _pass_ratio(tries: int, slip: float, guess: float) -> float:
    return math.log((1.0 - slip) / lucky(tries, guess))


def _reweigh(row: Array, level: int, log_ratio: float) -> Array:
    """Multiply the probability of all states that reach ``level`` by ``exp(log_ratio)`` and normalise.

    What is bounded is the probability of ``level``: the levels above keep their shares of it.
    """
    ratio = math.exp(log_ratio)
    at_least = row[level]
    whole = 1.0 + (ratio - 1.0) * at_least
    above = row[level:] * max(ratio / whole, 1e-6 / at_least)
    below = (row[:level] - at_least + ratio * at_least) / whole
    return np.minimum(np.concatenate([below, above]), 1.0 - 1e-6)


def _raise(known: Array, odds: Array) -> Array:
    """Add to the log odds of each row, ``(C, 4)`` and ``(C,)``; where nothing is added, nothing changes."""
    factor = np.exp(odds)[:, None]
    return np.where(odds[:, None] > 0.0, known * factor / (1.0 + known * (factor - 1.0)), known)


def _coherent(known: Array) -> Array:
    """Raise each level to what the levels above it say."""
    return np.maximum.accumulate(known[:, ::-1], axis=1)[:, ::-1].copy()
