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
from catalogue.errors import UnknownId
from catalogue.folders import data_folder
from learning_paths.commands.kept import kept_store
from learning_paths.curriculum import Ground
from learning_paths.errors import EvidenceError
from learning_paths.evidence.audited import rows_of, take_name_out, usage_of
from learning_paths.evidence.handout import elsewhere, export, must_be_known
from learning_paths.evidence.imports import take_up
from learning_paths.evidence.mapping import load_rules
from learning_paths.evidence.replay import replay
from learning_paths.evidence.sayings import say
from learning_paths.evidence.trace import trace
from learning_paths.fitted import active
from learning_paths.profiles import LANGUAGES
from learning_paths.refusals import unknown

EXAMPLES = """examples:
  ./academy evidence import certificates.csv statements/ --dry-run
  ./academy evidence show ada --competency fine-tuning
  ./academy evidence show ada --language zh
  ./academy evidence replay
  ./academy evidence export ada --out ada.zip
  ./academy evidence erase ada --dry-run
"""
WORDS = {
    "en": {
        "skipped": "left out: {one}",
        "strangers": "no profile yet, check the names: {names}",
        "kept": "{new} new and {revised} changed kept, {known} known already, {skipped} left out",
        "dry": "{new} new and {revised} changed would be kept, {known} known already, {skipped} left out",
        "title": "Evidence of {learner}",
        "columns": ("when", "source", "score", "changed"),
        "weight": "{skill} {before:.1%} → {after:.1%}, weight {weight:.2g}",
        "differs": {
            True: "{learner}: {rows} rows mean something else now, another posterior",
            False: "{learner}: {rows} rows mean something else now, the same posterior",
        },
        "replayed": "{learners} learners, {rows} rows, {differences} differences; posteriors {fingerprint}",
        "apply": "nothing of these learners was changed; take it over with --apply",
        "exported": "{file}: {counts}",
        "not-erased": "nothing was deleted",
        "erased": "erased, {at}: {counts}",
        "to-erase": "would be erased, {at}: {counts}",
        "elsewhere": "This does not reach, and grades come back from the gradebook while they are there:",
        "place": "  {what}: {command}",
        "no-place": "  {what} (none found): {command}",
        "for-good": "This deletes for good: {counts}",
        "type": "Type {learner} to go on: ",
        "count": "{count} {name}",
        "comma": ", ",
        "nothing": "nothing",
        "names": {},
    },
    "zh": {
        "skipped": "未采用：{one}",
        "strangers": "尚无个人信息，请核对姓名：{names}",
        "kept": "新增 {new} 条、修订 {revised} 条，已保存；原已有 {known} 条，未采用 {skipped} 条",
        "dry": "将新增 {new} 条、修订 {revised} 条（未保存）；原已有 {known} 条，未采用 {skipped} 条",
        "title": "{learner} 的学习证据",
        "columns": ("时间", "来源", "得分", "影响"),
        "weight": "{skill} {before:.1%} → {after:.1%}，权重 {weight:.2g}",
        "differs": {
            True: "{learner}：{rows} 条记录的含义已不同，评估结果也不同",
            False: "{learner}：{rows} 条记录的含义已不同，评估结果相同",
        },
        "replayed": "{learners} 名学员，{rows} 条记录，{differences} 处不同；评估指纹 {fingerprint}",
        "apply": "这些学员的数据未改动；加上 --apply 即采用新的含义",
        "exported": "{file}：{counts}",
        "not-erased": "未删除任何内容",
        "erased": "已删除，{at}：{counts}",
        "to-erase": "将删除（未执行），{at}：{counts}",
        "elsewhere": "以下内容不在其中；只要成绩册还在，成绩会再次计入：",
        "place": "  {what}：{command}",
        "no-place": "  {what}（未找到）：{command}",
        "for-good": "以下内容将被永久删除：{counts}",
        "type": "输入 {learner} 以继续：",
        "count": "{name} {count} 条",
        "comma": "、",
        "nothing": "无",
        "names": {
            "answers": "测试回答",
            "evidence": "证据",
            "marks": "标记",
            "marks of others": "他人计划中的标记",
            "hints": "提示",
            "placements": "水平测试",
            "plans": "计划",
            "predictions": "检查点回答",
            "profiles": "个人信息",
            "traces": "影响",
            "grades": "成绩",
            "submissions": "提交的作业",
            "graded submissions": "已评分的作业",
            "feedback": "反馈",
            "home folder": "个人目录",
            "desk": "学习空间",
            "handed in": "待收取的作业",
            "account": "账号",
            "names in the audit trail": "审计记录中的姓名",
        },
    },
}


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
        parser.add_argument(
            "--language", choices=LANGUAGES, default="en", help="language of what is printed (en)"
        )
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
    words = WORDS[given.language]
    for one in report.skipped:
        print(words["skipped"].format(one=one.told(given.language)), file=sys.stderr)
    if report.strangers:
        names = words["comma"].join(report.strangers)
        print(words["strangers"].format(names=names), file=sys.stderr)
    told = {name: counts[name] for name in ("new", "revised", "known")}
    print(words["dry" if given.dry_run else "kept"].format(**told, skipped=len(report.skipped)))
    return 0


def _show(given: argparse.Namespace) -> int:
    known = catalogue.load()
    if given.competency is not None and given.competency not in known.competencies:
        strange = UnknownId("competency", given.competency, known.competencies)
        raise EvidenceError("unknown-id", unknown=unknown(strange, known.competencies))
    with kept_store(given.data) as store:
        must_be_known(store, given.learner)
        rows = trace(store, Ground(known, active(store)), given.learner, _now(), given.competency)
    if given.json:
        return _print({"learner": given.learner, "evidence": rows})
    words, language = WORDS[given.language], given.language
    table = Table(title=escape(words["title"].format(learner=given.learner)), title_justify="left")
    for place, name in enumerate(words["columns"]):
        table.add_column(name, justify="right" if place == 2 else "left", overflow="fold")
    for row in rows:
        changed = [
            words["weight"].format(**one, skill=f"{one['competency']}@{one['level']}")
            for one in row["changed"]
        ]
        table.add_row(
            row["tried_at"][:16].replace("T", " "),
            escape(row["origin"][language]),
            f"{row['score']:g}/{row['points']:g}",
            escape("\n".join(changed) or say(row["state"])[language]),
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
        words = WORDS[given.language]
        for one in done.differences:
            print(words["differs"][one.belief].format(learner=one.learner, rows=len(one.rows)))
        print(
            words["replayed"].format(
                learners=done.learners,
                rows=done.rows,
                differences=len(done.differences),
                fingerprint=done.fingerprint[:16],
            )
        )
        if done.differences and not given.apply:
            print(words["apply"], file=sys.stderr)
    return 0 if given.apply or not done.differences else 1


def _export(given: argparse.Namespace) -> int:
    audit = rows_of(data_folder(given.data), given.learner)
    with kept_store(given.data) as store:
        ground = Ground(catalogue.load(), active(store))
        usage = usage_of(data_folder(given.data), given.learner)
        counts = export(store, ground, given.learner, given.out, _now(), audit, usage)
    if given.json:
        return _print({"learner": given.learner, "file": str(given.out), "rows": counts})
    words = WORDS[given.language]
    listed = words["comma"].join(f"{name} {count}" for name, count in counts.items())
    print(words["exported"].format(file=given.out, counts=listed))
    return 0


def _erase(given: argparse.Namespace) -> int:
    data, words = data_folder(given.data), WORDS[given.language]
    audit = rows_of(data, given.learner)
    with kept_store(given.data) as store:
        counts = {name: len(rows) for name, rows in must_be_known(store, given.learner, audit).items()}
        counts["names in the audit trail"] = len(audit)
        if not given.dry_run:
            if not given.yes and not _confirmed(given.learner, counts, words):
                print(words["not-erased"], file=sys.stderr)
                return 3
            counts = store.erase(given.learner)
            counts["names in the audit trail"] = take_name_out(data, given.learner)
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
    done = words["to-erase" if given.dry_run else "erased"]
    print(done.format(at=receipt["at"], counts=_counted(counts, words)))
    print(words["elsewhere"])
    for one in left:
        what = words["names"].get(one.what, one.what)
        print(words["place" if one.there else "no-place"].format(what=what, command=one.command))
    return 0


def _confirmed(learner: str, counts: dict[str, int], words: dict[str, Any]) -> bool:
    if not sys.stdin.isatty():
        raise EvidenceError("erase-unsure", learner=learner)
    print(words["for-good"].format(counts=_counted(counts, words)), file=sys.stderr)
    print(words["type"].format(learner=learner), end="", file=sys.stderr, flush=True)
    return input().strip() == learner


def _counted(counts: dict[str, int], words: dict[str, Any]) -> str:
    named = (
        words["count"].format(count=count, name=words["names"].get(name, name))
        for name, count in counts.items()
        if count
    )
    return words["comma"].join(named) or words["nothing"]


def _now() -> datetime:
    return datetime.now(UTC)


def _print(document: dict[str, Any]) -> int:
    print(json.dumps(document, ensure_ascii=False, indent=1))
    return 0
