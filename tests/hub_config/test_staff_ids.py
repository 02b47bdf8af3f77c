"""Each course's staff are a user of their own, and root reads and writes their gradebook as that user."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook

from graders import staff
from hub_config import roster
from hub_config.accounts import FIRST_UID, Account, Accounts
from hub_config.courses import OpenCourse
from hub_config.deployment import Deployment
from hub_config.gradebooks import CourseGradebook
from hub_config.oversight.gradebook import Reader
from hub_config.settings import Course
from hub_config.staff_ids import STAFF_UID, give_to_staff, staff_uid
from hub_config.storage.migrating import migrate_book
from hub_config.walls import uid_of
from hub_config.work import duedates
from hub_config.work.book import Book
from hub_config.work.rules import Terms
from learning_paths import evidence
from learning_paths.errors import GradebookError
from tests.hub_config.storage.records import fill_gradebook

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
DUE = datetime(2027, 3, 1, 9, tzinfo=UTC)
LEARNER = Account("learner-1", "learner", 0.0, FIRST_UID, "Ada")


@pytest.fixture
def academy(tmp_path: Path) -> Deployment:
    made = Deployment(tmp_path / "data")
    made.prepare()
    for folder in (made.course, made.exchange):
        folder.mkdir()
    return made


def further(academy: Deployment, course: str) -> Deployment:
    """Make a course beside the academy's own, as a start of the hub does."""
    made = academy.of(course)
    made.prepare_course()
    made.exchange.mkdir(exist_ok=True)
    give_to_staff(made)
    return made


@pytest.fixture
def course(academy: Deployment) -> Iterator[Deployment]:
    """A course with a gradebook whose folder is its staff's."""
    made = academy.of("deep-2027")
    made.prepare_course()
    made.exchange.mkdir()
    migrate_book(made.gradebook_url)
    fill_gradebook(made.gradebook_url)
    give_to_staff(made)
    yield made
    staff.close()


def test_each_course_has_a_user_id_that_stays_and_is_no_accounts(academy: Deployment) -> None:
    give_to_staff(academy)
    one, two = further(academy, "deep-2027"), further(academy, "ethics-2027")
    ids = [staff_uid(at) for at in (academy, one, two)]
    assert ids == [STAFF_UID, STAFF_UID - 1, STAFF_UID - 2]
    assert [at.course.stat().st_uid for at in (academy, one, two)] == ids
    further(academy, "deep-2027")
    assert staff_uid(further(academy, "art-2027")) == STAFF_UID - 3
    assert staff_uid(one) == ids[1]
    accounts = Accounts(academy.accounts)
    accounts.add("grace", "learner")
    assert accounts.get("grace").uid > STAFF_UID
    assert uid_of(Account("grace", "instructor", 0.0, FIRST_UID), two) == ids[2]


def test_without_walls_all_is_roots_and_is_done_as_before(
    course: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.capabilities", lambda: SimpleNamespace(kind="none"))
    give_to_staff(course)
    assert {path.stat().st_uid for path in (course.course, *course.course.rglob("*"))} == {0}
    assert len(CourseGradebook(course).submissions()) == 40


def test_a_folder_that_all_staff_shared_becomes_the_courses_own(academy: Deployment) -> None:
    at = academy.of("deep-2027")
    at.prepare_course()
    at.exchange.mkdir()
    (at.course / "old").touch()
    for path in (at.course, at.exchange, at.course / "old"):
        os.chown(path, STAFF_UID, STAFF_UID)
    give_to_staff(at)
    assert (at.course / "old").stat().st_uid == at.course.stat().st_uid == STAFF_UID - 1


def test_what_a_gradebook_says_is_the_same_as_who_opens_it_reads(course: Deployment) -> None:
    read, asked = evidence.Gradebook(course.gradebook_url), CourseGradebook(course)
    assert asked.submissions() == read.submissions()
    assert asked.submissions("learner-1") == read.submissions("learner-1")
    assert asked.due() == read.due()
    assert asked.points("lab") == read.points("lab") == 15
    marks = Reader(course).read()
    assert marks.seen["learner-7/lab"].value["marks"] == {"check-1": {"automatic": 1.0}}
    assert Reader(course).learner_of("no-such") is None


def test_names_and_deadlines_are_written_by_the_folders_user(course: Deployment) -> None:
    assert roster.enter(course, [LEARNER]) == ["learner-1"]
    book = Book(course.work_url)
    book.set_deadline("lab", Terms(DUE), "ines", DUE)
    assert duedates.enter(course, book) == 1
    assert duedates.enter(course, book) == 0
    book.close()
    assert {path.stat().st_uid for path in course.course.rglob("*")} == {staff_uid(course)}
    with Gradebook(course.gradebook_url) as grades:
        assert grades.find_assignment("lab").duedate == DUE.replace(tzinfo=None)
        assert grades.find_student("learner-1").last_name == "Ada"


@pytest.mark.parametrize("ending", ["", "-wal", "-journal"])
def test_a_link_is_named_and_hides_no_other_courses_marks(course: Deployment, ending: str) -> None:
    gradebook, secret = CourseGradebook(course), course.data / "secret"
    secret.write_text("root's alone")
    place = course.course / f"gradebook.db{ending}"
    place.unlink(missing_ok=True)
    place.symlink_to(secret)
    with pytest.raises(GradebookError, match=f"{place}"):
        gradebook.submissions()
    said = Course(id="deep-2027", shown="Deep", shown_zh="深")
    assert OpenCourse(course, None, gradebook, said).proofs("ada") == []
    assert secret.read_text() == "root's alone"
