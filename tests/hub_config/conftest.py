"""One hub for the tests that share it: starting one takes ten seconds, releasing the labs a minute."""

from collections.abc import Iterator

import pytest

from tests.hub_process import Hub, Person


@pytest.fixture(scope="session")
def one_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Yield a hub with its first accounts, started for the first time."""
    started = Hub(tmp_path_factory.mktemp("hub") / "data").start()
    yield started
    if started.running:
        started.stop()


@pytest.fixture
def hub(one_hub: Hub) -> Hub:
    """Return the hub, running; a test may stop it."""
    return one_hub if one_hub.running else one_hub.start()


@pytest.fixture(scope="session")
def people() -> dict[str, Person]:
    """Return who has signed in so far."""
    return {}


def at_work(hub: Hub, people: dict[str, Person], name: str) -> Person:
    """Return a person who is signed in, with a running server."""
    if name not in people:
        people[name] = hub.sign_in(name, hub.passwords[name])
    if people[name].server("GET", "/api/status").status_code != 200:
        people[name].kernel = ""
        people[name].start_server()
    return people[name]


@pytest.fixture
def learner(hub: Hub, people: dict[str, Person]) -> Person:
    """Return the first learner, with a running server."""
    return at_work(hub, people, "learner")


@pytest.fixture
def instructor(hub: Hub, people: dict[str, Person]) -> Person:
    """Return the first instructor, with a running server."""
    return at_work(hub, people, "instructor")
