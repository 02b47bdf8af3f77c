"""What changed between two plans, in words: which graded task moved which competency, which units moved."""

from collections.abc import Mapping, Sequence
from typing import Any

from learning_paths.curriculum import Ground
from learning_paths.mastery import Mastery
from learning_paths.store import Evidence, Snapshot

SAYINGS = {
    "graded": {
        "en": "Your lab “{lab}”, task “{task}”, got {score} of {points} points: “{skill}” went from "
        "{before} % to {after} %{verdict}.",
        "zh": "你的实验“{lab}”中任务“{task}”得了 {score} / {points} 分："
        "“{skill}”从 {before} % 变为 {after} %{verdict}。",
    },
    "regraded": {
        "en": "Your lab “{lab}”, task “{task}”, was graded again and has {score} of {points} points "
        "now: “{skill}” went from {before} % to {after} %{verdict}.",
        "zh": "你的实验“{lab}”中任务“{task}”被重新评分，现为 {score} / {points} 分："
        "“{skill}”从 {before} % 变为 {after} %{verdict}。",
    },
    "left": {"en": "Out of the plan: {titles}.", "zh": "已从计划中移出：{titles}。"},
    "came": {"en": "New in the plan: {titles}.", "zh": "计划中新增：{titles}。"},
    "profile": {"en": "You changed what you told us about yourself.", "zh": "你修改了个人信息。"},
}
MASTERED = {"en": ", which counts as mastered", "zh": "，视为已掌握"}
NOT_YET = {"en": ", which is not enough yet", "zh": "，尚未达到要求"}


def changes(
    ground: Ground,
    fresh: Sequence[Evidence],
    before: Mastery,
    after: Mastery,
    previous: Snapshot,
    made: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Return what is different from the previous plan.

    Parameters
    ----------
    ground
        What there is to learn.
    fresh
        Revisions of evidence since the previous plan, oldest first.
    before, after
        What is believed today without and with them.
    previous
        The plan before.
    made
        The plan now, with its profile.

    Returns
    -------
    list of dict
        ``kind`` (graded, regraded, left, came, profile) and ``text`` by language; graded ones also ``lab``,
        ``task``, ``score``, ``points``, ``competency``, ``level``, ``before`` and ``after`` (probabilities),
        ``mastered`` and ``source``, the submission's key.
    """
    found = []
    if made["profile"]["version"] != previous.profile_version:
        found.append({"kind": "profile", "text": dict(SAYINGS["profile"])})
    last = {(row.lab, row.task): row for row in fresh}
    for row in last.values():
        found += _graded(ground, row, before, after)
    was = {unit["id"]: unit["title"] for unit in previous.plan["units"]}
    now = {unit["id"]: unit["title"] for unit in made["units"]}
    for kind, units, others in (("left", was, now), ("came", now, was)):
        different = {name: title for name, title in units.items() if name not in others}
        if different:
            found.append({"kind": kind, "units": list(different), "text": _listed(kind, different.values())})
    return found


def _graded(ground: Ground, row: Evidence, before: Mastery, after: Mastery) -> list[dict[str, Any]]:
    lab = ground.catalogue.labs.get(row.lab)
    task = next((task for task in lab.tasks if task.id == row.task), None) if lab else None
    if lab is None or task is None:
        return []
    kind = "regraded" if row.revision > 1 else "graded"
    mastered = after.mastered()
    found = []
    for skill in task.proves:
        node = ground.node(skill)
        was, now = float(before.now[node]), float(after.now[node])
        verdict = MASTERED if mastered[node] else NOT_YET
        text = {
            language: SAYINGS[kind][language].format(
                lab=lab.title[language],
                task=task.title[language],
                score=f"{row.score:g}",
                points=f"{row.points:g}",
                skill=ground.name(node, language),
                before=round(100 * was),
                after=round(100 * now),
                verdict=verdict[language],
            )
            for language in ("en", "zh")
        }
        found.append(
            {
                "kind": kind,
                "lab": row.lab,
                "task": row.task,
                "score": row.score,
                "points": row.points,
                "competency": skill.competency,
                "level": str(skill.level),
                "before": round(was, 3),
                "after": round(now, 3),
                "mastered": bool(mastered[node]),
                "source": f"{row.source}:{row.key}",
                "text": text,
            }
        )
    return found


def _listed(kind: str, titles: Any) -> dict[str, str]:
    titles = list(titles)
    marks = {"en": (", ", "“{}”"), "zh": ("、", "“{}”")}
    return {
        language: SAYINGS[kind][language].format(
            titles=comma.join(quoted.format(one[language]) for one in titles)
        )
        for language, (comma, quoted) in marks.items()
    }
