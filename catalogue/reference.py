"""The reference of YAML keys in README.md, made from the models that read them."""

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from catalogue.framework_schema import Background, CompetencyKeys, CourseOutline, Need, Role, Target
from catalogue.schema import ID_PATTERN
from catalogue.units import SLUG_PATTERN, CourseKeys, LabKeys, LessonKeys, Limits, Misconception, TaskKeys

README = Path(__file__).resolve().parent / "README.md"
START, END = "<!-- keys: made by python -m catalogue.reference -->", "<!-- end of keys -->"
TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("`courses/<stage>/<course>/course.yml`", CourseKeys),
    ("an entry of `lessons` in course.yml", LessonKeys),
    ("`labs/authoring/<lab>/lab.yml`", LabKeys),
    ("`limits` in lab.yml", Limits),
    ("an entry of `tasks` in lab.yml", TaskKeys),
    ("an entry of `misconceptions` there, or the text of `look` alone", Misconception),
    ("an entry of `framework/foundations.yml` and `framework/competencies.yml`", CompetencyKeys),
    ("an entry of `needs` there", Need),
    ("an entry of `framework/roles.yml`", Role),
    ("an entry of `framework/targets.yml`", Target),
    ("an entry of `framework/degrees.yml` and `framework/jobs.yml`", Background),
    ("an entry of `framework/outline.yml`", CourseOutline),
)
FROM_THE_PLACE = {Role: {"id"}, Target: {"id"}, Background: {"id", "kind"}, CourseOutline: {"id"}}
_BY_REFERENCE = {
    "Text": "`{en: …, zh: …}`",
    "Level": "B, I, P or E",
    "Skill": "`competency@LEVEL`",
    "Limits": "mapping, see below",
    "LessonKeys": "mappings, see below",
    "TaskKeys": "mappings, see below",
    "Need": "mappings, see below",
    "Misconception": "mappings, see below",
}
_BY_PATTERN = {ID_PATTERN: "id: `words-with-hyphens`", SLUG_PATTERN: "`NN-words-with-hyphens`"}


def reference() -> str:
    """Return the tables of all keys in Markdown."""
    return "\n\n".join(f"**{title}**\n\n{_table(model)}" for title, model in TABLES)


def updated(readme: str) -> str:
    """Return the README with its tables made anew."""
    made = f"{START}\n\n{reference()}\n\n{END}"
    return re.sub(f"{re.escape(START)}.*{re.escape(END)}", lambda _: made, readme, flags=re.DOTALL)


def _table(model: type[BaseModel]) -> str:
    schema = model.model_json_schema(by_alias=True)
    required = schema.get("required", ())
    rows = ["| key | what it is | form |", "|---|---|---|"]
    for key, part in schema["properties"].items():
        if key not in FROM_THE_PLACE.get(model, ()):
            must = "" if key in required else " (may be left out)"
            about = part.get("description", "").replace("|", "\\|")
            rows.append(f"| `{key}` | {about}{must} | {form(part)} |")
    return "\n".join(rows)


def form(part: dict[str, Any]) -> str:
    """Return what a value looks like, in Markdown, from its JSON schema."""
    if "$ref" in part:
        return _BY_REFERENCE[part["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in part:
        return form(next(choice for choice in part["anyOf"] if choice.get("type") != "null"))
    if "enum" in part:
        return "one of " + ", ".join(f"`{value}`" for value in part["enum"])
    kind = part.get("type")
    if kind == "array":
        return f"list of {form(part['items'])}"
    if kind == "object":
        return f"mapping to {form(part.get('additionalProperties', {}))}"
    if kind == "integer":
        return f"whole number{_range(part)}"
    if kind == "number":
        return f"number{_range(part)}"
    if kind == "boolean":
        return "`true` or `false`"
    return _BY_PATTERN[part["pattern"]] if "pattern" in part else "text"


def _range(part: dict[str, Any]) -> str:
    bounds = (
        ("from", "minimum"),
        ("to", "maximum"),
        ("above", "exclusiveMinimum"),
    )
    return "".join(f" {word} {part[key]:g}" for word, key in bounds if key in part)


if __name__ == "__main__":
    README.write_text(updated(README.read_text(encoding="utf-8")), encoding="utf-8")
