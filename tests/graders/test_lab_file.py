"""What `lab.yml` says to the grader, also where there is none or it is broken."""

from pathlib import Path

import pytest

from graders.engine.master import LabLimits
from graders.errors import LabError
from graders.lab_file import known_mistakes, limits_of, titles_of

NAMED = (
    "tasks: [{grades: [check], title: {en: Mean, zh: 平均}, misconceptions: {one: {replace: x, by: y%s}}}]"
)
PROOF = '{"mutation": {"mistakes": {"one": {"check": ["rows"]}}}}'


def test_a_lab_without_lab_yml_and_proof_has_the_defaults(tmp_path: Path) -> None:
    about = tmp_path / "authoring" / "plain" / "lab.yml"
    assert limits_of(about) == LabLimits()
    assert titles_of(about) == {}
    assert known_mistakes(about, about.with_name("proof.json")) == {}


@pytest.mark.parametrize("proof", ["[]", "{}", '{"mutation": []}', "no JSON"])
def test_a_proof_that_says_nothing_names_no_mistakes(tmp_path: Path, proof: str) -> None:
    about = tmp_path / "lab.yml"
    about.write_text(NAMED % ", look: z", encoding="utf-8")
    (tmp_path / "proof.json").write_text(proof)
    assert known_mistakes(about, tmp_path / "proof.json") == {}
    (tmp_path / "proof.json").write_text(PROOF)
    assert known_mistakes(about, tmp_path / "proof.json") == {
        "one": {"look": "z", "fails": {"check": ["rows"]}}
    }


@pytest.mark.parametrize(
    "limits", ["{seconds: soon}", "{seconds: 0}", "{memory_mib: -1}", "{seconds: [1]}", "5"]
)
def test_limits_that_are_none_are_a_fault_of_the_lab(tmp_path: Path, limits: str) -> None:
    (tmp_path / "lab.yml").write_text(f"limits: {limits}\n")
    with pytest.raises(LabError, match=r"lab\.yml: .*; \./academy catalogue check"):
        limits_of(tmp_path / "lab.yml")


@pytest.mark.parametrize("text", [b"\xff\xfe\x00", b"a: [b", b"- a"], ids=["no text", "no YAML", "no keys"])
def test_a_file_that_cannot_be_read_is_a_fault_of_the_lab(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "lab.yml").write_bytes(text)
    with pytest.raises(LabError, match=r"lab\.yml"):
        titles_of(tmp_path / "lab.yml")


@pytest.mark.parametrize(
    "text", [NAMED % "", "tasks: [5]", "tasks: 5"], ids=["no look", "no task", "no tasks"]
)
def test_mistakes_that_cannot_be_read_are_a_fault_of_the_lab(tmp_path: Path, text: str) -> None:
    (tmp_path / "lab.yml").write_text(text, encoding="utf-8")
    (tmp_path / "proof.json").write_text(PROOF)
    with pytest.raises(LabError, match=r"lab\.yml: .*; \./academy catalogue check"):
        known_mistakes(tmp_path / "lab.yml", tmp_path / "proof.json")
