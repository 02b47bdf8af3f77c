"""`academy audit`: who did what, and whether all is as it was written; `academy usage`: hours by cohort."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from catalogue.errors import suggest
from hub_config.deployment import Deployment
from hub_config.errors import FINE, HubError, exit_code
from hub_config.storage import databases

from .changed import changed
from .deeds import Row
from .trail import Trail
from .usage_report import DAYS, as_csv, report

RAW = argparse.RawDescriptionHelpFormatter
FAILED = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb and return its exit code: 0 fine, 1 a trail that was rewritten, 2 bad input."""
    options = _parser().parse_args(argv)
    return exit_code(lambda: options.act(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="academy", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    audit = verbs.add_parser(
        "audit",
        help="who released, changed and looked at what",
        description="Show the audit trail, the newest row first; or prove that nothing of it was rewritten.",
        epilog="examples:\n"
        "  ./academy audit --who ines --since 2026-11-01\n"
        "  ./academy audit --about ada --object stable-softmax --json\n"
        "  ./academy audit verify",
        formatter_class=RAW,
    )
    audit.add_argument(
        "do", nargs="?", choices=("verify",), help="hold every row against the chain of hashes"
    )
    audit.add_argument("--who", metavar="NAME", help="only what this person did")
    audit.add_argument("--about", metavar="NAME", help="only what is about this person")
    audit.add_argument("--object", metavar="THING", help="only of this: a lab, or as the rows name it")
    audit.add_argument("--since", type=_moment, metavar="WHEN", help="from then on, UTC: 2026-11-01[T18:00]")
    audit.add_argument("--most", type=int, default=100, metavar="N", help="at most so many rows (100)")
    audit.add_argument(
        "--holds", default="", metavar="N:DIGEST", help="with verify: the head that an earlier look gave"
    )
    audit.add_argument("--data", metavar="FOLDER", help="the data folder (or ACADEMY_DATA)")
    audit.add_argument("--json", action="store_true", help="one JSON document")
    audit.set_defaults(act=_audit)
    usage = verbs.add_parser(
        "usage",
        help="hours of people's servers, by cohort",
        description="Hours in which people's servers ran and were in use, and GPU hours, by cohort.",
        epilog="examples:\n"
        "  ./academy usage --since 2026-11-01\n"
        "  ./academy usage --since 2026-11-01 --csv\n"
        '  ./academy usage --cohort "Deep learning" --json',
        formatter_class=RAW,
    )
    usage.add_argument(
        "--since", type=_day, metavar="DAY", help=f"from then on, UTC; {DAYS} days ago by default"
    )
    usage.add_argument("--cohort", metavar="TITLE", help="only this course at a learning platform, or all")
    usage.add_argument("--csv", action="store_true", help="a line for each person in each cohort")
    usage.add_argument("--data", metavar="FOLDER", help="the data folder (or ACADEMY_DATA)")
    usage.add_argument("--json", action="store_true", help="one JSON document")
    usage.set_defaults(act=_usage)
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write it like 2026-11-01") from error


def _usage(options: argparse.Namespace) -> int:
    deployment = Deployment.at(options.data)
    since = options.since or datetime.now(UTC).date() - timedelta(days=DAYS)
    with opened(deployment) as trail:
        every = report(deployment, trail, since)
    found = [one for one in every if options.cohort in (None, one.cohort)]
    if not found:
        mend = suggest(options.cohort, [one.cohort for one in every], "cohort")
        raise HubError(f"there is no cohort {options.cohort!r}; {mend}")
    if options.csv:
        print(as_csv(found), end="")
    elif options.json:
        told = {"since": since.isoformat(), "cohorts": [one.data() for one in found]}
        print(json.dumps(told, ensure_ascii=False))
    else:
        for one in found:
            hours = one.total.hours
            print(
                f"{one.cohort}: {len(one.people)} people, {hours['hours']:g} hours,"
                f" {hours['active_hours']:g} in use, {hours['gpu_hours']:g} GPU hours since {since}"
            )
    return FINE


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: write 2026-11-01 or 2026-11-01T18:00"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _audit(options: argparse.Namespace) -> int:
    if options.holds and options.do != "verify":
        raise HubError("--holds goes with verify: ./academy audit verify --holds N:DIGEST")
    with opened(Deployment.at(options.data)) as trail:
        if options.do == "verify":
            return _verify(trail, options)
        found = trail.rows(
            who=options.who,
            about=options.about,
            thing=options.object,
            since=options.since,
            most=options.most,
        )
    if options.json:
        print(json.dumps([row.data() for row in found], ensure_ascii=False))
    else:
        print("\n".join(map(_line, found)) or "nothing of that kind")
    return FINE


def _verify(trail: Trail, options: argparse.Namespace) -> int:
    found = trail.verify(options.holds)
    if options.json:
        print(json.dumps({"rows": found.rows, "head": found.head, "faults": found.faults}))
    else:
        for fault in found.faults:
            print(fault, file=sys.stderr)
        whole = "not as they were written" if found.faults else "all as they were written"
        print(f"{found.rows} rows, {whole}; head {found.head}")
    return FAILED if found.faults else FINE


def _line(row: Row) -> str:
    about = f" of {row.about}" if row.about else ""
    more = f"  {'; '.join(changed(row))}" if row.before or row.after else ""
    return f"{row.number:>6} {row.at:%Y-%m-%d %H:%M:%S} {row.actor}: {row.action} {row.object}{about}{more}"


@contextmanager
def opened(deployment: Deployment) -> Iterator[Trail]:
    """Open the trail of a data folder, and close it afterwards.

    Raises
    ------
    HubError
        When there is none.
    """
    if not databases.is_there(deployment.oversight_url):
        raise HubError(
            f"there is no audit trail in {deployment.data}; start the hub once, or name another --data"
        )
    trail = Trail(deployment.oversight_url)
    try:
        yield trail
    finally:
        trail.close()


if __name__ == "__main__":
    sys.exit(main())
