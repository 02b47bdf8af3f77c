"""What ``academy plan`` prints of two ways side by side: another role, and migration paths."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

WORDS = {
    "en": {
        "what-if": "What if: {other} in place of {goal}",
        "part": "part of the way",
        "hours": "hours",
        "units": "units",
        "shared": "shared by both",
        "extra": "extra, for the other role only",
        "dropped": "no longer needed",
        "sum": "From where you stand {other} takes {hours:.1f} hours in {weeks} weeks, {goal} {present:.1f} "
        "hours in {present_weeks} weeks.",
        "saved": "What you know already saves {saved:.1f} hours of the other way, against a start from "
        "nothing.",
        "more": "{first} and {rest} more",
        "migrations": "Migration paths, each against a start from nothing (hours of lessons and labs)",
        "migration": "migration",
        "origin": "from",
        "to": "to",
        "nothing": "from nothing",
        "saves": "saved",
        "likely": "with a placement test",
        "then": "then",
        "afterwards": "{title}: {hours:.1f} hours more",
        "note": "Plan one of them: ./academy plan --migration ID, with --job and --role where it has "
        "several.",
    },
    "zh": {
        "what-if": "假设：把“{goal}”换成“{other}”",
        "part": "路径部分",
        "hours": "学时",
        "units": "单元",
        "shared": "两者共有",
        "extra": "新增（仅另一岗位需要）",
        "dropped": "不再需要",
        "sum": "从你目前的水平出发，“{other}”需 {hours:.1f} 学时、{weeks} 周；“{goal}”需 {present:.1f} 学时、"
        "{present_weeks} 周。",
        "saved": "与从零开始相比，你已有的知识为另一岗位节省 {saved:.1f} 学时。",
        "more": "{first} 等，另有 {rest} 个",
        "migrations": "转型路径，均与从零开始比较（课程与实验学时）",
        "migration": "转型路径",
        "origin": "起点",
        "to": "目标",
        "nothing": "从零开始",
        "saves": "节省",
        "likely": "经水平测试预计",
        "then": "之后",
        "afterwards": "{title}：再需 {hours:.1f} 学时",
        "note": "生成其中一条的计划：./academy plan --migration ID；"
        "有多个起点或目标时用 --job 和 --role 选择。",
    },
}
FIRST = 3


def show_what_if(found: dict[str, Any], language: str) -> None:
    """Print how another goal compares, as a table and two sentences."""
    words, console = WORDS[language], Console()
    names = {name: found[name]["title"][language] for name in ("goal", "other")}
    table = Table(title=escape(words["what-if"].format(**names)), title_justify="left")
    table.add_column(words["part"])
    table.add_column(words["hours"], justify="right")
    table.add_column(words["units"], ratio=1, overflow="fold")
    for name in ("shared", "extra", "dropped"):
        part = found[name]
        titles = [unit["title"][language] for unit in part["units"]]
        table.add_row(words[name], f"{part['hours']:.1f}", escape(_listed(titles, words, language)))
    console.print(table)
    present, other = found["goal"], found["other"]
    console.print(
        escape(
            words["sum"].format(
                **names,
                hours=other["hours"],
                weeks=other["weeks"],
                present=present["hours"],
                present_weeks=present["weeks"],
            )
        )
    )
    console.print(words["saved"].format(saved=found["saved_hours"]))


def show_migrations(pairs: Iterable[dict[str, Any]], language: str) -> None:
    """Print a line for each start and target of migration paths."""
    words, console = WORDS[language], Console()
    table = Table(title=words["migrations"], title_justify="left")
    for name in ("migration", "origin", "to", "hours", "nothing", "saves", "likely", "then"):
        numbers = name in ("hours", "nothing", "saves", "likely")
        table.add_column(words[name], justify="right" if numbers else "left", overflow="fold")
    for pair in pairs:
        then = (
            words["afterwards"].format(title=one["title"][language], hours=one["hours"]["study"])
            for one in pair["then"]
        )
        table.add_row(
            pair["migration"],
            escape(pair["origin"]["title"][language]),
            escape(pair["to"]["title"][language]),
            f"{pair['hours']['study']:.1f}",
            f"{pair['from_nothing']['study']:.1f}",
            f"{pair['saved_hours']:.1f} ({pair['saved_share']:.0%})",
            f"{pair['likely_saved_hours']:.1f}",
            escape("\n".join(then)),
        )
    console.print(table)
    console.print(words["note"])


def _listed(titles: Sequence[str], words: dict[str, str], language: str) -> str:
    joined = ("、" if language == "zh" else ", ").join(titles[:FIRST])
    return words["more"].format(first=joined, rest=len(titles) - FIRST) if len(titles) > FIRST else joined
