"""What cannot be done is said in both languages, and names what it is about in that language."""

import ast
import re
from collections.abc import Iterator

import pytest

from catalogue.folders import CHECKOUT
from learning_paths import errors
from learning_paths.academy import Academy
from learning_paths.cli import main
from learning_paths.drawing import read_number
from learning_paths.errors import PlanError
from learning_paths.refusals import REFUSALS
from learning_paths.role_migrations import template

FIELD = re.compile(r"(?<!{){(\w+)[^}]*}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
KINDS = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, PlanError)}
LAB, GAP, MIGRATION = "lab:stable-softmax", "competency:linear-algebra@I", "data-engineer-to-ai-data"
AWAY = "competency:fine-tuning@P"
ADA = {"degree": "high-school", "competencies": ["numerics-information@I"], "hours": 4}


def raised() -> Iterator[tuple[str, ast.Call]]:
    """Yield every error of ours that the package makes."""
    for path in sorted((CHECKOUT / "learning_paths").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
                yield f"{path.name}:{node.lineno}", node


def test_every_error_takes_its_words_from_the_texts_in_both_languages():
    found, told = 0, set()
    for place, call in raised():
        kind = call.args[call.func.id == "BadProfile"]
        literals = [one.value for one in ast.walk(kind) if isinstance(one, ast.Constant)]
        if isinstance(kind, ast.Constant):
            fields = set(FIELD.findall(REFUSALS[kind.value]["en"]))
            assert {word.arg for word in call.keywords} == fields, place
        elif isinstance(kind, ast.JoinedStr):
            literals = [name for name in REFUSALS if name.startswith(literals[0])]
        told.update(literals)
        found += 1
    assert found > 70
    chosen = {"store-too-long", "store-unwritten", "not-this-option", "not-this-order"}
    assert told | chosen == REFUSALS.keys()


def test_every_text_is_chinese_in_chinese():
    for kind, text in REFUSALS.items():
        assert CHINESE.search(text["zh"]) or text["zh"].startswith("{unknown}"), kind


REFUSED = {
    "unknown kind of mark": (lambda to: to.mark(LAB, "burn"), "use pin, skip, test-out", "可用：pin、skip"),
    "no lab proves it": (lambda to: to.mark(GAP, "test-out"), "“Linear algebra (", "“线性代数（"),
    "cannot be pinned": (lambda to: to.mark(GAP, "pin"), "possible: skip", "可以：跳过"),
    "marked by another": (
        lambda to: to.mark(LAB, "skip"),
        "“Lab stable-softmax” was",
        "“实验 stable-softmax”是由 ines",
    ),
    "not in the plan": (lambda to: to.picture(AWAY), "no unit “Fine-tuning", "没有单元“模型微调训练"),
    "no such unit": (lambda to: to.picture("lab:none"), "no unit 'lab:none'", "没有单元'lab:none'"),
    "role": (lambda to: to.profile(role="operator"), "operator-developer", "岗位；可选：算子开发"),
    "degree": (lambda to: to.profile(degree="high"), "or none", "学历专业；可选：高中"),
    "competency": (
        lambda to: to.profile(competencies=["tuning"]),
        "fine-tuning",
        "模型微调训练（fine-tuning）",
    ),
    "level": (lambda to: to.profile(competencies=["fine-tuning@X"]), "is no level", "不是级别"),
    "no goal": (lambda to: to.profile(competencies=[]), "no goal is given", "没有给出目标"),
    "hours": (lambda to: to.profile(hours=-3), "hours is -3; give", "每周学时填的是 -3；请填写 0.5 到 80"),
    "migration": (
        lambda to: template(to.catalogue, MIGRATION, "teacher"),
        "is not part of",
        "可选：数据工程师（",
    ),
    "checkpoint": (lambda to: to.answer("nothing", "a"), "“Numerics and information”", "课程“数值与信息”中"),
    "choice": (lambda to: to.answer("overflow", "z"), "is not one of the choices: a", "从选项中选择"),
    "nobody": (lambda to: to.academy.plan("bob"), "bob has not said", "bob 还没有填写"),
    "no test": (lambda to: to.academy.placing.end("ada"), "no open placement test", "没有正在进行的水平测试"),
    "no number": (lambda to: read_number("many"), "'many' is no number", "'many' 不是数"),
}


class Asked:
    """Somebody who asks an academy for what it refuses."""

    def __init__(self, academy: Academy):
        self.academy, self.catalogue = academy, academy.catalogue
        academy.save_profile("ada", ADA)
        academy.marking.add("ada", {"unit": LAB, "kind": "pin"}, "ines")

    def mark(self, unit: str, kind: str) -> None:
        self.academy.marking.add("ada", {"unit": unit, "kind": kind}, "ada")

    def picture(self, unit: str) -> None:
        self.academy.picture("ada", unit, "zh")

    def profile(self, **other: object) -> None:
        self.academy.save_profile("ada", {**ADA, **other})

    def answer(self, name: str, answer: str) -> None:
        self.academy.checkpoint("ada", "numerics-information", name, answer)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_things_as_they_are_called_in_the_language(academy, name):
    ask, english, chinese = REFUSED[name]
    with pytest.raises(PlanError) as caught:
        ask(Asked(academy))
    said = caught.value.said
    assert english in said["en"] == str(caught.value)
    assert chinese in said["zh"]
    assert not CHINESE.search(said["en"])
    assert CHINESE.search(said["zh"])


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "--hours: hours is '-3'; give"), ("zh", "--hours: 每周学时填的是 '-3'；请填写")],
)
def test_the_command_line_refuses_in_the_language_that_it_is_given(capsys, language, says):
    assert main(["plan", "--role", "operator-developer", "--hours", "-3", "--language", language]) == 2
    assert says in capsys.readouterr().err
