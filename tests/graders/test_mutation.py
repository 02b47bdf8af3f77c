"""Mutants are small and different; a lab's checks are measured by them; declared equivalents are believed."""

import json
import shutil
from pathlib import Path

import pytest

from graders import cli
from graders.course import make
from graders.engine.feedback import safe
from graders.engine.mistakes import Known, read_known, recognised
from graders.engine.reference import reference
from graders.engine.repair import repaired
from graders.engine.run import execute
from graders.engine.servers import server_for
from graders.errors import LabError
from graders.mutants import mutants, spread
from graders.mutation import kept, mutate, proved, told
from graders.proof import PROOF_SEED, prove
from graders.seeds import Seeds

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


def test_a_worksheet_in_a_string_changes_in_its_formulas() -> None:
    source = (
        'sheet = """\n# a: b + c\n### BEGIN SOLUTION\narea: width * 2\ndear: area > 9\n### END SOLUTION\n"""'
    )
    found = list(mutants("sheet", source))
    expected = {"area: width / 2", "area: width * 3", "area: width * 1", "dear: area >= 9", "dear: area > 10"}
    assert expected <= {m.after for m in found}
    assert all(m.source.count("\n") == source.count("\n") for m in found)
    assert found[0].diff(source).splitlines()[-4:-1] == [
        "-area: width * 2",
        "+area: width / 2",
        " dear: area > 9",
    ]


def test_a_few_mutants_are_spread_over_all_statements() -> None:
    found = list(mutants("f", CODE))
    lines = {mutant.line for mutant in found}
    few = spread(found, len(lines))
    assert {mutant.line for mutant in few} == lines
    assert len(spread(found, 3)) == len({mutant.line for mutant in spread(found, 3)}) == 3
    assert sorted(m.change for m in spread(found, 1000)) == sorted(m.change for m in found)


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
    assert "-    return np.sqrt" in next(iter(weak.survived.values()))
    assert not any(change.startswith("row-means: ") for change in weak.survived)
    first, *others = weak.survived
    declared = own / "authoring" / "means" / "lab.yml"
    declared.write_text(
        declared.read_text()
        + json.dumps({"equivalent_mutants": {first: "for the test", "spread: a -> b": "never"}})[1:-1]
        + "\n"
    )
    again = mutate("means", own)
    assert again.equivalent == {first: "for the test"}
    assert list(again.survived) == others
    assert again.undeclared == ["spread: a -> b"]
    assert "survived" in "\n".join(told(again))


def test_the_verbs_print_the_score_and_prove_keeps_it_beside_the_proof(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graders.proof.LABS", own)
    monkeypatch.setattr("graders.mutation.LABS", own)
    assert cli.main(["mutate", "means", "--most", "3"]) == 0
    assert "3 of 3 mutants noticed (100%)" in capsys.readouterr().out
    assert cli.main(["prove", "means", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["labs"]["means"]
    assert found["holds"]
    assert found["mutation"]["score"] == 1
    assert proved("means", own).cached
    assert prove("means", own).cached
    held = json.loads((own / "authoring" / "means" / "proof.json").read_text())
    assert held["mutation"]["killed"] == found["mutation"]["killed"]
    lab = own / "authoring" / "means" / "lab.yml"
    lab.write_text(lab.read_text().replace('by: "4"', 'by: "5"'))
    assert kept("means", own) is None
    assert prove("means", own).cached


def test_a_mistake_that_a_lab_names_is_recognised_by_what_fails(
    own: Path, tmp_path: Path, master, answered
) -> None:
    prove("means", own)
    found = proved("means", own)
    assert found.mistakes == {
        "always four columns": {"check-row-means": ["a single row"]}
    }  # the other fails it all
    known = read_known(make(tmp_path / "data", own).root, "means")

    def graded(answer: str) -> str:
        notebook = repaired(master, answered(row_means=f"def row_means(x): return {answer}")).notebook
        execute(server_for(master), master, notebook, Seeds(fixed=PROOF_SEED), reference=reference(master))
        cell = next(
            c for c in safe(master, notebook, known).cells if c.get("id", "").startswith("check-row-means")
        )
        return cell.outputs[-1].text

    assert "always four columns. try a row of seven" in graded("x.sum(axis=1) / 4")
    for other in ("x.mean(axis=1)", "x.mean(axis=0)", "None"):
        assert "always four columns" not in graded(other)


def test_a_pattern_that_many_mistakes_leave_names_none() -> None:
    fails = {"check": ["edges"]}
    known = [Known(name, "look", fails) for name in ("one", "two", "three")]
    assert recognised(known, fails) == {}
    assert recognised(known[:2], fails | {"other": ["all"]}) == {"check": known[:2]}
    assert recognised(known[:1], {"check": ["edges", "middle"]}) == {}


def test_a_mistake_that_cannot_be_made_or_is_not_noticed_is_a_fault(own: Path) -> None:
    lab = own / "authoring" / "means" / "lab.yml"
    text = lab.read_text()
    lab.write_text(text.replace('by: "4"', 'by: "x.shape[-1]"'))
    assert mutate("means", own, most=1).faults == [
        "no check of its task notices the mistake 'always four columns'"
    ]
    lab.write_text(text.replace(', replace: "x.shape[1]", by: "4"', ""))  # nothing to make
    assert mutate("means", own, most=1).mistakes == {}
    lab.write_text(text.replace('replace: "x.shape[1]"', 'replace: "x"'))
    with pytest.raises(LabError, match=r"always four columns.*stands 9 times"):
        mutate("means", own, most=1)
