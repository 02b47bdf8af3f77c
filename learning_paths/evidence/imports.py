"""Taking files of evidence up: what is new, what was known, what could not be used."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from learning_paths.errors import EvidenceError
from learning_paths.evidence import certificates, xapi
from learning_paths.evidence.mapping import Rules
from learning_paths.evidence.source import Found, Skipped, Withdrawn
from learning_paths.store import Evidence, Store


@dataclass(frozen=True, slots=True)
class Report:
    """What came of an import.

    Parameters
    ----------
    new
        Rows that are kept: pieces of work that were unknown, and revisions of known ones.
    known
        How many said what the store has already.
    skipped
        What is no evidence, and why.
    strangers
        Learners that the store has no profile of: a name may be mistyped.
    """

    new: Sequence[Evidence]
    known: int
    skipped: Sequence[Skipped]
    strangers: Sequence[str]

    def data(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        return {
            "new": sum(row.revision == 1 for row in self.new),
            "revised": sum(row.revision > 1 for row in self.new),
            "known": self.known,
            "rows": [
                {
                    "learner": row.learner,
                    "source": row.source,
                    "key": row.key,
                    "revision": row.revision,
                    "score": row.score,
                    "proves": list(row.proves),
                    "from": row.detail["from"],
                }
                for row in self.new
            ],
            "skipped": [asdict(one) for one in self.skipped],
            "strangers": list(self.strangers),
        }


def take_up(
    store: Store, rules: Rules, paths: Sequence[Path], now: datetime, *, dry_run: bool = False
) -> Report:
    """Read certificate lists (``.csv``) and xAPI statements (other files, folders); keep what is new.

    All files are read before anything is kept.

    Raises
    ------
    EvidenceError
        When one of them cannot be read; nothing is kept then.
    """
    found = [one for path in paths for one in _read(path, rules, now)]
    skipped = [one for one in found if isinstance(one, Skipped)]
    rows = _held_back(store, found)
    new = store.new_evidence(rows)
    if not dry_run:
        store.add_evidence(rows, now)
    learners = dict.fromkeys(row.learner for row in rows)
    strangers = [name for name in learners if store.profile(name) is None]
    return Report(new, len(rows) - len(new), skipped, strangers)


def _held_back(store: Store, found: Sequence[Evidence | Skipped | Withdrawn]) -> list[Evidence]:
    """Return the rows that were found; a statement that was withdrawn, now or before, speaks for nothing."""
    rows = [one for one in found if isinstance(one, Evidence)]
    taken_back = [one.key for one in found if isinstance(one, Withdrawn)]
    keys = {row.key for row in rows if row.source == xapi.SOURCE} | set(taken_back)
    kept = {row.key: row for row in store.evidence_with_keys(xapi.SOURCE, keys)}
    gone = {key for key, row in kept.items() if row.detail.get("withdrawn")}
    return [xapi.withdrawn(row) if row.source == xapi.SOURCE and row.key in gone else row for row in rows] + [
        xapi.withdrawn(kept[key]) for key in taken_back if key in kept
    ]


def _read(path: Path, rules: Rules, now: datetime) -> Found:
    if not path.exists():
        raise EvidenceError("no-file", path=path)
    return (certificates if path.suffix == ".csv" else xapi).read(path, rules, now)
