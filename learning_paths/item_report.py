"""What answers say about the items: how hard they are, whom they tell apart, what nobody chooses.

Every answer is held against what the test believed of the learner just before it, so that an item is judged
by the other answers and never by its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np

from learning_paths.drawing import draw, guess
from learning_paths.item_schema import ChoiceItem, Item
from learning_paths.mastery import SLIP, Array
from learning_paths.placing import Placing
from learning_paths.sayings import Text, say

LEAST_ANSWERS = 20
"""Below this nothing is said about an item."""
PRIOR_ANSWERS = 20.0
"""An item's slip and guess start from what its kind suggests, as if so many answers had shown it."""
STEPS = 100
FLAGS = {
    "wrong-key": {
        "en": "most who should know get it wrong: check the answer and the wording",
        "zh": "多数本应掌握的人答错：请检查答案和措辞",
    },
    "guessed": {
        "en": "guessed by those who should not know: it gives itself away, or its level is too high",
        "zh": "本不该会的人也能猜对：题目泄露了答案，或级别定得过高",
    },
    "easy": {"en": "nearly everybody gets it right", "zh": "几乎人人答对"},
    "flat": {
        "en": "does not tell apart who knows from who does not",
        "zh": "不能区分会与不会的人",
    },
    "unchosen": {
        "en": "nobody chooses distractor {which}: write a likelier mistake",
        "zh": "干扰项 {which} 无人选择：请换成更常见的错误",
    },
    "often": {
        "en": "asked in more than three of ten tests: write a sister",
        "zh": "十次测试中出现三次以上：请再写一道同类题",
    },
    "slow": {
        "en": "takes {seconds} s, twice what its author thought",
        "zh": "用时 {seconds} 秒，是出题人预计的两倍",
    },
}


@dataclass
class Seen:
    """Answers to one item.

    Parameters
    ----------
    believed
        Probability that the learner has reached the item's level, before each answer.
    right, known
        Whether each answer was right, and whether it was one ("I don't know" is none).
    seconds
        Where they are known.
    chosen
        How often each option was chosen, in the author's order, the right one first.
    """

    believed: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    known: list[bool] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    chosen: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class Judged:
    """What is said of one item.

    Parameters
    ----------
    exposure
        Share of all tests in which it was asked.
    right
        Share of right answers.
    unsure
        Share of "I don't know".
    slip, guess
        Chance that somebody at the level gets it wrong and that somebody below gets it right; None with too
        few answers. ``1 - slip`` and ``guess`` are its difficulty on both sides of the level.
    discrimination
        Correlation of being right with what was believed before (item-rest correlation); None with too few
        answers or where all were the same.
    seconds
        Median; None where no screen measured.
    unchosen
        Distractors that nobody chose, from 1 in the file's order.
    flags
        What to look at, in plain words of both languages.
    """

    item: str
    version: str
    level: str
    kind: str
    answers: int
    exposure: float
    right: float | None
    unsure: float | None
    slip: float | None
    guess: float | None
    discrimination: float | None
    seconds: float | None
    unchosen: tuple[int, ...]
    flags: tuple[Text, ...]

    def data(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        return asdict(self)


def report(placing: Placing) -> list[Judged]:
    """Return every item of the bank with what answers to its present version say, flagged ones first."""
    tests = placing.store.placements()
    seen: dict[str, Seen] = {}
    for test in tests:
        answers = {one.position: one for one in placing.store.answers(test.id)}
        trace = placing.believed(test)
        for (_, before), (row, _) in pairwise(trace):
            assert row is not None
            item = placing.bank.items.get(row.detail["item"])
            if item is None or item.version != row.detail["version"]:
                continue
            one = seen.setdefault(item.key, Seen())
            competency = placing.ground.rows[item.competency]
            one.believed.append(float(before.known[competency, item.column]))
            one.right.append(bool(row.score))
            one.known.append(row.detail["known"])
            answer = answers[int(row.key.partition("/")[2])]
            if answer.seconds is not None:
                one.seconds.append(answer.seconds)
            if isinstance(item, ChoiceItem) and answer.answer is not None:
                one.chosen[draw(item, answer.variant).order[answer.answer]] += 1
    judged = [judge(item, seen.get(item.key, Seen()), len(tests)) for item in placing.bank.items.values()]
    return sorted(judged, key=lambda one: (-len(one.flags), -one.answers, one.item))


def judge(item: Item, seen: Seen, tests: int) -> Judged:
    """Return what the answers to one item say.

    Parameters
    ----------
    tests
        How many tests there were in all.
    """
    count = len(seen.right)
    enough = count >= LEAST_ANSWERS
    slip = lucky = together = None
    if enough:
        tried = np.array(seen.known, bool)
        right, believed = np.array(seen.right, float), np.array(seen.believed)
        slip, lucky = fitted(right[tried], believed[tried], SLIP, guess(item))
        together = correlation(right, believed)
    options = range(1, len(item.options)) if isinstance(item, ChoiceItem) else ()
    unchosen = tuple(place for place in options if enough and not seen.chosen[place])
    judged = Judged(
        item=item.key,
        version=item.version,
        level=str(item.level),
        kind=item.kind,
        answers=count,
        exposure=round(count / tests, 3) if tests else 0.0,
        right=round(float(np.mean(seen.right)), 3) if count else None,
        unsure=round(1.0 - float(np.mean(seen.known)), 3) if count else None,
        slip=slip,
        guess=lucky,
        discrimination=together,
        seconds=median(seen.seconds) if seen.seconds else None,
        unchosen=unchosen,
        flags=(),
    )
    flags = tuple(_flags(judged, item, guess(item))) if enough else ()
    return replace(judged, flags=flags)


def fitted(right: Array, believed: Array, slip: float, lucky: float) -> tuple[float, float]:
    """Return the slip and guess that make the answers likeliest, held by what was thought before.

    Expectation and maximisation over who has reached the level (Dempster, Laird and Rubin 1977), with the
    first thoughts counting as ``PRIOR_ANSWERS`` answers on each side.

    Parameters
    ----------
    right, believed
        1 or 0 for each answer, and the probability before it of having reached the level, ``(n,)``.
    slip, lucky
        First thoughts.
    """
    first = np.array([slip, lucky])
    for _ in range(STEPS):
        knows = believed * np.where(right > 0, 1.0 - slip, slip)
        lacks = (1.0 - believed) * np.where(right > 0, lucky, 1.0 - lucky)
        share = knows / np.maximum(knows + lacks, 1e-12)
        slip = (PRIOR_ANSWERS * first[0] + share @ (1.0 - right)) / (PRIOR_ANSWERS + share.sum())
        lucky = (PRIOR_ANSWERS * first[1] + (1.0 - share) @ right) / (PRIOR_ANSWERS + (1.0 - share).sum())
    return round(float(slip), 4), round(float(lucky), 4)


def correlation(right: Array, believed: Array) -> float | None:
    """Return Pearson's correlation, None where one side does not vary."""
    if np.ptp(right) == 0 or np.ptp(believed) < 1e-9:
        return None
    return round(float(np.corrcoef(right, believed)[0, 1]), 3)


def parameters(judged: Iterable[Judged]) -> Mapping[str, Any]:
    """Return what the engine takes from a report: slip and guess of each item with enough answers."""
    return {
        one.item: {"version": one.version, "slip": one.slip, "guess": one.guess, "answers": one.answers}
        for one in judged
        if one.slip is not None and one.guess is not None and one.slip + one.guess < 0.95
    }


def _flags(judged: Judged, item: Item, first_guess: float) -> Iterator[Text]:
    assert judged.slip is not None
    assert judged.guess is not None
    assert judged.right is not None
    if judged.slip > 0.4:
        yield say("wrong-key", {}, FLAGS)
    if judged.guess > max(0.35, 1.5 * first_guess):
        yield say("guessed", {}, FLAGS)
    if judged.right > 0.95:
        yield say("easy", {}, FLAGS)
    if judged.discrimination is not None and judged.discrimination < 0.1:
        yield say("flat", {}, FLAGS)
    if judged.unchosen:
        yield say("unchosen", {"which": ", ".join(map(str, judged.unchosen))}, FLAGS)
    if judged.exposure > 0.3:
        yield say("often", {}, FLAGS)
    if judged.seconds is not None and judged.seconds > 2 * item.seconds:
        yield say("slow", {"seconds": f"{judged.seconds:.0f}"}, FLAGS)
