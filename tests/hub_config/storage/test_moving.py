"""Records moved between SQLite and PostgreSQL: every row, or none."""

import os
import tracemalloc

import pytest
import sqlalchemy as sa
from jupyterhub import orm
from sqlalchemy.orm import Session

from hub_config.errors import HubError, Refused
from hub_config.oversight.trail import Trail
from hub_config.storage import databases, moving, transfer
from hub_config.storage.databases import parts
from hub_config.storage.moving import move
from tests.hub_config.storage.records import everything, rows


def nothing(*_):
    pass


def test_there_and_back_without_loss(postgres, deployment):
    before, url = everything(deployment), postgres.whole_database()
    assert sum(map(len, before["gradebook"].values())) > 200
    told = []
    counts = move(deployment, url, lambda *row: told.append(row))
    assert counts == {name: sum(map(len, tables.values())) for name, tables in before.items()}
    assert ("student", 40, 40) in told
    assert everything(deployment) == before
    assert databases.is_where(deployment, url)
    assert not any(part.file.exists() for part in parts(deployment))
    assert_the_trail_is_whole_and_stays(deployment)
    move(deployment, None, nothing)
    assert everything(deployment) == before
    assert_the_trail_is_whole_and_stays(deployment)
    assert databases.is_where(deployment, None)


def assert_the_trail_is_whole_and_stays(deployment):
    trail = Trail(deployment.oversight_url)
    found = trail.verify()
    assert (found.rows, found.faults) == (2, ())
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), trail.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM audit_rows"))
    trail.close()


def test_numbers_that_the_database_gives_go_on_after_those_that_came(postgres, deployment):
    move(deployment, postgres.whole_database(), nothing)
    engine = sa.create_engine(deployment.hub_url)
    with Session(engine) as session:
        highest = session.scalar(sa.select(sa.func.max(orm.User.id)))
        session.add(orm.User(name="later"))
        session.commit()
        assert session.scalar(sa.select(orm.User.id).where(orm.User.name == "later")) == highest + 1
    engine.dispose()


def test_a_dry_run_leaves_everything_as_it_was(postgres, deployment):
    before, url = everything(deployment), postgres.whole_database()
    assert sum(move(deployment, url, nothing, dry=True).values()) > 200
    assert everything(deployment) == before
    assert databases.is_where(deployment, None)
    move(deployment, url, nothing)
    assert everything(deployment) == before


def test_a_row_that_changes_on_the_way_stops_it_and_changes_nothing(postgres, deployment, monkeypatch):
    before, url = everything(deployment), postgres.whole_database()
    honest = transfer._rows

    def dishonest(table, connection):
        for part in honest(table, connection):
            yield part[:-1] if table.name == "grade" and connection.dialect.name == "postgresql" else part

    with monkeypatch.context() as patched:
        patched.setattr(transfer, "_rows", dishonest)
        with pytest.raises(HubError, match=r"table grade did not arrive as it was: 1 rows are missing"):
            move(deployment, url, nothing)
    assert everything(deployment) == before
    assert databases.is_where(deployment, None)
    move(deployment, url, nothing)
    assert everything(deployment) == before


WORDS = sa.Table(
    "words",
    sa.MetaData(),
    sa.Column("word", sa.String(40), primary_key=True),
)


def test_texts_are_read_in_one_order_from_both_databases(postgres, tmp_path):
    words = ["a", "B", "b", "_", "é", "学", "Z", "ab", "A-b"]
    for url in (f"sqlite:///{tmp_path / 'words.db'}", postgres.database()):
        engine, asked = sa.create_engine(url), []
        sa.event.listen(engine, "before_cursor_execute", lambda *given, asked=asked: asked.append(given[2]))
        with engine.begin() as connection:
            WORDS.create(connection)
            connection.execute(WORDS.insert(), [{"word": word} for word in words])
            found = [row.word for part in transfer._rows(WORDS, connection) for row in part]
        engine.dispose()
        assert found == sorted(words), url
        # the server of the tests knows no other order; one with a language has to be told
        assert ('COLLATE "C"' in asked[-1]) == url.startswith("postgresql")


def test_many_rows_are_compared_in_the_memory_of_some(tmp_path):
    def peak(rows: int) -> int:
        engine = sa.create_engine(f"sqlite:///{tmp_path / f'{rows}.db'}")
        with engine.begin() as connection:
            WORDS.create(connection)
            connection.execute(WORDS.insert(), [{"word": f"{number:040}"} for number in range(rows)])
        with engine.connect() as old, engine.connect() as new:
            tracemalloc.start()
            transfer._same(WORDS, old, new)
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        engine.dispose()
        return most

    few = peak(4 * transfer.AT_ONCE)
    assert peak(20 * transfer.AT_ONCE) < 2 * few


def test_rows_in_another_order_are_the_same_and_each_that_differs_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(transfer, "AT_ONCE", 2)
    honest = transfer._rows
    engines = [sa.create_engine(f"sqlite:///{tmp_path / name}") for name in ("old.db", "new.db")]
    for engine, words in zip(engines, ("abcdefg", "abcXYfgh"), strict=True):
        with engine.begin() as connection:
            WORDS.create(connection)
            connection.execute(WORDS.insert(), [{"word": word} for word in words])
    with engines[0].connect() as old, engines[1].connect() as new:
        with pytest.raises(HubError, match="2 rows are missing or changed, 3 are new"):
            transfer._same(WORDS, old, new)
        new.execute(WORDS.delete().where(WORDS.c.word.in_(["X", "Y", "h"])))
        new.execute(WORDS.insert(), [{"word": "d"}, {"word": "e"}])

        def backwards(table, connection):
            parts = list(honest(table, connection))
            return iter(parts[::-1] if connection is new else parts)

        monkeypatch.setattr(transfer, "_rows", backwards)
        transfer._same(WORDS, old, new)
    for engine in engines:
        engine.dispose()


def test_a_fault_on_the_way_back_leaves_the_records_where_they_were(postgres, deployment, monkeypatch):
    url = postgres.whole_database()
    move(deployment, url, nothing)
    before = everything(deployment)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(moving, "copy", full)
        with pytest.raises(HubError, match=r"could not be moved: .*No space.*nothing was changed"):
            move(deployment, None, nothing)
    assert databases.is_where(deployment, url)
    assert everything(deployment) == before
    assert not [path for path in deployment.data.rglob("*.moving")]


def test_what_cannot_be_moved_is_refused(postgres, deployment, tmp_path):
    url = postgres.whole_database()
    with pytest.raises(Refused, match=r"lie where academy.yml says already"):
        move(deployment, None, nothing)
    with deployment.only_hub(), pytest.raises(Refused, match="a hub runs on"):
        move(deployment, url, nothing)
    with pytest.raises(Refused, match="there are no records"):
        move(databases.Deployment(tmp_path / "empty"), url, nothing)
    assert databases.is_where(deployment, None)


def test_tables_of_another_version_are_refused(postgres, deployment):
    engine = sa.create_engine(deployment.gradebook_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    engine.dispose()
    book = parts(deployment)[1]
    target = postgres.database()
    book.migrate(target)
    with pytest.raises(HubError, match="of version older, the tables of"):
        transfer.copy(book.metadata, book.url, target, nothing)
    assert not any(rows(book, target).values())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_the_gradebook_belongs_to_whom_the_course_belongs_to_after_each_move(postgres, deployment):
    os.chown(deployment.course, 20_000, 20_000)
    move(deployment, postgres.whole_database(), nothing)
    assert (deployment.course / "gradebook.url").stat().st_uid == 20_000
    move(deployment, None, nothing)
    assert (deployment.course / "gradebook.db").stat().st_uid == 20_000


def test_a_database_that_goes_away_on_the_way_is_told_and_changes_nothing(postgres, deployment, monkeypatch):
    url, before = postgres.whole_database(), everything(deployment)
    honest = transfer._rows

    def cut(table, connection):
        if table.name == "grade":
            engine = sa.create_engine(postgres.url("postgres"))
            with engine.connect() as other:
                other.execute(
                    sa.text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE usename LIKE 'test_%' AND datname = :name"
                    ),
                    {"name": sa.make_url(url).database},
                )
            engine.dispose()
        yield from honest(table, connection)

    with monkeypatch.context() as patched:
        patched.setattr(transfer, "_rows", cut)
        with pytest.raises(HubError, match=r"could not be moved: .*terminat.*nothing was changed"):
            move(deployment, url, nothing)
    assert everything(deployment) == before
    assert databases.is_where(deployment, None)
    move(deployment, url, nothing)
    assert everything(deployment) == before
