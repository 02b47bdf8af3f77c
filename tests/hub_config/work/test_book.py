"""The book: one number after the other, whole changes, nothing overwritten, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from catalogue.folders import AT_HOME
from hub_config.work.book import Book
from hub_config.work.errors import BadWork, Closed, NotThere, TooOften
from hub_config.work.records import Share, Submission
from hub_config.work.rules import MOST_AN_HOUR, Extension, Terms
from hub_config.work.tables import metadata
from hub_config.work.trees import Tree
from learning_paths.errors import StoreError
from tests.hub_config.work.files import tree_of

LAB = "stable-softmax"
NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
KEYS = (f"key-{number}" for number in count())


def nb(text: str = "{}") -> Tree:
    return tree_of({f"{LAB}.ipynb": text.encode()})


def hand_in(
    book: Book, who: str = "ada", text: str = "{}", at: datetime = NOW, lab: str = LAB, key: str = ""
) -> Submission:
    return book.submit(who, lab, nb(text), key or next(KEYS), at, lambda said: {**said, "signature": "s"})[0]


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(book):
    with book.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_book_of_a_newer_version_is_refused_and_left_alone(store_url, book):
    with book.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version"):
        Book(store_url)


@pytest.mark.parametrize("lab", AT_HOME)
def test_a_lab_with_the_name_of_a_folder_that_people_have_is_taken_back_alone(book, lab):
    with pytest.raises(BadWork, match="the name of a folder in people's homes"):
        book.release(lab, nb(), "ines", NOW)
    assert book.released() == {}
    book.release(lab, None, "ines", NOW)


def test_attempts_are_numbered_and_the_last_one_is_handed_on(book):
    first, second = hand_in(book, text="1"), hand_in(book, text="2", at=NOW + DAY)
    assert [one.attempt for one in (first, second)] == [1, 2]
    assert hand_in(book, "grace").attempt == 1
    assert hand_in(book, lab="mlp").attempt == 1
    assert [(sub.sequence, share.learner) for sub, share in book.last_of_each(LAB)] == [
        (second.sequence, "ada"),
        (second.sequence + 1, "grace"),
    ]
    assert book.submissions_of("ada", LAB) == [second, first]
    used = {lab: used for lab, (_, used) in book.standing("ada", [LAB, "mlp", "other"]).items()}
    assert used == {LAB: 2, "mlp": 1, "other": 0}
    assert book.submission(first.sequence)[0] == first
    assert second.timestamp == "2026-12-02 10:00:00.000000 UTC"
    with pytest.raises(NotThere):
        book.submission(99)


def test_a_receipt_says_who_what_when_and_how_it_stands(book):
    book.set_deadline(
        LAB, Terms(NOW, "Asia/Shanghai", late="percent", percent_per_day=20, attempts=3), "ines", NOW
    )
    made = hand_in(book, at=NOW + DAY)
    assert made.receipt == {
        "sequence": 1,
        "lab": LAB,
        "sent_by": "ada",
        "learners": ["ada"],
        "team": None,
        "attempt": 1,
        "attempts_allowed": 3,
        "sha256": nb().digest,
        "files": [{"path": f"{LAB}.ipynb", "size": 2, "sha256": nb().files[0].sha256}],
        "received_at": (NOW + DAY).isoformat(),
        "due_at": NOW.isoformat(),
        "zone": "Asia/Shanghai",
        "late_seconds": 86400,
        "penalty_percent": 20,
        "signature": "s",
    }


def test_a_replay_is_the_same_submission_and_a_key_serves_once(book):
    first = hand_in(book, key="k")
    assert hand_in(book, key="k", at=NOW + DAY) == first
    assert hand_in(book, "grace", key="k").sequence == 2  # keys are each person's own
    with pytest.raises(BadWork, match="another submission"):
        hand_in(book, text="other", key="k")
    assert book.standing("ada", [LAB])[LAB][1] == 1


@pytest.mark.parametrize("back", [timedelta(0), timedelta(microseconds=1), timedelta(days=400)])
def test_a_clock_set_back_lets_no_attempt_vanish_and_makes_nobody_late(book, back):
    book.set_deadline(LAB, Terms(NOW + timedelta(hours=1), late="refuse"), "ines", NOW)
    first = hand_in(book, text="1")
    second = hand_in(book, text="2", at=NOW - back)
    assert second.received_at > first.received_at
    assert (second.sequence, second.attempt, second.late_seconds) == (2, 2, 0)
    ((last, _),) = book.last_of_each(LAB)
    assert last == second
    assert max([first, second], key=lambda one: one.timestamp) == second  # as nbgrader orders them


def test_a_clock_that_ran_ahead_and_was_set_right_makes_nobody_late(book):
    book.set_deadline(LAB, Terms(NOW + timedelta(days=300), late="refuse"), "ines", NOW)
    hand_in(book, at=NOW + timedelta(days=200))
    book.set_deadline(LAB, Terms(NOW + DAY, late="refuse"), "ines", NOW)
    assert hand_in(book, at=NOW).late_seconds == 0


def test_what_is_declined_leaves_no_trace(book):
    book.set_deadline(LAB, Terms(NOW, late="refuse", attempts=1), "ines", NOW)
    with pytest.raises(Closed, match="deadline is over"):
        hand_in(book, at=NOW + DAY)
    assert hand_in(book).sequence == 1
    with pytest.raises(Closed, match="attempt"):
        hand_in(book)
    assert [one.sequence for one in book.submissions_of("ada")] == [1]
    assert hand_in(book, "grace").sequence == 2


def test_an_extension_holds_for_its_person_and_its_group_alone(book):
    book.set_deadline(LAB, Terms(NOW, late="refuse"), "ines", NOW)
    said = {"zone": "UTC", "set_by": "ines", "now": NOW}
    book.set_group("evening", ["grace", "alan"], [], "ines", NOW)
    book.extend(LAB, "learner", "ada", Extension(NOW + DAY), reason="ill", **said)
    book.extend(LAB, "group", "evening", Extension(NOW + 2 * DAY), reason="", **said)
    book.extend("mlp", "learner", "bob", Extension(NOW + 9 * DAY), reason="", **said)
    after = NOW + timedelta(hours=30)
    assert hand_in(book, "grace", at=after).late_seconds == 0
    assert hand_in(book, "ada", at=NOW + DAY).receipt["due_at"] == (NOW + DAY).isoformat()
    for who in ("ada", "bob"):
        with pytest.raises(Closed):
            hand_in(book, who, at=after)
    # taken back: what was handed in stays
    book.extend(LAB, "group", "evening", Extension(None), reason="", **said)
    assert [one.name for one in book.extensions(LAB)] == ["ada"]
    assert [one.reason for one in book.extensions(history=True)] == ["ill", "", "", ""]
    with pytest.raises(Closed):
        hand_in(book, "alan", at=after)
    assert len(book.submissions_of("grace")) == 1


def test_who_submits_together_has_one_submission_and_its_attempts(book):
    book.set_deadline(LAB, Terms(NOW, late="refuse", attempts=2), "ines", NOW)
    hand_in(book, "grace", text="alone")
    book.set_group("pair", ["ada", "grace"], [LAB], "ines", NOW)
    book.extend(LAB, "learner", "grace", Extension(NOW + DAY), zone="UTC", reason="", set_by="ines", now=NOW)
    both = hand_in(book, "ada", text="together", at=NOW + timedelta(hours=2))
    assert (both.team, both.attempt, both.late_seconds) == ("pair", 2, 0)
    assert both.receipt["learners"] == ["ada", "grace"]
    assert {share.learner: sub.sequence for sub, share in book.last_of_each(LAB)} == {"ada": 2, "grace": 2}
    assert len({share.secret for _, share in book.last_of_each(LAB)}) == 2
    with pytest.raises(Closed, match="all 2 attempts"):
        hand_in(book, "ada")
    assert hand_in(book, "ada", lab="mlp").team is None


def test_nobody_submits_one_lab_with_two_groups(book):
    book.set_group("a", ["ada", "grace"], [LAB], "ines", NOW)
    book.set_group("b", ["ada", "alan"], ["mlp"], "ines", NOW)
    for labs in ([LAB, "lora"], ["*"]):
        with pytest.raises(BadWork, match="ada submit together with group"):
            book.set_group("c", ["ada", "bob"], labs, "ines", NOW)
    book.set_group("c", ["ada", "bob"], [], "ines", NOW)
    book.set_group("a", [], [], "ines", NOW)
    book.set_group("c", ["ada", "bob"], [LAB], "ines", NOW)
    assert [one.name for one in book.groups()] == ["b", "c"]
    assert len(book.groups(history=True)) == 5


def test_a_deadline_is_a_log_of_which_the_last_word_holds(book):
    assert book.deadline(LAB) is None
    book.set_deadline(LAB, Terms(NOW), "ines", NOW)
    book.set_deadline(LAB, Terms(NOW + DAY, "Asia/Shanghai"), "max", NOW + DAY)
    book.set_deadline("mlp", Terms(attempts=2), "ines", NOW)
    assert book.deadline(LAB).terms == Terms(NOW + DAY, "Asia/Shanghai")
    assert [one.lab for one in book.deadlines()] == [LAB, "mlp"]
    assert [one.set_by for one in book.deadlines(history=True)] == ["ines", "max", "ines"]
    assert book.last_change() == (3, 0, 0)
    assert book.terms(LAB, ["ada"])["ada"].due == NOW + DAY


def test_a_thousand_submissions_end_in_a_clear_word_and_lose_nothing(book):
    taken, told = [], ""
    for number in range(1000):
        try:
            taken.append(hand_in(book, text=str(number), at=NOW + timedelta(milliseconds=number)))
        except TooOften as error:
            told = str(error)
    assert len(taken) == MOST_AN_HOUR
    assert "the last one counts" in told
    assert book.last_of_each(LAB)[0][0] == taken[-1]
    assert len(book.submissions_of("ada", most=10)) == 10
    assert hand_in(book, at=NOW + timedelta(hours=2)).attempt == MOST_AN_HOUR + 1


def test_the_last_in_time_can_be_asked_for(book):
    book.set_deadline(LAB, Terms(NOW), "ines", NOW)
    early, late = hand_in(book), hand_in(book, at=NOW + DAY)
    only_late = hand_in(book, "grace", at=NOW + DAY)
    assert [one.sequence for one, _ in book.last_of_each(LAB)] == [late.sequence, only_late.sequence]
    in_time = book.last_of_each(LAB, in_time=True)
    assert [one.sequence for one, _ in in_time] == [early.sequence, only_late.sequence]


def test_releases_are_a_log_of_which_the_last_word_holds(book):
    book.release(LAB, nb("1"), "host", NOW, from_folder=True)
    second = book.release(LAB, nb("2"), "ines", NOW)
    assert book.released()[LAB] == second
    assert book.released(in_folder=True)[LAB].digest == nb("1").digest
    book.note_in_folder(second.number)
    assert book.released(in_folder=True)[LAB].digest == nb("2").digest
    book.release(LAB, None, "ines", NOW)
    assert book.released()[LAB].digest is None
    assert book.tree(nb("1").digest) == nb("1")


def test_feedback_is_one_learners_and_the_same_twice_is_once(book):
    made = hand_in(book)
    share = Share(made.sequence, "ada", "")
    first = book.give_feedback(share, tree_of({"a.html": b"1"}), "ines", NOW)
    assert book.give_feedback(share, tree_of({"a.html": b"1"}), "ines", NOW) is None
    second = book.give_feedback(share, tree_of({"a.html": b"2"}), "ines", NOW)
    assert second.number == first.number + 1
    assert book.feedback_for("ada") == {made.sequence: second}
    assert book.feedback_for("grace") == {}
    assert book.holds_part(second.digest, tree_of({"a.html": b"2"}).files[0].sha256)
    assert not book.holds_part(second.digest, tree_of({"a.html": b"1"}).files[0].sha256)


def test_what_waits_for_the_graders_folder_goes_once(book):
    hand_in(book)
    ((submission, share),) = book.undelivered(10)
    assert (submission.sequence, share.learner, len(share.secret)) == (1, "ada", 64)
    book.note_delivered(share)
    assert book.undelivered(10) == []
    assert book.shares_since(0) == [share]
    assert book.shares_since(1) == []


def test_a_part_is_there_only_for_who_has_seen_it(book):
    mine, theirs = nb("mine"), nb("theirs")
    for who, tree in (("ada", mine), ("grace", theirs)):
        for part in tree.parts:
            book.note_upload(who, part, 6, NOW)
            book.note_upload(who, part, 6, NOW)
    wanted = mine.parts | theirs.parts
    assert book.sent("ada", wanted, NOW) == mine.parts
    assert book.waiting_bytes("ada") == 6
    hand_in(book, text="mine")
    assert book.waiting_bytes("ada") == 0
    assert book.sent("ada", wanted, NOW) == mine.parts  # from what was handed in
    book.release(LAB, theirs, "ines", NOW)
    assert book.sent("ada", wanted, NOW) == wanted
    assert book.waiting_bytes("grace") == 6


def test_only_what_nothing_refers_to_is_swept(book):
    kept, waiting, forgotten, stray = (nb(text) for text in ("kept", "waiting", "forgotten", "stray"))
    for tree, at in ((kept, NOW - DAY), (waiting, NOW), (forgotten, NOW - DAY)):
        for part in tree.parts:
            book.note_upload("ada", part, 6, at)
    hand_in(book, text="kept")
    dropped: list[str] = []
    old = kept.parts | waiting.parts | stray.parts
    assert book.sweep(NOW - timedelta(hours=1), old, dropped.append) == 2
    assert set(dropped) == forgotten.parts | stray.parts
    assert book.waiting_bytes("ada") == 6


def test_asking_for_a_part_keeps_it_another_day(book):
    for part in nb().parts:
        book.note_upload("ada", part, 2, NOW - DAY)
    book.sent("ada", nb().parts, NOW)
    assert book.sweep(NOW - timedelta(hours=1), [], pytest.fail) == 0


def write(url: str, who: str) -> list[tuple[int, int]]:
    """Submit as one of several writers."""
    book = Book(url)
    made = [hand_in(book, who, text=f"{who}{number}", key=f"{who}{number}") for number in range(8)]
    book.set_deadline(LAB, Terms(NOW + DAY), who, NOW)
    book.close()
    return [(one.sequence, one.attempt) for one in made]


def test_writers_side_by_side_never_share_a_number(store_url, book):
    with ThreadPoolExecutor(4) as pool:
        made = [
            one for some in pool.map(write, [store_url] * 4, ["ada", "ada2", "bob", "cleo"]) for one in some
        ]
    assert sorted(sequence for sequence, _ in made) == list(range(1, 33))
    assert len(book.deadlines(history=True)) == 4


def test_members_of_a_group_who_submit_at_once_use_one_attempt_each(store_url, book):
    book.set_group("pair", ["ada", "bob"], ["*"], "ines", NOW)
    with ThreadPoolExecutor(2) as pool:
        made = [one for some in pool.map(write, [store_url] * 2, ["ada", "bob"]) for one in some]
    assert sorted(attempt for _, attempt in made) == list(range(1, 17))
    times = [one.received_at for one in book.submissions_of("ada")]
    assert times == sorted(set(times), reverse=True)


@pytest.fixture
def going_away(postgres) -> tuple[Book, Callable[[], None], Callable[[], None]]:
    """Return a book whose database can be taken away and brought back."""
    url = postgres.database()
    book = Book(url)
    schema = url.rpartition("%3D")[2]
    other = sa.create_engine(postgres.url("postgres"))

    def rename(old: str, new: str) -> None:
        with other.begin() as connection:
            connection.exec_driver_sql(f"ALTER SCHEMA {old} RENAME TO {new}")

    yield book, lambda: rename(schema, "away"), lambda: rename("away", schema)
    book.close()
    other.dispose()


def test_a_database_that_went_away_is_told_and_comes_back_with_all_there_was(going_away):
    book, go, come_back = going_away
    hand_in(book, key="first")
    go()
    with pytest.raises(StoreError):
        hand_in(book, key="second")
    with pytest.raises(StoreError):
        book.submissions_of("ada")
    come_back()
    assert hand_in(book, key="second").sequence == 2
    assert [one.sequence for one in book.submissions_of("ada")] == [2, 1]
