"""What every YAML kind shares: frozen models without unknown keys, texts in two languages, read-only maps."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

from catalogue.ids import Level

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Line = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
ReadOnly = Annotated[
    Mapping[_Key, _Value],
    AfterValidator(lambda entries: MappingProxyType(dict(entries))),
    PlainSerializer(lambda entries: thawed(entries)),
]


def thawed(value: Any) -> Any:
    """Return read-only maps as dicts with words for keys, and levels as their letters."""
    if isinstance(value, Mapping):
        return {str(key): thawed(entry) for key, entry in value.items()}
    return str(value) if isinstance(value, Level) else value


class Keys(BaseModel):
    """The base of everything that is read from YAML: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True)


class Text(Keys):
    """A name or a sentence in both languages."""

    en: Line = Field(description="English")
    zh: Line = Field(description="Chinese")

    def __getitem__(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

    def __str__(self) -> str:
        return f"{self.en} {self.zh}"
