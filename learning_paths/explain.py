"""Why a unit stands in a plan: which goal needs it, what shows that it is missing, what hangs on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning_paths.consequences import Consequences
from learning_paths.curriculum import Ground
from learning_paths.estimates import left_to_build
from learning_paths.goals import Goal
from learning_paths.intervals import Interval
from learning_paths.mastery import MASTERED, Mastery
from learning_paths.planner import Selection
from learning_paths.sayings import Text, counted, joined, listed, say
from learning_paths.units import Gap, Item, Node, Unit

UNLIKELY = 0.15
"""Below this what is known of a learner says nothing worth telling."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of work, as words need it.

    Parameters
    ----------
    lab, task
        Ids of the catalogue; empty where the work was no lab.
    work
        What to call it, by language.
    source
        Where it is known from, as in the store.
    """

    lab: str
    task: str
    work: Mapping[str, str]
    source: str
    score: float
    points: float
    tried_at: datetime


@dataclass(frozen=True)
class Explainer:
    """Finds the words for one learner's plan.

    Parameters
    ----------
    ground
        What there is to learn.
    goal
        Where the learner wants to go.
    selection
        What is missing.
    mastery
        What is believed.
    shown
        The learner's graded tasks by the row of the competency that they prove, oldest first.
    interval
        Bounds of what is believed.
    """

    ground: Ground
    goal: Goal
    selection: Selection
    mastery: Mastery
    shown: Mapping[int, Sequence[Shown]]
    interval: Interval

    @cached_property
    def consequences(self) -> Consequences:
        """What hangs on each item."""
        return Consequences(self.ground.curriculum, self.selection)

    def reasons(self, item: Item) -> list[dict[str, Any]]:
        """Return why an item is there: a reason for each competency, nearest to the goal first."""
        nodes = self.nodes(item)
        found = [dict(self._reason(node)) for node in nodes]
        if item in self.selection.pinned and found[0]["kind"] != "pinned":
            pinned = self._remark("pinned-too", nodes[0]) | {"kind": "pinned"}
            found[0]["short"] = joined([found[0]["short"], pinned["short"]])
            found.insert(1, pinned)
        for node in nodes:
            if isinstance(item, Gap):
                found.append(self._not_taught(node))
            elif isinstance(item, Unit) and item.teaches and node in self.ground.curriculum.unproved:
                found.append(self._remark("not-proved", node))
        return found

    def nodes(self, item: Item) -> list[Node]:
        """Return what an item is for, each competency at its highest level, nearest to the goal first."""
        highest: dict[int, Node] = {}
        for node in self.selection.chosen[item]:
            highest[node[0]] = max(node, highest.get(node[0], node))
        return sorted(highest.values(), key=lambda node: (len(self.chain(node)), node))

    @cached_property
    def mastered(self) -> NDArray[np.bool_]:
        """Which levels count as mastered, ``(C, 4)``."""
        return self.mastery.mastered()

    def believed(self, node: Node) -> dict[str, int]:
        """Return the belief about a node and its bounds in per cent: ``percent``, ``low``, ``high``."""
        arrays = {"percent": self.mastery.now, "low": self.interval.low, "high": self.interval.high}
        return {name: round(100 * float(array[node])) for name, array in arrays.items()}

    def chain(self, node: Node) -> list[Node]:
        """Return the way from a missing node to a goal; of one competency only the highest level counts."""
        if node in self._chains:
            return self._chains[node]
        way = [node]
        while (further := self.selection.links[way[-1]].node) is not None:
            if further[0] == way[-1][0]:
                way[-1] = further
            else:
                way.append(further)
        self._chains[node] = way
        return way

    @cached_property
    def _chains(self) -> dict[Node, list[Node]]:
        return {}

    def unlocks(self, items: Sequence[Item], place: Mapping[Item, int]) -> list[int]:
        """Return the places of what waits for items that are one unit, the first three.

        Parameters
        ----------
        items
            Those of the unit.
        place
            Of each item of the plan its unit's place.
        """
        after = {place[later] for one in items for later in self._followers[one]}
        return sorted(one for one in after if one > place[items[-1]])[:3]

    @cached_property
    def _followers(self) -> Mapping[Item, list[Item]]:
        """For each item of the plan those that come after it because they wait for it."""
        chosen = set(self.selection.chosen)
        found: dict[Item, list[Item]] = {item: [] for item in chosen}
        for item in self.selection.chosen:
            for earlier in chosen & self.ground.curriculum.before[item]:
                found[earlier].append(item)
        return found

    @cached_property
    def _order(self) -> tuple[list[Item], list[str], NDArray[np.int_]]:
        """The plan's items with their typed ids and minutes."""
        items = list(self.selection.chosen)
        minutes = np.array([self.ground.minutes(item) or 0 for item in items], int)
        return items, [self.ground.identity(item) for item in items], minutes

    def rests_on(self, node: Node) -> list[dict[str, Any]]:
        """Return the work that the belief about a node's competency rests on, oldest first."""
        return [
            {
                "lab": seen.lab,
                "task": seen.task,
                "work": dict(seen.work),
                "score": seen.score,
                "points": seen.points,
                "date": seen.tried_at.date().isoformat(),
            }
            for seen in self.shown.get(node[0], ())
        ]

    def if_skipped(self, items: Sequence[Item]) -> dict[str, Any]:
        """Return what follows when items that are one unit are left out, as data and in words."""
        waiting, goals = self.consequences.waiting_at(items), self.consequences.goals(items)
        node = max(self.selection.chosen[items[-1]])
        order, identities, minutes = self._order
        hours = float(minutes[waiting].sum()) / 60
        parts = [say("skip-open", {"skill": self._named(node)})]
        if len(waiting):
            titles = listed([self.ground.title(order[place]) for place in waiting[:2]], 2, len(waiting))
            extra = {"count": len(waiting), "hours": f"{hours:.1f}", "titles": titles}
            parts.append(say("skip-units", extra))
        if goals:
            parts.append(self._without(tuple(goals)))
        return {
            "units": [identities[place] for place in waiting.tolist()],
            "hours": round(hours, 2),
            "goals": [self.ground.ids[goal] for goal in goals],
            "text": joined(parts),
        }

    def _without(self, goals: tuple[Node, ...]) -> Text:
        """Say which goals are out of reach: the same for many units."""
        if goals not in self._sayings:
            self._sayings[goals] = say("skip-goals", {"goals": listed([self._named(goal) for goal in goals])})
        return self._sayings[goals]

    @cached_property
    def _sayings(self) -> dict[tuple[Node, ...], Text]:
        return {}

    def alternative(self, item: Item) -> dict[str, Any]:
        """Return the nearest thing that could stand in an item's place: kind, unit where it is one, words."""
        others = self.consequences.alternatives(item)
        proofs = [] if isinstance(item, Gap) else self.consequences.proofs(self.selection.chosen[item])
        if others:
            kind, unit = "unit", others[0]
        elif isinstance(item, Gap):
            kind, unit = "elsewhere", None
        elif item.teaches and proofs:
            kind, unit = "test-out", proofs[0]
        else:
            kind, unit = "proof" if item.proves else "elsewhere", None
        words = {}
        if unit is not None:
            words = {"title": listed([self.ground.title(unit)]), "hours": f"{unit.minutes / 60:.1f}"}
        return {"kind": kind, "unit": unit and unit.id, "text": say(f"alternative-{kind}", words)}

    @cached_property
    def _reasons(self) -> dict[Node, dict[str, Any]]:
        return {}

    def _reason(self, node: Node) -> dict[str, Any]:
        """Return why a node is in the plan: the same for all units that are there for it."""
        if node not in self._reasons:
            self._reasons[node] = self._reasoned(node)
        return self._reasons[node]

    def _reasoned(self, node: Node) -> dict[str, Any]:
        way = self.chain(node)
        # the step out of the competency: what asked for its highest level on this way
        link = self.selection.links[way[0]]
        words = {"skill": way[0], "asker": link.over or link.node, "end": way[-1]}
        if link.over is not None:
            kind, extra = "failed", {}
        elif link.node is None and link.unit is not None:
            kind, extra = "pinned", {"unit": self.ground.title(link.unit)}
        elif link.node is None:
            kind, extra = "goal", {"goal": self.goal.title}
        elif link.unit is not None:
            kind, extra = "uses", {"unit": self.ground.title(link.unit)}
        else:
            kind, extra = "need", {"why": self.ground.reasons[link.node, way[0]]}
        parts = [self._say(kind, words, extra)]
        if len(way) > 2 or (kind in ("uses", "failed") and len(way) > 1):
            parts.append(self._say("leads", words, {}))
        parts.append(self._missing(node))
        return {
            "kind": kind,
            "competency": self.ground.curriculum.competencies[node[0]],
            "level": str(self.ground.skill(node).level),
            "chain": [*(self.ground.ids[step] for step in way), self.goal.id],
            "probability": round(float(self.mastery.now[node]), 3),
            "interval": [round(float(bound[node]), 3) for bound in (self.interval.low, self.interval.high)],
            "rests_on": self.rests_on(node),
            "short": parts[0],
            "text": joined(parts),
        }

    def _remark(self, kind: str, node: Node, *more: Mapping[str, str]) -> dict[str, Any]:
        short = self._say(kind, {"skill": node}, {})
        return {
            "kind": kind,
            "competency": self.ground.curriculum.competencies[node[0]],
            "level": str(self.ground.skill(node).level),
            "chain": [],
            "short": short,
            "text": joined([short, *more]),
        }

    def _not_taught(self, node: Node) -> dict[str, Any]:
        """Say what will teach a node, what its hours are, and what to look for until then."""
        catalogue = self.ground.catalogue
        planned = self.ground.planned(node)
        titles = [catalogue.outline[slug].title for slug in planned]
        left = [left_to_build(catalogue, slug) for slug in planned]
        words = {
            "courses": {
                "en": " and ".join(f"the course “{title.en}”" for title in titles),
                "zh": "和".join(f"课程“{title.zh}”" for title in titles),
            },
            "units": counted(*(sum(numbers) for numbers in zip(*left, strict=True))) if left else "",
        }
        contents = catalogue.competencies[self.ground.skill(node).competency].contents
        look_for = {
            "en": "; ".join(text.en for text in contents),
            "zh": "；".join(text.zh for text in contents),
        }
        hours = [self._say("planned" if planned else "unplanned", {}, words)]
        return self._remark(
            "not-taught",
            node,
            *(hours if node in self.ground.gap_minutes else ()),
            self._say("meanwhile", {}, {"contents": look_for}),
        )

    def _missing(self, node: Node) -> dict[str, str]:
        """Say what shows that a node is missing: graded work where there is some, else the background."""
        percent = self.believed(node)
        last = self.shown.get(node[0], ())[-1:]
        if last:
            seen = last[0]
            faded = self.mastery.fresh[node] >= MASTERED
            extra = {
                "work": seen.work,
                "score": f"{seen.score:g}",
                "points": f"{seen.points:g}",
                "date": seen.tried_at.date().isoformat(),
            }
            if seen.source == "placement":
                kind = "answered" if seen.score else "not-answered"
            else:
                kind = "evidence"
            return self._say("faded" if faded else kind, {}, {**extra, **percent})
        return self._say("guess" if self.mastery.now[node] >= UNLIKELY else "unknown", {}, percent)

    def _say(self, kind: str, nodes: Mapping[str, Node | None], extra: Mapping[str, Any]) -> Text:
        return say(kind, {name: self._named(node) for name, node in nodes.items() if node} | dict(extra))

    def _named(self, node: Node) -> Text:
        return self.ground.names(node)
