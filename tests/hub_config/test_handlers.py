"""What all requests to the service share: who asks, and what is said where that cannot be told."""

import pytest
import requests
from jupyterhub.services.auth import HubAuth
from tornado import web

from hub_config.handlers import ApiHandler
from tests.threaded_service import ThreadedService


class _Hub(web.RequestHandler):
    """The hub, as far as it says whose a token is."""

    def get(self, _: str) -> None:
        self.set_status(self.settings["status"])
        self.finish({"name": "ada", "kind": "user", "groups": []})


class _Who(ApiHandler):
    @web.authenticated
    async def get(self) -> None:
        self.finish({"name": self.person})


@pytest.fixture
def hub():
    """Return a hub that can go away, or break (`hub.app.settings["status"]`)."""
    app = web.Application([("/hub/api/(.*)", _Hub)], status=200)
    running = ThreadedService(app, "/hub/api")
    running.app = app
    yield running
    running.end()


@pytest.fixture
def service(hub):
    auth = HubAuth(api_url=hub.url, api_token="of-the-service")
    handler = type("Who", (_Who,), {"hub_auth": auth})
    running = ThreadedService(web.Application([("/who", handler)], cookie_secret="x" * 32), "/who")
    yield running
    running.end()


def asked(service: ThreadedService, token: str) -> requests.Response:
    """Ask under a token that the service has not seen: whose it is, it remembers for minutes."""
    return requests.get(service.url, headers={"Authorization": f"token {token}"}, timeout=30)


def test_while_the_hub_cannot_be_asked_who_asks_may_try_again(hub, service):
    assert asked(service, "first").json() == {"name": "ada"}
    hub.app.settings["status"] = 500
    answers = [asked(service, "second")]
    hub.go_away()
    answers.append(asked(service, "third"))
    assert [one.status_code for one in answers] == [503, 503]
    assert all("try again in a minute" in one.json()["error"] for one in answers)
    hub.app.settings["status"] = 200
    hub.come_back()
    assert asked(service, "third").status_code == 200
