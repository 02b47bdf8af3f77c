"""``academy catalogue hours``: what each role takes from which start."""

import argparse
import json
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import catalogue
from learning_paths.curriculum import Ground
from learning_paths.profiles import LANGUAGES
from learning_paths.role_hours import estimated_share, role_hours, split

WORDS = {
    "en": {
        "title": "Hours of each role from each start",
        "columns": ("role", "start", "lessons", "labs", "practice at work", "not built yet"),
        "note": "Hours of what is not built yet are estimated from the courses planned for it; practice at "
        "work is an estimate from the shares of learning at work (70 % practice, labs included, for 10 % "
        "lessons).",
    },
    "zh": {
        "title": "各岗位从不同起点所需学时",
        "columns": ("岗位", "起点", "课程", "实验", "工作实践", "尚未开设"),
        "note": "尚未开设的内容按规划中的课程估算；"
        "工作实践按工作学习比例估算（课程占 10 %，实践含实验占 70 %）。",
    },
}


def add_parser(verbs: Any) -> None:
    """Add the verb to a parser's subparsers; the launcher's ``catalogue hours`` leads here."""
    hours = verbs.add_parser(
        "hours",
        prog="academy catalogue hours",
        help="what each role takes from each start (as ./academy catalogue hours)",
        description="Print the hours of each role: without science, from a computing degree, from each "
        "migration start, split in lessons, labs and practice at work.",
        epilog="example: ./academy catalogue hours --json",
    )
    hours.add_argument("--language", choices=LANGUAGES, default="en", help="language of what is printed (en)")
    hours.add_argument("--json", action="store_true", help="one JSON document")
    hours.set_defaults(run=_hours)


def _hours(given: argparse.Namespace) -> int:
    rows = role_hours(Ground(catalogue.load()), given.language)
    if given.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    words, language, console = WORDS[given.language], given.language, Console()
    table = Table(title=words["title"], title_justify="left")
    for place, name in enumerate(words["columns"]):
        table.add_column(name, justify="left" if place < 2 else "right", overflow="fold")
    for row in rows:
        for place, start in enumerate(row["starts"]):
            table.add_row(
                escape(row["title"][language]) if not place else "",
                escape(start["title"][language]),
                *(f"{number:.1f}" for number in split(start["hours"])),
                f"{estimated_share(start['hours']):.0%}",
                end_section=place == len(row["starts"]) - 1,
            )
    console.print(table)
    console.print(words["note"])
    return 0
