"""`academy.yml` in words, made from the schema: the commented file that `hub init` writes, and the reference.

Run `python -m hub_config.settings_text` to bring the reference in README.md up to date.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from catalogue.reference import form

from .settings import FILE, Settings

README = Path(__file__).resolve().parent / "README.md"
START, END = "<!-- settings: made by python -m hub_config.settings_text -->", "<!-- end of settings -->"
HEAD = f"""\
## {FILE}: what the administrator of this academy has chosen.
## Every key may be left out; what stands here is what holds then. To choose, take away the "# " in front of a
## key (and of the key above it, where it is indented). What would happen: ./academy hub check
"""


def commented() -> str:
    """Return a file with every key, each with its meaning and its default, all of it commented out."""
    return HEAD + "\n".join(_lines(Settings, "")) + "\n"


def _lines(model: type[BaseModel], indent: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if not indent:
            yield ""
        example = f", for example {_example(field)}" if field.examples else ""
        yield f"## {indent}{field.description}{example}"
        if section := _section(field):
            yield f"# {name}:"
            yield from _lines(section, "  ")
        else:
            yield f"# {indent}{name}: {_value(field.default)}"


def reference() -> str:
    """Return the table of all keys in Markdown, with form, default and an example."""
    rows = ["| key | what it is | form | default | example |", "|---|---|---|---|---|"]
    rows += _rows(Settings, "")
    return "\n".join(rows)


def _rows(model: type[BaseModel], within: str) -> Iterator[str]:
    schema = model.model_json_schema()
    for name, field in model.model_fields.items():
        if section := _section(field):
            yield from _rows(section, f"{name}.")
            continue
        if entry := _entry(field):
            yield f"| `{within}{name}` | {field.description} | list of mappings | `[]` |  |"
            yield from _rows(entry, f"{name}[].")
            continue
        default = "" if field.is_required() or field.default is None else f"`{_value(field.default)}`"
        shape = form(schema["properties"][name])
        yield f"| `{within}{name}` | {field.description} | {shape} | {default} | `{_example(field)}` |"


def _section(field: FieldInfo) -> type[BaseModel] | None:
    return type(field.default) if isinstance(field.default, BaseModel) else None


def _entry(field: FieldInfo) -> type[BaseModel] | None:
    """Return what a list is made of, where that is mappings with keys of their own."""
    inner = next(iter(get_args(field.annotation)), None)
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def _example(field: FieldInfo) -> str:
    return _value(field.examples[0])


def _value(value: object) -> str:
    """Return a value as YAML on one line: texts as they are, all else as in JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def updated(readme: str) -> str:
    """Return the README with the reference made anew."""
    made = f"{START}\n\n{reference()}\n\n{END}"
    return re.sub(f"{re.escape(START)}.*{re.escape(END)}", lambda _: made, readme, flags=re.DOTALL)


if __name__ == "__main__":
    README.write_text(updated(README.read_text(encoding="utf-8")), encoding="utf-8")
