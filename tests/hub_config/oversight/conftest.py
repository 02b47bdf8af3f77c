from datetime import UTC, datetime, timedelta

import pytest

from hub_config.oversight.trail import Trail


class Clock:
    """A clock to be set, which goes on a second with each look."""

    def __init__(self):
        self.now = datetime(2026, 12, 1, 10, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'oversight.sqlite'}"
    return request.getfixturevalue("postgres").database()


@pytest.fixture
def trail(url, clock):
    opened = Trail(url, clock)
    yield opened
    opened.close()
