"""From xAPI statements (IEEE 9274.1.1) to evidence: what was passed, failed, completed, scored elsewhere."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from learning_paths.errors import EvidenceError
from learning_paths.evidence.mapping import Rules
from learning_paths.evidence.sayings import say
from learning_paths.evidence.source import Found, Skipped, Withdrawn, is_name, read_moment, read_text
from learning_paths.refusals import in_turn
from learning_paths.store import Evidence

SOURCE = "xapi"
VERBS = {
    f"http://adlnet.gov/expapi/verbs/{verb}": verb for verb in ("passed", "failed", "completed", "scored")
}
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
SUFFIXES = (".json", ".jsonl", ".ndjson")
MOST_AHEAD_DAYS = 1


def read(path: Path, rules: Rules, now: datetime) -> Found:
    """Yield a row for each statement of a file or of a folder's files, or why it is none.

    A file holds one statement, a list, a query's result (``{"statements": […]}``) or one statement a line.

    Raises
    ------
    EvidenceError
        When a file cannot be read, or a folder has none.
    """
    files = sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES) if path.is_dir() else [path]
    if not files:
        raise EvidenceError("no-statements", path=path, suffixes=in_turn(SUFFIXES))
    found = [(file, line, entry) for file in files for line, entry in _entries(file)]
    voided = {_voids(entry) for _, _, entry in found} - {None}
    yield from (Withdrawn(key) for key in voided if key is not None)
    for file, line, entry in found:
        if isinstance(entry, dict):
            if _voids(entry) is None:
                yield _row(entry, {"file": str(file), "line": line}, rules, now, voided)
        else:
            why = say("no-json", why=str(entry)) if isinstance(entry, ValueError) else say("no-object")
            yield Skipped(str(file), line, why)


def withdrawn(row: Evidence) -> Evidence:
    """Return a row as it is when its statement was taken back: it speaks for nothing."""
    return replace(row, detail={**row.detail, "withdrawn": True}, proves=())


def again(row: Evidence, rules: Rules) -> Evidence:
    """Return a row with all that follows from what its statement says worked out anew."""
    anew = replace(row, **_derived(row.detail, rules))
    return withdrawn(anew) if row.detail.get("withdrawn") else anew


def _entries(file: Path) -> Iterator[tuple[int, Any]]:
    """Yield what a file holds with its line or number, or what is wrong with the line."""
    text = read_text(file)
    try:
        whole = _parse(text)
    except ValueError:
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                try:
                    yield number, _parse(line)
                except ValueError as error:
                    yield number, error
        return
    if isinstance(whole, dict):
        whole = whole.get("statements", [whole])
    yield from enumerate(whole if isinstance(whole, list) else [whole], start=1)


def _parse(text: str) -> Any:
    def refuse(word: str) -> Any:
        raise ValueError(f"{word} is no number")

    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _row(
    said: Mapping[str, Any],
    where: dict[str, Any],
    rules: Rules,
    now: datetime,
    voided: Collection[str | None],
) -> Evidence | Skipped:
    def skipped(kind: str, **words: Any) -> Skipped:
        return Skipped(where["file"], where["line"], say(kind, **words))

    verb = _at(said, "verb", "id")
    if not isinstance(verb, str) or verb not in VERBS:
        return skipped("verb", verb=repr(verb), known=", ".join(VERBS.values()))
    learner = _at(said, "actor", "account", "name")
    if not is_name(learner):
        return skipped("nobody")
    key = said.get("id") or hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    if not is_name(key):
        return skipped("no-uuid")
    if key in voided:
        return skipped("withdrawn", key=key)
    activity = _at(said, "object", "id")
    if not is_name(activity) or rules.activity(activity) is None:
        return skipped("no-entry", activity=repr(activity))
    scaled = _at(said, "result", "score", "scaled")
    score = _score(VERBS[verb], scaled)
    if score is None:
        return skipped("no-score", verb=VERBS[verb], scaled=repr(scaled))
    when = read_moment(said.get("timestamp") or said.get("stored"))
    if when is None or (when - now).days >= MOST_AHEAD_DAYS:
        return skipped("no-time", time=repr(said.get("timestamp")))
    detail = {
        "statement": key,
        "verb": VERBS[verb],
        "activity": activity,
        "scaled": scaled,
        "name": _name(said, activity),
        "from": where,
    }
    return Evidence(
        learner=learner.strip(),
        source=SOURCE,
        key=key,
        lab="",
        task="",
        tried_at=when,
        late_seconds=0.0,
        **_derived(detail, rules),
    )


def _derived(detail: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """Return all that a statement means; one that no entry knows any more speaks for nothing."""
    known = rules.activity(detail["activity"])
    told = {name: detail[name] for name in ("statement", "verb", "activity", "scaled", "name", "from")}
    derived: dict[str, Any] = {"score": _score(detail["verb"], detail["scaled"]), "points": 1.0}
    if known is None:
        return {**derived, "detail": told, "proves": ()}
    weights = {"weight": known.weight, "guess": known.guess}
    return {**derived, "detail": {**told, **weights}, "proves": known.proves}


def _score(verb: str, scaled: Any) -> float | None:
    """Return the share that was reached; without a score, passed is all of it and failed nothing."""
    if scaled is None:
        return {"passed": 1.0, "failed": 0.0}.get(verb)
    known = isinstance(scaled, int | float) and not isinstance(scaled, bool) and -1 <= scaled <= 1
    return max(0.0, float(scaled)) if known else None


def _voids(said: Any) -> str | None:
    """Return the key of the statement that this one withdraws."""
    key = _at(said, "object", "id")
    return key if _at(said, "verb", "id") == VOIDED and is_name(key) else None


def _name(said: Mapping[str, Any], activity: str) -> dict[str, str]:
    """Return what the activity calls itself, by our languages; its id where it has no name."""
    names = _at(said, "object", "definition", "name")
    texts = {key: text for key, text in (names.items() if isinstance(names, dict) else ()) if is_name(text)}
    default = next(iter(texts.values()), activity)
    return {
        language: next((text for key, text in texts.items() if key.startswith(language)), default)
        for language in ("en", "zh")
    }


def _at(said: Any, *keys: str) -> Any:
    for key in keys:
        said = said.get(key) if isinstance(said, dict) else None
    return said
