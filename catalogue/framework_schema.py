"""The schema of catalogue/framework/*.yml: the white paper's facts as data."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from catalogue.ids import LevelField, SkillField
from catalogue.schema import Id, Keys, Line, ReadOnly, Share, Text
from catalogue.units import Track

Decay = Literal["school", "technique", "occupational"]


class Named(Keys):
    """Something that has only a name, with a note where the name does not say enough."""

    title: Text
    note: Text | None = Field(None, description="one sentence more")


class Need(Keys):
    """An edge of the prerequisite graph: to learn this competency at ``for_``, know ``needs`` at ``at``."""

    needs: Id = Field(description="the competency that must be known before")
    at: LevelField = Field(description="the level it must be known at")
    for_: LevelField = Field(alias="for", description="the level of this competency from which it is needed")
    why: Text = Field(description="the reason, as a learner will read it in a plan")
    or_: tuple[SkillField, ...] = Field(
        (), alias="or", description="what would do instead; any one of all is enough"
    )


class CompetencyKeys(Keys):
    """An entry of competencies.yml or foundations.yml."""

    title: Text = Field(description="the competency's name in English and Chinese")
    stage: Id = Field(description="where it stands on the learning curve (structure.yml)")
    tracks: tuple[Track, ...] = Field(min_length=1, description="the tracks it belongs to")
    decay: Decay = Field(description="how its knowledge ages: school slowly, the others fast")
    contents: tuple[Text, ...] = Field(min_length=1, description="what somebody who has it can do")
    source: Line | None = Field(None, description="where the white paper has it")
    needs: tuple[Need, ...] = Field((), description="what must be known before, each with its reason")
    early: bool = Field(False, description="whoever needs it takes it among the first things")


class Competency(CompetencyKeys):
    """A node of the prerequisite graph."""

    id: Id
    kind: Literal["role", "foundation"]


class Role(Keys):
    """One of the fifteen roles."""

    id: Id
    title: Text = Field(description="the role's name in English and Chinese")
    family: Id = Field(description="business, engineering or technical (structure.yml)")
    role_type: Id = Field(description="one of the seven role types (talent.yml)")
    subclass: Id = Field(description="its subclass of the three-phase talent structure (talent.yml)")
    skill_family: Id | None = Field(
        description="one of the five skill families; None where the paper names none"
    )
    layers: tuple[Id, ...] = Field(description="industry layers (structure.yml)")
    tracks: tuple[Track, ...] = Field(min_length=1, description="the tracks it belongs to")
    duty: Text = Field(description="one sentence: what the person answers for")
    competencies: ReadOnly[str, LevelField] = Field(description="competency: the level asked")


class Target(Keys):
    """A migration target that is not one of the fifteen roles."""

    id: Id
    title: Text = Field(description="the target's name in English and Chinese")
    role_type: Id = Field(description="one of the seven role types (talent.yml)")
    subclass: Id | None = Field(None, description="foundation subclass, where it is one")
    tracks: tuple[Track, ...] = Field(min_length=1, description="the tracks it belongs to")
    abilities: tuple[Text, ...] = Field(min_length=1, description="what the white paper asks of it")
    competencies: ReadOnly[str, LevelField] = Field(description="competency: the level asked")
    partly: ReadOnly[str, Text] = Field(
        default={}, description="competency that covers it only in part, so it is not planned: which part"
    )
    uncovered: tuple[Text, ...] = Field(
        min_length=1, description="what no competency of the curriculum covers"
    )


class Background(Keys):
    """Where somebody comes from, and what that lets one assume."""

    id: Id
    kind: Literal["degree", "job"]
    title: Text = Field(description="the name of the degree or job in English and Chinese")
    years: Annotated[int, Field(ge=0, le=10)] = Field(
        0, description="after how many years in the job the numbers hold; 0 for degrees"
    )
    rationale: Text = Field(description="why these numbers")
    knows: ReadOnly[str, ReadOnly[LevelField, Share]] = Field(
        default={}, description="competency: level: probability that somebody with this background has it"
    )

    @model_validator(mode="after")
    def _deeper_is_rarer(self) -> Self:
        for competency, levels in self.knows.items():
            shares = [levels[level] for level in sorted(levels)]
            if shares != sorted(shares, reverse=True):
                raise ValueError(f"{self.id} knows {competency} better at a higher level than at a lower one")
        return self


class CourseOutline(Keys):
    """An entry of outline.yml: a course of the curriculum, built or not."""

    id: Id
    title: Text = Field(description="the course's name in English and Chinese")
    stage: Id = Field(description="where it stands on the learning curve (structure.yml)")
    lessons: Annotated[int, Field(ge=1, le=20)] = Field(
        description="how many lessons it has when it is whole"
    )
    labs: tuple[Id, ...] = Field(min_length=1, description="its graded labs when it is whole")
    teaches: ReadOnly[str, LevelField] = Field(description="competency: the deepest level it leads to")


class Migration(Keys):
    """A path from today's jobs to roles of the AI era."""

    id: Id
    origins: tuple[Id, ...] = Field(alias="from", min_length=1, description="job backgrounds")
    to: tuple[Id, ...] = Field(min_length=1, description="roles or targets")
    then: tuple[Id, ...] = Field((), description="roles or targets that may follow")
    kind: Literal["move", "second-step", "same-role"] = Field(
        "move",
        description="second-step: `then` deepens the same job; same-role: the job is the target already",
    )
    note: Text | None = None
    source: Line


class RoleType(Named):
    """One of the seven role types."""

    abilities: tuple[Text, ...] = Field(min_length=1)
    source: Line


class FoundationSubclass(Named):
    """One of the four subclasses of the foundation role type."""

    abilities: tuple[Text, ...] = Field(min_length=1)
    best_start: tuple[Id, ...] = Field((), description="job backgrounds that come nearest")
    source: Line


class TalentClass(Named):
    """A phase of the three-phase talent structure."""

    focus: Text = Field(description="research, train or use")
    training: Text = Field(description="how it is trained: depth or breadth")
    subclasses: ReadOnly[Id, Named] = Field(min_length=1)


class PracticeShare(Keys):
    """How learning at work divides (the Yanfeng case)."""

    project_practice: Share
    coaching: Share
    digital_learning: Share
    source: Line

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self.project_practice + self.coaching + self.digital_learning
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the shares add up to {total:g}, not 1")
        return self


class MatrixRow(Named):
    """A row of one builder's own training matrix."""

    roles: tuple[Id, ...] = Field((), description="roles of ours that come nearest")


class WorkLearning(Keys):
    """How people learn at work."""

    shares: PracticeShare
    team: tuple[Named, ...] = Field(min_length=1, description="who stands around one deliverable")
    intake: ReadOnly[Id, Named] = Field(description="where people come from: stock and inflow")
    matrix: ReadOnly[Id, MatrixRow] = Field(
        description="rows of the training matrix; its columns are the levels"
    )
    loop: ReadOnly[Id, Named] = Field(description="plan, train, assess")
    maturity_factors: ReadOnly[Id, Named] = Field(
        description="what organisation talent maturity is judged on"
    )
    flywheel: tuple[Text, ...] = Field(min_length=2, description="the data flywheel, step by step")


class Talent(Keys):
    """talent.yml: kinds of people."""

    phases: ReadOnly[Id, TalentClass]
    role_types: ReadOnly[Id, RoleType]
    foundation_subclasses: ReadOnly[Id, FoundationSubclass]
    work_learning: WorkLearning


class Position(Named):
    """One of the five strategic positions of an organisation."""

    size: Text | None = Field(description="the size of company it suits; None where the paper names none")
    builds: tuple[Text, ...]
    buys: tuple[Text, ...]
    roles: ReadOnly[Id, Text] = Field(min_length=1, description="role asked for: why")
    source: Line


class Service(Named):
    """One of the seven services of a service provider."""

    skills: tuple[Text, ...] = Field(min_length=1)
    competencies: tuple[Id, ...] = Field(min_length=1)
    source: Line


class PeriodNeed(Keys):
    """What a kind of company asks for in a period."""

    periods: tuple[Id, ...] = Field(
        (), description="periods of an ecosystem player; none where the paper names none"
    )
    when: Text | None = Field(None, description="the paper's own word for the time, where it names no period")
    people: tuple[Text, ...] = Field(min_length=1)
    roles: tuple[Id, ...] = Field((), description="roles of ours that come nearest")


class CompanyType(Named):
    """A kind of company and its way through the positions."""

    positions: tuple[Id, ...] = Field(min_length=1)
    asks: tuple[PeriodNeed, ...] = Field(min_length=1)
    source: Line


class Organisations(Keys):
    """organisations.yml: positions, services, company types, maturity."""

    ways: ReadOnly[Id, Named] = Field(description="the two ways of building")
    stack: tuple[Named, ...] = Field(description="the technology stack, bottom first")
    positions: ReadOnly[Id, Position]
    services: ReadOnly[Id, Service]
    company_types: ReadOnly[Id, CompanyType]
    maturity_stages: ReadOnly[Id, Named]
    periods: ReadOnly[Id, Named]


class Direction(Named):
    """A direction of certification."""

    views: tuple[Id, ...]
    roles: tuple[Id, ...] = Field(min_length=1)
    suits: Text = Field(description="which organisation picks it")


class View(Named):
    """One of the four views of assessment."""

    roles: tuple[Id, ...] = Field(min_length=1)


class CertificationField(Named):
    """A field that a certification is built for."""

    standing: Literal["core", "related"]
    judged: ReadOnly[Id, Text] = Field(description="who is judged: on what")
    example: Text


class Certifications(Keys):
    """certifications.yml."""

    steps: ReadOnly[Id, Named] = Field(description="how a certification system is built, in order")
    job_kinds: ReadOnly[Id, Named]
    views: ReadOnly[Id, View]
    directions: ReadOnly[Id, Direction]
    fields: ReadOnly[Id, CertificationField]
    uses: ReadOnly[Id, Named]
    not_named: tuple[Id, ...] = Field(description="roles that no direction names")
    source: Line


class UniversityTalent(Named):
    """One of the three kinds of talent that universities train."""

    roles: tuple[Id, ...] = Field((), description="roles of ours that come nearest; an inference")


class SchoolType(Named):
    """A type of school and whom it trains."""

    trains: Id = Field(description="kind of talent")
    by_degree: ReadOnly[Id, Text] = Field(default={}, description="degree: what its students work on")


class Programme(Named):
    """A degree programme and the industry layer that it feeds."""

    layer: Id
    background: Id | None = Field(None, description="the degree background that comes nearest")


class Universities(Keys):
    """universities.yml."""

    chains: ReadOnly[Id, Named] = Field(description="the four chains that are read together")
    talents: ReadOnly[Id, UniversityTalent]
    school_types: ReadOnly[Id, SchoolType]
    programmes: ReadOnly[Id, Programme]
    dimensions: ReadOnly[Id, Named]
    conduct: ReadOnly[Id, Named]
    handshakes: ReadOnly[Id, Named]
    teaching_with_models: tuple[Text, ...]
    faculty: tuple[Text, ...]
    next_field: Named
    source: Line


class LevelInfo(Named):
    """What a level means."""

    means: Text


class DecayKind(Named):
    """How a kind of knowledge ages."""

    half_life_years: Annotated[float, Field(gt=0)]
    rationale: Text


class Structure(Keys):
    """structure.yml: stages, levels, layers, families, tracks."""

    stages: ReadOnly[Id, Named] = Field(description="the learning curve, in order")
    levels: ReadOnly[LevelField, LevelInfo]
    decay: ReadOnly[Decay, DecayKind]
    layers: ReadOnly[Id, Named]
    skill_families: ReadOnly[Id, Named]
    role_families: ReadOnly[Id, Named]
    tracks: ReadOnly[Track, Named]
    track_layers: ReadOnly[Track, tuple[Id, ...]] = Field(
        description="layers or skill families of each track"
    )
