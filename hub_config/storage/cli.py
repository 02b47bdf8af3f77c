"""The verbs that keep an academy's records safe: ``backup``, ``restore``, ``move``."""

import argparse
import itertools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from catalogue.folders import data_folder
from hub_config.deployment import Deployment
from hub_config.errors import FINE, exit_code
from hub_config.settings import FILE, read

RAW = argparse.RawDescriptionHelpFormatter


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb and return its exit code: 0 fine, 2 bad input, 3 refused, 130 stopped by Ctrl-C."""
    options = _parser().parse_args(argv)
    return exit_code(lambda: options.act(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="academy", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    backup = verbs.add_parser(
        "backup",
        help="the whole academy in one file",
        description="Write the whole academy into one file, readable by you alone: records, submissions,"
        " marks, secrets, homes. The hub may run meanwhile.",
        epilog="example: ./academy backup --data /srv/academy --to /mnt/safe/monday.tar.gz",
        formatter_class=RAW,
    )
    backup.add_argument("--to", type=Path, metavar="FILE", help="default: academy-DATE.tar.gz, here")
    backup.add_argument("--without-homes", action="store_true", help="leave people's home folders out")
    backup.set_defaults(act=_backup)
    restore = verbs.add_parser(
        "restore",
        help="an academy from such a file",
        description="Make a data folder from a backup, whole or not at all. Nothing is overwritten.",
        epilog="examples:\n  ./academy restore monday.tar.gz --data /srv/academy\n"
        "  ./academy restore monday.tar.gz --check",
        formatter_class=RAW,
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="made by ./academy backup")
    restore.add_argument("--check", action="store_true", help="only tell whether it is whole; write nothing")
    restore.set_defaults(act=_restore)
    move = verbs.add_parser(
        "move",
        help="the records between SQLite and PostgreSQL",
        description=f"Bring all records to where database.url of {FILE} says: from SQLite files to"
        " PostgreSQL, from one PostgreSQL to another, or back to files where the key is taken away. Each row"
        " is compared; what lies at the old place stays there, unused. The hub is stopped meanwhile.",
        epilog="example: ./academy move --data /srv/academy --dry-run",
        formatter_class=RAW,
    )
    move.add_argument(
        "--dry-run", action="store_true", help="make, copy and compare everything, then take it back"
    )
    move.set_defaults(act=_move)
    for verb in (backup, restore, move):
        verb.add_argument("--data", metavar="FOLDER", help="the data folder (or ACADEMY_DATA)")
        verb.add_argument("--json", action="store_true", help="one JSON document")
    return parser


def _backup(options: argparse.Namespace) -> int:
    from .backup import back_up

    now = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    file = options.to or Path(f"academy-{now}.tar.gz")
    with _counting("saving") as said:
        saved = back_up(Deployment.at(options.data), file, said, homes=not options.without_homes)
    _tell(
        options,
        {
            "file": str(saved.file),
            "files": saved.files,
            "bytes": saved.size,
            "records_from": saved.records_from,
        },
        f"{saved.file}: {saved.files} files, {saved.size / 2**20:.1f} MiB before packing;"
        f" records from {saved.records_from}\n"
        "It holds secrets: keep it where only you can read it.\n"
        "Whether it is whole: ./academy restore FILE --check",
    )
    return FINE


def _restore(options: argparse.Namespace) -> int:
    from .restoring import restore, verify

    data = data_folder(options.data)
    with _counting("reading") as said:
        found = verify(options.file, said) if options.check else restore(options.file, data, said)
    homes = "" if found.homes else ", without homes"
    text = f"{options.file}, made {found.made}: {found.files} files{homes}, all as they were"
    if not options.check:
        url = read(data).database.url
        text += f"\nThe academy lies in {data}. " + (
            f"Its records are SQLite files now, and {FILE} says {url}: ./academy move brings them there."
            if url
            else f"Start it: ./academy hub --data {data}"
        )
    _tell(options, {"made": found.made, "files": found.files, "homes": found.homes}, text)
    return FINE


def _move(options: argparse.Namespace) -> int:
    from .databases import where
    from .moving import move

    deployment = Deployment.at(options.data)
    url = read(deployment.data).database.url
    with _counting("copying") as said:
        counts = move(
            deployment, url, lambda name, done, every: said(f"{name} {done}/{every}"), dry=options.dry_run
        )
    rows = ", ".join(f"{name} {count}" for name, count in counts.items())
    text = f"rows: {rows}; each compared. The records lie in {where(deployment)}"
    if options.dry_run:
        text += " as before: this was a dry run"
    _tell(options, {"rows": counts, "dry_run": options.dry_run, "where": where(deployment)}, text)
    return FINE


def _tell(options: argparse.Namespace, data: dict[str, object], text: str) -> None:
    print(json.dumps(data) if options.json else text)


@contextmanager
def _counting(doing: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done, where somebody looks."""
    console = Console(stderr=True, highlight=False)
    with console.status(doing) as status:
        done = itertools.count(1)

        def said(name: str) -> None:
            status.update(Text(f"{doing} {next(done)}: {name}", overflow="ellipsis", no_wrap=True))

        yield said


if __name__ == "__main__":
    sys.exit(main())
