"""The store on both databases: migrations, versions, revisions, errors that say what next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from learning_paths.errors import StoreError
from learning_paths.store import MIGRATIONS, Evidence, Store
from learning_paths.tables import marks, metadata

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROW = Evidence("ada", "nbgrader", "lab/task/1", "lab", "task", 3.0, 5.0, NOW, 0.0, {"check": [3.0, 5.0]})
QUESTION = {
    "item": "python/loops",
    "item_version": "a1",
    "variant": 2**40,
    "competency": "python",
    "level": "B",
}


@pytest.fixture
def store(store_url):
    opened = Store(store_url)
    yield opened
    opened.close()


def migrate(store, target):
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        down = target in ("base", "0001", "0002")
        (command.downgrade if down else command.upgrade)(config, target)


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    for table in metadata.tables.values():  # which alembic does not compare in SQLite
        made = {index["name"] for index in sa.inspect(store.engine).get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= made


def test_migrations_go_down_and_up_again(store):
    for target, tables in (("base", set()), ("head", set(metadata.tables))):
        migrate(store, target)
        assert set(sa.inspect(store.engine).get_table_names()) - {"alembic_version"} == tables


def test_migrations_keep_what_both_versions_can_hold(store):
    """Down to the first version and up again: its tables keep their rows, the newer ones are empty."""
    store.save_profile("ada", {"hours": 4}, NOW)
    store.add_evidence([ROW, replace(ROW, key="c", source="certificate", proves=("python@I",))], NOW)
    store.add_prediction("ada", "course", "point", "b", True, NOW)
    store.add_plan("ada", 1, 1, {"units": []}, NOW)
    test = store.start_placement("ada", 7, NOW)
    store.ask(test.id, 0, **QUESTION, now=NOW)
    store.add_mark("ada", "lab:softmax", "skip", "seen it", "ada", NOW)
    store.add_hint("ada", "softmax", "sum", 1, NOW)
    store.add_model("mastery", {"w": [1.5]}, {"auc": 0.8}, NOW)
    migrate(store, "0001")
    assert "proves" not in {column["name"] for column in sa.inspect(store.engine).get_columns("evidence")}
    migrate(store, "head")
    assert store.profile("ada").data == {"hours": 4}
    assert [(row.source, row.score) for row in store.evidence("ada")] == [("nbgrader", 3.0)]
    assert [one.answer for one in store.predictions("ada")] == ["b"]
    assert [one.plan for one in store.last_plans("ada")] == [{"units": []}]
    assert store.placements("ada") == store.answers() == store.marks("ada") == store.models("mastery") == []
    assert store.hints("ada") == {}


def test_a_store_of_the_version_before_is_brought_up_on_opening(store, store_url):
    migrate(store, "0001")
    again = Store(store_url)
    assert again.start_placement("ada", 7, NOW).number == 1
    again.close()


def test_a_store_of_a_newer_version_is_refused_and_left_alone(store_url, store):
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer version \(9999\).*update the academy"):
        Store(store_url)


def test_a_store_that_cannot_be_opened_says_where_and_what_next(tmp_path):
    with pytest.raises(StoreError, match="folder is missing"):
        Store(f"sqlite:///{tmp_path / 'nowhere' / 'store.db'}")
    with pytest.raises(StoreError, match="no database URL"):
        Store("just words")
    (tmp_path / "text.db").write_text("not a database, but long enough to look like a page of one" * 50)
    with pytest.raises(StoreError, match="cannot open the store"):
        Store(f"sqlite:///{tmp_path / 'text.db'}")


def test_a_password_is_in_no_message(postgres):
    with pytest.raises(StoreError, match=r"cannot open the store.*nowhere") as caught:
        Store(postgres.url("nowhere"))
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["ada:sesame@host/db", "postgresql://ada:sesame@host:x/db", "oraql://a:sesame@h"]
)
def test_an_address_that_is_none_is_refused_without_its_password(url):
    with pytest.raises(StoreError, match="no database URL") as caught:
        Store(url)
    assert "sesame" not in str(caught.value)


def test_the_file_is_for_its_owner_only(tmp_path):
    Store(f"sqlite:///{tmp_path / 'own.db'}").close()
    assert (tmp_path / "own.db").stat().st_mode & 0o777 == 0o600


def test_what_is_kept_survives_reopening(store, store_url):
    store.save_profile("ada", {"hours": 4}, NOW)
    again = Store(store_url)
    assert again.profile("ada").data == {"hours": 4}
    assert again.profile("ada").saved_at == NOW
    again.close()


def test_the_same_evidence_twice_is_one_row_and_a_changed_grade_is_a_revision(store):
    assert store.add_evidence([ROW, ROW], NOW) == 1
    assert store.add_evidence([ROW], NOW) == 0
    assert store.add_evidence([replace(ROW, tried_at=NOW + timedelta(hours=1))], NOW) == 0
    assert store.add_evidence([replace(ROW, score=5.0, detail={"check": [5.0, 5.0]})], NOW) == 1
    assert store.add_evidence([replace(ROW, learner="bob")], NOW) == 1
    (last,) = store.evidence("ada")
    assert (last.score, last.revision) == (5.0, 2)
    assert [row.score for row in store.evidence("ada", history=True)] == [3.0, 5.0]
    assert [row.score for row in store.evidence("ada", up_to=last.id - 1)] == [3.0]


def test_predictions_are_numbered_in_their_order(store):
    for number, answer in enumerate(("b", 3.5, {"line": "x"}), start=1):
        assert store.add_prediction("ada", "course", "point", answer, number == 3, NOW).number == number
    assert [one.answer for one in store.predictions("ada", "course", "point")] == ["b", 3.5, {"line": "x"}]
    assert store.predictions("ada", "other") == store.predictions("bob") == []


def test_hints_are_kept_once_and_in_their_order(store):
    asked = [store.add_hint("ada", "softmax", "sum", number, NOW) for number in (2, 1, 1, 3, 2, 1)]
    assert asked == [0, 1, 1, 1, 2, 2]
    store.add_hint("ada", "course/softmax", "sum", 1, NOW)
    assert store.hints("ada") == {"softmax": {"sum": 2}, "course/softmax": {"sum": 1}}
    assert store.hints("bob") == {}
    kept = [(row["number"], row["asked_at"]) for row in store.everything("ada")["hints"]]
    assert kept == [(1, NOW.isoformat()), (2, NOW.isoformat()), (1, NOW.isoformat())]


def test_plans_are_kept_newest_first(store):
    for number in range(3):
        store.add_plan("ada", 1, number, {"units": [number]}, NOW)
    assert [plan.evidence_id for plan in store.last_plans("ada")] == [2, 1]
    assert store.last_plans("bob") == []


def test_a_change_is_whole_or_not_at_all(store):
    broken = replace(ROW, key="broken", points=None)
    with pytest.raises(sa.exc.IntegrityError):
        store.add_evidence([ROW, broken], NOW)
    assert store.evidence("ada") == []


def test_a_number_that_json_does_not_have_is_refused(store):
    with pytest.raises((sa.exc.StatementError, ValueError), match="not JSON compliant"):
        store.save_profile("ada", {"hours": float("nan")}, NOW)
    assert store.profile("ada") is None


def test_a_database_that_went_away_is_said_so_and_found_again(postgres):
    store = Store(postgres.database())
    store.save_profile("ada", {"hours": 4}, NOW)
    with store.engine.connect() as connection, pytest.raises(sa.exc.OperationalError):
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    assert store.profile("ada").data == {"hours": 4}
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE profiles")
    for use in (lambda: store.profile("ada"), lambda: store.save_profile("ada", {}, NOW)):
        with pytest.raises(StoreError, match=r"cannot (read|write to) the store") as caught:
            use()
        assert "sesame" not in str(caught.value)
    with pytest.raises(StoreError, match=r"too long.*shorten it"):
        store.add_prediction("ada", "course" * 100, "point", 1, True, NOW)
    store.close()


def test_one_placement_is_open_at_a_time(store):
    first = store.start_placement("ada", 7, NOW)
    assert store.start_placement("ada", 8, NOW) == first
    assert (first.number, first.seed, first.ended_at) == (1, 7, None)
    ended = store.end_placement(first.id, {"stopped": "sure"}, NOW + timedelta(minutes=9))
    assert (ended.summary, ended.ended_at) == ({"stopped": "sure"}, NOW + timedelta(minutes=9))
    assert store.end_placement(first.id, {"stopped": "again"}, NOW) == ended
    assert store.start_placement("ada", 8, NOW).number == 2
    assert store.start_placement("bob", 8, NOW).number == 1
    assert [one.number for one in store.placements("ada")] == [1, 2]
    with pytest.raises(StoreError, match="no placement 99"):
        store.end_placement(99, {}, NOW)


def test_an_answer_is_final(store):
    test = store.start_placement("ada", 7, NOW)
    asked = store.ask(test.id, 0, **QUESTION, now=NOW)
    assert (asked.correct, asked.known) == (None, True)
    assert store.ask(test.id, 0, **{**QUESTION, "item": "python/other"}, now=NOW) == asked
    kept = store.answer(test.id, 0, "3/2", True, NOW, 12.5)
    assert (kept.answer, kept.correct, kept.seconds, kept.known) == ("3/2", True, 12.5, True)
    assert store.answer(test.id, 0, "2", False, NOW) == kept
    store.ask(test.id, 1, **QUESTION, now=NOW)
    unknown = store.answer(test.id, 1, None, False, NOW)
    assert (unknown.answer, unknown.known, unknown.correct) == (None, False, False)
    assert store.answers(test.id) == store.answers(item="python/loops") == [kept, unknown]
    with pytest.raises(StoreError, match="no question 2"):
        store.answer(test.id, 2, "b", True, NOW)
    store.end_placement(test.id, {}, NOW)
    with pytest.raises(StoreError, match="not open"):
        store.ask(test.id, 2, **QUESTION, now=NOW)


def test_marks_are_a_log(store):
    made = store.add_mark("ada", "lab:softmax", "skip", "seen it", "ada", NOW)
    assert store.add_mark("ada", "lab:softmax", "skip", "again", "grace", NOW) == made
    assert store.marks("ada") == [made]
    undone = store.undo_mark(made.id, "grace", NOW)
    assert (undone.undone_by, undone.undone_at) == ("grace", NOW)
    assert store.undo_mark(made.id, "ada", NOW + timedelta(days=1)) == undone
    again = store.add_mark("ada", "lab:softmax", "skip", "again", "ada", NOW)
    assert store.marks("ada") == [again]
    assert store.marks("ada", history=True) == [undone, again]
    with pytest.raises(StoreError, match="no mark 99"):
        store.undo_mark(99, "ada", NOW)


def test_a_mark_takes_the_place_of_another_kind_or_nothing_changes(store):
    made = store.add_mark("ada", "lab:softmax", "skip", "seen it", "ines", NOW)
    store.add_mark("ada", "lab:pca", "skip", "", "ada", NOW)
    store.add_mark("bob", "lab:softmax", "skip", "", "bob", NOW)

    def refuse(mark):
        assert mark == made
        raise PermissionError

    with pytest.raises(PermissionError):
        store.add_mark("ada", "lab:softmax", "pin", "", "ada", NOW, may_undo=refuse)
    assert store.marks("ada", history=True)[0] == made
    later = NOW + timedelta(days=1)
    pinned = store.add_mark("ada", "lab:softmax", "pin", "do it", "otto", later)
    first, other, last = store.marks("ada", history=True)
    assert (first.id, first.undone_by, first.undone_at) == (made.id, "otto", later)
    assert (other.undone_at, last) == (None, pinned)
    assert [mark.kind for mark in store.marks("bob")] == ["skip"]


def test_of_two_marks_that_an_older_version_left_the_last_one_holds(store):
    migrate(store, "0002")
    with store.engine.begin() as connection:
        for kind, by, hour in (("skip", "ada", 1), ("pin", "ines", 2), ("test-out", "otto", 3)):
            at = NOW + timedelta(hours=hour)
            values = {"learner": "ada", "unit": "lab:softmax", "kind": kind, "reason": "", "made_by": by}
            connection.execute(marks.insert().values(**values, made_at=at))
    migrate(store, "head")
    assert [mark.kind for mark in store.marks("ada")] == ["test-out"]
    ended = store.marks("ada", history=True)[:2]
    assert {(mark.undone_by, mark.undone_at) for mark in ended} == {("otto", NOW + timedelta(hours=3))}
    migrate(store, "0002")
    migrate(store, "head")
    assert len(store.marks("ada", history=True)) == 3


def test_one_model_of_a_kind_is_active(store):
    assert store.active_model("mastery") is None
    first = store.add_model("mastery", {"w": [0.1]}, {"auc": 0.7}, NOW)
    other = store.add_model("items", {"b": {}}, {}, NOW)
    second = store.add_model("mastery", {"w": [0.2]}, {"auc": 0.8}, NOW)
    assert store.active_model("mastery") == second
    assert store.activate_model(first.id) == first == store.active_model("mastery")
    assert [one.active for one in store.models("mastery")] == [True, False]
    store.deactivate_models("mastery")
    assert store.active_model("mastery") is None
    assert store.active_model("items") == other
    with pytest.raises(StoreError, match=r"no model 99; known: 1, 2, 3"):
        store.activate_model(99)
