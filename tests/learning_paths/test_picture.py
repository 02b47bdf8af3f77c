"""A unit's way through the graph as a picture: whole, in both languages, readable by machines and people."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import catalogue
from learning_paths.cli import main
from learning_paths.curriculum import Ground
from learning_paths.effort import missing
from learning_paths.explain import Explainer
from learning_paths.mastery import Mastery
from learning_paths.picture import LETTERS, SIGNS, WIDTH, Step, draw, wrapped
from learning_paths.plan import Standing, explainer_of
from learning_paths.profiles import check
from learning_paths.units import Item
from learning_paths.way import picture, steps

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def explainer() -> Explainer:
    ground = Ground(catalogue.load())
    learner = check(ground.catalogue, {"role": "ai-training-engineer", "degree": "mathematics"})
    prior = ground.prior(learner.degree, None, 0)
    standing = Standing(prior, Mastery(prior, prior), {})
    goal = learner.goal(ground.catalogue)
    return explainer_of(ground, goal, missing(ground, goal, standing.mastery), standing)


def item(explainer: Explainer, name: str) -> Item:
    return next(one for one in explainer.selection.chosen if explainer.ground.identity(one) == name)


def words(svg: str) -> str:
    return " ".join(text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_unit_has_a_way_that_ends_at_the_goal(explainer, language):
    for one in explainer.selection.chosen:
        found = list(steps(explainer, one, language))
        kinds = [step.kind for step in found]
        assert kinds.count("unit") == kinds.count("goal") == 1
        assert kinds[-1] == "goal"
        unit = kinds.index("unit")
        assert set(kinds[:unit]) <= {"known", "missing"}
        assert "known" not in kinds[1:]
        assert set(kinds[unit + 1 : -1]) <= {"missing"}
        root = ElementTree.fromstring(picture(explainer, one, language))
        assert root.find(f"{SVG}title").text
        assert root.find(f"{SVG}desc").text.count("→") == len(found) - 1


def test_the_way_begins_at_what_is_mastered_and_says_why_at_each_arrow(explainer):
    found = list(steps(explainer, item(explainer, "lab:attention"), "en"))
    assert [step.title for step in found] == [
        "Linear algebra (intermediate)",
        "Attention with a cache whose step equals the full pass",
        "Model selection and design (professional)",
        "AI training engineer",
    ]
    assert found[0].leads == "heads, positions and caches are batched products, best read as einsum"
    assert found[1].leads == "sizing counts the parameters and operations of the block"
    assert "missing: 1 % (between 0 and 4)" in found[1].note


def test_states_are_told_by_sign_and_border_and_not_by_colour(explainer):
    svg = picture(explainer, item(explainer, "lab:attention"), "en")
    assert not re.search(r"#[0-9a-fA-F]{3,6}|rgb|hsl", svg)
    assert all(sign in words(svg) for sign in SIGNS.values())
    assert {one.get("class") for one in ElementTree.fromstring(svg).iter(f"{SVG}rect")} >= {
        "za-way-known",
        "za-way-missing",
        "za-way-unit",
        "za-way-goal",
    }


def test_names_are_text_and_never_markup():
    svg = draw([Step("unit", "<script>a & b</script>", 'say "x"', "1 < 2")], 'a "name"', "n")
    assert "<script>" not in svg
    assert "<script>a & b</script>" in words(svg)


@given(st.text(alphabet="ab c词，（", max_size=200), st.integers(6, 60))
def test_no_line_is_too_long_and_no_letter_is_lost(text, letters):
    lines = wrapped(text, letters)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        wide = sum(2 if ord(letter) > 255 else 1 for letter in line)
        assert wide <= letters or " " not in line.strip()
        assert line.strip() == line or line.startswith(" ")


def test_a_box_has_room_for_its_lines():
    many = draw([Step("unit", "word " * 60, "note")], "t", "n")
    root = ElementTree.fromstring(many)
    box = root.find(f"{SVG}rect")
    lowest = max(float(text.get("y")) for text in root.iter(f"{SVG}text"))
    assert lowest < float(box.get("y")) + float(box.get("height"))
    assert root.get("viewBox").split()[2] == str(WIDTH)
    assert all(len(text.text) <= LETTERS for text in root.iter(f"{SVG}text"))


def test_the_command_says_why_and_writes_the_picture(capsys, tmp_path):
    target = tmp_path / "why.svg"
    given = ["plan", "--role", "operator-developer", "--why", "lab:first-kernels"]
    assert main([*given, "--picture", str(target)]) == 0
    shown = capsys.readouterr().out
    assert "If you leave it out" in shown
    assert ElementTree.parse(target).getroot().tag == f"{SVG}svg"
    assert main([*given, "--picture", str(tmp_path / "none" / "why.svg")]) == 2
    assert "choose another --picture" in capsys.readouterr().err
    assert main([*given[:-1], "lab:lora"]) == 2
    assert "the plan has no unit “LoRA by hand" in capsys.readouterr().err
