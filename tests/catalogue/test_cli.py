"""The verbs as people and programs type them."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from catalogue.cli import main
from catalogue.folders import CHECKOUT
from tests.full_disk import FOLDER, run_on_full_disk


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = main(["catalogue", *argv])
    out, err = capsys.readouterr()
    return code, out, err


def test_check_prints_one_json_document_with_the_agreed_keys(capsys, tree):
    code, out, err = run(capsys, "check", "--json", "--root", str(tree.root))
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert list(found) == [
        "roles",
        "role_competencies",
        "competencies",
        "courses",
        "lessons",
        "labs",
        "errors",
        "gaps",
    ]
    assert [found[key] for key in list(found)[:6]] == [15, 54, 78, 1, 2, 1]
    assert found["errors"] == []
    gaps = {gap.pop("competency"): gap for gap in found["gaps"]}
    asked_by = ["role:operator-developer", "target:model-operator-engineer"]
    assert gaps["operator-development@E"] == {"untaught": True, "unproved": True, "asked_by": asked_by}


def test_check_of_this_checkout_knows_the_fifteen_roles(capsys):
    _, out, _ = run(capsys, "check", "--json")
    found = json.loads(out)
    assert (found["roles"], found["role_competencies"], found["competencies"]) == (15, 54, 78)


def test_gaps_are_forgiven_unless_strict(capsys, tree):
    assert run(capsys, "check", "--root", str(tree.root))[0] == 0
    code, out, _ = run(capsys, "check", "--strict", "--root", str(tree.root))
    assert code == 1
    assert "gap: competency:operator-development@E: no lesson teaches it" in out


def test_an_error_of_any_kind_makes_check_fail_and_stands_with_its_place(capsys, tree):
    line = tree.spoil(tree.course(), "uses: [programming-basics@I]", "uses: [programming-basic@I]")
    code, out, _ = run(capsys, "check", "--root", str(tree.root))
    assert code == 1
    place = f"courses/1-mathematics/numerics-information/course.yml:{line}"
    assert f"error: unknown competency 'programming-basic', {place}; the nearest: programming-basics" in out
    _, out, _ = run(capsys, "check", "--json", "--root", str(tree.root))
    (error,) = json.loads(out)["errors"]
    assert f"{error['file']}:{error['line']}" == place


def test_a_broken_file_is_one_error_and_the_rest_is_still_counted(capsys, tree):
    tree.write(tree.course("broken"), "title: [\n")
    code, out, err = run(capsys, "check", "--json", "--root", str(tree.root))
    found = json.loads(out)
    assert (code, err, found["courses"]) == (1, "", 1)
    assert found["errors"][0]["file"] == "courses/1-mathematics/broken/course.yml"


def test_a_broken_framework_is_told_without_a_traceback(capsys, tree):
    own = tree.root / "catalogue" / "framework"
    own.mkdir(parents=True)
    code, out, _ = run(capsys, "check", "--json", "--root", str(tree.root))
    found = json.loads(out)
    assert (code, found["roles"]) == (1, 0)
    assert {"catalogue/framework/roles.yml", "catalogue/framework/jobs.yml"} <= {
        error["file"] for error in found["errors"]
    }
    code, out, err = run(capsys, "show", "--root", str(tree.root))
    assert (code, out) == (2, "")
    assert err.startswith("academy: cannot be read: No such file or directory, catalogue/framework/")


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("roles", {"ai-sales-manager", "operator-developer"}),
        ("migrations", {"cloud-to-scheduling"}),
        ("talent", {"phases", "role_types", "foundation_subclasses", "work_learning"}),
        ("data-engineer", {"role:data-engineer", "job:data-engineer"}),
        ("none", {"degree:none", "job:none"}),
        ("competency:fine-tuning@P", {"competency:fine-tuning"}),
        ("lab:stable-softmax", {"lab:stable-softmax"}),
        ("lesson:numerics-information/02-stable", {"lesson:numerics-information/02-stable"}),
        ("numerics-information", {"competency:numerics-information", "course:numerics-information"}),
    ],
)
def test_show_answers_a_word_in_words_and_as_json(capsys, tree, word: str, keys: set[str]):
    code, out, _ = run(capsys, "show", word, "--root", str(tree.root))
    assert code == 0
    plain = yaml.safe_load(out)
    _, out, _ = run(capsys, "show", word, "--json", "--root", str(tree.root))
    assert json.loads(out) == plain
    assert keys <= set(plain)


def test_show_says_what_follows_for_an_entry(capsys, tree):
    root = str(tree.root)
    role = json.loads(run(capsys, "show", "role:operator-developer", "--json", "--root", root)[1])
    order = role["role:operator-developer"]["learning_order"]
    assert (order[0], order[-1]) == ("programming-basics@B", "operator-development@E")
    found = json.loads(run(capsys, "show", "competency:numerics-information", "--json", "--root", root)[1])
    one = found["competency:numerics-information"]
    assert one["proved_by"] == ["lab:stable-softmax log-sum-exp"]
    assert "transformers@B" in one["needed_by"]
    assert (
        json.loads(run(capsys, "show", "lab:stable-softmax", "--json", "--root", root)[1])[
            "lab:stable-softmax"
        ]["points"]
        == 5
    )


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (
            ["show", "operator-develper"],
            "academy: unknown id 'operator-develper'; the nearest: operator-developer",
        ),
        (["show", "lab:stable-softmx"], "academy: unknown lab 'stable-softmx'; the nearest: stable-softmax"),
        (
            ["graph", "--role", "sales-manager"],
            "academy: unknown role 'sales-manager'; the nearest: ai-sales-manager",
        ),
        (["graph", "-o", "/nowhere/graph.svg"], "academy: cannot write /nowhere/graph.svg: No such file"),
    ],
)
def test_bad_input_is_one_line_that_helps(capsys, tree, argv: list[str], says: str):
    code, out, err = run(capsys, *argv, "--root", str(tree.root))
    assert (code, out) == (2, "")
    assert err.startswith(says)
    assert err.count("\n") == 1


def test_a_root_that_is_no_folder_is_refused(capsys, tmp_path: Path):
    code, _, err = run(capsys, "check", "--root", str(tmp_path / "gone"))
    assert code == 2
    assert "is no folder; give the folder with courses/ and labs/" in err


def test_graph_writes_a_picture_words_or_data(capsys, tree):
    root = str(tree.root)
    output = tree.root / "graph.svg"
    assert run(capsys, "graph", "--role", "operator-developer", "-o", str(output), "--root", root) == (
        0,
        "",
        "",
    )
    assert "算子开发工程师" in ET.parse(output).getroot().find("{http://www.w3.org/2000/svg}title").text
    assert [path.name for path in tree.root.iterdir() if path.is_file()] == ["graph.svg"]
    _, words, _ = run(capsys, "graph", "--role", "operator-developer", "--text", "--root", root)
    assert "Operator development 算子开发 [operator-development]: needs gpu-programming@B for B" in words
    data = json.loads(run(capsys, "graph", "--json", "--root", root)[1])
    assert len(data["nodes"]) == 78
    assert {"competency", "needs", "at", "for", "why", "or"} == set(data["needs"][0])
    assert set(data["needs"][0]["why"]) == {"en", "zh"}


@pytest.mark.parametrize(
    "words",
    [
        ["catalogue", "graph", "-o", f"{FOLDER}/graph.svg"],
        ["notebooks", "execute", "--report", f"{FOLDER}/report", "LESSON"],
    ],
    ids=["graph", "execute"],
)
def test_a_full_disk_is_one_line_and_leaves_no_draft(words: list[str]):
    lesson = str(CHECKOUT / "courses/1-mathematics/numerics-information/03-entropy.py")
    words = [lesson if word == "LESSON" else word for word in words]
    done = run_on_full_disk("40k", "-m", "catalogue.cli", *words)
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert "left " not in done.stdout


@pytest.mark.parametrize("verb", ["show", "check", "graph"])
def test_every_verb_explains_itself_with_an_example(capsys, verb: str):
    with pytest.raises(SystemExit) as stop:
        main(["catalogue", verb, "--help"])
    assert stop.value.code == 0
    assert f"example: ./academy catalogue {verb}" in capsys.readouterr().out


def test_a_reader_who_stops_early_sees_no_traceback():
    command = f"{sys.executable} -m catalogue.cli catalogue graph --text | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=CHECKOUT, timeout=60)
    assert done.stderr == ""
    assert done.stdout.startswith("78 competencies")
