"""How many hours each role takes from which start: a table, and its place in the README."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import catalogue
from learning_paths.curriculum import Ground
from learning_paths.effort import beginning, effort, missing
from learning_paths.goals import goal_of

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- hours: made by python -m learning_paths.role_hours -->", "<!-- end of hours -->"
STARTS = {
    "without-science": ("high-school", {"en": "without science", "zh": "无理工背景"}),
    "computing": ("computing", {"en": "computing degree", "zh": "计算机学位"}),
}
FULL_TIME_MONTH = 160


def role_hours(ground: Ground, language: str = "en") -> list[dict[str, Any]]:
    """Return the hours of every role and migration target.

    Parameters
    ----------
    language
        What the learner reads, ``en`` or ``zh``: it decides between courses that teach the same.

    Returns
    -------
    list of dict
        ``id``, ``title``, and ``starts``: one without science (a school leaver), one from a computing degree,
        and one from each job from which a migration path of the framework leads there, directly or as what
        may follow. A start has ``id`` (``without-science``, ``computing``, ``job:…``), ``title``, and
        ``hours`` as :meth:`learning_paths.effort.Effort.data` has them.
    """
    catalogue = ground.catalogue
    rows = []
    for name in (*catalogue.roles, *catalogue.targets):
        goal = goal_of(catalogue, name)
        starts = [(start, title, degree, None) for start, (degree, title) in STARTS.items()]
        leading = [one for one in catalogue.migrations.values() if name in (*one.to, *one.then)]
        for job in dict.fromkeys(job for one in leading for job in one.origins):
            title = catalogue.jobs[job].title
            starts.append((f"job:{job}", {"en": title.en, "zh": title.zh}, None, job))
        rows.append(
            {
                "id": goal.id,
                "title": dict(goal.title),
                "starts": [
                    {
                        "id": start,
                        "title": dict(title),
                        "hours": effort(
                            ground,
                            missing(ground, goal, beginning(ground, degree, job), language=language).chosen,
                        ).data(),
                    }
                    for start, title, degree, job in starts
                ],
            }
        )
    return rows


def split(hours: Mapping[str, float]) -> tuple[float, float, float]:
    """Return lessons, labs and practice at work, built and planned ones together."""
    return (
        hours["lessons"] + hours["planned_lessons"],
        hours["labs"] + hours["planned_labs"],
        hours["practice"],
    )


def estimated_share(hours: Mapping[str, float]) -> float:
    """Return which share of lessons and labs is not built yet and so an estimate, 0 to 1."""
    planned = hours["planned_lessons"] + hours["planned_labs"]
    return planned / hours["study"] if hours["study"] else 0.0


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the README's table and what holds it against common sense."""
    lines = [
        "| role | without science | computing degree | migration starts | not built yet |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        first, second, *others = row["starts"]
        moves = "; ".join(f"{one['title']['en']}: {_cell(one['hours'])}" for one in others)
        share = f"{estimated_share(first['hours']):.0%}"
        cells = (row["title"]["en"], _cell(first["hours"]), _cell(second["hours"]), moves, share)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n\n" + _sense(rows)


def updated(readme: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the README with its table made anew."""
    made = f"{BEGIN}\n\n{markdown(rows)}\n\n{END}"
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: made, readme, flags=re.DOTALL)


def _cell(hours: Mapping[str, float]) -> str:
    return " / ".join(f"{number:.0f}" for number in split(hours))


def _sense(rows: Iterable[Mapping[str, Any]]) -> str:
    starts = [row["starts"][0]["hours"] for row in rows if row["id"].startswith("role:")]
    study = sorted(hours["study"] for hours in starts)
    whole = sorted((hours["study"] + hours["practice"]) / FULL_TIME_MONTH for hours in starts)
    middle = whole[len(whole) // 2]
    return (
        f"Held against common sense: {study[0]:.0f} to {study[-1]:.0f} hours of study are less than one"
        " university module (6 ECTS are 150 to 180 hours) and make nobody a professional; the business roles"
        " are the ones that are too short, because few lessons are planned for them.\n"
        "With the practice at work that belongs to it a role takes somebody without science"
        f" {whole[0]:.1f} to {whole[-1]:.1f} months of full work ({middle:.1f} in the middle), where boot"
        " camps take three to six: so read these hours as the least, of somebody whom every lesson reaches"
        " at the first attempt."
    )


if __name__ == "__main__":
    made = role_hours(Ground(catalogue.load()))
    README.write_text(updated(README.read_text(encoding="utf-8"), made), encoding="utf-8")
