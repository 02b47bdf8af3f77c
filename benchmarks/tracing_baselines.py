"""The models that ours is compared with, each from answers to a function that predicts answers."""

from collections.abc import Callable
from itertools import pairwise

import numba
import numpy as np

from learning_paths.fitted import SIGNS
from learning_paths.refit import EXPECTED, LEAST_DEVIATION, PENALTY
from learning_paths.tracing import bkt, history, regression
from learning_paths.tracing.answers import NOTHING, Answers, Floats, logit, rates, sigmoid, starts
from learning_paths.tracing.regression import Layout, Penalty

Predict = Callable[[Answers], Floats]
NONE = np.zeros(0, dtype=np.int64)
WINDOWS = np.array([3, 10, 50, 1_000_000])
"""DAS3H counts in windows of time; the files have no times, so these are numbers of answers ago."""


def item_mean(answers: Answers) -> Predict:
    """The mean score of the item, drawn to that of its first skill, and that to the mean of all."""
    items, skills = sizes(answers)
    main = answers.skills[:, 0]
    of_skill = rates(
        np.bincount(main, answers.score, skills),
        np.bincount(main, minlength=skills),
        10,
        answers.score.mean(),
    )
    sums, counts = (np.bincount(answers.item, values, items) for values in (answers.score, None))

    def predict(test: Answers) -> Floats:
        skill = test.skills[:, 0]
        centre = np.where(skill < skills, of_skill[np.minimum(skill, skills - 1)], answers.score.mean())
        item, known = np.minimum(test.item, items - 1), test.item < items
        return rates(sums[item] * known, counts[item] * known, 5, centre)

    return predict


def irt(answers: Answers) -> Predict:
    """Rasch's model; the ability of a new learner is followed as a Gaussian, answer by answer."""
    items, _ = sizes(answers)
    names, who = np.unique(answers.learner, return_inverse=True)
    persons = Answers(answers.learner, answers.item, who[:, None], answers.score)
    layout = Layout(0, items, len(names))
    weights = regression.fit(
        persons, np.zeros((len(answers), 0)), layout, Penalty(dense=1.0, item=1.0, skill=1.0)
    )
    intercept, _, easiness, ability, *_ = layout.parts(weights)

    def predict(test: Answers) -> Floats:
        known = np.where(test.item < items, easiness[np.minimum(test.item, items - 1)], 0.0)
        return _follow_ability(test.learner, test.score, intercept[0] + known, max(0.1, ability.var()))

    return predict


def pfa(answers: Answers) -> Predict:
    """Performance factors analysis: for each skill its own effects of right and wrong answers so far."""
    return logistic(answers, ("skill_wins", "skill_fails"), Penalty(1.0, 1e6, 0.5, 1.0), slopes=True)


def best_lr(answers: Answers) -> Predict:
    """Items, skills, and logarithms of right and wrong answers in all and in the skill."""
    return logistic(answers, ("wins", "fails", "skill_wins", "skill_fails"), Penalty(0.01, 2.0, 0.5))


def traced(answers: Answers) -> Predict:
    """Bayesian knowledge tracing of each skill."""
    _, skills = sizes(answers)
    parameters = bkt.fit(answers, skills)

    def predict(test: Answers) -> Floats:
        new = max(0, int(test.skills.max()) + 1 - skills)
        each = np.vstack([parameters, np.repeat(parameters.mean(axis=0)[None], new, axis=0)])
        return bkt.follow(test.learner, test.skills, test.score, each)[1]

    return predict


def das3h(answers: Answers) -> Predict:
    """Items, skills, and for each skill its own effects of right answers and of all in several windows."""
    items, skills = sizes(answers)

    def columns(of: Answers) -> Floats:
        return _windows(of.learner, of.skills, of.score, max(skills, int(of.skills.max()) + 1), WINDOWS)

    seen = columns(answers)
    which = np.arange(seen.shape[1])
    layout = Layout(seen.shape[1], items, skills, len(which), 0)
    weights = regression.fit(answers, seen, layout, Penalty(0.1, 2.0, 0.5, 5.0), slopes=(which, NONE))
    return lambda test: sigmoid(
        regression.odds(weights, test.item, test.skills, columns(test), which, NONE, items, skills)
    )


def logistic(answers: Answers, names: tuple[str, ...], penalty: Penalty, slopes: bool = False) -> Predict:
    """Fit a regression on counts, with slopes by skill where asked for."""
    items, skills = sizes(answers)
    chosen = [history.COLUMNS.index(name) for name in names]
    which = np.arange(len(names)) if slopes else NONE

    def columns(of: Answers) -> Floats:
        wide = max(items, int(of.item.max()) + 1), max(skills, int(of.skills.max()) + 1)
        flat = np.zeros(len(of))
        seen = history.follow(of.learner, of.item, of.skills, of.score, flat, *wide)
        return np.ascontiguousarray(seen[:, chosen])

    layout = Layout(len(names), items, skills, len(which), 0)
    weights = regression.fit(answers, columns(answers), layout, penalty, slopes=(which, NONE))
    return lambda test: sigmoid(
        regression.odds(weights, test.item, test.skills, columns(test), which, NONE, items, skills)
    )


def dkt(answers: Answers) -> Predict:
    """Deep knowledge tracing: an LSTM over skills and scores (Piech et al. 2015), with early stopping."""
    import torch  # here, because the others do without

    torch.manual_seed(0)
    _, skills = sizes(answers)
    net = torch.nn.ModuleDict(
        {
            "seen": torch.nn.EmbeddingBag(2 * skills + 1, 64, mode="mean", padding_idx=2 * skills),
            "memory": torch.nn.LSTM(64, 64, batch_first=True),
            "ask": torch.nn.EmbeddingBag(skills + 1, 65, mode="mean", padding_idx=skills),
        }
    )
    optimiser = torch.optim.Adam(net.parameters(), lr=0.005)

    def pieces(of: Answers, length: int) -> list[slice]:
        bounds = np.flatnonzero(np.r_[True, of.learner[1:] != of.learner[:-1], True])
        return [
            slice(begin, min(begin + length, end))
            for first, end in pairwise(bounds)
            for begin in range(first, end, length)
        ]

    def rows(of: Answers, chosen: list[slice]) -> tuple[torch.Tensor, ...]:
        long, width = max(one.stop - one.start for one in chosen), of.skills.shape[1]
        asked = np.full((len(chosen), long, width), skills)
        score, real = np.zeros((len(chosen), long)), np.zeros((len(chosen), long), dtype=bool)
        for place, one in enumerate(chosen):
            length = one.stop - one.start
            own = of.skills[one]
            asked[place, :length] = np.where((own == NOTHING) | (own >= skills), skills, own)
            score[place, :length], real[place, :length] = of.score[one], True
        past = np.where(asked < skills, asked + skills * (score[:, :, None] >= 0.5), 2 * skills)
        return tuple(map(torch.from_numpy, (asked, past, score.astype(np.float32), real)))

    def forward(asked: torch.Tensor, past: torch.Tensor) -> torch.Tensor:
        shape = past.shape[:2]
        seen = net["seen"](past.reshape(-1, past.shape[2])).view(*shape, -1)
        before = torch.cat([torch.zeros(shape[0], 1, seen.shape[2]), seen[:, :-1]], dim=1)
        state, _ = net["memory"](before)
        ask = net["ask"](asked.reshape(-1, asked.shape[2])).view(*shape, -1)
        return (state * ask[..., :-1]).sum(-1) + ask[..., -1]

    def loss_of(of: Answers, chosen: list[slice]) -> torch.Tensor:
        asked, past, score, real = rows(of, chosen)
        odds = forward(asked, past)
        return torch.nn.functional.binary_cross_entropy_with_logits(odds[real], score[real])

    names = np.unique(answers.learner)
    held = np.isin(answers.learner, np.random.default_rng(0).permutation(names)[: max(1, len(names) // 10)])
    training, watched = answers.where(~held), answers.where(held)
    own, other = pieces(training, 200), pieces(watched, len(watched))
    random = np.random.default_rng(0)
    best, kept, waited = np.inf, None, 0
    for _ in range(30):
        net.train()
        order = random.permutation(len(own))
        for begin in range(0, len(own), 32):
            optimiser.zero_grad()
            loss_of(training, [own[one] for one in order[begin : begin + 32]]).backward()
            optimiser.step()
        net.eval()
        with torch.no_grad():
            now = float(loss_of(watched, other))
        if now < best - 1e-4:
            best, waited = now, 0
            kept = {name: value.clone() for name, value in net.state_dict().items()}
        elif (waited := waited + 1) >= 5:
            break
    net.load_state_dict(kept)

    def predict(test: Answers) -> Floats:
        found = np.zeros(len(test))
        chosen = pieces(test, len(test))
        with torch.no_grad():
            for begin in range(0, len(chosen), 16):
                group = chosen[begin : begin + 16]
                asked, past, _, _ = rows(test, group)
                odds = forward(asked, past).numpy()
                for place, one in enumerate(group):
                    found[one] = odds[place, : one.stop - one.start]
        return sigmoid(found)

    return predict


def first_day(answers: Answers) -> Predict:
    """Rasch's fading ability and knowledge tracing, their mean in log odds."""
    one, other = irt(answers), traced(answers)
    return lambda test: sigmoid((logit(one(test)) + logit(other(test))) / 2)


def as_refit(answers: Answers) -> Predict:
    """What `./academy refit` fits on an academy's own evidence: its columns, its signs, effects of tasks."""
    items, skills = sizes(answers)
    parameters = bkt.fit(answers, skills)
    counts = [history.COLUMNS.index(name) for name in ("skill_wins", "skill_fails", "wins", "fails")]

    def columns(of: Answers) -> Floats:
        new = max(0, int(of.skills.max()) + 1 - skills)
        each = np.vstack([parameters, np.repeat(parameters.mean(axis=0)[None], new, axis=0)])
        known, right = bkt.follow(of.learner, of.skills, of.score, each)
        wide = max(items, int(of.item.max()) + 1), skills + new
        seen = history.follow(of.learner, of.item, of.skills, of.score, np.zeros(len(of)), *wide)
        before = np.cumsum(of.score - right) - (of.score - right)
        begun = np.maximum.accumulate(np.where(starts(of.learner), np.arange(len(of)), 0))
        return np.column_stack([logit(known), seen[:, counts], before - before[begun]])

    layout, seen = Layout(len(SIGNS), items, skills), columns(answers)
    scale = np.maximum(seen.std(axis=0), LEAST_DEVIATION)
    weights = regression.fit(answers, seen / scale, layout, PENALTY, expected=EXPECTED * scale, signs=SIGNS)
    return lambda test: sigmoid(
        regression.odds(weights, test.item, test.skills, columns(test) / scale, NONE, NONE, items, skills)
    )


def sizes(answers: Answers) -> tuple[int, int]:
    """Return the number of items and of skills that may be known."""
    return int(answers.item.max()) + 1, int(answers.skills.max()) + 1


BASELINES = {
    "item mean": item_mean,
    "IRT": irt,
    "PFA": pfa,
    "BKT": traced,
    "DAS3H": das3h,
    "Best-LR": best_lr,
    "DKT": dkt,
    "BKT and IRT": first_day,
    "as refit": as_refit,
}


@numba.njit(cache=True)
def _follow_ability(learner, score, easiness, spread):
    found = np.zeros(len(score))
    mean, variance = 0.0, spread
    for row in range(len(score)):
        if row == 0 or learner[row] != learner[row - 1]:
            mean, variance = 0.0, spread
        chance = 1 / (1 + np.exp(-(easiness[row] + mean) / np.sqrt(1 + variance * np.pi / 8)))
        found[row] = chance
        weight = chance * (1 - chance)
        step = 1 / (1 + weight * variance)
        mean += variance * (score[row] - chance) * step
        variance -= variance**2 * weight * step
    return found


@numba.njit(cache=True)
def _windows(learner, skills, score, count, windows):
    """Return logarithms of right answers and of all in each window, means over an answer's skills."""
    rows, width = skills.shape
    found = np.zeros((rows, 2 * len(windows)))
    last = np.full(count, -1)
    before = np.full((rows, width), -1)
    begun = 0
    for row in range(rows):
        if row > 0 and learner[row] != learner[row - 1]:
            begun = row
        many = 0
        for place in range(width):
            many += skills[row, place] >= 0
        for place in range(width):
            skill = skills[row, place]
            if skill < 0:
                continue
            right, tried, past, window = 0.0, 0.0, last[skill], 0
            while window < len(windows):
                while past >= begun and row - past <= windows[window]:
                    right += score[past]
                    tried += 1
                    for other in range(width):
                        if skills[past, other] == skill:
                            past = before[past, other]
                            break
                found[row, 2 * window] += np.log1p(right) / many
                found[row, 2 * window + 1] += np.log1p(tried) / many
                window += 1
            before[row, place] = last[skill]
            last[skill] = row
    return found
