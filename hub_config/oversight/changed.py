"""What a row of the trail says was changed, on short lines."""

from collections.abc import Mapping
from typing import Any

from .deeds import Row


def changed(row: Row) -> list[str]:
    """Return a line for each thing that is another: ``what: before → after``."""
    before, after = row.before or {}, row.after or {}
    found = []
    for key in dict.fromkeys([*before, *after]):
        old, new = (_told(one.get(key)) for one in (before, after))
        if old != new:
            found.append(f"{key}: {old} → {new}" if key in before else f"{key}: {new}")
        elif old == "…":
            found.append(f"{key}: {old}")
    return found


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_told(part)}" for name, part in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
