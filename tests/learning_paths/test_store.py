"""The store: migrations, versions, revisions, two writers, errors that say what next."""

import threading
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
from learning_paths.tables import metadata

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROW = Evidence("ada", "nbgrader", "lab/task/1", "lab", "task", 3.0, 5.0, NOW, 0.0, {"check": [3.0, 5.0]})


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(url):
    opened = Store(url)
    yield opened
    opened.close()


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrations_go_down_and_up_again(store):
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    for target, tables in (("base", set()), ("head", set(metadata.tables))):
        with store.engine.begin() as connection:
            config.attributes["connection"] = connection
            (command.downgrade if target == "base" else command.upgrade)(config, target)
        assert set(sa.inspect(store.engine).get_table_names()) - {"alembic_version"} == tables


def test_a_store_of_a_newer_version_is_refused_and_left_alone(url, store):
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer version \(9999\).*update the academy"):
        Store(url)


def test_a_store_that_cannot_be_opened_says_where_and_what_next(tmp_path):
    with pytest.raises(StoreError, match="folder is missing"):
        Store(f"sqlite:///{tmp_path / 'nowhere' / 'store.db'}")
    with pytest.raises(StoreError, match="no database URL"):
        Store("just words")
    (tmp_path / "text.db").write_text("not a database, but long enough to look like a page of one" * 50)
    with pytest.raises(StoreError, match="cannot open the store"):
        Store(f"sqlite:///{tmp_path / 'text.db'}")


def test_the_file_is_for_its_owner_only_and_survives_reopening(url, store, tmp_path):
    assert (tmp_path / "store.db").stat().st_mode & 0o777 == 0o600
    store.save_profile("ada", {"hours": 4}, NOW)
    again = Store(url)
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


def test_many_writers_lose_nothing(url, store):
    def write(name: str) -> None:
        own = Store(url)
        for number in range(20):
            own.add_prediction("ada", "course", "point", f"{name}{number}", True, NOW)
        own.close()

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [one.number for one in store.predictions("ada")] == list(range(1, 81))
