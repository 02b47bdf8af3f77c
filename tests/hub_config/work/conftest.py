"""The exchange's book on both databases, each test with an empty one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_config.work.book import Book
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
