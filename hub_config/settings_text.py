"""`academy.yml` in words, made from the schema: the commented file that `hub init` writes, and the reference.

So is the reference of `cluster.yml`. Run `python -m hub_config.settings_text` to bring both pages up to date.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from catalogue.folders import CHECKOUT
from catalogue.reference import form
from catalogue.schema import Text

from .kubernetes.settings import Cluster
from .settings import FILE, Settings

README = Path(__file__).resolve().parent / "README.md"
PAGES: dict[Path, type[BaseModel]] = {README: Settings, CHECKOUT / "docs/hub/kubernetes.md": Cluster}
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


def reference(model: type[BaseModel] = Settings) -> str:
    """Return the table of all keys in Markdown, with form, default and an example."""
    rows = ["| key | what it is | form | default | example |", "|---|---|---|---|---|"]
    rows += _rows(model, "")
    return "\n".join(rows)


def _rows(model: type[BaseModel], within: str) -> Iterator[str]:
    schema = model.model_json_schema()
    for name, field in model.model_fields.items():
        section, entry = _section(field), _entry(field)
        if section is Settings:
            yield f"| `{within}{name}` | {field.description} | mapping with keys of `{FILE}` |  |  |"
        elif section:
            yield from _rows(section, f"{within}{name}.")
        elif entry:
            yield f"| `{within}{name}` | {field.description} | list of mappings | {_default(field)} |  |"
            yield from _rows(entry, f"{within}{name}[].")
        else:
            shape = form(schema["properties"][name])
            shown = f"{shape} | {_default(field)} | {_code(_example(field))}"
            yield f"| `{within}{name}` | {field.description} | {shown} |"


def _default(field: FieldInfo) -> str:
    return "" if field.is_required() or field.default is None else f"`{_value(field.default)}`"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _section(field: FieldInfo) -> type[BaseModel] | None:
    """Return what a mapping with keys of its own is made of; a text in both languages is a value."""
    kinds = (field.annotation, *get_args(field.annotation))
    found = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
    return None if found is Text or _entry(field) else found


def _entry(field: FieldInfo) -> type[BaseModel] | None:
    """Return what a list is made of, where that is mappings with keys of their own."""
    inner = next(iter(get_args(field.annotation)), None)
    whole = get_origin(field.annotation) is tuple
    return inner if whole and isinstance(inner, type) and issubclass(inner, BaseModel) else None


def _example(field: FieldInfo) -> str:
    return _value(field.examples[0]) if field.examples else ""


def _value(value: object) -> str:
    """Return a value as YAML on one line: texts as they are, all else as in JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def updated(page: str, model: type[BaseModel] = Settings) -> str:
    """Return a page with its reference made anew."""
    made = f"{START}\n\n{reference(model)}\n\n{END}"
    return re.sub(f"{re.escape(START)}.*{re.escape(END)}", lambda _: made, page, flags=re.DOTALL)


if __name__ == "__main__":
    for path, model in PAGES.items():
        path.write_text(updated(path.read_text(encoding="utf-8"), model), encoding="utf-8")
