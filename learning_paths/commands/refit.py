"""``academy refit``: fit the model of mastery on the store's evidence, show its card, go back to another."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import catalogue
from catalogue.writing import write_whole
from learning_paths.commands.kept import kept_store
from learning_paths.curriculum import Ground
from learning_paths.errors import RefitError
from learning_paths.fitted import KIND
from learning_paths.profiles import LANGUAGES
from learning_paths.refusals import in_turn
from learning_paths.store import Store

EXAMPLES = """examples:
  ./academy refit --dry-run
  ./academy refit --plot reliability.svg
  ./academy refit --list
  ./academy refit --activate 3        go back to a model of before; 0 is the first day's
"""

WORDS = {
    "en": {
        "title": "Model of mastery: {model}",
        "models": {"first-day": "the first day's", "hybrid": "fitted hybrid"},
        "data": "{learners} learners, {observations} graded tasks ({tasks} different ones) in {competencies} "
        "competencies, {from} to {to}.",
        "few": "Fewer than {least_learners} learners with graded work: no model was fitted.",
        "model": "model",
        "predicted": "predicted",
        "observed": "observed",
        "tasks": "tasks",
        "limits": "Limits",
        "kept": "kept as model {id}, active from now on",
        "dry": "nothing was kept (--dry-run)",
        "activated": "active from now on: {what}",
        "none": "no model was fitted yet: the first day's is at work",
    },
    "zh": {
        "title": "掌握度模型：{model}",
        "models": {"first-day": "初始模型", "hybrid": "拟合的混合模型"},
        "data": "{learners} 名学员，{observations} 次评分任务（{tasks} 个不同任务），涉及 {competencies} "
        "项能力，{from} 至 {to}。",
        "few": "有评分记录的学员不足 {least_learners} 名：未拟合模型。",
        "model": "模型",
        "predicted": "预测",
        "observed": "实际",
        "tasks": "任务数",
        "limits": "局限",
        "kept": "已保存为模型 {id}，即刻启用",
        "dry": "未保存任何内容（--dry-run）",
        "activated": "即刻启用：{what}",
        "none": "尚未拟合模型：正在使用初始模型",
    },
}


def add_parser(verbs: Any) -> None:
    """Add the verb to a parser's subparsers."""
    parser = verbs.add_parser(
        "refit",
        help="fit the model of mastery on the store's evidence",
        description="Fit the model of mastery on graded work, keep it if it foresees unseen learners better "
        "than the first day's model, and show its card.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", metavar="FOLDER", help="the data folder (or ACADEMY_DATA)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--dry-run", action="store_true", help="show the card, and keep nothing")
    parser.add_argument("--plot", metavar="FILE.svg", type=Path, help="write the reliability plot")
    parser.add_argument(
        "--learners", metavar="N", type=int, help="fit from so many learners with graded work on (500)"
    )
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="language of the card (en)")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--list", action="store_true", help="list the models that were kept")
    other.add_argument(
        "--activate", metavar="ID", type=int, help="let a kept model be the active one; 0: the first day's"
    )
    parser.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    with kept_store(given.data) as store:
        if given.list:
            return _list(store, given)
        if given.activate is not None:
            return _activate(store, given)
        return _refit(store, given)


def _refit(store: Store, given: argparse.Namespace) -> int:
    from learning_paths import refit  # numba and scipy take a second to load; other verbs need neither
    from learning_paths.tracing.metrics import picture

    ground, now = Ground(catalogue.load()), datetime.now(UTC)
    least = refit.ENOUGH if given.learners is None else given.learners
    graded = refit.collect(store, ground, now)
    choice = refit.choose(graded, ground.curriculum.competencies, now, least=least)
    words = WORDS[given.language]
    if given.plot:
        drawn = picture(choice.card["reliability"], words["title"].format(model=_named(choice.card, words)))
        try:
            write_whole(given.plot, drawn)
        except OSError as error:
            raise RefitError("no-plot", path=given.plot, why=error.strerror) from error
    kept = None if given.dry_run else refit.keep(store, choice, now)
    if given.json:
        return _print({"id": kept.id if kept else None, "dry_run": given.dry_run, "card": choice.card})
    _show(choice.card, words, given.language)
    print(words["kept"].format(id=kept.id) if kept else words["dry"])
    return 0


def _list(store: Store, given: argparse.Namespace) -> int:
    models = store.models(KIND)
    if given.json:
        return _print([{"id": one.id, "active": one.active, "card": one.card} for one in models])
    words = WORDS[given.language]
    for one in models:
        mark = "*" if one.active else " "
        print(f"{mark} {one.id:4}  {one.made_at:%Y-%m-%d %H:%M}  {_named(one.card, words)}")
    if not any(one.active for one in models):
        print(words["none"] if not models else f"*    0  {words['models']['first-day']}")
    return 0


def _activate(store: Store, given: argparse.Namespace) -> int:
    words = WORDS[given.language]
    if given.activate == 0:
        store.deactivate_models(KIND)
        what = words["models"]["first-day"]
    else:
        known = [one.id for one in store.models(KIND)]
        if given.activate not in known:
            raise RefitError("no-model", number=given.activate, known=in_turn([0, *known]))
        model = store.activate_model(given.activate)
        what = f"{model.id}, {_named(model.card, words)}"
    if given.json:
        return _print({"active": given.activate})
    print(words["activated"].format(what=what))
    return 0


def _named(card: dict[str, Any], words: dict[str, Any]) -> str:
    return words["models"][card["model"]]


def _show(card: dict[str, Any], words: dict[str, Any], language: str) -> None:
    console = Console()
    console.print(words["title"].format(model=_named(card, words)), style="bold")
    console.print(words["data"].format(**card))
    if "hybrid" not in card["metrics"]:
        console.print(words["few"].format(**card))
    table = Table()
    for name in (words["model"], "log loss", "AUC", "ECE"):
        table.add_column(name)
    for name, metrics in card["metrics"].items():
        table.add_row(words["models"][name], *(_figure(metrics, each) for each in ("log_loss", "auc", "ece")))
    console.print(table)
    table = Table()
    for name in ("predicted", "observed", "tasks"):
        table.add_column(words[name], justify="right")
    for many, said, was in card["reliability"]:
        table.add_row(f"{said:.2f}", f"{was:.2f}", str(many))
    console.print(table)
    console.print(words["limits"], style="bold")
    for text in card["limits"][language]:
        console.print(f"- {text}")


def _figure(metrics: dict[str, Any], name: str) -> str:
    if metrics[name] is None:
        return "-"
    bounds = metrics[f"{name}_95"]
    return f"{metrics[name]:.3f}" + (f" ({bounds[0]:.3f} … {bounds[1]:.3f})" if bounds else "")


def _print(document: Any) -> int:
    print(json.dumps(document, ensure_ascii=False, indent=1))
    return 0
