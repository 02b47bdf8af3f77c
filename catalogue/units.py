"""Courses, lessons and graded labs: the schema of course.yml and lab.yml, and what is made of them."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from catalogue.ids import SkillField
from catalogue.schema import Id, Keys, Line, ReadOnly, Text

Track = Literal["infrastructure", "data", "model", "application"]
SLUG_PATTERN = r"^\d\d-[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]
Minutes = Annotated[int, Field(ge=1, le=600)]


class LessonKeys(Keys):
    """One entry of ``lessons`` in course.yml."""

    slug: Slug = Field(description="file name without its ending, `01-floating-point`")
    title: Text = Field(description="the lesson's title in English and Chinese")
    minutes: Minutes | None = Field(None, description="one sitting; its lack is reported by the checks")
    teaches: tuple[SkillField, ...] = Field(
        min_length=1, description="competencies at levels, `fine-tuning@P`"
    )
    uses: tuple[SkillField, ...] = Field(
        (), description="what this lesson takes as known beyond the course's own"
    )
    knobs: tuple[Line, ...] = Field((), description="what a learner can turn, and what turning it shows")


class CourseKeys(Keys):
    """The keys of `courses/<stage>/<course>/course.yml`."""

    title: Text = Field(description="the course's title in English and Chinese")
    promise: Text = Field(description="one sentence: what a learner can do afterwards")
    tracks: tuple[Track, ...] = Field(min_length=1, description="the tracks it belongs to")
    teaches: tuple[SkillField, ...] = Field(min_length=1, description="what the lessons teach, together")
    assesses: tuple[SkillField, ...] = Field((), description="what the labs prove, together")
    uses: tuple[SkillField, ...] = Field((), description="what must be known before the course")
    lessons: tuple[LessonKeys, ...] = Field(min_length=1, description="the lessons in their order")
    bundle: bool = Field(False, description="who takes one lesson takes all that teach something missing")
    labs: tuple[Id, ...] = Field((), description="slugs of its graded labs")


class Lesson(LessonKeys):
    """A lesson of the catalogue: what course.yml says of it, and where it stands."""

    course: Id
    stage: str

    @property
    def id(self) -> str:
        """``course/NN-slug``."""
        return f"{self.course}/{self.slug}"


class Course(CourseKeys):
    """A course of the catalogue."""

    slug: Id
    stage: str
    file: str = Field(description="course.yml, relative to the catalogue's root")
    lessons: tuple[Lesson, ...]


class Limits(Keys):
    """How much time and memory grading the whole lab may take."""

    seconds: Annotated[float, Field(gt=0)] = Field(description="ten times what the reference needs")
    memory_mib: Annotated[int, Field(gt=0)] = Field(description="resident memory, MiB")


class Misconception(Keys):
    """A plausible mistake; with `replace` and `by`, one that the reference can be made to show.

    Graders then know which properties fail when it is made, and name it to whoever makes it.
    """

    look: Line = Field(description="what to tell its author: the next thing to look at")
    replace: str = Field("", description="text that stands once in the reference solution")
    by: str = Field("", description="what stands there when the mistake is made")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: object) -> object:
        return {"look": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _is_a_change(self) -> Self:
        if self.replace == self.by and self.replace:
            raise ValueError("`replace` and `by` are the same: the mistake changes nothing")
        return self


class TaskKeys(Keys):
    """One entry of ``tasks`` in lab.yml."""

    id: Id = Field(description="the task's own id within the lab")
    title: Text = Field(description="the task's title in English and Chinese")
    proves: tuple[SkillField, ...] = Field(
        min_length=1, description="competencies at levels that its points prove"
    )
    grades: tuple[Id, ...] = Field(
        min_length=1, description="grade ids of its check cells, in the notebook's order"
    )
    hints: tuple[Line, ...] = Field((), description="from a question to an identity, never code")
    misconceptions: ReadOnly[str, Misconception] = Field(
        default={}, description="plausible mistake: what to tell its author, and how it is made"
    )


class LabKeys(Keys):
    """The keys of `labs/authoring/<lab>/lab.yml`."""

    title: Text = Field(description="the lab's title in English and Chinese")
    promise: Text = Field(description="one sentence: what passing it proves")
    minutes: Minutes | None = Field(
        None, description="what a learner needs; its lack is reported by the checks"
    )
    limits: Limits = Field(description="`seconds` and `memory_mib` for grading")
    tasks: tuple[TaskKeys, ...] = Field(min_length=1, description="two to five tasks, each proving something")
    equivalent_mutants: ReadOnly[str, str] = Field(
        default={}, description="changes to the reference that change no behaviour: the reason"
    )


class Task(TaskKeys):
    """A task of a lab with the points that the built notebook gives it."""

    grade_points: ReadOnly[str, float] = Field(
        default={}, description="points by grade id, as far as they are built"
    )

    @property
    def points(self) -> float:
        """Points of all its check cells; 0 while the notebook is not built."""
        return sum(self.grade_points.values())


class Lab(LabKeys):
    """A graded lab of the catalogue."""

    slug: Id
    course: Id | None = Field(description="the course that lists it; None is reported by the checks")
    file: str = Field(description="lab.yml, relative to the catalogue's root")
    notebook: str = Field(description="the built instructor notebook, relative to the catalogue's root")
    grades: ReadOnly[str, float] | None = Field(
        description="points of every graded cell in the built notebook; None while it is not built"
    )
    tasks: tuple[Task, ...]

    @property
    def points(self) -> float:
        """Points of the whole lab; 0 while the notebook is not built."""
        return sum((self.grades or {}).values())
