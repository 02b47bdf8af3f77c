"""Working out anew all that follows from what the sources said, and proving that the same beliefs come of it.

Derived is what a row means: lab, task, score, points, competencies and weights. Not derived, and never
touched, is what happened: what each source said (a row's key, times and the facts in its detail), profiles,
predictions, answers, marks, and plans as they were shown.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from learning_paths.curriculum import Ground
from learning_paths.evidence import certificates, gradebook, placed, xapi
from learning_paths.evidence.mapping import Rules
from learning_paths.evidence.weighing import days, observations
from learning_paths.mastery import Array
from learning_paths.store import Answer, Evidence, Store, last_revisions


@dataclass(frozen=True, slots=True)
class Difference:
    """A learner whom the rules of today see otherwise than the store.

    Parameters
    ----------
    rows
        Ids of the rows that mean something else now.
    belief
        True when the posterior is another, too.
    """

    learner: str
    rows: Sequence[int]
    belief: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay: how much was read, what differs, and a fingerprint of all posteriors."""

    learners: int
    rows: int
    differences: Sequence[Difference]
    fingerprint: str


def replay(
    store: Store,
    ground: Ground,
    rules: Rules,
    now: datetime,
    *,
    learner: str | None = None,
    apply: bool = False,
) -> Replayed:
    """Delete what rows mean, work it out anew, and compare rows and posteriors bit for bit.

    Where something differs (the catalogue, the mapping or this code have changed), that learner's rows are
    left as they were, unless ``apply`` takes the new meaning over.

    Parameters
    ----------
    learner
        Only this one; all of the store otherwise.
    """
    everybody = store.learners() if learner is None else [learner]
    total, differences, fingerprint = 0, [], hashlib.sha256()
    for name in everybody:
        answers = {str(one.number): store.answers(one.id) for one in store.placements(name)}
        start = prior(store, ground, name)

        def rebuild(
            rows: list[Evidence],
            answers: Mapping[str, Sequence[Answer]] = answers,
            start: Array = start,
        ) -> tuple[list[Evidence] | None, tuple[int, list[int], bytes, bytes]]:
            rebuilt = [_again(row, rules, answers) for row in rows]
            changed = [row.id for row, other in zip(rows, rebuilt, strict=True) if row != other]
            before, after = (_belief(ground, start, each, now) for each in (rows, rebuilt))
            same = not changed and before == after
            return rebuilt if same or apply else None, (len(rows), changed, before, after)

        count, changed, before, after = store.replace_evidence(name, rebuild)
        total += count
        fingerprint.update(name.encode() + before)
        if changed or before != after:
            differences.append(Difference(name, changed, before != after))
    return Replayed(len(everybody), total, differences, fingerprint.hexdigest())


def prior(store: Store, ground: Ground, learner: str) -> Array:
    """Return what the background in a learner's profile lets one assume, nothing without a profile."""
    profile = store.profile(learner)
    told = profile.data if profile else {}
    degree, job = (
        name if name in ground.catalogue.backgrounds else None
        for name in (told.get("degree"), told.get("job"))
    )
    return ground.prior(degree, job, told.get("years") or 0)


def _again(row: Evidence, rules: Rules, answers: Mapping[str, Sequence[Answer]]) -> Evidence:
    facts = replace(row, lab="", task="", score=0.0, points=0.0, proves=())
    if row.source == gradebook.SOURCE:
        return gradebook.again(facts)
    if row.source == placed.SOURCE:
        return placed.again(facts, answers)
    return {xapi.SOURCE: xapi, certificates.SOURCE: certificates}[row.source].again(facts, rules)


def _belief(ground: Ground, start: Array, rows: Sequence[Evidence], now: datetime) -> bytes:
    mastery = ground.posterior(start, observations(last_revisions(rows), ground, now), days(now))
    return mastery.now.tobytes() + mastery.fresh.tobytes()
