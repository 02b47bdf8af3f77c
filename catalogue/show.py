"""What the catalogue holds, as plain data for people and programs."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from catalogue.errors import UnknownId
from catalogue.framework_schema import Competency, Role, Target
from catalogue.graph import closure, learning_order
from catalogue.ids import Level, Skill
from catalogue.model import Catalogue
from catalogue.units import Course, Lab

WHOLE = ("structure", "talent", "organisations", "certifications", "universities")


def counts(catalogue: Catalogue | None) -> dict[str, int]:
    """Return how much there is; zeros where the framework could not be read."""
    if catalogue is None:
        return dict.fromkeys(("roles", "role_competencies", "competencies", "courses", "lessons", "labs"), 0)
    return {
        "roles": len(catalogue.roles),
        "role_competencies": len(catalogue.role_rows()),
        "competencies": len(catalogue.competencies),
        "courses": len(catalogue.courses),
        "lessons": len(catalogue.lessons),
        "labs": len(catalogue.labs),
    }


def overview(catalogue: Catalogue) -> dict[str, Any]:
    """Return the counts, the roles, and the courses by stage."""
    return {
        **counts(catalogue),
        "role_titles": titles(catalogue.roles),
        "courses_by_stage": {
            stage: titles({name: one for name, one in catalogue.courses.items() if one.stage == stage})
            for stage in catalogue.structure.stages
        },
    }


def titles(entries: Mapping[str, Any]) -> dict[str, str]:
    """Return the titles of some entries, in both languages, by id."""
    return {name: str(getattr(one, "title", None) or " → ".join(one.to)) for name, one in entries.items()}


def lists(catalogue: Catalogue) -> dict[str, Mapping[str, Any]]:
    """Return everything that has ids, by the word for many of it."""
    return {
        "roles": catalogue.roles,
        "targets": catalogue.targets,
        "competencies": catalogue.competencies,
        "degrees": catalogue.degrees,
        "jobs": catalogue.jobs,
        "migrations": catalogue.migrations,
        "courses": catalogue.courses,
        "lessons": catalogue.lessons,
        "labs": catalogue.labs,
    }


def find(catalogue: Catalogue, name: str) -> dict[str, Any]:
    """Return what a word stands for.

    Parameters
    ----------
    catalogue
        Where to look.
    name
        A list (``roles``), a file of the framework (``talent``), a typed id (``lab:lora``), or a bare id,
        which may stand for several things.

    Raises
    ------
    UnknownId
        With the nearest names.
    """
    known = lists(catalogue)
    if name in known:
        return titles(known[name])
    if name in WHOLE:
        return _plain(getattr(catalogue, name))
    kind, colon, bare = name.partition(":")
    if kind == "competency":
        bare = bare.partition("@")[0]
    singular = {_singular(plural): plural for plural in known}
    if colon and kind in singular:
        entries = known[singular[kind]]
        if bare not in entries:
            raise UnknownId(kind, bare, entries)
        return {f"{kind}:{bare}": detail(catalogue, entries[bare])}
    found = {
        f"{_singular(plural)}:{name}": detail(catalogue, entries[name])
        for plural, entries in known.items()
        if name in entries
    }
    if not found:
        ids = dict.fromkeys(one for entries in known.values() for one in entries)
        raise UnknownId("id", name, [*known, *WHOLE, *ids])
    return found


def graph_data(shown: Mapping[str, Competency]) -> dict[str, Any]:
    """Return competencies as nodes, and their needs of one another with the reasons."""
    return {
        "nodes": [
            {"id": name, "title": _plain(one.title), "stage": one.stage} for name, one in shown.items()
        ],
        "needs": [
            {"competency": name, **_plain(need)}
            for name, one in shown.items()
            for need in one.needs
            if need.needs in shown
        ],
    }


def detail(catalogue: Catalogue, one: BaseModel) -> dict[str, Any]:
    """Return an entry with what follows from the rest of the catalogue."""
    data = _plain(one)
    if isinstance(one, Role | Target):
        goals = [Skill(name, level) for name, level in one.competencies.items()]
        order = learning_order(catalogue.competencies, closure(catalogue.competencies, goals))
        data["learning_order"] = [str(skill) for skill in order]
    if isinstance(one, Competency):
        data |= _around(catalogue, one)
    if isinstance(one, Lab):
        data["points"] = one.points
    if isinstance(one, Course):
        data["minutes"] = sum(lesson.minutes or 0 for lesson in one.lessons)
    return data


def _around(catalogue: Catalogue, one: Competency) -> dict[str, Any]:
    skill = Skill(one.id, Level.B)
    return {
        "asked_by": [
            f"role:{role} at {level}" for role, name, level in catalogue.role_rows() if name == one.id
        ],
        "needed_by": [
            f"{other.id}@{need.for_}"
            for other in catalogue.competencies.values()
            for need in other.needs
            if need.needs == one.id
        ],
        "taught_by": [f"lesson:{lesson.id}" for lesson in catalogue.lessons_teaching(skill)],
        "proved_by": _unique(f"lab:{lab.slug} {task.id}" for lab, task in catalogue.tasks_proving(skill)),
    }


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _singular(plural: str) -> str:
    return plural[:-3] + "y" if plural.endswith("ies") else plural[:-1]


def _plain(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)
