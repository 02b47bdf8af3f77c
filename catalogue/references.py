"""Every place where one file names an id of another, as a table of who may name what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalogue.ids import Skill
from catalogue.model import Catalogue
from catalogue.reading import KeyPath


@dataclass(frozen=True, slots=True)
class Reference:
    """An id that stands somewhere.

    Parameters
    ----------
    file
        Framework file by name (``roles``), or a path relative to the catalogue's root.
    keys
        The way to it in the file.
    kind
        What it names, in the singular.
    value
        The id.
    known
        The ids that there are.
    """

    file: str
    keys: KeyPath
    kind: str
    value: str
    known: Mapping[str, Any]


def references(catalogue: Catalogue) -> Iterator[Reference]:
    """Yield every reference of the catalogue."""
    yield from _of_people(catalogue)
    yield from _of_competencies(catalogue)
    yield from _of_organisations(catalogue)
    yield from _of_certifications(catalogue)
    yield from _of_universities(catalogue)
    yield from _of_units(catalogue)


def _list(
    file: str, keys: KeyPath, kind: str, values: Iterable[str], known: Mapping[str, Any]
) -> Iterator[Reference]:
    for number, value in enumerate(values):
        yield Reference(file, (*keys, number), kind, value, known)


def _keys(
    file: str, keys: KeyPath, kind: str, values: Iterable[str], known: Mapping[str, Any]
) -> Iterator[Reference]:
    for value in values:
        yield Reference(file, (*keys, value), kind, value, known)


def _of_competencies(catalogue: Catalogue) -> Iterator[Reference]:
    known = catalogue.competencies
    for name, one in known.items():
        file = "foundations" if one.kind == "foundation" else "competencies"
        yield Reference(file, (name, "stage"), "stage", one.stage, catalogue.structure.stages)
        for number, need in enumerate(one.needs):
            yield Reference(file, (name, "needs", number, "needs"), "competency", need.needs, known)
            others = [skill.competency for skill in need.or_]
            yield from _list(file, (name, "needs", number, "or"), "competency", others, known)


def _of_people(catalogue: Catalogue) -> Iterator[Reference]:
    structure, talent, known = catalogue.structure, catalogue.talent, catalogue.competencies
    subclasses = {name: one for phase in talent.phases.values() for name, one in phase.subclasses.items()}
    for name, role in catalogue.roles.items():
        yield Reference("roles", (name, "family"), "role family", role.family, structure.role_families)
        yield Reference("roles", (name, "role_type"), "role type", role.role_type, talent.role_types)
        yield Reference("roles", (name, "subclass"), "subclass", role.subclass, subclasses)
        if role.skill_family is not None:
            family = role.skill_family
            yield Reference("roles", (name, "skill_family"), "skill family", family, structure.skill_families)
        yield from _list("roles", (name, "layers"), "layer", role.layers, structure.layers)
        yield from _keys("roles", (name, "competencies"), "competency", role.competencies, known)
    for name, target in catalogue.targets.items():
        yield Reference("targets", (name, "role_type"), "role type", target.role_type, talent.role_types)
        if target.subclass is not None:
            kinds = talent.foundation_subclasses
            yield Reference("targets", (name, "subclass"), "foundation subclass", target.subclass, kinds)
        yield from _keys("targets", (name, "competencies"), "competency", target.competencies, known)
        yield from _keys("targets", (name, "partly"), "competency", target.partly, known)
    for file, backgrounds in (("degrees", catalogue.degrees), ("jobs", catalogue.jobs)):
        for name, background in backgrounds.items():
            yield from _keys(file, (name, "knows"), "competency", background.knows, known)
    goals = {**catalogue.roles, **catalogue.targets}
    for name, path in catalogue.migrations.items():
        yield from _list("migrations", (name, "from"), "job", path.origins, catalogue.jobs)
        yield from _list("migrations", (name, "to"), "role", path.to, goals)
        yield from _list("migrations", (name, "then"), "role", path.then, goals)
    for name, kind in talent.foundation_subclasses.items():
        keys = ("foundation_subclasses", name, "best_start")
        yield from _list("talent", keys, "job", kind.best_start, catalogue.jobs)
    for name, row in talent.work_learning.matrix.items():
        yield from _list(
            "talent", ("work_learning", "matrix", name, "roles"), "role", row.roles, catalogue.roles
        )


def _of_organisations(catalogue: Catalogue) -> Iterator[Reference]:
    file, data, roles = "organisations", catalogue.organisations, catalogue.roles
    for name, position in data.positions.items():
        yield from _keys(file, ("positions", name, "roles"), "role", position.roles, roles)
    for name, service in data.services.items():
        keys = ("services", name, "competencies")
        yield from _list(file, keys, "competency", service.competencies, catalogue.competencies)
    for name, company in data.company_types.items():
        keys: KeyPath = ("company_types", name)
        yield from _list(file, (*keys, "positions"), "position", company.positions, data.positions)
        for number, asks in enumerate(company.asks):
            yield from _list(file, (*keys, "asks", number, "periods"), "period", asks.periods, data.periods)
            yield from _list(file, (*keys, "asks", number, "roles"), "role", asks.roles, roles)


def _of_certifications(catalogue: Catalogue) -> Iterator[Reference]:
    file, data, roles = "certifications", catalogue.certifications, catalogue.roles
    for name, view in data.views.items():
        yield from _list(file, ("views", name, "roles"), "role", view.roles, roles)
    for name, direction in data.directions.items():
        yield from _list(file, ("directions", name, "views"), "view", direction.views, data.views)
        yield from _list(file, ("directions", name, "roles"), "role", direction.roles, roles)
    yield from _list(file, ("not_named",), "role", data.not_named, roles)


def _of_universities(catalogue: Catalogue) -> Iterator[Reference]:
    file, data = "universities", catalogue.universities
    for name, talent in data.talents.items():
        yield from _list(file, ("talents", name, "roles"), "role", talent.roles, catalogue.roles)
    for name, school in data.school_types.items():
        yield Reference(file, ("school_types", name, "trains"), "kind of talent", school.trains, data.talents)
    for name, programme in data.programmes.items():
        keys = ("programmes", name)
        yield Reference(file, (*keys, "layer"), "layer", programme.layer, catalogue.structure.layers)
        if programme.background is not None:
            background = programme.background
            yield Reference(file, (*keys, "background"), "degree", background, catalogue.degrees)


def _of_units(catalogue: Catalogue) -> Iterator[Reference]:
    known = catalogue.competencies

    def skills(file: str, keys: KeyPath, values: Iterable[Skill]) -> Iterator[Reference]:
        return _list(file, keys, "competency", (skill.competency for skill in values), known)

    stages = catalogue.structure.stages
    for name, outline in catalogue.outline.items():
        yield Reference("outline", (name, "stage"), "stage", outline.stage, stages)
        yield from _keys("outline", (name, "teaches"), "competency", outline.teaches, known)
    for course in catalogue.courses.values():
        yield Reference(course.file, (), "stage", course.stage, stages)
        yield from skills(course.file, ("teaches",), course.teaches)
        yield from skills(course.file, ("assesses",), course.assesses)
        yield from skills(course.file, ("uses",), course.uses)
        yield from _list(course.file, ("labs",), "lab", course.labs, catalogue.labs)
        for number, lesson in enumerate(course.lessons):
            yield from skills(course.file, ("lessons", number, "teaches"), lesson.teaches)
            yield from skills(course.file, ("lessons", number, "uses"), lesson.uses)
    for lab in catalogue.labs.values():
        for number, task in enumerate(lab.tasks):
            yield from skills(lab.file, ("tasks", number, "proves"), task.proves)
