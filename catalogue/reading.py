"""YAML in: a fast reading for every day, and a slow one with line numbers for when something is wrong.

libyaml's events are turned into plain data here instead of by PyYAML's constructors: half the time, and the
scalars of YAML 1.2 (``no`` and ``on`` stay words, ``12:30`` stays text), as ruamel.yaml and people's editors
read them.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML

from catalogue.errors import InvalidFile, Problem, nearest

Model = TypeVar("Model", bound=BaseModel)
KeyPath = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_NUMBER_STARTS = frozenset("0123456789+-.")


def read_mapping(path: Path, shown: Path) -> dict[str, Any]:
    """Read a YAML file whose outermost value is a mapping; see `read_value`.

    Raises
    ------
    InvalidFile
        Also when it is no mapping.
    """
    value = read_value(path, shown)
    if not isinstance(value, dict):
        found = "nothing" if value is None else f"a {type(value).__name__}"
        raise InvalidFile([Problem(f"holds {found}", shown, 1, "it must be a mapping of keys to values")])
    return value


def read_value(path: Path, shown: Path) -> Any:
    """Read a YAML file.

    Parameters
    ----------
    path
        The file.
    shown
        How to name it in errors.

    Raises
    ------
    InvalidFile
        When it cannot be read or is not YAML; with the line.
    """
    try:
        return parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidFile([Problem(f"cannot be read: {error.strerror}", shown)]) from error
    except UnicodeDecodeError as error:
        raise InvalidFile(
            [Problem(f"is not UTF-8 at byte {error.start}", shown, mend="save it as UTF-8")]
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise InvalidFile([Problem(f"is no valid YAML: {error.problem}", shown, line)]) from error
    except yaml.YAMLError as error:
        raise InvalidFile([Problem(f"is no valid YAML: {error}", shown)]) from error


def parse(text: str) -> Any:
    """Turn one YAML document into dicts, lists and scalars.

    Raises
    ------
    yaml.YAMLError
        When the text is no single YAML document, repeats a key, or uses an anchor, an alias or a tag.
    """
    loader = yaml.CSafeLoader(text)
    try:
        loader.get_event()  # the stream starts
        if isinstance(loader.get_event(), yaml.StreamEndEvent):
            return None
        value = _value(loader, loader.get_event())
        loader.get_event()  # the document ends
        after = loader.get_event()
        if not isinstance(after, yaml.StreamEndEvent):
            raise _refusal("a second document starts here; one file holds one", after)
        return value
    finally:
        loader.dispose()


def _value(loader: Any, event: Any) -> Any:
    kind = type(event)
    if kind is yaml.AliasEvent or event.anchor is not None:
        raise _refusal("anchors and aliases are not used here; write the value out", event)
    if kind is yaml.ScalarEvent:
        return _scalar(event)
    if event.tag is not None:
        raise _refusal(f"the tag {event.tag} is not used here", event)
    get = loader.get_event
    if kind is yaml.SequenceStartEvent:
        items = []
        while type(event := get()) is not yaml.SequenceEndEvent:
            items.append(_value(loader, event))
        return items
    mapping: dict[Any, Any] = {}
    while type(event := get()) is not yaml.MappingEndEvent:
        if type(event) is not yaml.ScalarEvent:
            raise _refusal("a key must be a word", event)
        key = event.value
        if key in mapping:
            raise _refusal(f"the key {key!r} stands here a second time", event)
        mapping[key] = _value(loader, get())
    return mapping


def _scalar(event: Any) -> Any:
    value: str = event.value
    if event.tag is not None:
        raise _refusal(f"the tag {event.tag} is not used here", event)
    if not event.implicit[0]:  # quoted or a block: text
        return value
    if value[:1] in _NUMBER_STARTS:
        if _INTEGER.fullmatch(value):
            return int(value)
        if _FLOAT.fullmatch(value):
            return float(value)
    return _WORDS.get(value, value)


def _refusal(what: str, event: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=what, problem_mark=event.start_mark)


def line_of(path: Path, keys: KeyPath) -> int | None:
    """Return the 1-based line on which the value at ``keys`` stands, or the nearest one around it.

    Parameters
    ----------
    path
        A YAML file.
    keys
        The way to the value: mapping keys and list indices. Where it ends early (a key is missing), the line
        of the innermost thing that is there.
    """
    try:
        node: Any = _with_lines(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return None
    line = None
    for key in keys:
        if isinstance(node, Mapping) and key in node:
            line = node.lc.key(key)[0] + 1
        elif (
            isinstance(node, Sequence)
            and not isinstance(node, str)
            and isinstance(key, int)
            and key < len(node)
        ):
            line = node.lc.item(key)[0] + 1
        else:
            break
        node = node[key]
    return line or 1


@lru_cache(maxsize=64)
def _with_lines(text: str) -> Any:
    # only text that `parse` accepted comes here, so ruamel accepts it too
    return YAML(typ="rt").load(text)


def validate(
    model: type[Model], data: Mapping[str, Any], path: Path, shown: Path, within: KeyPath = ()
) -> Model:
    """Make a model of what a file says.

    Parameters
    ----------
    model
        The schema.
    data
        What was read, with what the file's place adds to it.
    path, shown
        The file, and how to name it in errors.
    within
        Where in the file ``data`` stands.

    Raises
    ------
    InvalidFile
        With every fault: line, value, and what would be right.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        causes = [fault for fault in faults if not _is_echo(fault)] or faults
        raise InvalidFile(_problem(model, fault, path, shown, within) for fault in causes) from error


def _is_echo(fault: ErrorDetails) -> bool:
    """Tell whether a list is called too short only because of a faulty entry, which is told anyway."""
    return fault["type"] == "too_short" and bool(fault["input"])


def _problem(
    model: type[BaseModel], fault: ErrorDetails, path: Path, shown: Path, within: KeyPath
) -> Problem:
    keys = fault["loc"]
    line = line_of(path, within + keys)
    where = ".".join(str(key) for key in within + keys) or "the file"
    if fault["type"] == "missing":
        about = _schema_at(model, keys).get("description", "")
        return Problem(f"{where} is missing", shown, line, f"add it{': ' + about if about else ''}")
    if fault["type"] == "extra_forbidden":
        known = list(_schema_at(model, keys[:-1]).get("properties", {}))
        near = nearest(str(keys[-1]), known)
        mend = f"the nearest: {', '.join(near)}" if near else f"known: {', '.join(known)}"
        if fault["input"] is None:  # {en: this, that} is read as a second key
            mend += "; a value with a comma inside {…} must stand in quotes"
        return Problem(f"unknown key {where}", shown, line, mend)
    said = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "value_error":
        return Problem(f"{where}: {said}", shown, line)
    return Problem(f"{where} is {_short(fault['input'])}", shown, line, said[:1].lower() + said[1:])


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."


def _schema_at(model: type[BaseModel], keys: KeyPath) -> dict[str, Any]:
    """Return the part of the model's JSON schema that describes the value at ``keys``."""
    whole = model.model_json_schema()
    part = whole
    for key in keys:
        part = _resolve(part, whole)
        if "properties" in part and key in part["properties"]:
            part = part["properties"][key]
        else:
            part = part.get("items") or part.get("additionalProperties") or {}
        if not isinstance(part, dict):
            return {}
    described = part.get("description")
    resolved = _resolve(part, whole)
    return {**resolved, "description": described or ""} if described else resolved


def _resolve(part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    for choice in part.get("anyOf", ()):
        if choice.get("type") != "null":
            part = choice
            break
    if "$ref" in part:
        return whole["$defs"][part["$ref"].rsplit("/", 1)[1]]
    return part
