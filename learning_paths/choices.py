"""What the start page's form offers, in both languages."""

from collections.abc import Callable, Mapping
from typing import Any

from catalogue import Level
from learning_paths.curriculum import Ground
from learning_paths.profiles import LEAST_HOURS, MOST_HOURS, MOST_WEEKS, MOST_YEARS
from learning_paths.role_migrations import comparisons
from learning_paths.tracks import load_tracks


def choices(ground: Ground) -> dict[str, Any]:
    """Return backgrounds, goals, competencies with their levels, migration paths, and the limits of numbers.

    Returns
    -------
    dict
        Lists of ``id`` and ``title``: ``degrees``, ``jobs``, ``roles`` (with ``duty`` and ``family``),
        ``targets``, ``competencies``, ``levels``, ``tracks``; ``migrations``, a start and a target each with
        ``hours`` and ``saved_hours``; ``limits`` by field.
    """
    catalogue = ground.catalogue
    families = catalogue.structure.role_families

    def named(entries: Mapping[str, Any], **extra: Callable[[Any], Any]) -> list[dict[str, Any]]:
        return [
            {"id": name, "title": _text(one.title), **{key: of(one) for key, of in extra.items()}}
            for name, one in entries.items()
        ]

    backgrounds = catalogue.backgrounds.items()
    return {
        "degrees": named({name: one for name, one in backgrounds if one.kind == "degree"}),
        "jobs": named({name: one for name, one in backgrounds if one.kind == "job"}),
        "roles": named(
            catalogue.roles,
            duty=lambda role: _text(role.duty),
            family=lambda role: _text(families[role.family].title),
        ),
        "targets": named(catalogue.targets),
        "competencies": named(catalogue.competencies),
        "levels": [
            {"id": str(level), "title": _text(catalogue.structure.levels[level].title)} for level in Level
        ],
        "migrations": _migrations(ground),
        "tracks": [track.data() for track in load_tracks(catalogue).values()],
        "limits": {
            "years": [0, MOST_YEARS],
            "hours": [LEAST_HOURS, MOST_HOURS],
            "weeks": [1, MOST_WEEKS],
        },
    }


def _migrations(ground: Ground) -> list[dict[str, Any]]:
    """Return what each start of the framework's migration paths saves."""
    return [
        {
            "id": pair["migration"],
            "origin": pair["origin"],
            "to": pair["to"],
            "hours": pair["hours"]["study"],
            "saved_hours": pair["saved_hours"],
        }
        for migration in ground.catalogue.migrations.values()
        for pair in comparisons(ground, migration)
    ]


def _text(text: Any) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}
