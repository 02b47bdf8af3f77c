"""The schema of a course's ``checkpoints.yml``, and where texts use its entries."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from catalogue.errors import InvalidFile, Problem
from catalogue.reading import line_of, read_mapping, validate
from catalogue.schema import Keys, Line, Text

from .checkpoints import KINDS, AnswerError, condition_holds, normal_line, number
from .errors import fault
from .percent import Cell

Entries = Mapping[str, Mapping[str, Any]]
LessonSlug = Annotated[str, StringConstraints(pattern=r"^\d\d-[a-z0-9]+(-[a-z0-9]+)*$")]

_CALL = re.compile(r"""kit\.(checkpoint|recall)\(\s*(["'])(?P<id>[^"']*)\2""")
# what a checkpoint's cell may hold: the call and nothing else, with or without its seal
_ALONE = re.compile(
    r"""kit\.checkpoint\(\s*(["'])(?P<id>[^"']*)\1\s*(,\s*sealed=(["'])(?P<sealed>[^"']*)\4\s*)?,?\s*\)"""
)


class _Checkpoint(Keys):
    lesson: LessonSlug = Field(description="slug of the lesson that asks it, `01-floating-point`")
    prompt: Text = Field(description="the question in English and Chinese")


class Choice(_Checkpoint):
    """A question with a few answers, each of which is explained."""

    kind: Literal["choice"]
    choices: dict[str, Text] = Field(min_length=2, description="key to answer, in the order to show")
    answer: str | int = Field(description="the key of the right choice")
    explanations: dict[str, Text] = Field(description="for each choice why it is wrong, or right")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if str(self.answer) not in self.choices:
            raise ValueError(
                f"the answer {self.answer!r} is not one of the choices {', '.join(self.choices)}"
            )
        if missing := [key for key in self.choices if key not in self.explanations]:
            raise ValueError(f"choices without an explanation: {', '.join(missing)}")
        if unknown := [key for key in self.explanations if key not in self.choices]:
            raise ValueError(f"explanations of no choice: {', '.join(unknown)}")
        return self


class Case(Text):
    """An explanation for the wrong answers that meet a condition."""

    when: Line = Field(description='for a number "> 700", "= 0", "1 .. 5"; for code the line itself')


class NumberAnswer(Keys):
    """A number, and how far from it still counts as right."""

    value: int | float | str = Field(description="the right number")
    tolerance: int | float = Field(0, ge=0, description="largest difference that is still right")
    unit: str = Field("", description="shown behind the field")


class _Explained(_Checkpoint):
    right: Text = Field(description="why the right answer is right")
    otherwise: Text = Field(description="what to tell about any other answer")


class Number(_Explained):
    """A question for a number."""

    kind: Literal["number"]
    answer: NumberAnswer = Field(description="{value: 88.7, tolerance: 0.5, unit: s}")
    explanations: tuple[Case, ...] = Field(
        min_length=1, description="mistakes by condition, the first that holds"
    )

    @model_validator(mode="after")
    def _conditions_hold_for_mistakes(self) -> Self:
        try:
            value = number(self.answer.value)
        except AnswerError as error:
            raise ValueError(f"answer.value: {error}") from None
        for case in self.explanations:
            if condition_holds(case.when, value):
                raise ValueError(
                    f"the condition {case.when!r} holds for the right answer {self.answer.value}"
                )
        return self


class Code(_Explained):
    """A question for one line of code."""

    kind: Literal["code"]
    answer: tuple[Line, ...] = Field(min_length=1, description="the lines that are right")
    explanations: tuple[Case, ...] = Field((), description="mistakes by the line that was written")

    @model_validator(mode="after")
    def _mistakes_are_not_accepted(self) -> Self:
        accepted = {normal_line(line) for line in self.answer}
        for case in self.explanations:
            if normal_line(case.when) in accepted:
                raise ValueError(
                    f"the line {case.when!r} is explained as a mistake and accepted as an answer"
                )
        return self


_MODELS = {"choice": Choice, "number": Number, "code": Code}


@dataclass(frozen=True)
class Use:
    """A call of ``kit.checkpoint`` or ``kit.recall`` in a text."""

    call: str
    id: str
    line: int


def read_checkpoints(path: Path, shown: Path) -> dict[str, dict[str, Any]]:
    """Return the entries of a ``checkpoints.yml``, every one valid; none where there is no file.

    Raises
    ------
    InvalidFile
        With every fault, its line and what would be right.
    """
    if not path.exists():
        return {}
    entries, problems = read_mapping(path, shown), []
    for name, entry in entries.items():
        try:
            _validate(name, entry, path, shown)
        except InvalidFile as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidFile(problems)
    return entries


def uses(cells: list[Cell]) -> Iterator[Use]:
    """Yield every use of a checkpoint in a text's code, in order."""
    for cell in cells:
        if cell.kind == "code":
            for offset, line in enumerate(cell.source.split("\n"), 1):
                for match in _CALL.finditer(line.split("#")[0]):
                    yield Use(match[1], match["id"], cell.line + offset)


def alone(source: str) -> str | None:
    """Return the checkpoint that a cell asks, if it does nothing else."""
    match = _ALONE.fullmatch(source.strip())
    return match["id"] if match else None


def use_problems(cells: list[Cell], slug: str, path: Path, entries: Entries) -> Iterator[Problem]:
    """Yield what is wrong with a lesson's use of checkpoints.

    Parameters
    ----------
    cells
        The lesson's cells, from its text.
    slug
        The lesson's own, ``NN-slug``.
    path
        The text, for messages.
    entries
        From the course's ``checkpoints.yml``.
    """
    asked: dict[str, int] = {}
    by_line = {cell.line: cell for cell in cells}
    for use in uses(cells):
        cell = by_line[max(line for line in by_line if line < use.line)]
        where = f"checkpoint {use.id!r} in cell {cell.id}"
        if use.id not in entries:
            yield fault(path, use.line, f"{where} has no entry; add `{use.id}:` to checkpoints.yml")
        elif entries[use.id]["lesson"] != slug:
            said = f"{where} belongs to {entries[use.id]['lesson']}"
            yield fault(path, use.line, f"{said}; write `lesson: {slug}` in checkpoints.yml, or another id")
        if use.call == "recall" and use.id not in asked:
            yield fault(path, use.line, f"{where} is recalled before it is asked; ask it in a cell above")
        if use.call == "checkpoint":
            if use.id in asked:
                yield fault(path, use.line, f"{where} is asked in line {asked[use.id]} already; delete one")
            if alone(cell.source) != use.id:
                said = f'{where} does not stand alone; give `kit.checkpoint("{use.id}")` a cell of its own'
                yield fault(path, use.line, said)
            asked.setdefault(use.id, use.line)


def unused(entries: Entries, asked: set[tuple[str, str]], path: Path, shown: Path) -> Iterator[Problem]:
    """Yield entries that no lesson asks.

    Parameters
    ----------
    entries
        From the course's ``checkpoints.yml``.
    asked
        ``(lesson slug, checkpoint id)`` of every checkpoint that the course's texts ask.
    path, shown
        The file, and how to name it.
    """
    for name, entry in entries.items():
        if (entry["lesson"], name) not in asked:
            said = f"checkpoint {name!r} is asked nowhere in {entry['lesson']}"
            yield fault(
                shown, line_of(path, (name,)), f'{said}; put `kit.checkpoint("{name}")` there or delete it'
            )


def _validate(name: str, entry: Any, path: Path, shown: Path) -> None:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise InvalidFile(
            [fault(shown, line_of(path, (name,)), f"{name!r} is no id; write it as a-few-words")]
        )
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if kind not in KINDS:
        said = f"checkpoint {name!r} is of kind {kind!r}; one of {', '.join(KINDS)}"
        raise InvalidFile([fault(shown, line_of(path, (name, "kind")), said)])
    validate(_MODELS[kind], entry, path, shown, (name,))
