"""From a list of certificates to evidence: CSV with learner, certificate, date and expires."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from learning_paths.errors import EvidenceError
from learning_paths.evidence.mapping import Rules
from learning_paths.evidence.sayings import say
from learning_paths.evidence.source import Found, Skipped, is_name, read_text
from learning_paths.refusals import in_turn
from learning_paths.store import Evidence

SOURCE = "certificate"
COLUMNS = ("learner", "certificate", "date")
FORM = "learner,certificate,date,expires"


def read(path: Path, rules: Rules, now: datetime) -> Found:
    """Yield a row for each certificate, or why it is none.

    Raises
    ------
    EvidenceError
        When the file cannot be read, or has not the columns.
    """
    reader = csv.DictReader(StringIO(read_text(path), newline=""), skipinitialspace=True)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise EvidenceError("no-column", path=path, names=in_turn(missing), form=FORM)
    try:
        for line in reader:
            given = {
                key: (value or "").strip() for key, value in line.items() if isinstance(value, str | None)
            }
            where = {"file": str(path), "line": reader.line_num}
            if any(given.values()):
                yield _row(given, where, rules, now)
    except csv.Error as error:
        raise EvidenceError("no-csv", path=path, line=reader.line_num, why=error, form=FORM) from error


def again(row: Evidence, rules: Rules) -> Evidence:
    """Return a row with all that follows from the certificate's name worked out anew."""
    return replace(row, **_derived(row.detail, rules))


def _row(given: Mapping[str, str], where: dict[str, Any], rules: Rules, now: datetime) -> Evidence | Skipped:
    learner, name = given["learner"], given["certificate"]

    def skipped(kind: str, **words: Any) -> Skipped:
        return Skipped(where["file"], where["line"], say(kind, **words))

    if not is_name(learner):
        return skipped("no-learner", learner=repr(learner))
    known = rules.certificate(name)
    if known is None:
        near, count = rules.near_certificates(name)
        kind = "near-certificate" if near else "no-certificate"
        return skipped(kind, name=repr(name), near=", ".join(near), count=count)
    when, expires = _day(given["date"]), _day(given.get("expires", ""))
    if when is None:
        return skipped("no-date", date=repr(given["date"]))
    if given.get("expires") and expires is None:
        return skipped("no-expiry", date=repr(given["expires"]))
    if when > now.date():
        return skipped("future", date=str(when), today=str(now.date()))
    if expires is not None and expires < when:
        return skipped("expires-before", expires=str(expires), date=str(when))
    detail = {"certificate": known.name, "expires": expires.isoformat() if expires else None, "from": where}
    return Evidence(
        learner=learner,
        source=SOURCE,
        key=f"{known.name}/{when}",
        lab="",
        task="",
        tried_at=datetime(when.year, when.month, when.day, tzinfo=UTC),
        late_seconds=0.0,
        **_derived(detail, rules),
    )


def _derived(detail: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """Return detail and competencies; a certificate that no entry knows any more speaks for nothing."""
    known = rules.certificate(detail["certificate"])
    told = {name: detail[name] for name in ("certificate", "expires", "from")}
    won = {"score": 1.0, "points": 1.0}
    if known is None:
        return {**won, "detail": told, "proves": ()}
    return {
        **won,
        "detail": {
            **told,
            "activity": detail["certificate"],
            "name": dict(known.title or {}),
            "weight": known.weight,
            "guess": known.guess,
            "learn": 0.0,
        },
        "proves": known.proves,
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
