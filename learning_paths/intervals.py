"""How far a posterior can be trusted: the same evidence read by a pessimist and by an optimist.

What a background lets one assume is a guess, and so are a task's slip and guess. The bounds of the prior are
the quantiles of a Beta distribution worth ``PEOPLE`` people; the pessimist starts at the lower bound and
thinks that passing is luckier and failing more telling, each by ``DOUBT``; the optimist the other way round.
Both go through the very update that makes the posterior: whatever that comes to do, the interval follows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betaincinv

from learning_paths.curriculum import Ground
from learning_paths.mastery import Array, Mastery, Observation

PEOPLE = 10
"""So many people with the same background would say as much as the background's number does."""
TAIL = 0.1
"""Share of the prior's distribution left out at each end: the interval is meant to hold for 80 in 100."""
DOUBT = 1.8
"""Factor by which slip and guess of a task may be wrong."""
MOST_CHANCE = 0.45
"""A slip or a guess that is doubted stays below this, so that passing still says something."""
LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of what is believed, each ``(C, 4)``, with the posterior between them."""

    low: Array
    high: Array


def prior_interval(prior: Array) -> Interval:
    """Return the bounds of what a background says, before any evidence.

    A level's bounds are its own quantiles, widened where those of its share in the level below reach further:
    evidence at a level moves the levels above it by that share, which is a guess as well.

    Parameters
    ----------
    prior
        Probabilities above 0 and below 1, falling along the last axis, the levels.
    """
    shares = prior.copy()
    shares[..., 1:] = prior[..., 1:] / prior[..., :-1]
    low, high = (_quantile(prior, tail) for tail in (TAIL, 1.0 - TAIL))
    low_share, high_share = (_quantile(shares, tail) for tail in (TAIL, 1.0 - TAIL))
    for level in range(1, prior.shape[-1]):
        low[..., level] = np.minimum(low[..., level], low[..., level - 1] * low_share[..., level])
        high[..., level] = np.maximum(high[..., level], high[..., level - 1] * high_share[..., level])
    return Interval(np.minimum(low, prior), np.maximum(high, prior))


def _quantile(mean: Array, tail: float) -> Array:
    # the same few numbers of a background stand at many levels, and the quantile is dear
    inner, where = np.unique(np.clip(mean, LEAST, 1.0 - LEAST), return_inverse=True)
    found = np.clip(betaincinv(PEOPLE * inner, PEOPLE * (1.0 - inner), tail), LEAST, 1.0 - LEAST)
    return found[where].reshape(mean.shape)


def interval(
    ground: Ground, prior: Array, mastery: Mastery, observations: Iterable[Observation], today: float
) -> Interval:
    """Return the bounds of a posterior.

    Parameters
    ----------
    ground
        Makes posteriors.
    prior, mastery
        What was believed before the evidence, and after it.
    observations
        The evidence.
    today
        On the clock of the observations' days.
    """
    bounds, seen = prior_interval(prior), list(observations)
    if not seen:
        return Interval(np.minimum(bounds.low, mastery.now), np.maximum(bounds.high, mastery.now))
    low, high = (
        ground.posterior(start, [doubted(one, factor) for one in seen], today).now
        for start, factor in ((bounds.low, DOUBT), (bounds.high, 1.0 / DOUBT))
    )
    return Interval(np.minimum(low, mastery.now), np.maximum(high, mastery.now))


def doubted(seen: Observation, factor: float) -> Observation:
    """Return an observation that passes by luck more often by a factor, and fails by mishap more rarely."""
    return replace(
        seen,
        guess=min(seen.guess * factor, max(MOST_CHANCE, seen.guess)),
        slip=min(seen.slip / factor, max(MOST_CHANCE, seen.slip)),
    )
