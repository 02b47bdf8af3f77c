"""`academy deadline`, `extend`, `work group`, `work receipt`: what staff say of handing in, and receipts."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ..courses_cli import course_named
from ..deployment import Deployment
from ..errors import FINE, HubError, exit_code
from ..oversight.deeds import who_types
from ..settings import read
from . import duedates
from .book import Book
from .errors import BadWork
from .opening import open_sayings
from .receipts import KEY_FILE, Signer, holds
from .receipts import read as read_receipt
from .rules import ATTEMPTS, LATE
from .sayings import EVERY_LAB, Sayings
from .trees import file_digest

RAW = argparse.RawDescriptionHelpFormatter
FAILED = 1
BY_FOLDER = (
    "academy: exchange.kind is folder in academy.yml, so nbgrader notes who is late and nothing is declined;"
    " with exchange.kind service all of it holds"
)

Said = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb and return its exit code: 0 fine, 1 a receipt that does not hold, 2 bad input."""
    options = _parser().parse_args(argv)
    return exit_code(lambda: options.act(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="academy", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    _add_deadline(verbs)
    _add_extend(verbs)
    work = verbs.add_parser(
        "work",
        help="groups that hand in together, receipts",
        description="Groups that are extended or hand in together; receipts of what was handed in.",
        epilog="example:\n  ./academy work group pair-1 ada grace --together stable-softmax",
        formatter_class=RAW,
    )
    of_work = work.add_subparsers(dest="what", required=True)
    _add_group(of_work)
    _add_receipt(of_work)
    return parser


def _add_deadline(verbs: argparse._SubParsersAction) -> None:
    verb = verbs.add_parser(
        "deadline",
        help="show or set a lab's deadline, late policy and attempts",
        description="Show what holds for a lab, or set it; what is not named stays as it is.",
        epilog=(
            "examples:\n"
            "  ./academy deadline stable-softmax --at 2026-12-01T18:00 --zone Asia/Shanghai --grace 10\n"
            "  ./academy deadline stable-softmax --late percent --percent-per-day 10 --attempts 5 --dry-run\n"
            "  ./academy deadline stable-softmax --at none\n"
            "  ./academy deadline --log --json"
        ),
        formatter_class=RAW,
    )
    verb.add_argument("lab", nargs="?", metavar="LAB", help="which; left out with --log")
    verb.add_argument("--at", metavar="WHEN", help="like 2026-12-01T18:00; none for no deadline")
    _add_zone(verb)
    verb.add_argument("--grace", type=int, metavar="MINUTES", help="how much later still counts as in time")
    verb.add_argument(
        "--late",
        choices=LATE,
        help="late work: none takes it, refuse declines it, percent takes it and notes a percentage, which is"
        " shown and never taken off by itself",
    )
    verb.add_argument("--percent-per-day", type=int, metavar="N", help="for --late percent")
    verb.add_argument("--attempts", metavar="N", help="how often it may be handed in; any for any number")
    verb.add_argument("--log", action="store_true", help="all that was ever set, by whom and when")
    _add_common(verb)
    verb.set_defaults(act=_deadline)


def _add_extend(verbs: argparse._SubParsersAction) -> None:
    verb = verbs.add_parser(
        "extend",
        help="give somebody more time or attempts in a lab",
        description="Give a learner or a group more time or attempts in a lab.",
        epilog=(
            "examples:\n"
            "  ./academy extend stable-softmax ada --until 2026-12-03T18:00 --reason ill\n"
            "  ./academy extend stable-softmax --group evening --until 2026-12-02T22:00 --zone UTC\n"
            "  ./academy extend stable-softmax ada --attempts 2\n"
            "  ./academy extend stable-softmax ada --remove"
        ),
        formatter_class=RAW,
    )
    verb.add_argument("lab", metavar="LAB")
    verb.add_argument("learner", nargs="?", metavar="NAME")
    verb.add_argument("--group", metavar="GROUP", help="everybody in it, in the place of NAME")
    verb.add_argument("--until", metavar="WHEN", help="the deadline for them, like 2026-12-03T18:00")
    _add_zone(verb)
    verb.add_argument("--attempts", type=int, default=0, metavar="N", help="how many more")
    verb.add_argument("--reason", default="", metavar="TEXT", help="kept in the log")
    verb.add_argument("--remove", action="store_true", help="take it back; what was handed in stays")
    _add_common(verb)
    verb.set_defaults(act=_extend)


def _add_group(verbs: argparse._SubParsersAction) -> None:
    verb = verbs.add_parser(
        "group",
        help="show or make groups, which are extended or hand in together",
        description="Show groups, or say anew who is in one and what they hand in together.",
        epilog=(
            "examples:\n"
            "  ./academy work group\n"
            "  ./academy work group pair-1 ada grace --together stable-softmax\n"
            "  ./academy work group evening ada alan\n"
            "  ./academy work group pair-1 --end"
        ),
        formatter_class=RAW,
    )
    verb.add_argument("name", nargs="?", metavar="GROUP")
    verb.add_argument("members", nargs="*", metavar="NAME", help="everybody in it")
    verb.add_argument(
        "--together",
        action="append",
        default=[],
        metavar="LAB",
        help="one submission is everybody's in this lab; may be repeated; all for every lab",
    )
    verb.add_argument("--end", action="store_true", help="there is no such group any more")
    _add_common(verb)
    verb.set_defaults(act=_group)


def _add_receipt(verbs: argparse._SubParsersAction) -> None:
    verb = verbs.add_parser(
        "receipt",
        help="check a receipt of something that was handed in",
        description="Tell whether a receipt is one of this academy's, just as it was given out.",
        epilog=(
            "examples:\n"
            "  ./academy work receipt receipts/stable-softmax-7.json\n"
            "  ./academy work receipt receipts/stable-softmax-7.json --folder stable-softmax"
        ),
        formatter_class=RAW,
    )
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument("--folder", type=Path, metavar="DIR", help="also compare the files with those in it")
    verb.add_argument("--key", metavar="HEX", help="public key; this data folder's by default")
    verb.add_argument("--data", metavar="FOLDER", help="the data folder (or ACADEMY_DATA)")
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(act=_receipt)


def _add_zone(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--zone", metavar="ZONE", help="of the times, like Asia/Shanghai; else the lab's, or UTC"
    )


def _add_common(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--course", metavar="ID", help="another course than the academy's own")
    verb.add_argument("--dry-run", action="store_true", help="say what would hold and change nothing")
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.add_argument("--data", metavar="FOLDER", help="the data folder (or ACADEMY_DATA)")


def _deadline(options: argparse.Namespace) -> int:
    said: Said = {}
    if options.at is not None:
        said["due"] = None if options.at == "none" else options.at
    if options.grace is not None:
        said["grace_minutes"] = options.grace
    if options.attempts is not None:
        if options.attempts != "any" and re.fullmatch(r"-?[0-9]{1,9}", options.attempts) is None:
            raise BadWork(f"--attempts {options.attempts[:20]!r}: {ATTEMPTS}")
        said["attempts"] = None if options.attempts == "any" else int(options.attempts)
    for key in ("zone", "late", "percent_per_day"):
        if getattr(options, key) is not None:
            said[key] = getattr(options, key)
    if options.log:
        return _asked(options, lambda sayings: sayings.log(), _log_lines)
    if options.lab is None:
        raise BadWork("name a lab, or ask for --log: ./academy deadline stable-softmax")
    if not said:
        return _asked(options, lambda sayings: sayings.of_lab(options.lab), _lab_lines)
    return _told(options, lambda s, by, dry: s.deadline(options.lab, said, by, dry=dry), _deadline_line)


def _extend(options: argparse.Namespace) -> int:
    if options.remove == bool(options.until or options.attempts):
        raise BadWork("say --until WHEN, --attempts N or --remove")
    said = {
        "learner": options.learner,
        "group": options.group,
        "until": options.until,
        "zone": options.zone,
        "attempts": options.attempts,
        "reason": options.reason,
    }
    return _told(options, lambda s, by, dry: s.extend(options.lab, said, by, dry=dry), _extension_line)


def _group(options: argparse.Namespace) -> int:
    if options.name is None:
        return _asked(options, lambda sayings: sayings.groups(), lambda found: map(_group_line, found))
    if options.end == bool(options.members):
        raise BadWork(f"say who is in it, or --end: ./academy work group {options.name} NAME NAME")
    together = [EVERY_LAB if lab == "all" else lab for lab in options.together]
    said = {"members": options.members, "together": together}
    return _told(options, lambda s, by, dry: s.group(options.name, said, by, dry=dry), _group_line)


def _asked(
    options: argparse.Namespace,
    ask: Callable[[Sayings], Any],
    lines: Callable[[Any], Iterable[str]],
) -> int:
    deployment = _deployment(options)
    book = _book(deployment)
    try:
        found = ask(open_sayings(deployment, book))
    finally:
        book.close()
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print("\n".join(lines(found)) or "nothing yet")
    return FINE


def _told(
    options: argparse.Namespace,
    say: Callable[[Sayings, str, bool], Said],
    line: Callable[[Said], str],
) -> int:
    deployment = _deployment(options)
    book = _book(deployment)
    try:
        made = say(open_sayings(deployment, book), who_types(), options.dry_run)
        if not options.dry_run:
            try:
                duedates.enter(deployment, book)
            except HubError as error:  # it holds all the same; the hub enters it later
                print(f"academy: {error}; the hub tries again", file=sys.stderr)
    finally:
        book.close()
    if read(deployment.data).exchange.kind == "folder":
        print(BY_FOLDER, file=sys.stderr)
    if options.json:
        print(json.dumps(made, ensure_ascii=False))
        return FINE
    if made["before"]:
        print(f"before: {line(made['before'])}")
    print(f"{'would be' if made['dry'] else 'now'}: {line(made['now'])}")
    return FINE


def _deployment(options: argparse.Namespace) -> Deployment:
    deployment = Deployment.at(options.data)
    if options.course is None:
        return deployment
    return deployment.of(course_named(read(deployment.data), options.course).id)


def _book(deployment: Deployment) -> Book:
    if not deployment.data.is_dir():
        raise BadWork(
            f"there is no academy in {deployment.data}; ./academy hub makes one, or name it: --data"
        )
    return Book(deployment.work_url)


def _receipt(options: argparse.Namespace) -> int:
    receipt = read_receipt(options.file)
    secrets = Deployment.at(options.data).secrets
    if options.key is None and not (secrets / KEY_FILE).is_file():
        raise BadWork(
            f"there is no key in {secrets}; name the academy's data folder: --data, or its key: --key"
        )
    right = holds(receipt, options.key or Signer(secrets).public)
    differing = _differing(receipt, options.folder) if right and options.folder else []
    if options.json:
        print(json.dumps({"holds": right, "differing": differing, "receipt": receipt}, ensure_ascii=False))
    elif not right:
        print("this is no receipt of this academy's, or it was changed", file=sys.stderr)
    else:
        print(_receipt_line(receipt))
        for path in differing:
            print(f"differs: {path}")
    return FINE if right and not differing else FAILED


def _differing(receipt: Said, folder: Path) -> list[str]:
    return [one["path"] for one in receipt["files"] if file_digest(folder / one["path"]) != one["sha256"]]


def _receipt_line(receipt: Said) -> str:
    who = " and ".join(receipt["learners"])
    late = f", {receipt['late_seconds']} s late" if receipt["late_seconds"] else ""
    course = f"course {receipt['course']}, " if "course" in receipt else ""  # earlier ones name none
    return (
        f"holds: {who}, {course}lab {receipt['lab']}, attempt {receipt['attempt']},"
        f" number {receipt['sequence']}, received {receipt['received_at']}{late}, sha256 {receipt['sha256']}"
    )


def _deadline_line(one: Said) -> str:
    words = [f"{one['lab']}: {'due ' + one['shown'] if one['due'] else 'no deadline'}"]
    if one["grace_seconds"]:
        words.append(f"{one['grace_seconds'] // 60} min grace")
    words.append({"none": "late work is taken", "refuse": "late work is declined"}.get(one["late"], ""))
    if one["late"] == "percent":
        words[-1] = f"{one['percent_per_day']} % a day noted on late work"
    words.append(f"{one['attempts']} attempts" if one["attempts"] else "any number of attempts")
    return f"{', '.join(words)} ({_by(one)})"


def _extension_line(one: Said) -> str:
    words = [f"{one['lab']}, {one['kind']} {one['name']}:"]
    words.append(f"until {one['shown']}" if one["until"] else "no more time")
    if one["attempts"]:
        words.append(f"and {one['attempts']} more attempts")
    if one["reason"]:
        words.append(f"– {one['reason']}")
    return f"{' '.join(words)} ({_by(one)})"


def _group_line(one: Said) -> str:
    if not one["members"]:
        return f"{one['name']}: no more ({_by(one)})"
    together = ", ".join("all labs" if lab == EVERY_LAB else lab for lab in one["together"])
    words = f", together in {together}" if together else ""
    return f"{one['name']}: {', '.join(one['members'])}{words} ({_by(one)})"


def _lab_lines(found: Said) -> list[str]:
    said = found["deadline"]
    first = _deadline_line(said) if said else f"{found['lab']}: no deadline, any number of attempts"
    return [first, *map(_extension_line, found["extensions"])]


def _log_lines(found: list[Said]) -> list[str]:
    line = {"deadline": _deadline_line, "extension": _extension_line, "group": _group_line}
    return [line[one["about"]](one) for one in found]


def _by(one: Said) -> str:
    return f"{one['set_by']}, {one['set_at'][:16].replace('T', ' ')} UTC"


if __name__ == "__main__":
    sys.exit(main())
