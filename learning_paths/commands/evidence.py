"""``academy evidence``: take evidence up, trace it, replay it, hand it out, erase it."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import catalogue
from catalogue.errors import suggest
from catalogue.folders import data_folder
from learning_paths.commands.kept import kept_store
from learning_paths.curriculum import Ground
from learning_paths.errors import EvidenceError
from learning_paths.evidence.handout import elsewhere, export, must_be_known
from learning_paths.evidence.imports import take_up
from learning_paths.evidence.mapping import load_rules
from learning_paths.evidence.replay import replay
from learning_paths.evidence.trace import trace
from learning_paths.fitted import active

EXAMPLES = """examples:
  ./academy evidence import certificates.csv statements/ --dry-run
  ./academy evidence show ada --competency fine-tuning
  ./academy evidence replay
  ./academy evidence export ada --out ada.zip
  ./academy evidence erase ada --dry-run
"""


def add_parser(verbs: Any) -> None:
    """Add the verb to a parser's subparsers."""
    evidence = verbs.add_parser(
        "evidence",
        help="take evidence up, trace it, replay it, hand it out, erase it",
        description="What learners have shown that they can do, and where each piece of it comes from.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = evidence.add_subparsers(required=True, metavar="WHAT")

    def add(name: str, run: Any, about: str) -> argparse.ArgumentParser:
        parser = kinds.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        parser.add_argument("--data", metavar="FOLDER", help="the data folder (or ACADEMY_DATA)")
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.set_defaults(run=run)
        return parser

    taken = add("import", _import, "take up certificate lists (.csv) and xAPI statements (.json, folders)")
    taken.add_argument(
        "paths", metavar="FILE", type=Path, nargs="+", help="a file, or a folder of statements"
    )
    taken.add_argument("--dry-run", action="store_true", help="say what would be kept, and keep nothing")
    showing = add("show", _show, "trace a learner's evidence to its sources, with what each piece changed")
    showing.add_argument("learner", metavar="LEARNER", help="the hub's name")
    showing.add_argument("--competency", metavar="ID", help="only what speaks for this one")
    again = add("replay", _replay, "work all that is derived out anew and prove that it stays the same")
    again.add_argument("--learner", metavar="NAME", help="only this one")
    again.add_argument(
        "--apply", action="store_true", help="take over what differs: rules were changed on purpose"
    )
    handed = add("export", _export, "write all that the store has of one person into a zip file")
    handed.add_argument("learner", metavar="LEARNER", help="the hub's name")
    handed.add_argument("--out", metavar="FILE", type=Path, required=True, help="the zip file to make")
    erased = add("erase", _erase, "delete all that the store has of one person")
    erased.add_argument("learner", metavar="LEARNER", help="the hub's name")
    erased.add_argument("--dry-run", action="store_true", help="say what would go, and delete nothing")
    erased.add_argument("--yes", action="store_true", help="do not ask")


def _import(given: argparse.Namespace) -> int:
    with kept_store(given.data) as store:
        rules = load_rules(catalogue.load(), data_folder(given.data))
        report = take_up(store, rules, given.paths, _now(), dry_run=given.dry_run)
    counts = report.data()
    if given.json:
        return _print({**counts, "dry_run": given.dry_run})
    for one in report.skipped:
        print(f"left out: {one}", file=sys.stderr)
    if report.strangers:
        print(f"no profile yet, check the names: {', '.join(report.strangers)}", file=sys.stderr)
    kept = "would be kept" if given.dry_run else "kept"
    print(
        f"{counts['new']} new and {counts['revised']} changed {kept}, {report.known} known already,"
        f" {len(report.skipped)} left out"
    )
    return 0


def _show(given: argparse.Namespace) -> int:
    known = catalogue.load()
    if given.competency is not None and given.competency not in known.competencies:
        mend = suggest(given.competency, tuple(known.competencies), "competency")
        raise EvidenceError(f"unknown competency {given.competency!r}; {mend}")
    with kept_store(given.data) as store:
        must_be_known(store, given.learner)
        rows = trace(store, Ground(known, active(store)), given.learner, _now(), given.competency)
    if given.json:
        return _print({"learner": given.learner, "evidence": rows})
    table = Table(title=escape(f"Evidence of {given.learner}"), title_justify="left")
    for name, justify in (("when", "left"), ("source", "left"), ("score", "right"), ("changed", "left")):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        changed = [
            f"{one['competency']}@{one['level']} {one['before']:.1%} → {one['after']:.1%},"
            f" weight {one['weight']:.2g}"
            for one in row["changed"]
        ]
        table.add_row(
            row["tried_at"][:16].replace("T", " "),
            escape(row["origin"]),
            f"{row['score']:g}/{row['points']:g}",
            escape("\n".join(changed) or row["state"]),
        )
    Console().print(table)
    return 0


def _replay(given: argparse.Namespace) -> int:
    known = catalogue.load()
    with kept_store(given.data) as store:
        if given.learner is not None:
            must_be_known(store, given.learner)
        rules = load_rules(known, data_folder(given.data))
        done = replay(
            store, Ground(known, active(store)), rules, _now(), learner=given.learner, apply=given.apply
        )
    if given.json:
        _print({**asdict(done), "applied": given.apply})
    else:
        for one in done.differences:
            belief = "another posterior" if one.belief else "the same posterior"
            print(f"{one.learner}: {len(one.rows)} rows mean something else now, {belief}")
        print(
            f"{done.learners} learners, {done.rows} rows, {len(done.differences)} differences;"
            f" posteriors {done.fingerprint[:16]}"
        )
        if done.differences and not given.apply:
            print("nothing of these learners was changed; take it over with --apply", file=sys.stderr)
    return 0 if given.apply or not done.differences else 1


def _export(given: argparse.Namespace) -> int:
    with kept_store(given.data) as store:
        counts = export(store, Ground(catalogue.load(), active(store)), given.learner, given.out, _now())
    if given.json:
        return _print({"learner": given.learner, "file": str(given.out), "rows": counts})
    print(f"{given.out}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    return 0


def _erase(given: argparse.Namespace) -> int:
    data = data_folder(given.data)
    with kept_store(given.data) as store:
        counts = {name: len(rows) for name, rows in must_be_known(store, given.learner).items()}
        if not given.dry_run:
            if not given.yes and not _confirmed(given.learner, counts):
                print("nothing was deleted", file=sys.stderr)
                return 3
            counts = store.erase(given.learner)
    left = elsewhere(data, given.learner)
    receipt = {
        "learner": given.learner,
        "dry_run": given.dry_run,
        "at": _now().isoformat(timespec="seconds"),
        "rows": counts,
        "not_reached": [asdict(one) for one in left],
    }
    if given.json:
        return _print(receipt)
    print(f"{'would be erased' if given.dry_run else 'erased'}, {receipt['at']}: {_counted(counts)}")
    print("This does not reach, and grades come back from the gradebook while they are there:")
    for one in left:
        print(f"  {one.what}{'' if one.there else ' (none found)'}: {one.command}")
    return 0


def _confirmed(learner: str, counts: dict[str, int]) -> bool:
    if not sys.stdin.isatty():
        raise EvidenceError(f"erasing {learner} cannot be undone; add --yes, or look first with --dry-run")
    print(f"This deletes for good: {_counted(counts)}", file=sys.stderr)
    print(f"Type {learner} to go on: ", end="", file=sys.stderr, flush=True)
    return input().strip() == learner


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing"


def _now() -> datetime:
    return datetime.now(UTC)


def _print(document: dict[str, Any]) -> int:
    print(json.dumps(document, ensure_ascii=False, indent=1))
    return 0
