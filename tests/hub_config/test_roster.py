"""Formgrader shows people: the names in the real gradebook."""

import asyncio
import shutil
import sqlite3
import types
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from graders import make
from hub_config.accounts import Account, Accounts
from hub_config.caretaker import Caretaker
from hub_config.cli import main
from hub_config.courses import OpenCourse
from hub_config.deployment import Deployment
from hub_config.errors import HubError
from hub_config.roster import book_names, enter
from hub_config.settings import Submissions
from learning_paths.evidence import Gradebook as Reader


@pytest.fixture(scope="module")
def empty_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with an empty course; nbgrader takes seconds to make a gradebook."""
    data = tmp_path_factory.mktemp("empty")
    make(data, data / "no-labs").settings()  # nbgrader finds alembic by it
    Gradebook(Deployment(data).gradebook_url).close()
    return data


@pytest.fixture
def deployment(tmp_path: Path, empty_course: Path) -> Deployment:
    shutil.copytree(empty_course, tmp_path, dirs_exist_ok=True)
    made = Deployment(tmp_path)
    made.hub.mkdir()
    return made


@pytest.fixture
def accounts(deployment: Deployment) -> Accounts:
    people = Accounts(deployment.accounts)
    people.add("ada", "learner", called="Ada Lovelace", called_zh="阿达")
    people.add("lin", "learner")
    people.add("grace", "instructor", called="Grace Hopper")
    return people


def names(deployment: Deployment) -> dict[str, tuple[str, str]]:
    with Gradebook(deployment.gradebook_url) as book:
        return {one.id: (one.last_name, one.first_name) for one in book.students}


def test_learners_are_entered_with_the_names_to_show_and_staff_are_not(
    deployment: Deployment, accounts: Accounts
) -> None:
    assert enter(deployment, accounts.all()) == ["ada", "lin"]
    assert names(deployment) == {"ada": ("Ada Lovelace", "阿达"), "lin": ("lin", "–")}
    assert enter(deployment, accounts.all()) == []


def test_formgrader_s_own_list_has_the_names(deployment: Deployment, accounts: Accounts) -> None:
    enter(deployment, accounts.all())
    shown = {
        one["id"]: f"{one['last_name']}, {one['first_name']}" for one in formgrader(deployment).get_students()
    }
    assert shown == {"ada": "Ada Lovelace, 阿达", "lin": "lin, –"}


def formgrader(deployment: Deployment) -> NbGraderAPI:
    return NbGraderAPI(config=make(deployment.data, deployment.data / "no-labs").settings())


def test_a_learner_whom_autograding_entered_without_a_name_gets_one(
    deployment: Deployment, accounts: Accounts
) -> None:
    with Gradebook(deployment.gradebook_url) as book:
        book.add_student("lin")
    assert names(deployment) == {"lin": (None, None)}
    enter(deployment, accounts.all())
    assert names(deployment)["lin"] == ("lin", "–")


def test_a_name_typed_into_formgrader_stays_until_the_account_is_renamed(
    deployment: Deployment, accounts: Accounts
) -> None:
    with Gradebook(deployment.gradebook_url) as book:
        book.add_student("lin", last_name="Lin", first_name="Xiaoming")
    enter(deployment, accounts.all())
    assert names(deployment)["lin"] == ("Lin", "Xiaoming")
    assert main(["hub", "--data", str(deployment.data), "--rename", "lin", "--called", "Lin Xiaoming"]) == 0
    assert enter(deployment, accounts.all()) == ["lin"]
    assert names(deployment)["lin"] == ("Lin Xiaoming", "lin")


def test_the_caretaker_enters_who_is_added_while_the_hub_runs(
    deployment: Deployment, accounts: Accounts
) -> None:
    for folder in (deployment.desks, deployment.exchange / "academy" / "feedback"):
        folder.mkdir(parents=True)
    taken = []
    book = Reader(deployment.gradebook_url)
    caretaker = Caretaker(OpenCourse(deployment, None, book), lambda: taken.append(1), Submissions())
    caretaker.look()
    assert set(names(deployment)) == {"ada", "lin"}
    accounts.add("mei", "learner", called_zh="梅")
    caretaker.look()
    assert names(deployment)["mei"] == ("梅", "mei")
    with Gradebook(deployment.gradebook_url) as book:
        book.remove_student("mei")
    asyncio.run(caretaker.go_on(stopped()))
    assert "mei" not in names(deployment)  # an instructor took the person out; nothing new happened since


def test_what_nobody_foresaw_ends_no_caretaking(
    deployment: Deployment, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (deployment.desks, deployment.exchange / "academy" / "feedback"):
        folder.mkdir(parents=True)
    taken = []
    book = types.SimpleNamespace(stamp=lambda: 1 if taken else taken.append(1) or {}["nothing"])
    monkeypatch.setattr("hub_config.loop.UNFORESEEN_SECONDS", 0.01)

    async def until_taken() -> None:
        stopping = asyncio.Event()
        caretaker = Caretaker(OpenCourse(deployment, None, book), lambda: taken.append(2), Submissions())
        task = asyncio.create_task(caretaker.go_on(stopping))
        while 2 not in taken:
            await asyncio.sleep(0.01)
        stopping.set()
        await task

    asyncio.run(asyncio.wait_for(until_taken(), 20))


def stopped() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


def test_a_book_that_is_locked_is_told_and_written_at_the_next_look(
    deployment: Deployment, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    (deployment.desks).mkdir()
    holder = sqlite3.connect(deployment.course / "gradebook.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(HubError, match="locked"):
        enter(deployment, accounts.all())
    holder.rollback()
    holder.close()
    assert enter(deployment, accounts.all()) == ["ada", "lin"]


def test_without_a_gradebook_nothing_happens(tmp_path: Path) -> None:
    assert enter(Deployment(tmp_path), [Account("ada", "learner", 0.0, 20001)]) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("called", "called_zh", "shown"),
    [
        ("Ada Lovelace", "阿达", ["Ada Lovelace", "阿达"]),
        ("Ada Lovelace", "", ["Ada Lovelace", "ada"]),
        ("", "阿达", ["阿达", "ada"]),
        ("", "", ["ada", "–"]),
    ],
)
def test_both_parts_are_always_filled(called: str, called_zh: str, shown: list[str]) -> None:
    assert book_names(Account("ada", "learner", 0.0, 20001, called, called_zh)) == shown
