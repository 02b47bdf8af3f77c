"""Invented students whose truth is known."""

import numpy as np

from learning_paths.tracing.answers import NOTHING, Answers, sigmoid


def invented(
    learners: int = 150, each: int = 40, skills: int = 5, items: int = 40, seed: int = 0, spread: float = 1.0
) -> tuple[Answers, np.ndarray]:
    """Return answers, and the probability with which each was right.

    Abilities and items differ, every try at a skill makes the next a little better; a third of the items
    needs a second skill.
    """
    random = np.random.default_rng(seed)
    easiness = random.normal(0.5, 1.0, items)
    first, second = random.integers(skills, size=items), random.integers(skills, size=items)
    needs = np.column_stack([first, np.where((random.random(items) < 1 / 3) & (second != first), second, -1)])
    ability = random.normal(0, spread, learners)
    item = random.integers(items, size=(learners, each))
    chance, score = np.zeros((learners, each)), np.zeros((learners, each))
    for one in range(learners):
        tried = np.zeros(skills)
        for place, which in enumerate(item[one]):
            own = needs[which][needs[which] >= 0]
            chance[one, place] = sigmoid(easiness[which] + ability[one] + 0.1 * tried[own].mean())
            tried[own] += 1
    score = (random.random((learners, each)) < chance).astype(float)
    skills_of = np.where(needs[item.ravel()] < 0, NOTHING, needs[item.ravel()])
    who = np.repeat(np.arange(learners), each)
    return Answers(who, item.ravel(), skills_of, score.ravel()), chance.ravel()
