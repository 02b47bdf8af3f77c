"""What changed between two plans, in words: which work moved which competency, which units moved."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalogue import Skill
from learning_paths.curriculum import Ground
from learning_paths.evidence import called
from learning_paths.mastery import Mastery
from learning_paths.sayings import Text, joined, listed, say
from learning_paths.store import Evidence, Snapshot

MOST = 3
"""So many competencies are told in words after a placement; the data has all."""


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
        The plan now, with its profile and marks.

    Returns
    -------
    list of dict
        ``kind`` (graded, regraded, placed, shown, left, came, profile, marks) and ``text`` by language. The
        first four are one entry for a lab, a placement or another piece of work, with ``lab`` (None where it
        was no lab), ``tasks`` (``task``, ``title``, ``score``, ``points`` and ``source``, the row's key) and
        ``competencies`` that they prove: ``competency``, ``level``, ``title``, ``before`` and ``after``
        (probabilities), ``mastered``, and ``by``, the tasks that prove it. Units that left or came have
        ``units``.
    """
    found = []
    if made["profile"]["version"] != previous.profile_version:
        found.append({"kind": "profile", "text": say("changed-profile", {})})
    found += _marks(previous.plan.get("marks", []), made["marks"])
    found += [work(ground, rows, before, after) for rows in pieces(ground, fresh)]
    was = {unit["id"]: unit["title"] for unit in previous.plan["units"]}
    now = {unit["id"]: unit["title"] for unit in made["units"]}
    for kind, units, others in (("left", was, now), ("came", now, was)):
        different = {name: title for name, title in units.items() if name not in others}
        if different:
            titles = listed(list(different.values()), len(different))
            text = say(f"changed-{kind}", {"titles": titles})
            found.append({"kind": kind, "units": list(different), "text": text})
    return found


def _marks(was: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    held, still = {mark["id"] for mark in was}, {mark["id"] for mark in now}
    found = [
        {"kind": "marks", "text": joined([say("changed-mark", {"title": mark["title"]}), mark["text"]])}
        for mark in now
        if mark["id"] not in held
    ]
    gone = [mark["title"] for mark in was if mark["id"] not in still]
    if gone:
        found.append({"kind": "marks", "text": say("changed-unmarked", {"titles": listed(gone)})})
    return found


def pieces(ground: Ground, fresh: Sequence[Evidence]) -> Iterable[list[Evidence]]:
    """Return the newest revisions by piece of work: a lab's tasks, a placement's answers, or one row."""
    newest = {(row.source, row.lab, row.task or row.key): row for row in fresh}
    found: dict[tuple[str, str], list[Evidence]] = {}
    for row in newest.values():
        if _skills(ground, row):
            piece = row.lab or ("" if row.source == "placement" else row.key)
            found.setdefault((row.source, piece), []).append(row)
    return found.values()


def _skills(ground: Ground, row: Evidence) -> list[Skill]:
    """Return what a row speaks for, of what the catalogue still has."""
    if row.lab:
        lab = ground.catalogue.labs.get(row.lab)
        return [skill for task in lab.tasks if task.id == row.task for skill in task.proves] if lab else []
    skills = [Skill.parse(text) for text in row.proves or ()]
    return [skill for skill in skills if skill.competency in ground.rows]


def work(ground: Ground, rows: Sequence[Evidence], before: Mastery, after: Mastery) -> dict[str, Any]:
    """Return the entry of one piece of work; see `changes`."""
    lab = rows[0].lab or None
    if lab is None:
        kind = "placed" if rows[0].source == "placement" else "shown"
    else:
        kind = "regraded" if any(row.revision > 1 for row in rows) else "graded"
    proved: dict[Skill, list[str]] = {}
    for row in rows:
        for skill in _skills(ground, row):
            proved.setdefault(skill, []).append(row.task or row.key)
    tasks = [_task(ground, row) for row in rows]
    competencies = [_moved(ground, skill, by, before, after) for skill, by in proved.items()]
    return {
        "kind": kind,
        "lab": lab,
        "tasks": tasks,
        "competencies": competencies,
        "text": _told(ground, kind, rows, tasks, competencies),
    }


def _task(ground: Ground, row: Evidence) -> dict[str, Any]:
    if row.lab:
        title = next(task.title for task in ground.catalogue.labs[row.lab].tasks if task.id == row.task)
        named = {"en": title.en, "zh": title.zh}
    else:
        named = called(row, ground.catalogue)
    return {
        "task": row.task or row.key,
        "title": named,
        "score": row.score,
        "points": row.points,
        "source": f"{row.source}:{row.key}",
    }


def _moved(
    ground: Ground, skill: Skill, by: Sequence[str], before: Mastery, after: Mastery
) -> dict[str, Any]:
    node = ground.node(skill)
    return {
        "competency": skill.competency,
        "level": str(skill.level),
        "title": {language: ground.name(node, language) for language in ("en", "zh")},
        "before": round(float(before.now[node]), 3),
        "after": round(float(after.now[node]), 3),
        "mastered": bool(after.mastered()[node]),
        "by": list(by),
    }


def _told(
    ground: Ground,
    kind: str,
    rows: Sequence[Evidence],
    tasks: Sequence[Mapping[str, Any]],
    competencies: Sequence[Mapping[str, Any]],
) -> Text:
    if kind == "placed":
        words = {"right": sum(row.score > 0 for row in rows), "count": len(rows)}
    elif kind == "shown":
        words = {"work": called(rows[0], ground.catalogue)}
    else:
        scores = [say("changed-task", {**task, **_points(task)}) for task in tasks]
        title = ground.catalogue.labs[rows[0].lab].title
        words = {"lab": {"en": title.en, "zh": title.zh}, "tasks": _one_by_one(scores)}
    told = sorted(competencies, key=lambda one: -abs(one["after"] - one["before"]))
    moves = [
        say(
            "changed-mastered" if one["mastered"] else "changed-not-yet",
            {"skill": one["title"], "before": round(100 * one["before"]), "after": round(100 * one["after"])},
        )
        for one in (told[:MOST] if kind == "placed" else competencies)
    ]
    return joined([say(f"changed-{kind}", words), *moves])


def _points(task: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"{task[name]:g}" for name in ("score", "points")}


def _one_by_one(texts: Sequence[Text]) -> Text:
    return {
        language: comma.join(text[language] for text in texts)
        for language, comma in (("en", ", "), ("zh", "，"))
    }
