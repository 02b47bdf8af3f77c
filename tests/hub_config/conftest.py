"""One hub for the tests that share it: starting one takes ten seconds, releasing the labs a minute."""

from collections.abc import Iterator

import pytest

from tests.hub_process import Hub, Person


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Yield a hub with its first accounts, started for the first time."""
    started = Hub(tmp_path_factory.mktemp("hub") / "data").start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def learner(hub: Hub) -> Person:
    """Return the first learner, with a running server."""
    person = hub.sign_in("learner", hub.passwords["learner"])
    person.start_server()
    return person


@pytest.fixture(scope="session")
def instructor(hub: Hub) -> Person:
    """Return the first instructor, with a running server."""
    person = hub.sign_in("instructor", hub.passwords["instructor"])
    person.start_server()
    return person
