"""Marks go to learning platforms when they are released or change, and once; members come from there."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from nbgrader.api import Base, Gradebook
from nbgrader.utils import notebook_hash
from tornado.httpclient import HTTPResponse
from tornado.testing import AsyncHTTPTestCase

from catalogue import Catalogue, load
from hub_config.accounts import Accounts
from hub_config.courses import OpenCourse
from hub_config.deployment import Deployment
from hub_config.handlers import Handler
from hub_config.lti.book import Book, Member
from hub_config.lti.claims import GradeService, Launch, read_claims
from hub_config.lti.delivery import MOST_REFUSALS, Delivery
from hub_config.lti.people import People
from hub_config.lti.platforms import Platform
from hub_config.lti.returns import ADDED, FIRST_PAUSE, LONGEST_PAUSE, Mark, Return, Returns
from hub_config.lti.services import MOST_MEMBERS, MOST_PAGES, Score, ServiceError, Services
from hub_config.lti.tool_keys import ToolKeys
from hub_config.operations import Watched
from hub_config.oversight.trail import Trail
from hub_config.service import application
from hub_config.settings import Course, Settings
from hub_config.storage.backup import back_up
from hub_config.storage.restoring import restore
from hub_config.work.office import Office as WorkOffice
from hub_config.work.opening import open_office
from hub_config.work.trees import File, Tree
from learning_paths import evidence
from learning_paths.academy import Academy
from tests.learning_paths.small_academy import LABS, POINTS, Teacher, write_tree
from tests.lti_platform import CONTEXT, ENDPOINT, GRADE_SCOPES, ROLES, LtiPlatform

TOOL = "https://academy.example.edu/hub/lti/"
LAB = "stable-softmax"
WHEN = datetime(2026, 11, 2, 9, tzinfo=UTC)
CELLS = [grade for one in LABS[LAB][1].values() for grade in one]


@pytest.fixture(scope="module")
def running() -> Iterator[LtiPlatform]:
    with LtiPlatform(tool=TOOL) as platform:
        yield platform


@pytest.fixture
def platform(running, tmp_path) -> LtiPlatform:
    running.empty()
    (tmp_path / "secrets").mkdir()
    running.tool_keys = ToolKeys.of(Deployment(tmp_path))
    return running


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Catalogue:
    root = tmp_path_factory.mktemp("material")
    write_tree(root)
    return load(root)


@pytest.fixture(scope="module")
def empty_gradebook(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    url = f"sqlite:///{path}"
    engine = sa.create_engine(url)
    Base.metadata.create_all(engine)  # tables that are there spare nbgrader a run of alembic
    engine.dispose()
    with Gradebook(url) as book:
        for lab, (_, tasks) in LABS.items():
            book.add_assignment(lab)
            book.add_notebook(lab, lab)
            for grade_id in (grade for one in tasks.values() for grade in one):
                book.add_grade_cell(grade_id, lab, lab, max_score=POINTS, cell_type="code")
    return path


@dataclass
class Office:
    """A small academy with a gradebook, and what goes from it to a platform."""

    deployment: Deployment
    academy: Academy
    platform: LtiPlatform
    teacher: Teacher
    work: WorkOffice | None = None
    further: list[OpenCourse] = field(default_factory=list)
    now: list[float] = field(default_factory=lambda: [WHEN.timestamp()])

    delivery: Delivery | None = None

    def __post_init__(self) -> None:
        if self.delivery is None:
            self.open()

    def open(self) -> None:
        """Begin anew on the same data folder, as after a restart."""
        own = OpenCourse(self.deployment, self.work, self.academy.gradebook)
        courses = {CONTEXT: self.further[0].said.id} if self.further else {}
        platform = Platform(**self.platform.registration, courses=courses)
        self.delivery = Delivery(
            self.deployment, self.academy.catalogue, [platform], [own, *self.further], lambda: self.now[0]
        )

    def launch(self, lab: str = LAB, **changes) -> str:
        """Enter a launch that leads to a lab; return the account."""
        said = self.platform.claims("n", custom={"lab": lab}, **changes)
        launch = read_claims(said, self.platform.platform, TOOL)
        account = People(Accounts(self.deployment.accounts)).find_or_add(
            launch.platform, launch.subject, launch.called
        )
        self.delivery.book.enter(launch, account.name)
        return account.name

    def grade(self, learner: str, score: float, lab: str = LAB) -> None:
        self.teacher.grade(
            learner, lab, dict.fromkeys((g for t in LABS[lab][1].values() for g in t), score), WHEN
        )

    def autograded(self, learner: str, lab: str = LAB) -> None:
        """Leave what grading leaves."""
        graded = self.deployment.course / "autograded" / learner / lab
        graded.mkdir(parents=True, exist_ok=True)
        (graded / f"{lab}.ipynb").write_text("{}")
        (graded / "submission_secret.txt").write_text(f"secret of {learner}")

    def release(self, learner: str, lab: str = LAB) -> None:
        """Release feedback as nbgrader does."""
        self.autograded(learner, lab)
        name = notebook_hash(secret=f"secret of {learner}", notebook_id=lab)
        (self.deployment.exchange / "academy" / "feedback" / f"{name}.html").write_text("well done")

    def look(self, seconds: float = 5.0) -> None:
        """Look once, after some time, and again when what is new has settled."""
        for _ in range(2):
            self.now[0] += seconds
            self.delivery.look()

    @property
    def sent(self) -> list[tuple[str, float, float]]:
        return [(one["userId"], one["scoreGiven"], one["scoreMaximum"]) for _, one in self.platform.scores]


@pytest.fixture
def office(platform, small, empty_gradebook, tmp_path) -> Iterator[Office]:
    deployment = Deployment(tmp_path)
    (deployment.exchange / "academy" / "feedback").mkdir(parents=True)
    deployment.course.mkdir()
    gradebook = Path(shutil.copy(empty_gradebook, deployment.course))
    academy = Academy(f"sqlite:///{tmp_path / 'store.sqlite'}", small, gradebook)
    yield Office(deployment, academy, platform, Teacher(gradebook))
    academy.close()


FULL = POINTS * len(CELLS)


def test_a_mark_is_sent_when_it_is_released_and_not_before(office):
    ada = office.launch()
    office.grade(ada, 1.0)
    office.look()
    assert office.sent == []
    office.release(ada)
    office.look()
    assert office.sent == [("0001", 1.0 * len(CELLS), FULL)]
    (_, score) = office.platform.scores[0]
    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")
    assert datetime.fromisoformat(score["timestamp"]).tzinfo is not None
    for _ in range(3):
        office.look(600)
    assert len(office.sent) == 1


def test_with_the_exchange_as_a_service_its_book_says_what_is_released(office):
    office.work = open_office(office.deployment, Settings())
    office.open()
    ada = office.launch()
    office.grade(ada, 1.0)
    office.autograded(ada)
    tree = Tree((File("feedback.html", 4, "0" * 64, ("0" * 64,)),))
    before, graded = f"another secret of {ada}", f"secret of {ada}"
    for number, secret in enumerate((before, graded)):
        at = WHEN + timedelta(minutes=number)
        office.work.book.adopt(ada, LAB, tree, secret, at, str(number), lambda said: said)
        share = office.work.book.share_at(LAB, ada, at)
        if secret == graded:
            office.look()
            assert office.sent == []  # feedback on the submission before is not that on this one
        office.work.book.give_feedback(share, tree, "ines", at)
    office.look()
    assert office.sent == [("0001", 1.0 * len(CELLS), FULL)]
    office.work.close()


# courses beside the academy's own


@pytest.fixture
def further(office, empty_gradebook) -> Iterator[Office]:
    """A course with the same labs, which the platform's course belongs to, as an office of its own."""
    at = office.deployment.of("deep-2027")
    at.course.mkdir(parents=True)
    gradebook = Path(shutil.copy(empty_gradebook, at.course))
    work, said = open_office(at, Settings()), Course(id=at.course_id, shown="Deep", shown_zh="深度")
    course = OpenCourse(at, work, evidence.Gradebook(at.gradebook_url), said)
    office.further = [course]
    office.open()
    yield replace(office, deployment=at, teacher=Teacher(gradebook), work=work, delivery=office.delivery)
    course.close()


def given_back(further: Office, learner: str, number: int = 1) -> None:
    """Have a learner's work handed in through the course's exchange, and its feedback released."""
    at, book = WHEN + timedelta(minutes=number), further.work.book
    tree = Tree((File("feedback.html", 4, "0" * 64, ("0" * 64,)),))
    assert book.adopt(learner, LAB, tree, f"secret of {learner}", at, str(number), lambda said: said)
    further.autograded(learner)
    book.give_feedback(book.share_at(LAB, learner, at), tree, "grace", at)


def test_a_mark_of_another_course_is_sent_as_one_of_the_academys_own(office, further):
    there = f"deep-2027/{LAB}"
    ada = office.launch(there)
    office.grade(ada, 0.5)
    office.release(ada)  # what happens to a lab of that name in the academy's own course is another matter
    further.grade(ada, 1.0)
    office.look()
    assert office.sent == []
    office.platform.fails["/lineitems/1/scores"] = 500
    given_back(further, ada)
    office.look()
    (row,) = office.delivery.returns.of_context(1)
    assert (row.lab, row.tries, row.arrived) == (there, 1, False)
    office.platform.fails.clear()
    office.open()  # a restart
    office.look(FIRST_PAUSE)
    office.look(600)
    assert office.sent == [("0001", 1.0 * len(CELLS), FULL)]
    further.grade(ada, 0.0)
    office.look()
    assert office.sent[1:] == [("0001", 0.0, FULL)]


def test_a_line_item_is_made_for_a_lab_of_another_course_with_its_title(office, further):
    ada = office.launch(
        f"deep-2027/{LAB}",
        **{ENDPOINT: {"scope": GRADE_SCOPES, "lineitems": f"{office.platform.url}/lineitems"}},
    )
    further.grade(ada, 1.0)
    given_back(further, ada)
    office.look()
    (made,) = [one for one in office.platform.lineitems.values() if "resourceId" in one]
    title = office.academy.catalogue.labs[LAB].title.en
    assert (made["resourceId"], made["label"]) == (f"lab/deep-2027/{LAB}", title)
    assert len(office.sent) == 1


def test_a_link_to_a_whole_further_course_gets_a_line_item_for_each_of_its_labs(office, further):
    endpoint = {ENDPOINT: {"scope": GRADE_SCOPES, "lineitems": f"{office.platform.url}/lineitems"}}
    ada = office.launch(target_link_uri=f"{TOOL}course/deep-2027", **endpoint)
    office.grade(ada, 0.5)
    office.release(ada)  # of the academy's own course
    further.grade(ada, 1.0)
    given_back(further, ada)
    office.look()
    (made,) = [one for one in office.platform.lineitems.values() if "resourceId" in one]
    assert made["resourceId"] == f"lab/deep-2027/{LAB}"
    assert office.sent == [("0001", 1.0 * len(CELLS), FULL)]


def test_no_mark_of_the_academys_own_goes_to_a_further_course_called_like_one_of_lessons(office, further):
    slug = office.academy.catalogue.labs[LAB].course
    office.further = [replace(office.further[0], said=Course(id=slug, shown="Deep", shown_zh="深度"))]
    endpoint = {ENDPOINT: {"scope": GRADE_SCOPES, "lineitems": f"{office.platform.url}/lineitems"}}
    ada = office.launch(target_link_uri=f"{TOOL}course/{slug}", **endpoint)
    office.grade(ada, 0.5)
    office.release(ada)
    office.open()
    office.look()
    assert office.sent == []
    office.further = []  # the platform's course belongs to none: the link leads to the lessons
    office.open()
    office.look()
    assert office.sent == [("0001", 0.5 * len(CELLS), FULL)]


def test_marks_of_another_course_go_to_no_other_course_of_the_platform(office, further):
    elsewhere = {"id": "course of somebody else"}
    ada = office.launch(f"deep-2027/{LAB}", context=elsewhere)
    further.grade(ada, 1.0)
    given_back(further, ada)
    office.look()
    assert office.delivery.returns.of_context(1) == []
    assert office.sent == []


def test_a_gradebook_that_cannot_be_read_holds_up_no_other_course(office, further):
    ada = office.launch()
    further.teacher.path.write_text("this is no database")
    office.grade(ada, 1.0)
    office.release(ada)
    office.look()
    assert office.sent == [("0001", 1.0 * len(CELLS), FULL)]


def test_a_lab_that_the_catalogue_does_not_know_brings_its_marks_too(office):
    with Gradebook(office.teacher.url) as book:
        book.add_assignment("my-own")
        book.add_notebook("my-own", "my-own")
        book.add_grade_cell("first", "my-own", "my-own", max_score=3, cell_type="code")
    ada = office.launch("my-own")
    office.teacher.grade(ada, "my-own", {"first": 2.0}, WHEN)
    office.release(ada, "my-own")
    office.look()
    assert office.sent == [("0001", 2.0, 3.0)]


def test_a_mark_that_changes_is_sent_once_more_and_with_a_later_time(office):
    ada = office.launch()
    office.grade(ada, 1.0)
    office.release(ada)
    office.look()
    office.teacher.override(ada, LAB, CELLS[0], 0.0)
    office.look()
    office.look(600)
    assert [score for _, score, _ in office.sent] == [1.0 * len(CELLS), 1.0 * (len(CELLS) - 1)]
    first, second = (datetime.fromisoformat(one["timestamp"]) for _, one in office.platform.scores)
    assert second > first


def test_a_mark_that_changes_back_before_it_was_sent_is_not_sent(office):
    ada = office.launch()
    office.grade(ada, 1.0)
    office.release(ada)
    office.look()
    returns = office.delivery.returns
    link = office.delivery.book.links()[0].number
    for score in (0.0, 1.0 * len(CELLS)):
        returns.want([Mark(link, ada, LAB, score, FULL)], office.now[0])
    office.look(600)
    assert len(office.sent) == 1


def test_nobody_elses_mark_goes_out(office):
    ada = office.launch()
    office.launch(sub="0002", name="Teacher", roles=[f"{ROLES}Instructor"])
    for name in (ada, "teacher", "somebody-of-here"):
        office.grade(name, 1.0)
        office.grade(name, 1.0, "first-programs")  # a lab that no link leads to
        office.release(name)
        office.release(name, "first-programs")
    office.look()
    assert [who for who, _, _ in office.sent] == ["0001"]


def test_a_lab_that_waits_for_a_person_to_grade_is_not_sent(office):
    ada = office.launch()
    office.grade(ada, 1.0)
    with Gradebook(office.teacher.url) as book:
        book.find_grade(CELLS[0], LAB, LAB, ada).needs_manual_grade = True
        book.db.commit()
    office.release(ada)
    office.look()
    assert office.sent == []


def test_a_platform_that_is_away_gets_the_mark_later_also_after_a_restart(office):
    ada = office.launch()
    office.grade(ada, 1.0)
    office.release(ada)
    office.platform.fails["/lineitems/1/scores"] = 503
    office.look()
    (row,) = office.delivery.returns.of_context(1)
    assert (row.tries, row.arrived) == (1, False)
    assert "answered 503" in row.failure
    asked = len(office.platform.asked)
    office.look(1.0)  # it is not asked again at once
    assert len(office.platform.asked) == asked
    office.open()
    office.look(FIRST_PAUSE)
    assert office.delivery.returns.of_context(1)[0].tries >= 2
    office.platform.fails.clear()
    office.open()
    office.look(FIRST_PAUSE * 8)
    assert office.sent == [("0001", 1.0 * len(CELLS), FULL)]
    (row,) = office.delivery.returns.of_context(1)
    assert (row.arrived, row.tries, row.failure) == (True, 0, "")


def test_pauses_grow_up_to_six_hours(tmp_path):
    book = Book(tmp_path / "lti.sqlite")
    returns, now = Returns(book), 0.0
    returns.want([Mark(1, "ada", LAB, 1.0, 2.0)], now)
    for tries in range(14):
        pause = min(FIRST_PAUSE * 2**tries, LONGEST_PAUSE)
        now += LONGEST_PAUSE + 10
        (one,) = returns.due(now, 9)
        assert one.tries == tries
        returns.failed(one, "away", now)
        assert returns.due(now + pause - 1, 9) == []
        assert len(returns.due(now + pause, 9)) == 1


def test_a_mark_whose_answer_got_lost_counts_once(office):
    ada = office.launch()
    office.grade(ada, 1.0)
    office.release(ada)
    office.platform.fails["/lineitems/1/scores"] = 0  # takes it, and the connection breaks
    office.look()
    assert len(office.sent) == 1
    assert not office.delivery.returns.of_context(1)[0].arrived
    office.platform.fails.clear()
    office.look(FIRST_PAUSE * 4)
    assert len(office.sent) == 1  # the platform refused the same time again
    assert office.delivery.returns.of_context(1)[0].arrived
    office.look(600)
    assert office.platform.asked.count("POST /lineitems/1/scores") == 2


def try_often(office: Office) -> Return:
    """Look until a mark would have been sent ten times; return it."""
    for tries in range(10):
        office.look(FIRST_PAUSE * 2**tries)
    (row,) = office.delivery.returns.of_context(1)
    return row


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
def test_a_mark_that_is_refused_for_good_is_lost_until_it_changes(office, ask, status):
    ada = office.launch()
    office.grade(ada, 1.0)
    office.release(ada)
    office.platform.fails["/lineitems/1/scores"] = status
    row = try_often(office)
    assert (row.lost, row.arrived, row.sent) == (1, False, None)
    assert f"answered {status}" in row.failure
    asked = office.platform.asked.count("POST /lineitems/1/scores")
    assert asked == MOST_REFUSALS
    office.open()
    assert try_often(office) == row
    assert office.platform.asked.count("POST /lineitems/1/scores") == asked
    seen = ask("anybody", "manager").body.decode()
    assert (
        f"is lost, the platform refuses it: {office.platform.url}/lineitems/1/scores answered {status}"
        in seen
    )
    assert "arrived" not in seen
    office.platform.fails.clear()
    office.grade(ada, 0.0)
    office.look()
    assert [score for _, score, _ in office.sent] == [0.0]
    (row,) = office.delivery.returns.of_context(1)
    assert (row.lost, row.arrived, row.failure) == (0, True, "")


def test_a_lost_mark_is_sent_anew_on_request_with_the_time_of_then(office):
    ada = office.launch()
    office.grade(ada, 1.0)
    office.release(ada)
    later = datetime.fromtimestamp(office.now[0] + 3600, UTC).isoformat()
    by_hand = (f"{office.platform.url}/lineitems/1", {"userId": "0001", "timestamp": later})
    office.platform.scores.append(by_hand)
    assert try_often(office).lost
    office.platform.scores.remove(by_hand)
    before = office.delivery.returns.of_context(1)[0].changed
    office.now[0] += 7200
    office.delivery.returns.hurry(1, office.now[0])
    office.look()
    (_, score) = office.platform.scores[0]
    assert datetime.fromisoformat(score["timestamp"]).timestamp() > before + 7000
    assert office.delivery.returns.of_context(1)[0].arrived


def test_what_was_never_answered_is_taken_as_arrived_and_what_was_turned_away_is_not(office):
    ada = office.launch()
    office.grade(ada, 1.0)
    office.release(ada)
    office.platform.fails["/lineitems/1/scores"] = 503
    office.look()
    office.platform.fails["/lineitems/1/scores"] = 409  # somebody has entered a later mark there meanwhile
    assert not try_often(office).arrived


@pytest.mark.parametrize(
    ("place", "status"), [("/token", 400), ("/token", 401), ("/lineitems/1/scores", 429)]
)
def test_no_mark_is_lost_because_we_are_not_known_or_too_fast(office, place, status):
    ada = office.launch()
    office.grade(ada, 1.0)
    office.release(ada)
    office.platform.fails[place] = status
    row = try_often(office)
    assert row.tries > MOST_REFUSALS
    assert (row.lost, row.arrived) == (0, False)
    office.platform.fails.clear()
    assert try_often(office).arrived


def test_marks_of_an_earlier_version_go_on(tmp_path):
    book = Book(tmp_path / "lti.sqlite")
    Returns(book).want([Mark(1, "ada", LAB, 1.0, 2.0)], 0.0)
    with book.change() as opened:
        for column in ADDED:
            opened.execute(f"ALTER TABLE returns DROP COLUMN {column}")
    (one,) = Returns(book).due(10.0, 9)
    assert (one.account, one.lost, one.unsure) == ("ada", 0, 0)


def test_of_several_links_to_a_course_one_brings_the_marks(office):
    course = {"target_link_uri": f"{TOOL}course/numerics-information"}
    office.launch(**course, resource_link={"id": "link-a"})
    ada = office.launch(**course, resource_link={"id": "link-b"})
    office.grade(ada, 1.0)
    office.release(ada)
    row = try_often(office)
    assert row.arrived
    assert len(office.sent) == 1
    assert office.platform.asked.count("POST /lineitems/2/scores") == 1


def test_a_link_to_the_lab_itself_brings_its_marks_and_no_link_to_the_course(office):
    course = {"target_link_uri": f"{TOOL}course/numerics-information", "resource_link": {"id": "link-a"}}
    ada = office.launch(**course)
    office.grade(ada, 1.0)
    office.release(ada)
    office.platform.fails["/token"] = 503
    office.look()
    office.platform.fails.clear()
    office.launch()
    assert try_often(office).arrived  # the one row that is left
    assert [where for where, _ in office.platform.scores] == [f"{office.platform.url}/lineitems/1"]


def test_what_changes_while_it_is_sent_stays_due(tmp_path):
    returns = Returns(Book(tmp_path / "lti.sqlite"))
    returns.want([Mark(1, "ada", LAB, 1.0, 2.0)], 0.0)
    (sending,) = returns.due(10.0, 9)
    returns.want([Mark(1, "ada", LAB, 2.0, 2.0)], 11.0)
    returns.arrived(sending, 12.0)
    (left,) = returns.due(20.0, 9)
    assert (left.score, left.sent_score) == (2.0, 1.0)
    returns.failed(sending, "of the mark before", 21.0)  # says nothing of the new one
    assert returns.due(21.0, 9) == [left]


def test_a_backup_holds_courses_and_marks_as_they_were_at_one_moment(office):
    office.launch()
    office.deployment.hub.mkdir()
    office.delivery.returns.want([Mark(1, "ada", LAB, 1.0, 2.0)], 0.0)
    with office.delivery.book.change() as book:
        book.execute("DELETE FROM contexts")  # which nobody else sees until it is done
        file = office.deployment.data.with_name("backup.tar.gz")
        back_up(office.deployment, file, lambda _: None)
        book.rollback()
    restored = Deployment(office.deployment.data.with_name("restored"))
    restore(file, restored.data, lambda _: None)
    assert [one.title for one in Book.of(restored).contexts()] == ["Machine learning, 2026"]
    assert len(Returns(Book.of(restored)).due(10.0, 9)) == 1


def test_the_time_of_a_change_never_goes_back(tmp_path):
    returns = Returns(Book(tmp_path / "lti.sqlite"))
    returns.want([Mark(1, "ada", LAB, 1.0, 2.0)], 100.0)
    returns.want([Mark(1, "ada", LAB, 2.0, 2.0)], 50.0)  # the clock was set back
    (one,) = returns.due(1000.0, 9)
    assert one.changed > 100.0


def test_one_platform_that_does_not_answer_does_not_hold_up_the_look(office):
    for i in range(4):
        name = office.launch(sub=f"1{i}", name=f"Learner {i}")
        office.grade(name, 1.0)
        office.release(name)
    office.platform.fails["/token"] = 0
    office.look()
    assert office.platform.asked.count("POST /token") == 1
    rows = office.delivery.returns.of_context(1)
    assert len(rows) == 4
    assert all(one.tries == 1 and "cannot be reached" in one.failure for one in rows)


def test_a_token_that_is_taken_no_more_is_asked_for_anew(office):
    ada = office.launch()
    office.grade(ada, 1.0)
    office.release(ada)
    office.look()
    office.platform.forget_tokens()
    office.grade(ada, 0.0)
    office.look()
    assert [score for _, score, _ in office.sent] == [1.0 * len(CELLS), 0.0]
    assert office.platform.asked.count("POST /token") == 2


def test_a_course_gets_a_line_item_for_each_of_its_labs(office):
    ada = office.launch(target_link_uri=f"{TOOL}course/numerics-information")
    office.grade(ada, 1.0)
    office.release(ada)
    office.look()
    (made,) = [one for one in office.platform.lineitems.values() if one.get("resourceId") == f"lab/{LAB}"]
    assert made["scoreMaximum"] == FULL
    (where, score) = office.platform.scores[0]
    assert office.platform.lineitems[where] == made
    assert score["scoreGiven"] == len(CELLS)
    office.open()  # which forgets where it was
    office.grade(ada, 0.0)
    office.look()
    assert [at for at, _ in office.platform.scores] == [where, where]
    assert len(office.platform.lineitems) == 2


def test_a_link_without_scores_is_left_alone(office):
    read_only = {"scope": [GRADE_SCOPES[0]], "lineitem": f"{office.platform.url}/lineitems/1"}
    ada = office.launch(**{ENDPOINT: read_only})
    office.grade(ada, 1.0)
    office.release(ada)
    office.look()
    assert office.delivery.returns.of_context(1) == []


def test_who_left_the_course_holds_up_nobody_else(office):
    names = [office.launch(sub=f"2{i}", name=f"Learner {i}") for i in range(3)]
    for name in names:
        office.grade(name, 1.0)
        office.release(name)
    office.platform.fails["/token"] = 503
    office.look()
    office.platform.fails.clear()
    with office.delivery.book.change() as book:
        book.execute("UPDATE members SET active = 0 WHERE account = ?", (names[0],))
    office.look(FIRST_PAUSE * 4)
    assert {who for who, _, _ in office.sent} == {"21", "22"}


def test_who_is_given_the_name_of_somebody_who_left_is_not_that_person(office):
    ada = office.launch(name="Ada")
    accounts = Accounts(office.deployment.accounts)
    with accounts.open() as book:
        book.execute("DELETE FROM accounts WHERE name = ?", (ada,))
    accounts.add(ada, "learner")
    office.grade(ada, 1.0)
    office.release(ada)
    office.look()
    assert office.sent == []
    assert [one.active for one in office.delivery.book.members(1)] == [False]
    again = office.launch(name="Ada")
    assert again != ada
    office.look()
    assert {one.account for one in office.delivery.book.members(1) if one.active} == {again}


def test_a_secret_that_cannot_be_read_is_no_release(office):
    ada = office.launch()
    office.grade(ada, 1.0)
    office.release(ada)
    secret = office.deployment.course / "autograded" / ada / LAB / "submission_secret.txt"
    for content in (b"\xff\xfe", b""):
        secret.write_bytes(content)
        office.look()
    assert office.sent == []


def test_what_nobody_foresaw_ends_no_delivery(office, monkeypatch):
    looks = []
    monkeypatch.setattr("hub_config.loop.UNFORESEEN_SECONDS", 0.01)
    monkeypatch.setattr(office.delivery, "look", lambda: looks.append(1) or {}["nothing"])

    async def several() -> None:
        stopping = asyncio.Event()
        task = asyncio.create_task(office.delivery.go_on(stopping))
        while len(looks) < 3:
            await asyncio.sleep(0.01)
        stopping.set()
        await task

    asyncio.run(asyncio.wait_for(several(), 20))


def test_who_left_the_course_or_a_link_that_leads_elsewhere_gets_no_mark(office):
    ada = office.launch()
    office.grade(ada, 1.0)
    office.release(ada)
    office.platform.fails["/token"] = 503
    office.look()
    office.platform.fails.clear()
    office.delivery.book.put_members(1, [Member("grace", "0002", False)], office.now[0])
    office.look(FIRST_PAUSE * 2)
    assert "is not in the course any more" in office.delivery.returns.of_context(1)[0].failure
    office.launch("first-programs")
    office.look(FIRST_PAUSE * 8)
    assert "leads to lab/first-programs now" in office.delivery.returns.of_context(1)[0].failure
    assert office.sent == []


# the services themselves


@pytest.fixture
def services(platform) -> Services:
    return Services(platform.platform, platform.tool_keys)


SCORE = Score("0001", 3.0, 4.0, WHEN.timestamp())


def grades_at(platform: LtiPlatform, address: str = "") -> GradeService:
    return GradeService(
        address or f"{platform.url}/lineitems/1", f"{platform.url}/lineitems", tuple(GRADE_SCOPES)
    )


def test_one_token_serves_until_it_is_over(platform):
    now = [0.0]
    services = Services(platform.platform, platform.tool_keys, lambda: now[0])
    grades = grades_at(platform)
    for i in range(3):
        services.send(grades, grades.lineitem, Score("0001", 1.0, 4.0, WHEN.timestamp() + i))
    assert platform.asked.count("POST /token") == 1
    now[0] = 3600.0
    services.send(grades, grades.lineitem, Score("0001", 1.0, 4.0, WHEN.timestamp() + 9))
    assert platform.asked.count("POST /token") == 2


def test_a_key_that_was_changed_proves_us_all_the_same(platform, services):
    platform.tool_keys.rotate()
    services.send(grades_at(platform), f"{platform.url}/lineitems/1", SCORE)
    assert platform.scores[0][1]["scoreGiven"] == 3.0


@pytest.mark.parametrize(
    ("fault", "says"),
    [(302, "leads elsewhere"), (400, "answered 400"), (500, "answered 500"), (0, "cannot be reached")],
)
def test_what_a_platform_does_not_take_is_an_error(platform, services, fault, says):
    platform.fails["/lineitems"] = fault
    with pytest.raises(ServiceError, match=says):
        services.send(grades_at(platform), f"{platform.url}/lineitems/1", SCORE)


def test_no_token_and_no_score_goes_to_another_host(platform, services):
    for other in ("https://evil.org/lineitems/1", "http://127.0.0.1:1/", "file:///etc/passwd"):
        with pytest.raises(ServiceError, match="no address of it"):
            services.send(grades_at(platform, other), other, SCORE)
        with pytest.raises(ServiceError, match="no address of it"):
            services.members(other)


HUGE = f'{{"access_token": "x", "expires_in": {10**400}}}'


@pytest.mark.parametrize(
    "answer",
    ["[]", '"x"', "null", "{", '{"access_token": 5}', HUGE, "[" * 100_000],
    ids=lambda text: text[:9],
)
def test_nonsense_for_a_token_is_an_error(platform, services, monkeypatch, answer):
    monkeypatch.setattr(platform, "_token", lambda *_: (200, answer, {}))
    with pytest.raises(ServiceError):
        services.members(f"{platform.url}/members")


# members


def people(office: Office) -> dict[str, str]:
    return {one.name: one.role for one in Accounts(office.deployment.accounts).all()}


def ask_members(office: Office, **changes) -> Launch:
    said = office.platform.claims("n", **{"roles": [f"{ROLES}Instructor"], "name": "Teacher", **changes})
    launch = read_claims(said, office.platform.platform, TOOL)
    account = People(Accounts(office.deployment.accounts)).find_or_add(
        launch.platform, launch.subject, launch.called
    )
    office.delivery.book.enter(launch, account.name)
    office.delivery.book.ask_members(launch, office.now[0], 3600.0)
    return launch


def test_the_members_of_a_course_become_a_cohort_on_all_pages(office):
    office.platform.members = [
        {"user_id": "0001", "name": "Teacher", "roles": ["Instructor"], "status": "Active"},
        {"user_id": "0002", "name": "Grace Hopper", "roles": [f"{ROLES}Learner"]},
        {"user_id": "0003", "name": "Gone", "roles": ["Learner"], "status": "Inactive"},
        {"user_id": "0004", "roles": ["Learner"], "status": "Active"},
        {"user_id": "0005", "name": "Boss", "roles": [f"{ROLES}Administrator"], "status": "Active"},
        {"user_id": 5, "roles": ["Learner"]},
        {"user_id": "0007", "roles": "Learner"},
    ]
    ask_members(office)
    office.look()
    members = office.delivery.book.members(1)
    assert {(one.subject, one.teaches, one.active) for one in members} == {
        ("0001", True, True),
        ("0002", False, True),
        ("0004", False, True),
        ("0005", False, True),
    }
    assert people(office) == dict.fromkeys(("teacher", "grace-hopper", "learner", "boss"), "learner")
    asked = office.platform.asked.count("GET /members")
    assert asked == 4  # pages
    ask_members(office)  # within the hour
    office.look()
    assert office.platform.asked.count("GET /members") == asked


def test_who_is_no_member_any_more_leaves_the_cohort_and_keeps_the_account(office):
    office.platform.members = [{"user_id": "0001", "roles": ["Instructor"]}]
    ask_members(office)
    grace = office.launch(sub="0002", name="Grace")
    office.look()
    assert [one.active for one in office.delivery.book.members(1) if one.account == grace] == [False]
    assert grace in people(office)


def test_members_that_cannot_be_read_change_nothing_and_say_why(office):
    office.launch(sub="0002", name="Grace")
    ask_members(office)
    for fault, says in ((500, "answered 500"), (0, "cannot be reached")):
        office.platform.fails["/members"] = fault
        office.delivery.book.ask_members_now(1, office.now[0] + 1)
        office.look()
        assert says in office.delivery.book.contexts()[0].failure
    office.platform.fails.clear()
    office.platform.members = []
    office.delivery.book.ask_members_now(1, office.now[0] + 1)
    office.look()
    assert "names 0 members" in office.delivery.book.contexts()[0].failure
    assert all(one.active for one in office.delivery.book.members(1))


@pytest.mark.parametrize(
    ("number", "next_page", "says"),
    [(2, True, "more than 100 pages"), (MOST_MEMBERS + 1, False, "more than 20000 members")],
)
def test_members_without_end_are_not_read_and_change_nothing(office, monkeypatch, number, next_page, says):
    office.launch(sub="0002", name="Grace")
    ask_members(office)
    page = {"members": [{"user_id": f"9{i}", "roles": ["Learner"]} for i in range(number)]}
    link = {"Link": f'<{office.platform.url}/members?from=1>; rel="next"'} if next_page else {}
    monkeypatch.setattr(office.platform, "_members", lambda *_: (200, page, link))
    office.look()
    assert says in office.delivery.book.contexts()[0].failure
    assert office.platform.asked.count("GET /members") <= MOST_PAGES
    assert people(office).keys() == {"teacher", "grace"}
    assert all(one.active for one in office.delivery.book.members(1))


def test_a_big_course_is_read_whole(office):
    office.platform.members = [{"user_id": f"9{i}", "roles": ["Learner"]} for i in range(2 * MOST_PAGES)]
    ask_members(office)
    office.look()
    assert office.delivery.book.contexts()[0].failure == ""
    assert len([one for one in office.delivery.book.members(1) if one.active]) == 2 * MOST_PAGES
    assert f"learner-{2 * MOST_PAGES}" in people(office)


# the page of the courses


@pytest.fixture
def ask(office, monkeypatch) -> Iterator[Callable[..., HTTPResponse]]:
    """Ask the service as somebody with a role: ``ask("ada", "learner", "GET")``."""

    def who(handler):
        name, role = handler.request.headers["X-Person"].split()
        return {"name": name, "groups": [role]}

    monkeypatch.setattr(Handler, "get_current_user", who)
    monkeypatch.setattr(Handler, "check_xsrf_cookie", lambda _: None)  # it is the hub test's

    class Case(AsyncHTTPTestCase):
        def get_app(self):
            accounts = Accounts(office.deployment.accounts)
            trail = Trail(office.deployment.oversight_url)
            watched = Watched(office.deployment, office.academy, trail)
            return application(
                office.academy, accounts, watched, "/", "secret", trail=trail, delivery=office.delivery
            )

        def runTest(self):
            return None

    case = Case()
    case.setUp()

    def asked(name: str, role: str, method: str = "GET", body: str | None = None) -> HTTPResponse:
        headers = {"X-Person": f"{name} {role}"}
        return case.fetch("/cohorts", method=method, headers=headers, body=body, follow_redirects=False)

    yield asked
    case.tearDown()


def test_who_teaches_sees_the_own_courses_alone(office, ask):
    ada = office.launch(name="Ada")
    teacher = {"roles": [f"{ROLES}Instructor"], "resource_link": {"id": "2"}}
    office.launch(sub="0002", name="Tess", **teacher)
    other = {**teacher, "context": {"id": "other", "title": "Another course"}}
    office.launch(sub="0003", name="Otto", **other)
    assert ask("ada", "learner").code == 403
    assert ask(ada, "learner").code == 403
    seen = ask("tess", "learner").body.decode()
    assert "Machine learning, 2026" in seen
    assert "Ada" in seen
    assert "Another course" not in seen
    assert "/learners/" not in seen  # whose plan is for staff
    for staff in ("instructor", "manager"):
        seen = ask("anybody", staff).body.decode()
        assert "Another course" in seen
        assert "/learners/ada" in seen
    courses = {one.context: one.number for one in office.delivery.book.contexts()}
    wanted = f"context={courses['other']}&do=members"
    assert ask("tess", "learner", "POST", wanted).code == 404
    assert office.delivery.book.contexts()[1].asked == 0
    assert ask("otto", "learner", "POST", wanted).code == 303
    assert office.delivery.book.contexts()[1].asked > 0


def test_no_other_answer_waits_for_who_sees_what(office, ask, monkeypatch):
    office.launch(sub="0002", name="Tess", roles=[f"{ROLES}Instructor"])
    asked, teaching = [], office.delivery.book.teaching
    monkeypatch.setattr(
        office.delivery.book,
        "teaching",
        lambda name: asked.append(threading.current_thread()) or teaching(name),
    )
    assert ask("tess", "learner").code == 200
    assert ask("tess", "learner", "POST", "context=1&do=members").code == 303
    assert len(asked) == 2
    assert threading.main_thread() not in asked  # which answers everybody


def test_who_teaches_no_more_sees_it_no_more(office, ask):
    teacher = {"roles": [f"{ROLES}Instructor"]}
    office.launch(sub="0002", name="Tess", **teacher)
    assert ask("tess", "learner").code == 200
    office.launch(sub="0002", name="Tess")
    assert ask("tess", "learner").code == 403


def test_the_loop_ends_when_it_is_told(office):
    async def stopped() -> None:
        stopping = asyncio.Event()
        task = asyncio.create_task(office.delivery.go_on(stopping))
        await asyncio.sleep(0.1)
        stopping.set()
        await asyncio.wait_for(task, 20)

    asyncio.run(stopped())


def test_no_credentials_of_a_file_take_the_tokens_place(platform, services, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login ada password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    services.send(grades_at(platform), f"{platform.url}/lineitems/1", SCORE)
    assert len(platform.scores) == 1
