"""Levels and typed ids: the words in which courses, labs and plans speak of one another."""

import re
from enum import IntEnum
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, PlainSerializer


class Level(IntEnum):
    """How deep a competency goes; ``Level.B < Level.I < Level.P < Level.E``."""

    B = 1
    I = 2  # noqa: E741 - the four letters are the ids that files and people use
    P = 3
    E = 4

    def __str__(self) -> str:
        return self.name

    @property
    def up_to(self) -> tuple["Level", ...]:
        """All levels from basic to this one: a level implies those below it."""
        return tuple(level for level in Level if level <= self)


class Skill(NamedTuple):
    """A competency at a level, written ``fine-tuning@P``."""

    competency: str
    level: Level

    def __str__(self) -> str:
        return f"{self.competency}@{self.level}"

    @classmethod
    def parse(cls, text: str) -> "Skill":
        """Read ``competency@LEVEL``.

        Raises
        ------
        ValueError
            When the text has another form.
        """
        found = _SKILL.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(
                f"{text!r} is no competency at a level; write it as numerics-information@I (B, I, P, E)"
            )
        return cls(found[1], Level[found[2]])


class TypedId(NamedTuple):
    """An id that says what it names: ``lab:rag``, ``lesson:rag/01-chunks``, ``competency:rag@P``."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> "TypedId":
        """Read ``kind:name``.

        Raises
        ------
        ValueError
            When the kind is none of ``TypedId.KINDS`` or the name is empty.
        """
        kind, colon, name = text.partition(":")
        if not colon or not name or kind not in KINDS:
            raise ValueError(
                f"{text!r} is no typed id; write it as kind:name with a kind of {', '.join(KINDS)}"
            )
        return cls(kind, name)


KINDS = ("course", "lesson", "lab", "competency", "role", "target")

_NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_SKILL = re.compile(rf"({_NAME})@([BIPE])")


def read_level(value: object) -> Level:
    """Read a level from its letter.

    Raises
    ------
    ValueError
        When it is none of the four letters.
    """
    if isinstance(value, Level):
        return value
    if isinstance(value, str) and value in Level.__members__:
        return Level[value]
    raise ValueError(
        f"{value!r} is no level; use B (basic), I (intermediate), P (professional) or E (expert)"
    )


def _read_skill(value: object) -> Skill:
    return value if isinstance(value, Skill) else Skill.parse(value)


LevelField = Annotated[Level, BeforeValidator(read_level), PlainSerializer(str)]
SkillField = Annotated[Skill, BeforeValidator(_read_skill), PlainSerializer(str)]
