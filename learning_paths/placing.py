"""Placement sessions over the store: one question after another, resumable, each answer final.

Nothing derived is kept: the belief is worked out again from the answers, which are evidence at once.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalogue import Catalogue, Skill
from learning_paths import evidence, placement
from learning_paths.bank import FOLDER, Bank, load_bank
from learning_paths.curriculum import Ground
from learning_paths.drawing import Drawn, cases, guess
from learning_paths.errors import BadAnswer, NoPlacement
from learning_paths.evidence import placed
from learning_paths.item_schema import Item
from learning_paths.mastery import LEVELS, SLIP, Array
from learning_paths.placement import Belief, Questions
from learning_paths.population import Graph, population
from learning_paths.profiles import check
from learning_paths.store import Answer, Evidence, Placement, Store

MODEL = "items"
"""Kind of the model that holds slips and guesses found from answers."""
REFRESH_SECONDS = 600
"""How long counts of use and found slips and guesses are taken as they were read."""


@dataclass(frozen=True)
class Used:
    """What answers so far say about the items, at a moment of `time.monotonic`."""

    questions: Questions
    read_at: float


class Placing:
    """The placement test of one academy. Safe to call from several threads.

    Parameters
    ----------
    store
        Where questions and answers are kept.
    ground
        Competencies and needs.
    clock
        Gives the present moment.
    folder
        The item bank.
    """

    def __init__(self, store: Store, ground: Ground, clock: Callable[[], datetime], folder: Path = FOLDER):
        self.store, self.ground, self._clock, self._folder = store, ground, clock, folder
        self._used: Used | None = None

    @cached_property
    def bank(self) -> Bank:
        """The items."""
        return load_bank(self.ground.catalogue, self._folder)

    def state(self, learner: str) -> dict[str, Any]:
        """Return where a learner stands: the open question, what the last test found, or neither.

        An answer is final and no question comes back; a browser that was closed finds its question again.
        """
        found = self.store.placements(learner)
        if not found:
            return {"state": "none", "most": placement.MOST_QUESTIONS}
        last = found[-1]
        if last.ended_at is not None:
            return self._ended(last)
        return self._go_on(last)

    def start(self, learner: str) -> dict[str, Any]:
        """Begin a test, or go on with the one that is open; each draws items and numbers anew."""
        return self._go_on(self.store.start_placement(learner, secrets.randbits(31), self._clock()))

    def answer(
        self, learner: str, position: Any, answer: Any, seconds: float | None = None
    ) -> dict[str, Any]:
        """Keep an answer and ask the next question, or end.

        Parameters
        ----------
        position
            Of the question that is answered, as it was sent.
        answer
            As `Drawn.score` takes it; None for "I don't know".
        seconds
            From question to answer, where the screen knows.

        Raises
        ------
        NoPlacement
            When no test is open.
        BadAnswer
            When it is no answer to this question, or the question has its answer already; nothing is kept.
        """
        test = self._open(learner)
        asked = self.store.answers(test.id)
        if not asked or asked[-1].answered_at is not None or position != asked[-1].position:
            raise BadAnswer("not-open", position=repr(position))
        if seconds is not None and not (isinstance(seconds, int | float) and 0 <= seconds < 86400):
            raise BadAnswer("no-seconds", seconds=repr(seconds))
        drawn = self._drawn(asked[-1])
        if drawn is not None:
            correct = answer is not None and drawn.score(answer)
            self.store.answer(test.id, position, answer, correct, self._clock(), seconds)
        return self._go_on(test)

    def end(self, learner: str) -> dict[str, Any]:
        """Stop early; what was answered counts.

        Raises
        ------
        NoPlacement
            When no test is open.
        """
        return self._end(self._open(learner), "learner")

    def believed(self, test: Placement) -> list[tuple[Evidence | None, Belief]]:
        """Return what was believed at the start, then each answer of a test with the belief after it.

        What was shown since the test began is no part of it, so that it is the same whenever it is asked for.
        """
        own, others = [], []
        for row in self.store.evidence(test.learner):
            here = row.source == placed.SOURCE and row.key.startswith(f"{test.number}/")
            if here or row.tried_at <= test.started_at:
                (own if here else others).append(row)
        learner = test.learner
        prior = self._prior(learner, others, test.started_at)
        belief = placement.start(self._people, prior, self._wanted(learner))
        trace: list[tuple[Evidence | None, Belief]] = [(None, belief)]
        for row in sorted(own, key=lambda one: int(one.key.partition("/")[2])):
            skill = Skill.parse(row.proves[0])
            if skill.competency not in self.ground.rows:
                continue
            competency, level = self.ground.node(skill)
            said = "right" if row.score else "wrong" if row.detail["known"] else "unsure"
            slip, lucky = row.detail["slip"], row.detail["guess"]
            belief = placement.update(belief, competency, level, said, slip=slip, guess=lucky)
            trace.append((row, belief))
        return trace

    @cached_property
    def _people(self) -> Any:
        return _people_of(self.ground.catalogue)

    def _prior(self, learner: str, known: list[Evidence], now: datetime) -> Array | None:
        profile = self.store.profile(learner)
        if profile is None:
            return None
        said = check(self.ground.catalogue, profile.data)
        start = self.ground.prior(said.degree, said.job, said.years)
        seen = evidence.observations(known, self.ground, now)
        return self.ground.posterior(start, seen, evidence.days(now)).now

    def _wanted(self, learner: str) -> NDArray[np.bool_] | None:
        """Return the nodes that the learner's goal needs, ``(C, 4)``; None without a profile."""
        profile = self.store.profile(learner)
        if profile is None:
            return None
        goal = check(self.ground.catalogue, profile.data).goal(self.ground.catalogue)
        needed = [self.ground.node_of(name, level) for name, level in goal.skills.items()]
        wanted = np.zeros((len(self.ground.rows), LEVELS), dtype=bool)
        while needed:
            node = needed.pop()
            if not wanted[node]:
                wanted[node] = True
                needed += self.ground.curriculum.needed_by[node]
        return wanted

    def _open(self, learner: str) -> Placement:
        found = self.store.placements(learner)
        if not found or found[-1].ended_at is not None:
            raise NoPlacement("no-placement", learner=learner)
        return found[-1]

    def _go_on(self, test: Placement) -> dict[str, Any]:
        """Return the open question, asking the next one where there is none, or end the test."""
        while True:
            asked = self.store.answers(test.id)
            if not asked or asked[-1].answered_at is not None:
                self._settle(test, asked)
                trace = self.believed(test)
                belief, count = trace[-1][1], len(trace) - 1
                free = self._free(test, asked, belief)
                if placement.finished(belief, count) or not len(free):
                    return self._end(test, "sure" if belief.sure else "limit" if len(free) else "items")
                asked.append(self._ask(test, len(asked), belief, free))
            drawn = self._drawn(asked[-1])
            if drawn is not None:
                return self._question(test, asked, drawn)
            # the item was revised or has gone since it was asked: the question closes and says nothing
            self.store.answer(test.id, asked[-1].position, None, False, self._clock())

    def _ask(self, test: Placement, position: int, belief: Belief, free: Any) -> Answer:
        chance = np.random.default_rng([test.seed, position])
        chosen = placement.choose(belief, self._questions(), free, chance)
        item = list(self.bank.items.values())[chosen]
        return self.store.ask(
            test.id,
            position,
            item=item.key,
            item_version=item.version,
            variant=int(chance.integers(2**31)),
            competency=item.competency,
            level=str(item.level),
            now=self._clock(),
        )

    def _free(self, test: Placement, asked: list[Answer], belief: Belief) -> Any:
        """Return the items that may be asked: of what the goal needs, none twice, nothing fixed again."""
        taken = {one.item for one in asked}
        for earlier in self.store.placements(test.learner)[: test.number - 1]:
            for one in self.store.answers(earlier.id):
                item = self.bank.items.get(one.item)
                if item is not None and len(cases(item)) == 1:
                    taken.add(one.item)
        of_goal = belief.wanted.reshape(-1, LEVELS).any(axis=1)
        items = enumerate(self.bank.items.values())
        free = [
            row for row, one in items if one.key not in taken and of_goal[self.ground.rows[one.competency]]
        ]
        return np.array(free, dtype=int)

    def _drawn(self, asked: Answer) -> Drawn | None:
        item = self.bank.items.get(asked.item)
        if item is None or item.version != asked.item_version:
            return None
        return self.bank.draw(asked.item, asked.variant)

    def _settle(self, test: Placement, asked: list[Answer]) -> None:
        """Make evidence of answers that are none yet; one of an item that was revised since stays none."""
        known = {row.key for row in self.store.evidence(test.learner) if row.source == placed.SOURCE}
        questions, places = self._questions(), {key: place for place, key in enumerate(self.bank.items)}
        rows = []
        for one in asked:
            drawn = self._drawn(one)
            if one.answered_at is None or drawn is None or f"{test.number}/{one.position}" in known:
                continue
            place = places[one.item]
            slip, lucky = float(questions.slip[place]), float(questions.guess[place])
            rows.append(placed.row(test, one, kind=drawn.item.kind, slip=slip, guess=lucky))
        if rows:
            self.store.add_evidence(rows, self._clock())

    def _questions(self) -> Questions:
        if self._used is None or time.monotonic() - self._used.read_at > REFRESH_SECONDS:
            model = self.store.active_model(MODEL)
            found = model.parameters if model else {}
            _, questions = questions_of(self.ground, self.bank, found)
            counts = self.store.times_asked()
            asked = np.array([counts.get(key, 0) for key in self.bank.items])
            self._used = Used(replace(questions, asked=asked), time.monotonic())
        return self._used.questions

    def _question(self, test: Placement, asked: list[Answer], drawn: Drawn) -> dict[str, Any]:
        return {
            "state": "open",
            "number": test.number,
            "started_at": test.started_at.isoformat(),
            "position": asked[-1].position,
            "most": placement.MOST_QUESTIONS,
            "question": drawn.shown(),
        }

    def _end(self, test: Placement, why: str) -> dict[str, Any]:
        self._settle(test, self.store.answers(test.id))
        trace = self.believed(test)
        before, after = trace[0][1], trace[-1][1]
        answers = [one for one in self.store.answers(test.id) if one.answered_at is not None]
        summary = {
            "why": why,
            "asked": len(trace) - 1,
            "right": sum(bool(one.correct) for one in answers),
            "unsure": sum(not one.known for one in answers),
            "expected_accuracy": round(1.0 - after.doubt / int(after.wanted.sum()), 3),
            "stages": self._stages(before.known, after.known),
        }
        return self._ended(self.store.end_placement(test.id, summary, self._clock()))

    def _ended(self, test: Placement) -> dict[str, Any]:
        assert test.ended_at is not None
        return {
            "state": "ended",
            "number": test.number,
            "started_at": test.started_at.isoformat(),
            "ended_at": test.ended_at.isoformat(),
            "most": placement.MOST_QUESTIONS,
            "summary": test.summary,
        }

    def _stages(self, before: Array, after: Array) -> list[dict[str, Any]]:
        catalogue = self.ground.catalogue
        stages: dict[str, list[dict[str, Any]]] = {name: [] for name in catalogue.structure.stages}
        for name, one in catalogue.competencies.items():
            row = self.ground.rows[name]
            stages[one.stage].append(
                {
                    "id": name,
                    "title": {"en": one.title.en, "zh": one.title.zh},
                    "before": before[row].round(3).tolist(),
                    "after": after[row].round(3).tolist(),
                }
            )
        return [
            {
                "id": name,
                "title": {
                    "en": catalogue.structure.stages[name].title.en,
                    "zh": catalogue.structure.stages[name].title.zh,
                },
                "competencies": competencies,
            }
            for name, competencies in stages.items()
        ]


@lru_cache(maxsize=2)
def _people_of(catalogue: Catalogue) -> Any:
    """Return the imagined learners, the same for all learners; making them takes a second."""
    ground = Ground(catalogue)
    return population(Graph(len(ground.rows), ground.curriculum.needs), goals_of(ground))


def goals_of(ground: Ground) -> list[list[int]]:
    """Return what people aim at, as lists of nodes: roles, targets, tracks, stages."""
    catalogue = ground.catalogue
    goals = [
        [ground.rows[name] * LEVELS + int(level) - 1 for name, level in one.competencies.items()]
        for one in (*catalogue.roles.values(), *catalogue.targets.values())
    ]
    wide: dict[str, list[int]] = {}
    for name, one in catalogue.competencies.items():
        for field in (one.stage, *one.tracks):
            wide.setdefault(field, []).append(ground.rows[name] * LEVELS + LEVELS - 2)
    return goals + list(wide.values())


def questions_of(
    ground: Ground, bank: Bank, found: Mapping[str, Any] | None = None
) -> tuple[list[Item], Questions]:
    """Return the items and what the engine knows of them.

    Parameters
    ----------
    found
        Slip and guess by ``competency/id`` from answer data, for the version that they were found for.
    """
    items = list(bank.items.values())
    slips, guesses = [], []
    for item in items:
        own = (found or {}).get(item.key, {})
        fits = own.get("version") == item.version
        slips.append(own["slip"] if fits else SLIP)
        guesses.append(own["guess"] if fits else guess(item))
    return items, Questions(
        competency=np.array([ground.rows[item.competency] for item in items], dtype=int),
        level=np.array([item.column for item in items], dtype=int),
        slip=np.array(slips, dtype=float),
        guess=np.array(guesses, dtype=float),
        asked=np.zeros(len(items), dtype=int),
    )
