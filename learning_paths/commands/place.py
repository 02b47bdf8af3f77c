"""``academy place``: the placement test on the terminal, and what its answers say about the items."""

import argparse
import getpass
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import catalogue
from catalogue.folders import data_folder, store_url
from learning_paths.commands.kept import is_kept
from learning_paths.curriculum import Ground
from learning_paths.errors import BadAnswer
from learning_paths.item_report import LEAST_ANSWERS, Judged, parameters, report
from learning_paths.placing import MODEL, Placing
from learning_paths.profiles import LANGUAGES
from learning_paths.store import Store

EXAMPLES = """examples:
  ./academy place --language zh
  ./academy place ada --dry-run
  ./academy place ada --json --answer 12.5
  ./academy place ada --json --unsure
  ./academy place ada --answers answers.json
  ./academy place --report
"""
SHOWN = 40
WORDS = {
    "en": {
        "head": "Placement test {number}, question {position} of at most {most}",
        "keys": "An answer is final. ? = I don't know; q = stop for today; e = end the test here",
        "number": "number",
        "choice": "number of the option",
        "order": "numbers in the right order, as 2 4 1 3",
        "later": "The test waits for you: the same command goes on with this question.",
        "none": "There is no test yet; start it without --json, or with --start.",
        "sum": "{asked} questions: {right} right, {unsure} not known. Expected accuracy: {share:.0%}.",
        "why": {
            "sure": "The picture is sure enough.",
            "limit": "All questions of one test were asked.",
            "items": "There was no further question.",
            "learner": "You ended the test.",
        },
        "competency": "competency",
        "again": "Start another test: ./academy place --start",
        "report": "Items of the placement test",
        "columns": (
            "item",
            "level",
            "answers",
            "asked in",
            "right",
            "unsure",
            "slip",
            "guess",
            "tells apart",
        ),
        "flags": "look at",
        "reported": "{answers} answers to {items} items; {found} have at least {least}",
        "applied": "{answers} answers to {items} items; {found} have at least {least}, used from now on",
    },
    "zh": {
        "head": "水平测试第 {number} 次，第 {position} 题，最多 {most} 题",
        "keys": "答案提交后不可更改。? = 不知道；q = 今天先到这里，以后继续；e = 就此结束测试",
        "number": "数值",
        "choice": "选项编号",
        "order": "按正确顺序写出编号，如 2 4 1 3",
        "later": "测试已保留：再次运行同一命令即可从这一题继续。",
        "none": "还没有测试；去掉 --json 或加上 --start 即可开始。",
        "sum": "共 {asked} 题：答对 {right} 题，不知道 {unsure} 题。结果的预期准确率：{share:.0%}。",
        "why": {
            "sure": "结果已足够可靠。",
            "limit": "本次测试的题目已全部问完。",
            "items": "没有更多题目。",
            "learner": "你结束了测试。",
        },
        "competency": "能力",
        "again": "再测一次：./academy place --start",
        "report": "水平测试的题目",
        "columns": ("题目", "级别", "回答", "出现率", "答对", "不知道", "失误", "猜对", "区分度"),
        "flags": "请查看",
        "reported": "{items} 道题共 {answers} 次回答；{found} 道题至少有 {least} 次",
        "applied": "{items} 道题共 {answers} 次回答；{found} 道题至少有 {least} 次，即刻启用",
    },
}


def add_parser(verbs: Any) -> None:
    """Add the verb to a parser's subparsers."""
    place = verbs.add_parser(
        "place",
        help="find out what somebody knows already, in at most thirty questions",
        description="Sit the placement test, or see how its questions do. Answers become evidence at once; a "
        "test that was left goes on where it was.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    place.add_argument("learner", nargs="?", metavar="LEARNER", help="the hub's name (who is logged in)")
    place.add_argument("--language", choices=LANGUAGES, default="en", help="language of what is printed (en)")
    place.add_argument("--data", metavar="FOLDER", help="the data folder (or ACADEMY_DATA)")
    place.add_argument("--json", action="store_true", help="print the state as one JSON document and leave")
    step = place.add_mutually_exclusive_group()
    step.add_argument("--start", action="store_true", help="begin a test, or go on with the open one")
    step.add_argument(
        "--answer", metavar="VALUE", help="answer the open question: 12.5, 2, [1,0,3,2] (from 0)"
    )
    step.add_argument("--unsure", action="store_true", help='answer "I don\'t know"')
    step.add_argument(
        "--answers", type=Path, metavar="FILE", help="a JSON list: one answer after another, null: not known"
    )
    step.add_argument("--end", action="store_true", help="end the open test")
    step.add_argument("--report", action="store_true", help="how the items do, from all answers so far")
    place.add_argument("--apply", action="store_true", help="with --report: use the slips and guesses found")
    place.add_argument("--dry-run", action="store_true", help="keep nothing: a test to try out")
    place.set_defaults(run=_place)


def _place(given: argparse.Namespace) -> int:
    if given.apply and not given.report:
        raise BadAnswer("apply-alone")
    learner = given.learner or getpass.getuser()
    with _store(given, learner) as store:
        placing = Placing(store, Ground(catalogue.load()), lambda: datetime.now(UTC))
        if given.report:
            return _report(placing, given)
        state = _step(placing, learner, given)
        if given.json:
            print(json.dumps(state, ensure_ascii=False))
        elif given.answer is None and not (given.unsure or given.end or given.answers):
            _talk(placing, learner, given.language)
        else:
            _show(state, given.language)
    return 0


def _step(placing: Placing, learner: str, given: argparse.Namespace) -> dict[str, Any]:
    if given.end:
        return placing.end(learner)
    if given.start:
        return placing.start(learner)
    if given.answers is not None:
        return _whole(placing, learner, given.answers)
    state = placing.state(learner)
    if given.answer is None and not given.unsure:
        return state if given.json or state["state"] == "open" else placing.start(learner)
    return placing.answer(learner, state.get("position"), None if given.unsure else _value(given.answer))


def _whole(placing: Placing, learner: str, path: Path) -> dict[str, Any]:
    """Give the answers of a file one after another until they or the test end."""
    try:
        answers = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadAnswer("no-answers", why=error, path=path) from error
    if not isinstance(answers, list):
        raise BadAnswer("no-answer-list", path=path)
    state = placing.start(learner)
    for number, answer in enumerate(answers, 1):
        if state["state"] != "open":
            break
        try:
            state = placing.answer(learner, state["position"], answer)
        except BadAnswer as error:
            raise BadAnswer("one-answer", number=number, path=path, why=error.said) from error
    return state


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _talk(placing: Placing, learner: str, language: str) -> None:
    words, state = WORDS[language], placing.start(learner)
    console = Console()
    console.print(f"[dim]{escape(words['keys'])}[/dim]")
    while state["state"] == "open":
        _show(state, language)
        began = datetime.now(UTC)
        try:
            typed = input(f"{words[state['question']['kind']]}> ").strip()
        except EOFError:
            typed = "q"
        if typed == "q":
            console.print(words["later"])
            return
        try:
            if typed == "e":
                state = placing.end(learner)
            elif typed:
                answer = None if typed in ("?", "？") else _typed(typed, state["question"])
                seconds = (datetime.now(UTC) - began).total_seconds()
                state = placing.answer(learner, state["position"], answer, min(seconds, 86399.0))
        except BadAnswer as error:
            console.print(f"[bold]{escape(error.said[language])}[/bold]")
    _show(state, language)


def _typed(text: str, question: dict[str, Any]) -> Any:
    """Read what was typed: options and steps count from 1 on the screen."""
    if question["kind"] == "number":
        return text
    count = len(question["options"])
    places = [int(word) - 1 for word in text.replace(",", " ").replace("，", " ").split() if word.isdecimal()]
    if question["kind"] == "choice" and len(places) == 1 and 0 <= places[0] < count:
        return places[0]
    if question["kind"] == "order" and sorted(places) == list(range(count)):
        return places
    wrong = "not-this-order" if question["kind"] == "order" else "not-this-option"
    raise BadAnswer(wrong, text=repr(text), count=count)


def _show(state: dict[str, Any], language: str) -> None:
    words, console = WORDS[language], Console()
    if state["state"] == "none":
        console.print(words["none"])
    elif state["state"] == "open":
        question = state["question"]
        head = words["head"].format(**{**state, "position": state["position"] + 1})
        console.print(f"\n[bold]{escape(head)}[/bold]\n{escape(question['ask'][language])}")
        if "code" in question:
            console.print(escape("\n".join(f"    {x}" for x in question["code"][language].splitlines())))
        for place, option in enumerate(question.get("options", ()), 1):
            console.print(f"  {place}  {escape(option[language])}")
        if question.get("unit"):
            console.print(f"  [dim]{escape(question['unit'][language])}[/dim]")
    else:
        _picture(state["summary"], language, console)


def _picture(summary: dict[str, Any], language: str, console: Console) -> None:
    words = WORDS[language]
    for stage in summary["stages"]:
        table = Table(title=escape(stage["title"][language]), title_justify="left")
        table.add_column(words["competency"], ratio=1, overflow="fold")
        for level in "BIPE":
            table.add_column(level, justify="right")
        for one in stage["competencies"]:
            cells = [
                f"{after:.0%}" if abs(after - before) < 0.05 else f"{before:.0%} → {after:.0%}"
                for before, after in zip(one["before"], one["after"], strict=True)
            ]
            table.add_row(escape(one["title"][language]), *cells)
        console.print(table)
    console.print(words["sum"].format(**summary, share=summary["expected_accuracy"]))
    console.print(f"{words['why'][summary['why']]} [dim]{words['again']}[/dim]")


def _report(placing: Placing, given: argparse.Namespace) -> int:
    judged = report(placing)
    found = parameters(judged)
    if given.apply and not given.dry_run:
        card = {"answers": sum(one.answers for one in judged), "items": len(found), "least": LEAST_ANSWERS}
        placing.store.add_model(MODEL, dict(found), card, datetime.now(UTC))
    if given.json:
        applied = given.apply and not given.dry_run
        whole = {"items": [one.data() for one in judged], "found": len(found), "applied": applied}
        print(json.dumps(whole, ensure_ascii=False))
        return 0
    _report_table(judged, given.language)
    words = WORDS[given.language]["applied" if given.apply and not given.dry_run else "reported"]
    answers = sum(one.answers for one in judged)
    print(words.format(answers=answers, items=len(judged), found=len(found), least=LEAST_ANSWERS))
    return 0


def _report_table(judged: list[Judged], language: str) -> None:
    words = WORDS[language]
    table = Table(title=words["report"], title_justify="left")
    for place, name in enumerate(words["columns"]):
        table.add_column(name, no_wrap=not place, justify="right" if place else "left")
    table.add_column(words["flags"], ratio=1, overflow="fold")
    for one in [one for one in judged if one.answers][:SHOWN]:
        shares = [
            "" if share is None else f"{share:.0%}"
            for share in (one.exposure, one.right, one.unsure, one.slip, one.guess)
        ]
        apart = "" if one.discrimination is None else f"{one.discrimination:.2f}"
        flags = ("；" if language == "zh" else "; ").join(flag[language] for flag in one.flags)
        table.add_row(escape(one.item), one.level, str(one.answers), *shares, apart, flags)
    Console().print(table)


@contextmanager
def _store(given: argparse.Namespace, learner: str) -> Iterator[Store]:
    data = data_folder(given.data)
    if not given.dry_run or given.report:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = Store(store_url(data))
        try:
            yield store
        finally:
            store.close()
        return
    with tempfile.TemporaryDirectory() as folder:
        trial = Store(f"sqlite:///{Path(folder) / 'trial.sqlite'}")
        try:
            if is_kept(data):
                kept = Store(store_url(data))
                profile = kept.profile(learner)
                kept.close()
                if profile is not None:
                    trial.save_profile(learner, profile.data, datetime.now(UTC))
            yield trial
        finally:
            trial.close()
