"""What a learner's answers so far look like: counts, fading averages, streaks, gaps; in constant time."""

import numba
import numpy as np

SHARED_KEPT = np.array([0.7, 0.9, 0.97, 0.995])
"""Windows of averages over all answers: the share of a residual that one more answer leaves."""
SKILL_KEPT = np.array([0.5, 0.75, 0.9])
"""The same within a skill, after one more answer to that skill."""
LONGEST_STREAK = 5.0

COUNTS = ("wins", "fails", "skill_wins", "skill_fails", "item_wins", "item_fails")
"""Logarithms of one more than the number of right and wrong answers so far (Gervet et al. 2020)."""

COLUMNS = (
    *COUNTS,
    *(f"recent_{share:g}" for share in SHARED_KEPT),
    "above",
    "above_soon",
    "answers",
    "last",
    "item_last",
    "changed",
    "run",
    *(f"skill_recent_{share:g}" for share in SKILL_KEPT),
    "skill_above",
    "streak",
    "skill_last",
    "skill_new",
    "gap",
    "gap_recent",
    "skills",
)
"""Residuals are sums of score less expectation over their variance, drawn to 0; ``last`` is -1 to 1."""


@numba.njit(cache=True)
def follow(learner, item, skills, score, easiness, items, count_skills):
    """Return what the answers before each one look like, ``(N, 27)``, as named by `COLUMNS`.

    Values by skill are means over an answer's skills.

    Parameters
    ----------
    learner, item, skills, score
        As in `Answers`.
    easiness
        Log odds of each answer for a learner of mean ability, ``(N,)``.
    items, count_skills
        How many there are.
    """
    rows, width = skills.shape
    windows, narrow = len(SHARED_KEPT), len(SKILL_KEPT)
    by_skill = 10 + windows + 3
    seen = np.zeros((rows, by_skill + narrow + 7))
    recent = np.zeros((windows, 2))
    close = np.zeros((count_skills, narrow, 2))
    # wins, fails, residual, last place, streak, last score
    of_skill = np.zeros((count_skills, 6))
    of_item = np.zeros((items, 3))
    wins, fails, residual, variance, before, run, begun = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0
    for row in range(rows):
        if row == 0 or learner[row] != learner[row - 1]:
            for past in range(begun, row):
                of_item[item[past]] = 0.0
                for place in range(width):
                    if skills[past, place] >= 0:
                        of_skill[skills[past, place]] = 0.0
                        close[skills[past, place]] = 0.0
            recent[:] = 0.0
            wins, fails, residual, variance, before, run, begun = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, row
        now = row - begun
        changed = now == 0 or skills[row, 0] != skills[row - 1, 0]
        run = 0.0 if changed else run + 1
        out = seen[row]
        out[0], out[1] = np.log1p(wins), np.log1p(fails)
        which = of_item[item[row]]
        out[4], out[5] = np.log1p(which[0]), np.log1p(which[1])
        for window in range(windows):
            out[6 + window] = recent[window, 0] / (recent[window, 1] + 1)
        at = 6 + windows
        out[at], out[at + 1] = residual / (variance + 1), residual / (variance + 0.3)
        out[at + 2], out[at + 3], out[at + 4] = np.log1p(now), before, which[2]
        out[at + 5], out[at + 6] = changed, np.log1p(run)
        many = 0
        for place in range(width):
            many += skills[row, place] >= 0
        for place in range(width):
            skill = skills[row, place]
            if skill < 0:
                continue
            won, lost, over, last, streak, latest = of_skill[skill]
            out[2] += np.log1p(won) / many
            out[3] += np.log1p(lost) / many
            for window in range(narrow):
                out[by_skill + window] += close[skill, window, 0] / (close[skill, window, 1] + 0.5) / many
            at = by_skill + narrow
            out[at] += over / (won + lost + 3) / many
            out[at + 1] += streak / many
            out[at + 2] += latest / many
            if won + lost == 0:
                out[at + 3] += 1 / many
            else:
                gap = np.log(now - last)
                out[at + 4] += gap / many
                out[at + 5] += gap * close[skill, narrow - 1, 0] / (close[skill, narrow - 1, 1] + 0.5) / many
        out[by_skill + narrow + 6] = many

        chance = 1 / (1 + np.exp(-easiness[row]))
        over, spread, y = score[row] - chance, chance * (1 - chance), score[row]
        for window in range(windows):
            recent[window, 0] = SHARED_KEPT[window] * recent[window, 0] + over
            recent[window, 1] = SHARED_KEPT[window] * recent[window, 1] + spread
        residual += over
        variance += spread
        wins += y
        fails += 1 - y
        before = 2 * y - 1
        which[0] += y
        which[1] += 1 - y
        which[2] = before
        for place in range(width):
            skill = skills[row, place]
            if skill < 0:
                continue
            for window in range(narrow):
                close[skill, window, 0] = SKILL_KEPT[window] * close[skill, window, 0] + over
                close[skill, window, 1] = SKILL_KEPT[window] * close[skill, window, 1] + spread
            state = of_skill[skill]
            state[0] += y
            state[1] += 1 - y
            state[2] += over
            state[3] = now
            if y >= 0.5:
                state[4] = min(LONGEST_STREAK, max(state[4], 0.0) + 1)
            else:
                state[4] = max(-LONGEST_STREAK, min(state[4], 0.0) - 1)
            state[5] = before
    return seen
