"""Who may do what: each role against each page and question, the whole table."""

import pytest
import requests

from hub_config import service
from tests.hub_process import Hub, Person

pytestmark = pytest.mark.slow
ACADEMY = "/services/academy/"
EVERYBODY, STAFF, NOBODY = ("learner", "instructor", "manager"), ("instructor", "manager"), ()
GRADERS = ("instructor",)
WORK = f"{ACADEMY}api/work/"
ANYBODY = (None, *EVERYBODY)
# what a question asks for: method, path, body; and who gets an answer
TABLE = [
    ("GET", f"{ACADEMY}health", None, ANYBODY),
    ("GET", f"{ACADEMY}ready", None, ANYBODY),
    ("GET", f"{ACADEMY}api/metrics", None, ("manager",)),
    ("GET", "/hub/metrics", None, NOBODY),
    ("GET", f"{ACADEMY}static/staff.css", None, ANYBODY),
    ("GET", ACADEMY, None, STAFF),
    ("GET", f"{ACADEMY}cohorts", None, STAFF),
    ("GET", f"{ACADEMY}audit", None, ("manager",)),
    ("GET", f"{ACADEMY}usage", None, ("manager",)),
    ("GET", f"{ACADEMY}status", None, ("manager",)),
    ("GET", f"{ACADEMY}usage.csv", None, ("manager",)),
    ("GET", f"{ACADEMY}marks.csv", None, STAFF),
    ("GET", f"{ACADEMY}learners/learner", None, STAFF),
    ("GET", f"{ACADEMY}learners/learner/time", None, STAFF),
    ("POST", f"{ACADEMY}learners/learner/time", {}, NOBODY),
    ("POST", f"{ACADEMY}learners/learner", {}, NOBODY),  # the form works from the page alone
    ("GET", f"{ACADEMY}api/me", None, EVERYBODY),
    ("GET", f"{ACADEMY}api/notice", None, EVERYBODY),
    ("GET", f"{ACADEMY}api/choices", None, EVERYBODY),
    ("GET", f"{ACADEMY}api/courses", None, EVERYBODY),
    ("GET", f"{ACADEMY}api/courses/mine", None, EVERYBODY),
    ("PUT", f"{ACADEMY}api/profile", {"degree": "none"}, EVERYBODY),
    ("GET", f"{ACADEMY}api/grades", None, EVERYBODY),
    ("GET", f"{ACADEMY}api/checkpoints/python-start/no-such-question", None, EVERYBODY),
    ("POST", f"{ACADEMY}api/checkpoints/python-start/no-such-question", {"answer": 1}, EVERYBODY),
    ("GET", f"{ACADEMY}api/hints", None, EVERYBODY),
    ("POST", f"{ACADEMY}api/hints/no-such/task", {"number": 1}, EVERYBODY),
    ("GET", f"{ACADEMY}api/learners", None, STAFF),
    ("GET", f"{ACADEMY}api/plan", None, EVERYBODY),
    ("GET", f"{ACADEMY}api/what-if/solution-architect", None, EVERYBODY),
    ("GET", f"{ACADEMY}api/pictures/plan/no-such-unit", None, EVERYBODY),
    ("GET", f"{ACADEMY}api/progress", None, EVERYBODY),
    ("GET", f"{ACADEMY}api/marks", None, EVERYBODY),
    ("POST", f"{ACADEMY}api/marks", {"unit": "no-such", "kind": "pin"}, EVERYBODY),
    ("POST", f"{ACADEMY}api/marks/undo", {"id": 999999}, EVERYBODY),
    ("GET", f"{ACADEMY}api/learners/learner/marks", None, STAFF),
    ("POST", f"{ACADEMY}api/learners/learner/marks", {"undo": 999999}, STAFF),
    ("GET", f"{ACADEMY}api/placement", None, EVERYBODY),
    ("POST", f"{ACADEMY}api/placement/answer", {}, EVERYBODY),
    ("GET", f"{WORK}key", None, EVERYBODY),
    ("POST", f"{WORK}parts/missing", {"parts": []}, EVERYBODY),
    ("PUT", f"{WORK}parts/{'0' * 64}", {}, EVERYBODY),
    ("GET", f"{WORK}labs", None, EVERYBODY),
    ("GET", f"{WORK}labs/no-such/release", None, EVERYBODY),
    ("PUT", f"{WORK}labs/no-such/release", {}, GRADERS),
    ("DELETE", f"{WORK}labs/no-such/release", None, GRADERS),
    ("GET", f"{WORK}labs/no-such/release/{'0' * 64}", None, EVERYBODY),
    ("GET", f"{WORK}labs/no-such/submissions", None, GRADERS),
    ("POST", f"{WORK}labs/no-such/submissions", {}, EVERYBODY),
    ("GET", f"{WORK}labs/no-such/deadline", None, STAFF),
    ("PUT", f"{WORK}labs/no-such/deadline", {}, STAFF),
    ("POST", f"{WORK}labs/no-such/extensions", {}, STAFF),
    ("GET", f"{WORK}submissions", None, EVERYBODY),
    ("GET", f"{WORK}submissions/999999", None, EVERYBODY),
    ("GET", f"{WORK}submissions/999999/parts/{'0' * 64}", None, EVERYBODY),
    ("GET", f"{WORK}submissions/999999/feedback", None, EVERYBODY),
    ("GET", f"{WORK}submissions/999999/feedback/{'0' * 64}", None, EVERYBODY),
    ("POST", f"{WORK}feedback", {}, GRADERS),
    ("GET", f"{WORK}groups", None, STAFF),
    ("PUT", f"{WORK}groups/no-such", {}, STAFF),
    ("GET", f"{WORK}log", None, STAFF),
    ("GET", f"{ACADEMY}api/anything-else", None, NOBODY),
    ("GET", "/hub/home", None, EVERYBODY),
    ("GET", "/hub/password", None, EVERYBODY),
    ("GET", "/hub/token", None, EVERYBODY),
    ("GET", "/hub/admin", None, NOBODY),
    ("GET", "/hub/signup", None, NOBODY),
    ("GET", "/hub/api/user", None, EVERYBODY),
    ("GET", "/hub/api/users", None, NOBODY),
    ("GET", "/hub/api/users/learner", None, ("learner",)),
    ("GET", "/hub/api/users/manager", None, ("manager",)),
    ("GET", "/hub/api/users/learner/tokens", None, ("learner",)),
    ("POST", "/hub/api/users/learner/tokens", {"note": "mine"}, ("learner",)),
    ("POST", "/hub/api/users/mallory", {}, NOBODY),
    ("DELETE", "/hub/api/users/learner", None, NOBODY),
    ("PATCH", "/hub/api/users/learner", {"admin": True}, NOBODY),
    ("POST", "/hub/api/groups/instructor/users", {"users": ["learner"]}, NOBODY),
    ("GET", "/hub/api/groups", None, NOBODY),
    ("GET", "/hub/api/services", None, NOBODY),
    ("GET", "/hub/api/proxy", None, NOBODY),
    ("POST", "/hub/api/shutdown", {}, NOBODY),
    ("GET", "/user/learner/api/status", None, ("learner",)),
]


@pytest.fixture(scope="module")
def everybody(one_hub: Hub) -> dict[str | None, Person]:
    """Return one person a role, signed in; the learner's server runs."""
    hub = one_hub if one_hub.running else one_hub.start()
    people = {name: hub.sign_in(name, hub.passwords[name]) for name in EVERYBODY}
    if people["learner"].server("GET", "/api/status").status_code != 200:
        people["learner"].start_server()
    return people


def ask(hub: Hub, person: Person | None, method: str, path: str, body: object) -> int:
    """Return the status of a question, by a token, or of a page, in a browser; 0 at the sign-in page."""
    if person is not None and "/api/" in path:
        return person.api(method, path, **({} if body is None else {"json": body})).status_code
    browser = person.session if person is not None else requests.Session()
    answer = browser.request(method, f"{hub.url}{path}", timeout=60, json=body)
    return 0 if "/hub/login" in answer.url else answer.status_code


@pytest.mark.parametrize(("method", "path", "body", "who"), TABLE, ids=[f"{m} {p}" for m, p, *_ in TABLE])
def test_each_role_gets_what_the_table_says(hub, everybody, method, path, body, who):
    for name in ANYBODY:
        status = ask(hub, everybody.get(name), method, path, body)
        # what is not there, or is asked for wrongly, was not refused: only 401 and 403 say that one may not
        refused = status in (0, 401, 403) or (status == 404 and name not in who)
        assert refused == (name not in who), (name, status)
        assert status < 500, (name, status)


def test_every_route_of_the_service_is_in_the_table():
    rules = service.application(None, None, None, ACADEMY, "x", trail=None).wildcard_router.rules
    asked = [path for _, path, *_ in TABLE]
    for rule in rules:
        if "oauth_callback" not in rule.matcher.regex.pattern:
            assert any(rule.matcher.regex.fullmatch(path) for path in asked), rule.matcher.regex.pattern


def test_the_monitors_token_opens_figures_and_nothing_else(hub, everybody):
    token = (hub.data / "secrets" / "monitor-service-token").read_text().strip()
    asked = {
        path: requests.get(f"{hub.url}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=60)
        for path in (f"{ACADEMY}api/metrics", "/hub/metrics", f"{ACADEMY}api/learners", "/hub/api/users")
    }
    assert [answer.status_code for answer in asked.values()] == [200, 200, 403, 403]
    assert 'academy_up{part="store"} 1.0' in asked[f"{ACADEMY}api/metrics"].text
    assert "jupyterhub_login_duration_seconds_count" in asked["/hub/metrics"].text
