"""The exchange's book on both databases, and the service in front of it; each test with an empty one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub_config.handlers import Handler
from hub_config.work.book import Book
from hub_config.work.office import Office
from tests.hub_config.work.offices import opened
from tests.hub_config.work.serving import Asker, Clock, Service, of_token
from tests.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def book(store_url: str) -> Iterator[Book]:
    opened = Book(store_url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(tmp_path: Path, clock: Clock) -> Iterator[Office]:
    """The exchange on SQLite and a folder, small in what it takes."""
    made = opened(f"sqlite:///{tmp_path / 'work.db'}", tmp_path, clock)
    yield made
    made.close()


@pytest.fixture
def service(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setattr(Handler, "get_current_user", of_token)
    started = Service(office)
    yield started
    started.end()


@pytest.fixture
def person(service: Service) -> Callable[[str | None], Asker]:
    return lambda name: Asker(service, name)
