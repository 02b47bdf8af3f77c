"""Mutants are small and different; a lab's checks are measured by them; declared equivalents are believed."""

import json
import shutil
from pathlib import Path

import pytest

from graders import cli
from graders.mutants import mutants
from graders.mutation import mutate, told
from graders.proof import prove

CODE = '''def f(x, n=3):
    """Add 1."""
    ### BEGIN SOLUTION
    total = 0
    for i in range(n):
        total += x[i] * 2
    if total <= 10 and not n:
        raise ValueError("no")
    return max(total, x[:n].sum(axis=1))
    ### END SOLUTION
'''


def changes(source: str) -> set[str]:
    return {mutant.change for mutant in mutants("f", source)}


def test_each_mutant_is_one_small_change_inside_the_solution() -> None:
    found = changes(CODE)
    expected = {
        "f: total = 0 -> total = 1",
        "f: for i in range(n): -> for i in range(n - 1):",
        "f: total += x[i] * 2 -> total -= x[i] * 2",
        "f: total += x[i] * 2 -> total += x[i] / 2",
        "f: total += x[i] * 2 -> total += x[i] * 3",
        "f: total += x[i] * 2 -> pass",
        "f: if total <= 10 and (not n): -> if total < 10 and (not n):",
        "f: if total <= 10 and (not n): -> if total <= 10 or not n:",
        "f: if total <= 10 and (not n): -> if total <= 10 and n:",
        "f: raise ValueError('no') -> pass",
        "f: return max(total, x[:n].sum(axis=1)) -> return min(total, x[:n].sum(axis=1))",
        "f: return max(total, x[:n].sum(axis=1)) -> return max(x[:n].sum(axis=1), total)",
        "f: return max(total, x[:n].sum(axis=1)) -> return max(total, x[:n - 1].sum(axis=1))",
        "f: return max(total, x[:n].sum(axis=1)) -> return max(total, x[:n].sum(axis=2))",
    }
    assert expected <= found
    assert not any("n=3" in change.split(" -> ")[1] or "Add" in change for change in found)
    sources = [mutant.source for mutant in mutants("f", CODE)]
    assert len(sources) == len(set(sources))
    for source in sources:
        compile(source, "mutant", "exec")


def test_a_long_line_is_shown_around_its_change() -> None:
    line = "x = [" + ", ".join(str(n) for n in range(100, 160)) + "]"
    assert max(len(change) for change in changes(line)) < 140


@pytest.fixture
def own(labs: Path, tmp_path: Path) -> Path:
    shutil.copytree(labs, tmp_path / "labs")
    return tmp_path / "labs"


def test_checks_that_compare_notice_and_checks_that_do_not_are_found_out(own: Path) -> None:
    strong = mutate("means", own)
    assert strong.score == 1
    assert strong.killed > 8
    path = own / "source" / "means" / "means.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell.get("id", "").startswith("check-spread"):
            cell["source"] = "kit.finite(spread(table[0]))"
    path.write_text(json.dumps(notebook))
    weak = mutate("means", own)
    assert any(change.startswith("spread: ") for change in weak.survived)
    assert not any(change.startswith("row-means: ") for change in weak.survived)
    declared = own / "authoring" / "means" / "lab.yml"
    declared.write_text(
        declared.read_text()
        + json.dumps({"equivalent_mutants": {weak.survived[0]: "for the test", "spread: a -> b": "never"}})[
            1:-1
        ]
        + "\n"
    )
    again = mutate("means", own)
    assert again.equivalent == {weak.survived[0]: "for the test"}
    assert again.survived == weak.survived[1:]
    assert again.undeclared == ["spread: a -> b"]
    assert "survived" in "\n".join(told(again))


def test_the_score_stands_beside_the_proof_and_the_verb_prints_it(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graders.proof.LABS", own)
    monkeypatch.setattr("graders.mutation.LABS", own)
    prove("means", own)
    assert cli.main(["mutate", "means", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["labs"]["means"]
    assert found["score"] == 1
    kept = json.loads((own / "authoring" / "means" / "proof.json").read_text())
    assert kept["mutation"] == {"killed": found["killed"], "of": found["killed"], "survived": []}
    assert cli.main(["mutate", "means", "--most", "3"]) == 0
    assert "mutants noticed" in capsys.readouterr().out
    assert prove("means", own).cached
