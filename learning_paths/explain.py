"""Why a unit stands in a plan: which goal needs it, what shows that it is missing, what it unlocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from learning_paths.curriculum import Ground
from learning_paths.estimates import left_to_build
from learning_paths.goals import Goal
from learning_paths.mastery import MASTERED, Array, Mastery
from learning_paths.planner import Selection
from learning_paths.units import Gap, Item, Node, Unit

UNLIKELY = 0.15
"""Below this a background says nothing worth a number."""

SAYINGS = {
    "goal": {
        "en": "“{skill}” is part of your goal: {goal}.",
        "zh": "“{skill}”是你目标“{goal}”的一部分。",
    },
    "need": {
        "en": "“{asker}” needs “{skill}”: {why}.",
        "zh": "学“{asker}”之前要会“{skill}”：{why}。",
    },
    "uses": {
        "en": "“{unit}” takes “{skill}” as known.",
        "zh": "“{unit}”默认你已经会“{skill}”。",
    },
    "leads": {"en": "It leads on to “{end}”, which your goal asks for.", "zh": "它通向目标所要求的“{end}”。"},
    "not-taught": {
        "en": "This academy does not teach “{skill}” yet.",
        "zh": "本学院尚未讲授“{skill}”。",
    },
    "planned": {
        "en": "It is planned for {courses}; the hours are its share of the {units} still to come there, "
        "without practice at work.",
        "zh": "规划由{courses}讲授；学时按其中尚待开设的{units}分摊估算，不含工作中的实践。",
    },
    "unplanned": {
        "en": "No course is planned for it; the hours are what a level takes here on average.",
        "zh": "目前没有规划讲授它的课程；学时取本学院一个级别的平均值。",
    },
    "meanwhile": {
        "en": "Learn it elsewhere for now, from a colleague or a textbook, and look for: {contents}.",
        "zh": "目前请先在别处学习（请教同事或阅读教材），要点：{contents}。",
    },
    "not-proved": {
        "en": "No graded lab proves “{skill}” yet, so the plan cannot tell afterwards whether you have it.",
        "zh": "目前还没有实验能证明“{skill}”，因此学完后计划无法确认你是否掌握。",
    },
    "unknown": {
        "en": "Nothing that you told us says that you know it already.",
        "zh": "从你填写的背景看，还没有迹象表明你已经掌握它。",
    },
    "guess": {
        "en": "From your background we guess a chance of {percent} % that you know it: too little to "
        "leave it out.",
        "zh": "根据你的背景，估计你已掌握它的可能性约为 {percent} %，还不足以跳过。",
    },
    "evidence": {
        "en": "Your {work} reached {score} of {points} points: we put it at {percent} % now.",
        "zh": "你的{work}得了 {score} / {points} 分，目前估计掌握程度为 {percent} %。",
    },
    "faded": {
        "en": "You showed it on {date} with your {work}; such knowledge fades and now stands at {percent} "
        "%: a refresher.",
        "zh": "{date}，你的{work}证明过它；这类知识会随时间淡忘，现估计为 {percent} %，建议复习。",
    },
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of work, as words need it.

    Parameters
    ----------
    lab, task
        Ids of the catalogue; empty where the work was no lab.
    work
        What to call it, by language.
    """

    lab: str
    task: str
    work: Mapping[str, str]
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
    prior, mastery
        What is believed before and after graded work.
    shown
        The learner's graded tasks by the row of the competency that they prove, oldest first.
    """

    ground: Ground
    goal: Goal
    selection: Selection
    prior: Array
    mastery: Mastery
    shown: Mapping[int, Sequence[Shown]]

    def reasons(self, item: Item) -> list[dict[str, Any]]:
        """Return why an item is there: a reason for each competency, nearest to the goal first."""
        highest: dict[int, Node] = {}
        for node in self.selection.chosen[item]:
            highest[node[0]] = max(node, highest.get(node[0], node))
        nodes = sorted(highest.values(), key=lambda node: (len(self.chain(node)), node))
        found = [self._reason(node) for node in nodes]
        for node in nodes:
            if isinstance(item, Gap):
                found.append(self._not_taught(node))
            elif isinstance(item, Unit) and item.teaches and node in self.ground.curriculum.unproved:
                found.append(self._remark("not-proved", node))
        return found

    def chain(self, node: Node) -> list[Node]:
        """Return the way from a missing node to a goal; of one competency only the highest level counts."""
        way = [node]
        while (further := self.selection.links[way[-1]].node) is not None:
            if further[0] == way[-1][0]:
                way[-1] = further
            else:
                way.append(further)
        return way

    def unlocks(self, items: Sequence[Item], upcoming: Sequence[Sequence[Item]]) -> list[Item]:
        """Return what waits for items that are one unit: the last item of each later one, three at most."""
        waiting = self.ground.curriculum.before
        after = (unit[-1] for unit in upcoming if any(not waiting[one].isdisjoint(items) for one in unit))
        return list(after)[:3]

    def _reason(self, node: Node) -> dict[str, Any]:
        way = self.chain(node)
        # the step out of the competency: what asked for its highest level on this way
        link = self.selection.links[way[0]]
        words = {"skill": way[0], "asker": link.node, "end": way[-1]}
        if link.node is None:
            kind, extra = "goal", {"goal": self.goal.title}
        elif link.unit is not None:
            kind, extra = "uses", {"unit": self.ground.title(link.unit)}
        else:
            kind, extra = "need", {"why": self.ground.reasons[link.node, way[0]]}
        parts = [self._say(kind, words, extra)]
        if len(way) > 2 or (kind == "uses" and len(way) > 1):
            parts.append(self._say("leads", words, {}))
        parts.append(self._missing(node))
        return {
            "kind": kind,
            "competency": self.ground.curriculum.competencies[node[0]],
            "level": str(self.ground.skill(node).level),
            "chain": [f"competency:{self.ground.skill(step)}" for step in way] + [self.goal.id],
            "probability": round(float(self.mastery.now[node]), 3),
            "short": parts[0],
            "text": {
                language: _join(language, [part[language] for part in parts]) for language in ("en", "zh")
            },
        }

    def _remark(self, kind: str, node: Node, *more: Mapping[str, str]) -> dict[str, Any]:
        short = self._say(kind, {"skill": node}, {})
        return {
            "kind": kind,
            "competency": self.ground.curriculum.competencies[node[0]],
            "level": str(self.ground.skill(node).level),
            "chain": [],
            "short": short,
            "text": {
                language: _join(language, [part[language] for part in (short, *more)])
                for language in ("en", "zh")
            },
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
            "units": _counted(*(sum(numbers) for numbers in zip(*left, strict=True))) if left else "",
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
        percent = {"percent": round(100 * float(self.mastery.now[node]))}
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
            return self._say("faded" if faded else "evidence", {}, {**extra, **percent})
        return self._say("guess" if self.prior[node] >= UNLIKELY else "unknown", {}, percent)

    def _say(self, kind: str, nodes: Mapping[str, Node | None], extra: Mapping[str, Any]) -> dict[str, str]:
        said = {}
        for language, saying in SAYINGS[kind].items():
            words = {
                name: self.ground.name(node, language) for name, node in nodes.items() if node is not None
            }
            words |= {name: _in(language, value) for name, value in extra.items()}
            said[language] = saying.format(**words)
        return said


def _counted(lessons: int, labs: int) -> dict[str, str]:
    kinds = ((lessons, "lesson", "节课"), (labs, "lab", "个实验"))
    there = [(number, one, zh) for number, one, zh in kinds if number]
    return {
        "en": " and ".join(f"{number} {one}{'s' * (number > 1)}" for number, one, _ in there),
        "zh": "和".join(f" {number} {zh}" for number, _, zh in there),
    }


def _in(language: str, value: Any) -> Any:
    return value if isinstance(value, str | int) else value[language]


def _join(language: str, sentences: Sequence[str]) -> str:
    return ("" if language == "zh" else " ").join(sentences)
