"""Who takes part in which course: kept with the accounts, told as groups, by one command."""

import json
from pathlib import Path

import pytest

from hub_config.accounts import Accounts
from hub_config.courses_cli import main
from hub_config.deployment import Deployment
from hub_config.enrolments import Enrolments, groups, people_of
from hub_config.errors import HubError
from hub_config.oversight.trail import Trail

COURSE = "deep-2027"
SETTINGS = f"courses: [{{id: {COURSE}, shown: Deep learning, shown_zh: 深度学习}}]\n"


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    (tmp_path / "academy.yml").write_text(SETTINGS)
    accounts = Accounts(tmp_path / "accounts.sqlite")
    for name, role in {"ada": "learner", "alan": "learner", "ines": "instructor"}.items():
        accounts.add(name, role, "x" * 20)
    return Deployment(tmp_path)


def run(deployment: Deployment, *words: str) -> int:
    return main(["course", *words, "--data", str(deployment.data)])


def test_who_is_enrolled_is_in_the_courses_group_and_no_other(deployment: Deployment) -> None:
    enrolments = Enrolments(Accounts(deployment.accounts))
    assert enrolments.enrol(COURSE, ["ada", "ada"], "learner") == ["ada"]
    assert enrolments.enrol(COURSE, ["ada", "ines"], "learner") == ["ines"]
    assert enrolments.enrol(COURSE, ["ines"], "instructor") == ["ines"]
    assert groups(enrolments.of("ines")) == [f"{COURSE}:instructor"]
    assert groups(enrolments.of("alan")) == []
    assert {one.name: one.role for one in people_of(deployment.of(COURSE))} == {
        "ada": "learner",
        "ines": "instructor",
    }
    assert len(people_of(deployment)) == 3


def test_all_are_enrolled_or_nobody(deployment: Deployment) -> None:
    enrolments = Enrolments(Accounts(deployment.accounts))
    with pytest.raises(HubError, match="no account 'adda'"):
        enrolments.enrol(COURSE, ["alan", "adda"], "learner")
    assert enrolments.all() == []
    enrolments.enrol(COURSE, ["ada"], "learner")
    with pytest.raises(HubError, match="alan does not take part"):
        enrolments.leave(COURSE, ["ada", "alan"])
    assert [one.name for one in enrolments.all()] == ["ada"]


def test_the_command_enrols_from_a_file_and_a_dry_run_changes_nothing(
    deployment: Deployment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("ada\nalan\n")
    assert run(deployment, "enrol", COURSE, "--from", str(names), "--dry-run") == 0
    assert capsys.readouterr().out == "would take part in Deep learning as learner: ada, alan\n"
    assert run(deployment, "enrol", COURSE, "--from", str(names), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"dry": False, "changed": ["ada", "alan"]}
    assert run(deployment, "leave", COURSE, "alan") == 0
    capsys.readouterr()
    assert run(deployment, "list", "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["id"], told["learners"], told["instructors"]) == (COURSE, 1, 0)
    assert run(deployment, "list", COURSE) == 0
    assert capsys.readouterr().out.split() == ["ada", "learner"]


def test_an_unknown_course_is_told_with_the_nearest(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(deployment, "enrol", "deep-2072", "ada") == 2
    assert COURSE in capsys.readouterr().err


def test_the_trail_says_who_let_whom_take_part(deployment: Deployment) -> None:
    deployment.hub.mkdir()
    Trail(deployment.oversight_url).close()
    assert run(deployment, "enrol", COURSE, "ada") == 0
    assert run(deployment, "leave", COURSE, "ada") == 0
    trail = Trail(deployment.oversight_url)
    rows = [row for row in trail.rows(about="ada") if row.action.startswith("course.")]
    trail.close()
    assert [(row.action, row.object) for row in rows] == [
        ("course.left", f"course:{COURSE}"),
        ("course.joined", f"course:{COURSE}"),
    ]


@pytest.mark.parametrize(
    ("courses", "said"),
    [
        ("[{id: academy, shown: A, shown_zh: 甲}]", "write another id"),
        ("[{id: lessons, shown: A, shown_zh: 甲}]", "write another id"),
        (f"[{{id: {'x' * 33}, shown: A, shown_zh: 甲}}]", "shorter"),
        ("[{id: a, shown: A, shown_zh: 甲}, {id: a, shown: B, shown_zh: 乙}]", "twice"),
    ],
)
def test_ids_that_cannot_be_are_refused(
    deployment: Deployment, courses: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (deployment.data / "academy.yml").write_text(f"courses: {courses}\n")
    assert run(deployment, "list") == 2
    assert said in capsys.readouterr().err


def test_a_shared_folder_knows_one_course_alone(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    (deployment.data / "academy.yml").write_text(f"exchange: {{kind: folder}}\n{SETTINGS}")
    assert run(deployment, "list") == 2
    assert "exchange.kind service" in capsys.readouterr().err
