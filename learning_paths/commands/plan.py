"""``academy plan``: a plan on the command line, from a background and a goal."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import catalogue
from catalogue import Catalogue
from catalogue.writing import write_whole
from learning_paths.commands.comparing import show_migrations, show_what_if
from learning_paths.commands.why import show_why
from learning_paths.curriculum import Ground
from learning_paths.errors import BadProfile, PlanError
from learning_paths.goals import goal_of
from learning_paths.marking import KINDS, check_mark
from learning_paths.marks import Marks
from learning_paths.mastery import Mastery
from learning_paths.plan import Standing, make, picture_of
from learning_paths.profiles import LANGUAGES, check
from learning_paths.refusals import in_turn
from learning_paths.role_migrations import comparisons, migration_of, template
from learning_paths.tracks import load_tracks
from learning_paths.what_if import what_if

EXAMPLES = """examples:
  ./academy plan --degree none --role operator-developer --hours 6
  ./academy plan --degree computing --job software-developer --years 4 --role ai-training-engineer --json
  ./academy plan --target fine-tuning@I --target gpu-programming@I --weeks 8
  ./academy plan --job software-developer --years 4 --role data-engineer --what-if operator-developer
  ./academy plan --role operator-developer --why lab:first-kernels --picture why.svg
  ./academy plan --migrations
  ./academy plan --migration cloud-to-scheduling --degree computing
"""

WORDS = {
    "en": {
        "title": "Plan for: {goal}",
        "week": "week",
        "unit": "unit",
        "hours": "hours",
        "why": "why",
        "kinds": {"lesson": "lesson", "lab": "lab", "gap": "not taught here yet"},
        "sum": "{total:.1f} hours in {weeks} weeks at {hours:g} hours a week; of what is covered, labs are "
        "{share:.0%}.",
        "gaps": "{gap:.1f} of these hours are for what is not taught here yet, estimated from the courses "
        "planned for it; {here:.1f} hours can be learned here now, in {units} lessons and labs.",
        "uncovered": "Part of this goal, but no competency of the framework: {texts}.",
        "late": "This does not fit into {weeks} weeks: it would take {needed:g} hours a week.",
        "fits": "This fits into {weeks} weeks.",
        "longer": "Or {weeks} weeks at these hours.",
        "drop": "Or one of these less in the goal: {skills}.",
        "part": "The best part in this time reaches {covered} of {of} missing levels in {hours:.1f} "
        "hours: {reached}.",
        "no-part": "In this time no missing level can be reached.",
        "work": "Practice at work adds about {work:.0f} hours (70/20/10: practice, from others, lessons).",
        "open": "Stays unlearned, in part or in whole: {skills}.",
        "least": "No plan reaches this in fewer hours (proven).",
        "above": "Any plan takes {hours:.1f} hours or more (proven); this one is {gap_hours:.1f} above that.",
        "nothing": "Your background already shows all that this goal asks. Nothing is left to plan.",
        "ids": "Names to use: ./academy catalogue show",
    },
    "zh": {
        "title": "学习计划：{goal}",
        "week": "周",
        "unit": "单元",
        "hours": "学时",
        "why": "理由",
        "kinds": {"lesson": "课程", "lab": "实验", "gap": "本学院尚未讲授"},
        "sum": "共 {total:.1f} 学时，每周 {hours:g} 学时，需 {weeks} 周；实验占已覆盖部分的 {share:.0%}。",
        "gaps": "其中 {gap:.1f} 学时为本学院尚未讲授的内容，按规划中的课程估算；"
        "现在即可学习 {here:.1f} 学时，共 {units} 个课程与实验单元。",
        "uncovered": "属于该目标、但不在能力框架之内：{texts}。",
        "late": "{weeks} 周内无法完成：每周需要 {needed:g} 学时。",
        "fits": "可以在 {weeks} 周内完成。",
        "longer": "或按现有学时用 {weeks} 周。",
        "drop": "或从目标中去掉其中一项：{skills}。",
        "part": "此时间内最佳的部分计划用 {hours:.1f} 学时达到所缺 {of} 个级别中的 {covered} 个：{reached}。",
        "no-part": "此时间内无法达到任何所缺的级别。",
        "work": "另需约 {work:.0f} 学时的工作实践（70/20/10：实践、向他人学习、课程）。",
        "open": "因此全部或部分仍未学习：{skills}。",
        "least": "没有更短的计划能达到该目标（已证明）。",
        "above": "任何计划都至少需要 {hours:.1f} 学时（已证明）；本计划多出 {gap_hours:.1f} 学时。",
        "nothing": "你的背景已满足该目标的全部要求，无需再安排学习。",
        "ids": "可用名称：./academy catalogue show",
    },
}


def add_parser(verbs: Any) -> None:
    """Add the verb to a parser's subparsers."""
    plan = verbs.add_parser(
        "plan",
        help="a plan from a background and a goal",
        description="Print what to learn, in which order, in how many weeks, and why.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    plan.add_argument("--degree", metavar="ID", help="degree, or none")
    plan.add_argument("--job", metavar="ID", help="today's job, or none")
    plan.add_argument("--years", metavar="N", help="years of work (0)")
    plan.add_argument("--role", metavar="ID", help="role or migration target to reach")
    plan.add_argument("--track", metavar="ID", help="curated track to follow")
    plan.add_argument(
        "--target",
        metavar="COMPETENCY@LEVEL",
        action="append",
        default=[],
        help="competency to reach, without level the professional one; may be repeated",
    )
    plan.add_argument("--hours", metavar="N", help="hours a week (5)")
    plan.add_argument("--weeks", metavar="N", help="weeks in which you would like to be there")
    for option, about in (
        ("--pin", "put a unit in, as early as its needs allow; may be repeated"),
        ("--skip", "leave a unit out, with what only it needs; may be repeated"),
        ("--test-out", "keep the lab, leave out the lessons to it; may be repeated"),
    ):
        plan.add_argument(option, metavar="UNIT", action="append", default=[], help=about)
    plan.add_argument("--what-if", metavar="ROLE", help="compare with the way to another role; no plan")
    plan.add_argument("--why", metavar="UNIT", help="say all about why a unit of the plan is there; no plan")
    plan.add_argument("--picture", type=Path, metavar="FILE", help="with --why: write its way as SVG here")
    plan.add_argument("--migration", metavar="ID", help="plan a migration path of the framework")
    plan.add_argument(
        "--migrations", action="store_true", help="list the migration paths and what each saves"
    )
    plan.add_argument("--language", choices=LANGUAGES, default="en", help="language of what is printed (en)")
    plan.add_argument("--json", action="store_true", help="print one JSON document")
    plan.set_defaults(run=_plan)


def _plan(given: argparse.Namespace) -> int:
    known = catalogue.load()
    ground = Ground(known)
    marks = _marks(ground, given)
    wishes = (marks, given.language)
    if given.migrations:
        pairs = [pair for one in known.migrations.values() for pair in comparisons(ground, one, *wishes)]
        _print(pairs, given, show_migrations)
        return 0
    learner = check(known, _profile(known, given))
    goal = learner.goal(known)
    prior = ground.prior(learner.degree, learner.job, learner.years)
    standing = Standing(prior, Mastery(prior, prior), {})
    if given.what_if is not None:
        other = goal_of(known, given.what_if)
        _print(what_if(ground, learner, goal, other, standing, marks), given, show_what_if)
        return 0
    made = make(ground, learner, goal, standing, marks)
    if given.migration is not None:
        made["migration"] = comparisons(ground, migration_of(known, given.migration), *wishes)
    if given.why is not None:
        svg = picture_of(ground, learner, goal, standing, given.why, given.language, marks)
        unit = next(unit for unit in made["units"] if unit["id"] == given.why)
        _print({**unit, "picture": svg}, given, show_why)
        if given.picture is not None:
            try:
                write_whole(given.picture, svg)
            except OSError as error:
                raise PlanError("no-picture", path=given.picture, why=error.strerror) from error
        return 0
    _print(made, given, _show)
    return 0


def _marks(ground: Ground, given: argparse.Namespace) -> Marks:
    """Return what is to be otherwise in the plan."""
    said = {"pin": given.pin, "skip": given.skip, "test-out": given.test_out}
    for kind, units in said.items():
        for unit in units:
            check_mark(ground, unit, kind)
    return Marks(**{KINDS[kind]: frozenset(units) for kind, units in said.items()})


def _print(found: Any, given: argparse.Namespace, show: Callable[[Any, str], None]) -> None:
    if given.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        show(found, given.language)


def _profile(known: Catalogue, given: argparse.Namespace) -> dict[str, Any]:
    """Return what the options say; a migration brings its job, the years that it takes, and its role."""
    said = {
        "degree": given.degree,
        "job": given.job,
        "years": given.years,
        "role": given.role,
        "competencies": [*given.target, *_of_track(known, given.track)],
        "hours": given.hours,
        "weeks": given.weeks,
        "language": given.language,
    }
    if given.migration is not None:
        said |= template(known, given.migration, given.job, given.role)
        if given.years is None:
            said["years"] = known.jobs[said["job"]].years
    return said


def _of_track(known: Catalogue, track: str | None) -> list[str]:
    if track is None:
        return []
    tracks = load_tracks(known)
    if track not in tracks:
        raise BadProfile("track", "no-track", track=repr(track), known=in_turn(tracks))
    return [str(skill) for skill in tracks[track].competencies]


def _show(made: dict[str, Any], language: str) -> None:
    words = WORDS[language]
    console = Console()
    if "migration" in made:
        show_migrations(made["migration"], language)
    title = words["title"].format(goal=made["goal"]["title"][language])
    if not made["units"]:
        console.print(escape(title))
        console.print(words["nothing"])
        return
    table = Table(title=escape(title), title_justify="left")
    table.add_column(words["week"], justify="right")
    table.add_column(words["unit"], ratio=2, overflow="fold")
    table.add_column(words["hours"], justify="right")
    table.add_column(words["why"], ratio=3, overflow="fold")
    for unit in made["units"]:
        kind = words["kinds"][unit["kind"]]
        week = str(unit["week"]) if unit["week"] == unit["until"] else f"{unit['week']}-{unit['until']}"
        table.add_row(
            week,
            f"{escape(unit['title'][language])}\n[dim]{kind}, {escape(unit['id'])}[/dim]",
            "?" if unit["hours"] is None else f"{unit['hours']:.1f}",
            escape(unit["reasons"][0]["short"][language]),
            style="dim" if unit["kind"] == "gap" else None,
        )
    console.print(table)
    console.print(
        words["sum"].format(
            total=made["total_hours"],
            weeks=made["weeks"],
            hours=made["hours_a_week"],
            share=made["practice_share"],
        )
    )
    if made["gap_hours"]:
        here = [unit["hours"] for unit in made["units"] if unit["kind"] != "gap"]
        console.print(words["gaps"].format(gap=made["gap_hours"], here=sum(here), units=len(here)))
    console.print(words["above" if made["bound"]["gap_hours"] else "least"].format(**made["bound"]))
    if made["practice"]["work_hours"]:
        console.print(words["work"].format(work=made["practice"]["work_hours"]))
    if made["goal"]["uncovered"]:
        texts = "; ".join(text[language] for text in made["goal"]["uncovered"])
        console.print(escape(words["uncovered"].format(texts=texts)))
    if made["uncovered"]:
        console.print(
            words["open"].format(skills=", ".join(one.partition(":")[2] for one in made["uncovered"]))
        )
    if "deadline" in made:
        deadline = made["deadline"]
        saying = words["fits" if deadline["fits"] else "late"]
        console.print(saying.format(weeks=deadline["weeks"], needed=deadline["hours_a_week_needed"]))
        if not deadline["fits"]:
            _show_part(deadline, words, console)


def _show_part(deadline: dict[str, Any], words: dict[str, Any], console: Console) -> None:
    """Print what else would make a late plan fit, and the best part of it until then."""
    console.print(words["longer"].format(weeks=deadline["weeks_needed"]))
    if deadline["drop"]:
        console.print(words["drop"].format(skills=", ".join(deadline["drop"])))
    part = deadline["partial"]
    reached = ", ".join(part["reached"])
    console.print(words["part" if part["covered"] else "no-part"].format(**{**part, "reached": reached}))
