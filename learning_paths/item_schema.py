"""The keys of ``items/<competency>.yml``: questions of the placement test, as their authors write them."""

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from catalogue import Level, Text
from catalogue.ids import LevelField
from catalogue.schema import Id, Keys, Line, ReadOnly

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
HOLE = re.compile(rf"<<\s*({NAME})\s*(?::([^<>]*))?>>")
"""``<<name>>`` or ``<<name:.2f>>``: where a drawn or derived value is put into a text."""

Value = int | float | str | Text
Expression = str | int | float


class Option(Keys):
    """An option of a choice or a step of an order; one text stands for both languages."""

    en: Line = Field(description="English; `say` where both languages are the same")
    zh: Line = Field(description="Chinese; `say` where both languages are the same")

    @model_validator(mode="before")
    @classmethod
    def _in_both(cls, given: Any) -> Any:
        if isinstance(given, str | int | float) and not isinstance(given, bool):
            return {"en": str(given), "zh": str(given)}
        if isinstance(given, dict) and "say" in given:
            rest = {key: value for key, value in given.items() if key != "say"}
            if {"en", "zh"} & rest.keys():
                raise ValueError("say stands for both languages; leave en and zh out, or say")
            return {"en": str(given["say"]), "zh": str(given["say"]), **rest}
        return given

    def text(self, language: str) -> str:
        """Return the template in a language."""
        return self.zh if language == "zh" else self.en


class Wrong(Option):
    """A distractor and the mistake that leads to it."""

    because: Text = Field(description="the mistake that people really make, in English and Chinese")


class ItemKeys(Keys):
    """What every kind of item has."""

    id: Id
    level: LevelField = Field(description="B, I, P or E: who has reached it should get the item right")
    seconds: int = Field(ge=10, le=300, description="what somebody who knows needs, 10 to 300")
    draws: ReadOnly[str, tuple[Value, ...]] | tuple[ReadOnly[str, Value], ...] = Field(
        default=(), description="values by name, every combination; or a list of joint cases"
    )
    let: ReadOnly[str, Expression] = Field(default_factory=dict, description="derived values, in order")
    ask: Text = Field(description="the question in English and Chinese")
    code: str | None = Field(default=None, description="shown as code under the question")
    why: Text = Field(description="why the answer is right, for staff")

    competency: str = Field(default="", exclude=True)

    @field_validator("draws", mode="before")
    @classmethod
    def _joint_cases_agree(cls, given: Any) -> Any:
        if isinstance(given, list):
            if not given or not all(isinstance(case, dict) and case for case in given):
                raise ValueError("is a list of mappings of names to values, or a mapping of names to lists")
            first = list(given[0])
            for case in given[1:]:
                if set(case) != set(first):
                    raise ValueError(
                        f"each case draws the same names; one has {', '.join(case)}, the first has "
                        f"{', '.join(first)}"
                    )
        elif isinstance(given, dict):
            short = [name for name, values in given.items() if not isinstance(values, list) or not values]
            if short:
                raise ValueError(f"{short[0]} needs a list of values")
        return given

    @field_validator("draws", "let")
    @classmethod
    def _names_are_names(cls, given: Any) -> Any:
        for name in given[0] if isinstance(given, tuple) and given else given:
            if not re.fullmatch(NAME, name):
                raise ValueError(f"{name!r} cannot stand in an expression; use letters, digits and _")
        return given

    @cached_property
    def key(self) -> str:
        """The item's name over all files: ``competency/id``."""
        return f"{self.competency}/{self.id}"

    @cached_property
    def version(self) -> str:
        """Hash of all that the author wrote, 16 hexadecimal digits."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def column(self) -> int:
        """The level as a column of the mastery arrays: 0 for B to 3 for E."""
        return int(self.level) - 1

    def templates(self) -> Iterator[tuple[str, str]]:
        """Yield every text that a learner may see, with the place where it stands."""
        yield "ask.en", self.ask.en
        yield "ask.zh", self.ask.zh
        if self.code is not None:
            yield "code", self.code

    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """Yield every expression, with the place where it stands."""
        for name, expression in self.let.items():
            yield f"let.{name}", expression


class NumberItem(ItemKeys):
    """A question whose answer is a number."""

    kind: Literal["number"]
    answer: Expression = Field(description="an expression over drawn and derived values")
    unit: Option | None = Field(default=None, description="the answer's unit, shown beside the field")
    within: float = Field(ge=0.0, le=0.5, description="relative tolerance, 0 for exact, at most 0.5")

    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """Yield the derived values and the answer."""
        yield from super().expressions()
        yield "answer", self.answer


class ChoiceItem(ItemKeys):
    """A question with one right option."""

    kind: Literal["choice"]
    right: Option = Field(description="the right option, in English and Chinese or one text for both")
    wrong: tuple[Wrong, ...] = Field(
        min_length=3, max_length=4, description="3 or 4 options, each with the mistake that leads to it"
    )

    @property
    def options(self) -> tuple[Option, ...]:
        """All options, the right one first."""
        return (self.right, *self.wrong)

    def templates(self) -> Iterator[tuple[str, str]]:
        """Yield the question's texts and the options'."""
        yield from super().templates()
        yield "right", self.right.en
        yield "right", self.right.zh
        for number, option in enumerate(self.wrong):
            yield f"wrong.{number}", option.en
            yield f"wrong.{number}", option.zh


class OrderItem(ItemKeys):
    """Steps to be put into the one right order."""

    kind: Literal["order"]
    steps: tuple[Option, ...] = Field(
        min_length=4, max_length=6, description="4 to 6 steps in the one right order"
    )

    def templates(self) -> Iterator[tuple[str, str]]:
        """Yield the question's texts and the steps'."""
        yield from super().templates()
        for number, step in enumerate(self.steps):
            yield f"steps.{number}", step.en
            yield f"steps.{number}", step.zh


Item = NumberItem | ChoiceItem | OrderItem
KINDS: dict[str, type[ItemKeys]] = {"number": NumberItem, "choice": ChoiceItem, "order": OrderItem}
LEVELS = tuple(Level)
