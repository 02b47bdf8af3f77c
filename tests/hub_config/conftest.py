"""One hub for the tests that share it: starting one takes ten seconds, releasing the labs a minute."""

import json
from collections.abc import Iterator

import pytest
from tornado.testing import AsyncHTTPTestCase

import catalogue
from hub_config.accounts import Accounts
from hub_config.courses import OpenCourse
from hub_config.deployment import Deployment
from hub_config.handlers import Handler
from hub_config.operations import Watched
from hub_config.oversight.trail import Trail
from hub_config.service import application
from learning_paths.academy import Academy
from tests.hub_process import Hub, Person

SERVICE_GROUPS = {"ada": ["learner"], "ines": ["instructor"], "mo": ["manager"], "monitor": []}


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


@pytest.fixture
def work():
    """Return the work exchange of the service that `fetch` asks; none."""
    return None


@pytest.fixture
def further():
    """Return what is said of the courses beside the academy's own; there are none."""
    return ()


@pytest.fixture
def fetch(tmp_path, monkeypatch, work, further):
    """Ask the service as somebody: ``fetch("ada", "GET", "api/plan")`` gives tornado's answer."""

    def who(handler):
        name = handler.request.headers.get("X-Person")
        kind = "service" if name == "monitor" else "user"
        return {"name": name, "kind": kind, "groups": SERVICE_GROUPS[name]} if name else None

    monkeypatch.setattr(Handler, "get_current_user", who)
    academy = Academy(f"sqlite:///{tmp_path / 'store.db'}", catalogue.load(), tmp_path / "none.db")
    deployment = Deployment(tmp_path)
    accounts = Accounts(deployment.accounts)
    for name, groups in SERVICE_GROUPS.items():
        if groups:
            accounts.add(name, groups[0])
    trail = Trail(deployment.oversight_url)
    watched = Watched(deployment, academy, trail)
    courses = [OpenCourse(deployment, work, academy.gradebook)]
    courses += [OpenCourse(deployment.of(one.id), None, academy.gradebook, one) for one in further]

    class Case(AsyncHTTPTestCase):
        def get_app(self):
            return application(academy, accounts, watched, "/", "secret", trail=trail, courses=courses)

        def runTest(self):
            return None

    case = Case()
    case.setUp()

    def fetched(person, method, path, body=None, **headers):
        who = {"X-Person": person} if person else {}
        return case.fetch(
            f"/{path}", method=method, headers={**who, **headers}, body=body, follow_redirects=False
        )

    yield fetched
    case.tearDown()
    academy.close()
    trail.close()


@pytest.fixture
def ask(fetch):
    """Ask the service as somebody: ``ask("ada", "GET", "api/plan")`` gives status and JSON."""

    def asked(person, method, path, body=None):
        answer = fetch(person, method, path, None if body is None else json.dumps(body))
        return answer.code, json.loads(answer.body)

    return asked
