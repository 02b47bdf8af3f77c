"""How good predicted probabilities are: order (AUC), surprise (log loss), calibration (ECE), intervals."""

from collections.abc import Callable

import numpy as np

from learning_paths.tracing.answers import Floats, Ints

BINS = 15


def auc(score: Floats, chance: Floats) -> float:
    """Return the area under the ROC curve: how often a right answer has the higher probability.

    Parameters
    ----------
    score
        ``(N,)``; a score of 0.5 or more counts as right.
    chance
        Predicted, ``(N,)``; ties count half (Mann and Whitney 1947).

    Returns
    -------
    float
        0 to 1; nan where all answers are alike.
    """
    right = score >= 0.5
    _, place, count = np.unique(chance, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    ones = int(right.sum())
    pairs = ones * (len(right) - ones)
    return float((rank[right].sum() - ones * (ones + 1) / 2) / pairs) if pairs else float("nan")


def log_loss(score: Floats, chance: Floats) -> float:
    """Return the mean surprise in nats; probabilities are kept within 1e-6 of 0 and 1."""
    chance = np.clip(chance, 1e-6, 1 - 1e-6)
    return float(-(score * np.log(chance) + (1 - score) * np.log1p(-chance)).mean())


def reliability(score: Floats, chance: Floats, bins: int = BINS) -> list[tuple[int, float, float]]:
    """Return for each bin of equal width that is not empty: answers, mean probability, mean score."""
    place = np.minimum((chance * bins).astype(np.int64), bins - 1)
    count = np.bincount(place, minlength=bins)
    said, was = (np.bincount(place, values, bins) for values in (chance, score))
    return [
        (int(many), float(said[bin] / many), float(was[bin] / many)) for bin, many in enumerate(count) if many
    ]


def ece(score: Floats, chance: Floats, bins: int = BINS) -> float:
    """Return the expected calibration error: the mean distance of `reliability`'s bins from the diagonal."""
    table = reliability(score, chance, bins)
    return sum(many * abs(said - was) for many, said, was in table) / len(score)


def interval(
    measure: Callable[[Floats, Floats], float],
    learner: Ints,
    score: Floats,
    chance: Floats,
    *,
    draws: int = 200,
    seed: int = 0,
) -> tuple[float, float]:
    """Return a measure's 95 % interval by the bootstrap over learners, whose answers stay together.

    Parameters
    ----------
    measure
        Of ``(score, chance)``.
    learner, score, chance
        ``(N,)`` each.
    draws
        How many samples are drawn.
    """
    names, place = np.unique(learner, return_inverse=True)
    rows = np.split(np.argsort(place, kind="stable"), np.cumsum(np.bincount(place))[:-1])
    random = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        drawn = np.concatenate([rows[one] for one in random.integers(len(names), size=len(names))])
        found.append(measure(score[drawn], chance[drawn]))
    low, high = np.nanquantile(found, [0.025, 0.975])
    return float(low), float(high)


def picture(table: list[tuple[int, float, float]], title: str) -> str:
    """Return a reliability plot as SVG: predicted against observed, dots as large as answers are many."""
    size, edge = 320, 40

    def at(value: float) -> float:
        return round(edge + value * (size - 2 * edge), 1)

    most = max((many for many, _, _ in table), default=1)
    points = [(at(said), size - at(was), 2 + 6 * (many / most) ** 0.5) for many, said, was in table]
    line = " ".join(f"{x},{y:.1f}" for x, y, _ in points)
    dots = "".join(f'<circle cx="{x}" cy="{y:.1f}" r="{r:.1f}" fill="#0b62a4"/>' for x, y, r in points)
    ticks = "".join(
        f'<text x="{at(v)}" y="{size - edge + 16}" text-anchor="middle">{v:g}</text>'
        f'<text x="{edge - 6}" y="{size - at(v) + 4}" text-anchor="end">{v:g}</text>'
        for v in (0, 0.5, 1)
    )
    shown = title.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
        f'font-family="sans-serif" font-size="12" fill="#222"><title>{shown}</title>'
        f'<rect width="{size}" height="{size}" fill="#fff"/><text x="{size / 2}" y="20" '
        f'text-anchor="middle">{shown}</text><line x1="{at(0)}" y1="{size - at(0)}" x2="{at(1)}" '
        f'y2="{size - at(1)}" stroke="#999" stroke-dasharray="4"/><polyline points="{line}" fill="none" '
        f'stroke="#0b62a4"/>{dots}{ticks}<text x="{size / 2}" y="{size - 6}" text-anchor="middle">predicted'
        f'</text><text x="12" y="{size / 2}" text-anchor="middle" transform="rotate(-90 12 {size / 2})">'
        f"observed</text></svg>\n"
    )
