"""What a learner can aim at: a role, a migration target, competencies at levels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalogue import Catalogue, Level, Skill
from catalogue.errors import UnknownId
from catalogue.schema import Text
from learning_paths.errors import BadProfile
from learning_paths.refusals import unknown


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a plan leads.

    Parameters
    ----------
    id
        ``role:…``, ``target:…``, or the competencies asked, joined by commas.
    title
        In English and Chinese, by language.
    skills
        Level asked by competency.
    uncovered
        What belongs to the goal and is no competency of the framework.
    """

    id: str
    title: Mapping[str, str]
    skills: Mapping[str, Level]
    uncovered: tuple[Text, ...] = ()


def goal_of(catalogue: Catalogue, role: str | None = None, competencies: Sequence[str] = ()) -> Goal:
    """Return the goal of a role or migration target, of single competencies, or of both together.

    Parameters
    ----------
    catalogue
        Where they are looked up.
    role
        Id of a role or of a migration target.
    competencies
        ``fine-tuning@I``; without a level the professional one is meant.

    Raises
    ------
    BadProfile
        When nothing is asked, or something is unknown; with the nearest names.
    """
    skills: dict[str, Level] = {}
    ids, titles, uncovered = [], [], ()
    if role:
        try:
            wanted = catalogue.goal(role)
        except UnknownId as error:
            raise BadProfile(
                "role", "unknown-id", unknown=unknown(error, catalogue.roles | catalogue.targets)
            ) from error
        skills.update(wanted.competencies)
        ids.append(f"{'role' if role in catalogue.roles else 'target'}:{role}")
        titles.append(wanted.title)
        uncovered = getattr(wanted, "uncovered", ())
    for text in competencies:
        skill = _skill(catalogue, text)
        skills[skill.competency] = max(skill.level, skills.get(skill.competency, skill.level))
        ids.append(f"competency:{skill}")
        titles.append(catalogue.competencies[skill.competency].title)
    if not skills:
        raise BadProfile("role", "no-goal")
    joined = {"en": ", ".join(title.en for title in titles), "zh": "、".join(title.zh for title in titles)}
    return Goal(",".join(ids), joined, skills, tuple(uncovered))


def _skill(catalogue: Catalogue, text: str) -> Skill:
    name, at, level = text.strip().partition("@")
    try:
        catalogue.competency(name)
    except UnknownId as error:
        raise BadProfile(
            "competencies", "unknown-id", unknown=unknown(error, catalogue.competencies)
        ) from error
    if at and level not in Level.__members__:
        raise BadProfile("competencies", "no-level", level=repr(level), text=repr(text))
    return Skill(name, Level[level] if at else Level.P)
