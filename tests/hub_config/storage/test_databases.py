"""PostgreSQL for an academy: made at the first start, each part for itself, and never taken for another's."""

import stat

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from hub_config.deployment import Deployment
from hub_config.errors import HubError, Refused
from hub_config.storage import databases, migrating
from hub_config.storage.databases import parts


@pytest.fixture
def new(tmp_path):
    made = Deployment(tmp_path / "new")
    made.prepare()
    return made


def test_a_new_academy_starts_in_the_database_that_its_settings_name(postgres, new):
    url = postgres.whole_database()
    databases.prepare(new, url)
    databases.prepare(new, url)
    for part in parts(new):
        assert sa.make_url(part.url).username.endswith(f"_{part.name}")
        assert stat.S_IMODE(part.kept.stat().st_mode) == 0o600
        engine = sa.create_engine(part.url)
        assert set(part.metadata.tables) <= set(sa.inspect(engine).get_table_names())
        engine.dispose()
        assert not part.file.exists()
    assert new.gradebook_url == parts(new)[1].url
    assert (new.hub_url, new.store_url) == (parts(new)[0].url, parts(new)[2].url)


def test_who_opens_the_gradebook_reaches_neither_plans_nor_the_hub(postgres, new):
    databases.prepare(new, postgres.whole_database())
    for part in parts(new):
        engine = sa.create_engine(part.url)
        for other in parts(new):
            with engine.connect() as connection:
                look = sa.text(f"SELECT count(*) FROM {other.name}.alembic_version")
                if other.name == part.name:
                    assert connection.scalar(look) == 1
                else:
                    with pytest.raises(ProgrammingError, match="permission denied"):
                        connection.scalar(look)
        engine.dispose()


def test_records_that_lie_elsewhere_are_not_started_without(postgres, kept):
    with pytest.raises(Refused, match=r"lie in SQLite files .* says postgresql://.*\./academy move"):
        databases.prepare(kept, postgres.whole_database())
    assert not any(part.kept.exists() for part in parts(kept))


def test_settings_that_no_longer_name_the_database_start_nothing(postgres, new):
    databases.prepare(new, postgres.whole_database())
    with pytest.raises(Refused, match=r"lie in postgresql://.*SQLite files; .*\./academy move"):
        databases.prepare(new, None)
    with pytest.raises(Refused, match="says postgresql://"):
        databases.prepare(new, postgres.whole_database())


def test_another_academys_database_is_left_alone(postgres, new, tmp_path):
    url = postgres.whole_database()
    databases.prepare(new, url)
    other = Deployment(tmp_path / "other")
    other.prepare()
    with pytest.raises(Refused, match=r"schema 'hub' .* holds tables already"):
        databases.prepare(other, url)
    assert not databases.are_there(other)
    databases.prepare(new, url)


def test_a_part_that_a_newer_version_has_is_made_beside_the_others(postgres, new, tmp_path):
    url = postgres.whole_database()
    databases.prepare(new, url)
    before = {part.name: part.kept.read_text() for part in parts(new)}
    added = parts(new)[-1]
    engine = sa.create_engine(databases._with_password(new, url))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {added.name} CASCADE")
    added.kept.unlink()
    with pytest.raises(Refused, match="says postgresql://"):
        databases.prepare(new, postgres.whole_database())
    assert not added.kept.exists()
    databases.prepare(new, url)
    with engine.begin() as connection:
        assert sa.inspect(connection).get_table_names(added.name)
    engine.dispose()
    assert {name: text for name, text in before.items() if name != added.name} == {
        part.name: part.kept.read_text() for part in parts(new) if part.name != added.name
    }


def test_what_could_not_be_made_whole_is_unmade(postgres, new, monkeypatch):
    url = postgres.whole_database()

    def stop(url):
        raise HubError("no space left")

    with monkeypatch.context() as patched:
        tables, _, scripts = migrating.OF["store"]
        patched.setitem(migrating.OF, "store", (tables, stop, scripts))
        with pytest.raises(HubError, match="no space left"):
            databases.prepare(new, url)
    assert not databases.are_there(new)
    databases.prepare(new, url)


def test_a_database_that_is_not_there_or_does_not_let_us_is_told(postgres, new, monkeypatch):
    url = postgres.whole_database()
    with pytest.raises(HubError, match=r"cannot be reached: .*does not exist.*ACADEMY_DATABASE_PASSWORD"):
        databases.prepare(new, url.replace("/test_", "/nowhere_"))
    monkeypatch.setenv(databases.PASSWORD, "a secret")
    with pytest.raises(HubError, match="cannot be reached") as told:
        databases.reached(new, "postgresql://academy@127.0.0.1:9/academy")
    assert "a secret" not in str(told.value)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE ROLE nobody_much LOGIN")
    engine.dispose()
    with pytest.raises(HubError, match=r"does not let this user make schemas and users.*CREATEROLE"):
        databases.prepare(new, url.replace("academy@", "nobody_much@"))
    assert not databases.are_there(new)


def test_two_places_for_plans_are_refused(new, monkeypatch):
    monkeypatch.setenv("ACADEMY_STORE", "postgresql://elsewhere/plans")
    with pytest.raises(HubError, match=r"ACADEMY_STORE and database.url"):
        databases.prepare(new, "postgresql://academy@127.0.0.1/academy")


def test_tables_of_an_older_version_are_brought_up_to_date(tmp_path):
    hub = parts(Deployment(tmp_path))[0]
    hub.file.parent.mkdir()
    hub.migrate(hub.file_url)
    engine = sa.create_engine(hub.file_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE spawners DROP COLUMN display_name")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'ff1860e38070'")
    hub.migrate(hub.file_url)
    assert "display_name" in {column["name"] for column in sa.inspect(engine).get_columns("spawners")}
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'unheard-of'")
    with pytest.raises(HubError, match=r"cannot be brought up to date: .*unheard-of"):
        hub.migrate(hub.file_url)
    engine.dispose()
