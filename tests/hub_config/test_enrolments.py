"""Who takes part in which course: kept with the accounts, told as groups, by one command."""

import asyncio
import json
import os
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import nbgrader.api as nbgrader
import pytest
from tornado import web

from graders.cli import main as graders_cli
from hub_config import settings
from hub_config.accounts import Accounts
from hub_config.authenticator import AccountsAuthenticator
from hub_config.courses import OpenCourse, open_courses
from hub_config.courses_cli import main
from hub_config.deployment import Deployment
from hub_config.enrolments import Enrolments, groups, people_of
from hub_config.errors import HubError
from hub_config.lti.book import Book, Member
from hub_config.lti.claims import Launch, Named
from hub_config.lti.people import People
from hub_config.lti.platforms import Platform
from hub_config.oversight.trail import Trail
from hub_config.settings import Settings, read
from hub_config.spawner import offices_within
from hub_config.work.opening import open_office
from learning_paths.evidence import Gradebook
from tests.hub_config.work.files import tree_of

COURSE = "deep-2027"
AT = "https://moodle.example.edu"
REGISTRATION = {
    **{"id": "moodle", "shown": "Moodle", "issuer": AT, "client_id": "academy"},
    **{name: f"{AT}/{name}" for name in ("auth_url", "token_url", "jwks_url")},
}
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


def test_who_is_launched_takes_part_as_long_and_who_was_enrolled_by_hand_on(
    deployment: Deployment,
) -> None:
    with sqlite3.connect(deployment.accounts) as book:  # as an earlier version left it
        book.execute(
            "CREATE TABLE enrolments (name TEXT NOT NULL, course TEXT NOT NULL, part TEXT NOT NULL,"
            " PRIMARY KEY (name, course))"
        )
        book.execute("INSERT INTO enrolments VALUES ('ines', ?, 'learner')", (COURSE,))
    enrolments = Enrolments(Accounts(deployment.accounts))
    enrolments.settle({(COURSE, name): "instructor" for name in ("ada", "alan", "ines", "nobody")})
    now = {one.name: one.part for one in enrolments.all()}
    assert now == {"ada": "instructor", "alan": "instructor", "ines": "learner"}
    assert enrolments.enrol(COURSE, ["alan"], "instructor") == []  # and by hand from now on
    enrolments.settle({(COURSE, "ada"): "learner"})
    assert {one.name: one.part for one in enrolments.all()} == {**now, "ada": "learner"}
    enrolments.settle({})
    assert [one.name for one in enrolments.all()] == ["alan", "ines"]


def remove(deployment: Deployment, name: str) -> None:
    """Remove an account as an administrator does, with SQLite's own program."""
    with sqlite3.connect(deployment.accounts) as book:
        book.execute("DELETE FROM accounts WHERE name = ?", (name,))


def test_enrolments_go_with_their_account_and_its_name_inherits_nothing(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts = Accounts(deployment.accounts)
    enrolments = Enrolments(accounts)
    enrolments.enrol(COURSE, ["ada", "alan"], "instructor")
    invited = accounts.invite("ada")
    deployment.hub.mkdir()
    Trail(deployment.oversight_url).close()
    assert run(deployment, "enrol", COURSE, "ines") == 0
    remove(deployment, "ada")
    capsys.readouterr()
    assert run(deployment, "list", "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["learners"], told["instructors"]) == (1, 1)
    accounts.add("ada", "learner")
    assert enrolments.of("ada") == {}
    assert accounts.invited(invited) is None
    assert run(deployment, "leave", COURSE, "ines") == 0
    trail = Trail(deployment.oversight_url)
    assert {(row.action, row.about) for row in trail.rows()} >= {("course.left", "ada")}
    trail.close()


def test_enrolments_that_an_earlier_version_left_behind_are_gone(deployment: Deployment) -> None:
    enrolments = Enrolments(Accounts(deployment.accounts))
    enrolments.enrol(COURSE, ["ada", "alan"], "learner")
    with sqlite3.connect(deployment.accounts) as book:
        book.execute("DROP TRIGGER enrolments_go_with_accounts")
    remove(deployment, "ada")
    assert [one.name for one in enrolments.all()] == ["alan"]
    Accounts(deployment.accounts).add("ada", "learner")
    assert enrolments.of("ada") == {}


def test_who_is_given_the_name_of_somebody_from_a_platform_is_not_in_their_course(
    deployment: Deployment,
) -> None:
    platform = Platform(**{**REGISTRATION, "deployments": ["1"], "courses": {"c-1": COURSE}})
    accounts, enrolments = Accounts(deployment.accounts), Enrolments(Accounts(deployment.accounts))
    people = People(accounts)
    lin = people.find_or_add(platform, "lin", "Lin").name
    cohort(deployment, "c-1", "Autumn", {lin: False})
    people.settle([platform], Book.of(deployment))
    assert enrolments.of(lin) == {COURSE: "learner"}
    remove(deployment, lin)
    accounts.add(lin, "learner")
    people.settle([platform], Book.of(deployment))  # as at the next launch of anybody
    assert enrolments.of(lin) == {}


def cohort(deployment: Deployment, context: str, title: str, members: dict[str, bool]) -> None:
    """Leave what a launch and a reading of members leave: names, and whether they teach."""
    platform = Platform(**{**REGISTRATION, "deployments": ["1"]})
    given = {"link": None, "target": "", "grades": None, "members": "", "choosing": None, "language": ""}
    who = {"subject": "s", "called": "", "teaches": False, "context": Named(context, title)}
    book = Book.of(deployment)
    book.enter(Launch(platform=platform, deployment="1", **who, **given), next(iter(members)))
    found = [Member(name, name, teaches) for name, teaches in members.items()]
    book.put_members(book.contexts()[-1].number, found, 1.0)


def test_the_learners_of_a_cohort_are_enrolled_by_its_name(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    enrol = ("enrol", COURSE, "--cohort")
    assert run(deployment, *enrol, "Autumn") == 2
    assert "nobody has come in" in capsys.readouterr().err
    assert not deployment.lti.exists()
    cohort(deployment, "c-1", "Autumn", {"ada": False, "alan": False, "ines": True, "gone": False})
    cohort(deployment, "c-2", "Spring", {"alan": False})
    cohort(deployment, "c-3", "Spring", {"ada": False})
    assert run(deployment, *enrol, "Autumm") == 2
    assert "Autumn" in capsys.readouterr().err
    assert run(deployment, *enrol, "Spring") == 2
    assert "c-2 (Spring), c-3 (Spring)" in capsys.readouterr().err
    assert run(deployment, *enrol, "Autumn", "--dry-run", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"dry": True, "changed": ["ada", "alan"]}
    assert Enrolments(Accounts(deployment.accounts)).all() == []
    assert run(deployment, *enrol, "c-2", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"dry": False, "changed": ["alan"]}
    assert run(deployment, *enrol, "Autumn") == 0
    assert capsys.readouterr().out.startswith("take part in Deep learning as learner: ada\n")


def test_the_learners_of_a_cohort_leave_by_its_name_and_who_teaches_here_stays(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    leave = ("leave", COURSE, "--cohort", "Autumn", "--json")
    cohort(deployment, "c-1", "Autumn", {"ada": False, "alan": False, "ines": False, "gone": False})
    assert run(deployment, *leave) == 0
    assert json.loads(capsys.readouterr().out) == {"dry": False, "changed": []}
    enrolments = Enrolments(Accounts(deployment.accounts))
    enrolments.enrol(COURSE, ["ada"], "learner")
    enrolments.enrol(COURSE, ["ines"], "instructor")
    assert run(deployment, *leave, "--dry-run") == 0
    assert json.loads(capsys.readouterr().out) == {"dry": True, "changed": ["ada"]}
    assert run(deployment, "leave", COURSE, "alan", "--dry-run") == 2
    assert "alan does not take part" in capsys.readouterr().err
    assert [one.name for one in enrolments.all()] == ["ada", "ines"]
    deployment.hub.mkdir()
    Trail(deployment.oversight_url).close()
    assert run(deployment, *leave) == 0
    assert [one.name for one in enrolments.all()] == ["ines"]
    trail = Trail(deployment.oversight_url)
    (row,) = [row for row in trail.rows(about="ada") if row.action == "course.left"]
    trail.close()
    assert row.object == f"course:{COURSE}"


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
        ("[{id: a, shown: A, shown_zh: 甲, version: v1}]", "no source"),
        ("[{id: a, shown: A, shown_zh: 甲}, {id: a, shown: B, shown_zh: 乙}]", "twice"),
        (f"[]\nlti: [{json.dumps({**REGISTRATION, 'deployments': ['1'], 'courses': {'42': 'a'}})}]", "'a'"),
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


@pytest.mark.filterwarnings("ignore:Object of type <SubmittedAssignment> not in session")
def test_staff_prove_nothing_of_who_handed_nothing_in_there(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    # nbgrader calls alembic
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    at = deployment.of(COURSE)
    at.course.mkdir(parents=True)
    at.secrets.mkdir()
    handed_in = datetime(2027, 3, 1, 9, tzinfo=UTC)
    with nbgrader.Gradebook(at.gradebook_url) as book:
        book.add_assignment("mlp")
        for learner in ("ada", "alan"):
            book.add_student(learner)
            book.add_submission("mlp", learner, timestamp=handed_in.replace(tzinfo=None))
    course = OpenCourse(at, open_office(at, Settings()), Gradebook(at.gradebook_url))
    tree, sign = tree_of({"mlp.ipynb": b"{}"}), course.office.signer.sign
    assert course.office.book.adopt("ada", "mlp", tree, "secret", handed_in, "k" * 64, sign)
    assert [one.learner for one in course.gradebook.submissions()] == ["ada", "alan"]
    assert [one.learner for one in course.proofs()] == ["ada"]
    assert course.proofs("alan") == []
    course.close()


def test_a_gradebook_that_staff_have_lead_elsewhere_is_not_opened(deployment: Deployment) -> None:
    at, other = deployment.of(COURSE), deployment.of("ethics-2027")
    for one in (at, other):
        one.course.mkdir(parents=True)
    (other.course / "gradebook.db").touch()
    assert at.gradebook_url == f"sqlite:///{at.course}/gradebook.db"
    (at.course / "gradebook.db").symlink_to(other.course / "gradebook.db")
    with pytest.raises(HubError, match="not the course's own"):
        _ = at.gradebook_url
    (at.course / "gradebook.db").unlink()
    kept = at.course / "gradebook.url"
    for url in (f"sqlite:///{other.course}/gradebook.db", "postgresql://x@127.0.0.1:22/x", "", "no address"):
        kept.write_text(url)
        with pytest.raises(HubError):
            _ = at.gradebook_url
    kept.unlink()
    os.mkfifo(kept)
    with pytest.raises(HubError):
        _ = at.gradebook_url
    kept.unlink()
    at.secrets.mkdir()
    (at.secrets / "hub.url").write_text("postgresql://academy_hub:a@db.example.edu/academy")
    kept.write_text("postgresql://academy_gradebook:b@db.example.edu/academy")
    assert at.gradebook_url == kept.read_text()


def test_the_office_of_who_teaches_no_longer_is_stopped(deployment: Deployment) -> None:
    stopped = []

    class Handler:
        async def stop_single_user(self, user, name):
            stopped.append(name)

    chosen = {"accounts_file": str(deployment.accounts), "settings": read(deployment.data)}
    authenticator = AccountsAuthenticator(**chosen)
    running = SimpleNamespace(active=True, pending=None)
    spawners = {"": running, COURSE: running, "closed-2026": running}

    async def state() -> None:
        return None

    user = SimpleNamespace(name="alan", spawners=spawners, get_auth_state=state)
    enrolments = Enrolments(Accounts(deployment.accounts))
    enrolments.enrol(COURSE, ["alan"], "instructor")
    asyncio.run(authenticator.refresh_user(user, Handler()))
    assert stopped == ["closed-2026"]
    enrolments.enrol(COURSE, ["alan"], "learner")
    stopped.clear()
    asyncio.run(authenticator.refresh_user(user, Handler()))
    assert stopped == [COURSE, "closed-2026"]


def test_the_hub_keeps_no_office_of_a_course_that_is_not_there() -> None:
    assert offices_within({COURSE}, SimpleNamespace(path_args=["alan", COURSE])) == 0
    assert offices_within({COURSE}, SimpleNamespace(path_args=[])) == 0
    with pytest.raises(web.HTTPError, match="404"):
        offices_within({COURSE}, SimpleNamespace(path_args=["alan", "no-such"]))


@pytest.mark.parametrize("id", ["api", "lab", "files", "formgrader", "receipts"])
def test_a_course_takes_no_address_of_a_desk(tmp_path: Path, id: str) -> None:
    (tmp_path / "academy.yml").write_text(SETTINGS.replace(COURSE, id))
    with pytest.raises(HubError, match="write another id"):
        read(tmp_path)


def test_a_course_whose_gradebook_leads_elsewhere_is_closed_and_no_other(deployment: Deployment) -> None:
    two = SETTINGS.replace("}]", "}, {id: ethics-2027, shown: Ethics, shown_zh: 伦理}]")
    (deployment.data / "academy.yml").write_text(two)
    deployment.prepare()
    for course in (COURSE, "ethics-2027"):
        deployment.of(course).prepare_course()
    (deployment.of(COURSE).course / "gradebook.db").symlink_to(deployment.accounts)
    opened = open_courses(deployment, settings.read(deployment.data))
    assert [one.at.course_id for one in opened] == ["academy", "ethics-2027"]
    for one in opened:
        one.close()


@pytest.mark.parametrize("course", ["..", "../..", "deep-2072", ""])
def test_a_course_of_the_command_line_leads_into_no_other_folder(
    deployment: Deployment, course: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deployment.of(COURSE).course.mkdir(parents=True)
    assert graders_cli(["grade", "--course", course, "--data", str(deployment.data)]) == 2
    assert f"(there: {COURSE})" in capsys.readouterr().err
    assert not (deployment.data / "course").exists()
