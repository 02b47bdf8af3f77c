"""Placement items: read with errors that help, drawn the same for ever, scored as people type."""

from pathlib import Path

import pytest

from catalogue import InvalidFile, load
from learning_paths import bank, drawing
from learning_paths.errors import BadAnswer, BankError

NUMBER = """\
- id: cache-size
  level: I
  seconds: 60
  kind: number
  draws: {layers: [12, 24], tokens: [1024, 4096]}
  let: {bytes: "2 * layers * tokens * 128 * 2"}
  ask: {en: "<<layers>> layers and <<tokens:,>> tokens: what size?", zh: "<<layers>> 层，<<tokens>> 个词元"}
  answer: "bytes / 2**20"
  unit: MiB
  within: 0.02
  why: {en: "keys and values", zh: "键和值"}
"""
CHOICE = """\
- id: which
  level: B
  seconds: 30
  kind: choice
  draws: [{a: 2, b: 3}, {a: 5, b: 7}]
  let: {sum: a + b, product: a * b}
  ask: {en: "How many, for <<a>> and <<b>>?", zh: "<<a>> 和 <<b>> 共多少？"}
  right: "<<sum>>"
  wrong:
    - {say: "<<product>>", because: {en: multiplies, zh: 相乘}}
    - {en: "only <<a>>", zh: "只有 <<a>>", because: {en: "stops early", zh: 过早停下}}
    - {say: "<<b>>", because: {en: "takes the last", zh: 只取后者}}
  why: {en: "they add", zh: 相加}
"""
ORDER = """\
- id: steps
  level: P
  seconds: 90
  kind: order
  ask: {en: "In which order?", zh: "按什么顺序？"}
  steps: [load, {en: clean, zh: 清洗}, fit, judge]
  why: {en: "each needs the one before", zh: 前后相依}
"""


@pytest.fixture(scope="module")
def catalogue():
    return load()


@pytest.fixture
def read(tmp_path, catalogue):
    def reading(text: str, name: str = "prompt-engineering"):
        path = tmp_path / "items" / f"{name}.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return bank.read_items(path, catalogue)

    return reading


def test_a_variant_gives_the_same_draw_and_other_variants_give_all_cases(read):
    item = read(NUMBER)[0]
    assert drawing.draw(item, 7) == drawing.draw(item, 7)
    seen = {tuple(drawing.draw(item, variant).values.values()) for variant in range(60)}
    assert len(seen) == len(drawing.cases(item)) == 4


def test_joint_cases_are_drawn_together(read):
    item = read(CHOICE)[0]
    assert {(d.values["a"], d.values["sum"]) for d in (drawing.draw(item, v) for v in range(40))} == {
        (2, 5),
        (5, 12),
    }


@pytest.mark.parametrize("variant", range(12))
def test_the_right_answer_scores_and_every_other_option_does_not(read, variant):
    number, choice, order = read(NUMBER + CHOICE + ORDER)
    drawn = drawing.draw(number, variant)
    size = 512 * drawn.values["layers"] * drawn.values["tokens"] / 2**20
    assert [drawn.score(size * factor) for factor in (1, 1.019, 0.981, 1.03, 0.97)] == [True] * 3 + [
        False
    ] * 2
    drawn = drawing.draw(choice, variant)
    assert [drawn.score(place) for place in range(4)].count(True) == 1
    right = drawn.shown()["options"][drawn.right]["en"]
    assert right == str(drawn.values["a"] + drawn.values["b"])
    assert drawn.score(drawn.right)
    drawn = drawing.draw(order, variant)
    shown = [step["en"] for step in drawn.shown()["options"]]
    assert [shown[place] for place in drawn.right] == ["load", "clean", "fit", "judge"]
    assert drawn.score(drawn.right)
    assert not drawn.score([0, 1, 2, 3])


def test_what_is_shown_says_nothing_of_the_answer(read):
    number, choice, order = read(NUMBER + CHOICE + ORDER)
    assert set(drawing.draw(number, 1).shown()) == {"kind", "seconds", "ask", "unit"}
    assert set(drawing.draw(choice, 1).shown()) == {"kind", "seconds", "ask", "options"}
    places = {drawing.draw(choice, variant).right for variant in range(60)}
    assert places == {0, 1, 2, 3}
    assert "multiplies" not in str(drawing.draw(choice, 1).shown())
    assert set(drawing.draw(order, 1).shown()) == {"kind", "seconds", "ask", "options"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1.5", 1.5),
        ("1,5", 1.5),
        ("3/2", 1.5),
        ("2e3", 2000),
        ("1 500", 1500),
        ("1,500", 1500),
        ("12,345,678.5", 12345678.5),
        ("0,125", 0.125),
        ("１２．５", 12.5),
        ("-4", -4),
        ("−4", -4),
        (".5", 0.5),
        ("50%", 0.5),
        ("12 MiB", 12),
        (7, 7),
    ],
)
def test_numbers_are_read_as_people_type_them(typed, value):
    assert drawing.read_number(typed, ("MiB",)) == pytest.approx(value)


@pytest.mark.parametrize(
    "typed", ["", "about 3", "1/0", "nan", "1e999", True, None, [1], "1" * 80, 10**400, "3//2"]
)
def test_what_is_no_number_is_refused_and_not_marked_wrong(typed):
    with pytest.raises(BadAnswer, match="no number") as refusal:
        drawing.read_number(typed)
    assert len(str(refusal.value)) < 120


def test_percent_as_the_unit_is_not_divided():
    assert drawing.read_number("50 %", ("%",)) == 50


@pytest.mark.parametrize(
    ("kind", "answer"), [(1, 4), (1, -1), (1, "0"), (1, True), (2, [0, 1, 2]), (2, [0, 0, 1, 2])]
)
def test_an_answer_of_the_wrong_form_is_refused(read, kind, answer):
    with pytest.raises(BadAnswer, match="0 to 3"):
        drawing.draw(read(NUMBER + CHOICE + ORDER)[kind], 1).score(answer)


def test_guesses_follow_from_the_kind(read):
    assert [drawing.guess(item) for item in read(NUMBER + CHOICE + ORDER)] == [0.02, 1 / 4, 1 / 24]


def test_an_items_version_changes_with_its_text(read):
    before = read(NUMBER)[0]
    assert before.version == read(NUMBER)[0].version
    assert before.version != read(NUMBER.replace("what size", "how big"))[0].version


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (NUMBER.replace("level: I", "level: X"), r"cache-size: .*level.*items/prompt-engineering\.yml:2"),
        (
            NUMBER.replace("kind: number", "kind: essay"),
            r"unknown kind 'essay'.*yml:4; known: number, choice",
        ),
        (NUMBER.replace("  within: 0.02\n", ""), r"cache-size: 0\.within is missing.*tolerance"),
        (NUMBER.replace("unit: MiB", "units: MiB"), r"unknown key 0\.units.*nearest: unit"),
        (NUMBER.replace("<<layers>> layers", "<<layer>> layers"), r"<<layer>> is neither drawn.*yml:7"),
        (NUMBER.replace("bytes / 2**20", "bites / 2**20"), r"cannot work out 'bites / 2\*\*20'.*yml:8"),
        (NUMBER.replace("bytes / 2**20", "1 / (layers - 12)"), r"division by zero.*with layers 12"),
        (NUMBER.replace("tokens: [1024, 4096]", "tokens: []"), r"tokens needs a list"),
        (NUMBER.replace("tokens: [", "spare: [1], tokens: ["), r"draws 'spare' and uses it nowhere"),
        (NUMBER + NUMBER, r"'cache-size' stands here a second time.*yml:12"),
        (
            CHOICE.replace("{a: 5, b: 7}", "{a: 2, b: 2}"),
            r"two options read the same: '4'.*\(with a 2, b 2\)",
        ),
        (CHOICE.replace("{a: 5, b: 7}", "{a: 5}"), r"each case draws the same names"),
        (ORDER.replace("load, ", ""), r"steps.*at least 4"),
        ("id: alone", r"holds no list.*yml:1"),
        ("- [", r"no valid YAML.*yml:"),
    ],
)
def test_a_fault_is_named_with_item_and_line(read, text, says):
    with pytest.raises(InvalidFile, match=says):
        read(text)


def test_a_file_that_is_called_as_no_competency_is_refused(read):
    with pytest.raises(
        InvalidFile, match=r"unknown competency 'prompt-enginering'.*nearest: prompt-engineering"
    ):
        read(NUMBER, "prompt-enginering")


def test_a_bank_tells_when_an_item_has_gone(read, tmp_path, catalogue):
    read(NUMBER)
    whole = bank.load_bank(catalogue, tmp_path / "items")
    assert whole.draw("prompt-engineering/cache-size", 3).values["layers"] in (12, 24)
    with pytest.raises(BankError, match="start a new placement"):
        whole.draw("prompt-engineering/gone", 3)


def test_the_checker_prints_both_languages_and_hides_the_key_when_asked(read, tmp_path, capsys):
    read(NUMBER + CHOICE)
    file = str(tmp_path / "items" / "prompt-engineering.yml")
    assert bank.main([file]) == 0
    shown = capsys.readouterr().out
    assert "个词元" in shown
    assert "multiplies" in shown
    assert "keys and values" in shown
    assert bank.main([file, "--no-key"]) == 0
    hidden = capsys.readouterr().out
    assert "个词元" in hidden
    assert "multiplies" not in hidden
    assert "keys and values" not in hidden
    assert "= … MiB" in hidden


def test_every_file_of_the_academy_is_sound(catalogue):
    for path in sorted(Path(bank.FOLDER).glob("*.yml")):
        assert len(bank.read_items(path, catalogue)) >= bank.LEAST_ITEMS, path.name
