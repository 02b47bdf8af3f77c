"""How much an academy is used: counted from a real hub's answer, kept as sums a day, told by cohort."""

import csv
import io
import json
import time
from datetime import UTC, date, datetime

import pytest
import requests
import sqlalchemy as sa

from hub_config.accounts import Accounts
from hub_config.deployment import Deployment
from hub_config.lti.book import Book, Member
from hub_config.oversight import cli
from hub_config.oversight.tables import usage_days
from hub_config.oversight.trail import Trail
from hub_config.oversight.usage import (
    ACTIVE_SECONDS,
    LONGEST_GAP_SECONDS,
    Server,
    Spent,
    Usage,
    add,
    running,
    spent_since,
)
from hub_config.oversight.usage_report import CohortUsage, as_csv, report
from tests.hub_process import Hub, Person

DAY = date(2026, 12, 1)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC).timestamp()


class Hubs:
    """Servers as a hub tells of them, and its clock."""

    def __init__(self):
        self.now, self.servers = NOON, []

    def clock(self):
        return self.now

    def ask(self):
        if self.servers is None:
            raise requests.ConnectionError("away")
        return self.servers


@pytest.fixture
def hubs():
    return Hubs()


def later(usage, hubs, seconds):
    hubs.now += seconds
    usage.look()


def test_running_and_use_are_summed_a_day_and_a_person(trail, hubs):
    usage = Usage(trail, hubs.ask, 2, hubs.clock)
    hubs.servers = [
        Server("ada", NOON - 1000, NOON - 5),
        Server("bob", NOON + 20, NOON + 20),
        Server("eve", NOON - 5000, NOON - ACTIVE_SECONDS),
    ]
    later(usage, hubs, 60)
    assert spent_since(trail, DAY) == {
        "ada": Spent(60, 60, 120),
        "bob": Spent(40, 40, 80),
        "eve": Spent(60, 0, 120),
    }
    later(usage, hubs, 30)
    assert spent_since(trail, DAY)["ada"] == Spent(90, 90, 180)
    later(usage, hubs, 12 * 3600)  # the service was away: nobody knows what happened then
    later(usage, hubs, 60)
    assert spent_since(trail, DAY)["ada"] == Spent(150, 90, 300)
    assert spent_since(trail, date(2026, 12, 2)) == {
        "ada": Spent(60, 0, 120),
        "bob": Spent(60, 0, 120),
        "eve": Spent(60, 0, 120),
    }
    with trail.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(usage_days)) == 6


def test_a_hub_that_is_away_loses_nothing_that_it_can_still_tell(trail, hubs):
    usage = Usage(trail, hubs.ask, 0, hubs.clock)
    hubs.servers = None
    later(usage, hubs, 60)
    hubs.servers = [Server("ada", NOON - 10, NOON + 50)]
    later(usage, hubs, 60)
    assert spent_since(trail, DAY) == {"ada": Spent(120, 120, 0)}
    hubs.servers = None
    later(usage, hubs, LONGEST_GAP_SECONDS)
    hubs.servers = [Server("ada", NOON - 10, NOON + 50)]
    later(usage, hubs, 1)
    assert spent_since(trail, DAY) == {"ada": Spent(120, 120, 0)}


@pytest.fixture
def deployment(tmp_path):
    made = Deployment(tmp_path)
    accounts = Accounts(made.accounts)
    for name in ("ada", "bob", "tea"):
        accounts.add(name, "learner")
    trail = Trail(made.oversight_url)
    add(trail, DAY, {"ada": Spent(3600, 1800, 0), "tea": Spent(7200, 0, 0)})
    add(trail, date(2026, 11, 1), {"ada": Spent(36000, 0, 0)})
    trail.close()
    book = Book.of(made)
    with book.change() as opened:
        opened.execute(
            "INSERT INTO contexts (platform, deployment, context, title, members_url)"
            " VALUES ('moodle', '1', 'c', '=Deep learning', '')"
        )
    gone = Member("eve", "4", False, active=False)
    book.put_members(
        1, [Member("ada", "1", False), Member("bob", "2", False), Member("tea", "3", True), gone], 1
    )
    return made


def test_cohorts_are_courses_with_their_learners_and_everybody(deployment):
    trail = Trail(deployment.oversight_url)
    everybody, course = report(deployment, trail, DAY)
    trail.close()
    assert everybody.total == Spent(10800, 1800, 0)
    assert course.people == {"ada": Spent(3600, 1800, 0), "bob": Spent()}
    assert course.data()["people"]["ada"] == {"hours": 1.0, "active_hours": 0.5, "gpu_hours": 0.0}


def test_csv_holds_a_line_a_person_and_no_formula(deployment):
    lines = list(csv.reader(io.StringIO(as_csv([CohortUsage("=1+1", {"ada": Spent(36, 0, 0)})]))))
    assert lines == [
        ["cohort", "person", "hours", "active_hours", "gpu_hours"],
        ["'=1+1", "ada", "0.01", "0.0", "0.0"],
    ]


def test_on_the_command_line(deployment, capsys):
    def run(*words, code=0):
        assert cli.main(["usage", "--data", str(deployment.data), *words]) == code
        return capsys.readouterr()

    since = ("--since", "2026-12-01")
    assert run(*since).out.splitlines() == [
        "all: 3 people, 3 hours, 0.5 in use, 0 GPU hours since 2026-12-01",
        "=Deep learning: 2 people, 1 hours, 0.5 in use, 0 GPU hours since 2026-12-01",
    ]
    told = json.loads(run(*since, "--cohort", "=Deep learning", "--json").out)
    assert [one["cohort"] for one in told["cohorts"]] == ["=Deep learning"]
    assert run("--since", "2026-11-01", "--csv").out.splitlines()[1] == "all,ada,11.0,0.5,0.0"
    assert "there is no cohort 'Deep'" in run("--cohort", "Deep", code=2).err
    with pytest.raises(SystemExit):
        cli.main(["usage", "--since", "yesterday"])


def test_the_page_is_for_managers_and_notes_who_looked(fetch, tmp_path):
    trail = Trail(Deployment(tmp_path).oversight_url)
    add(trail, datetime.now(UTC).date(), {"ada": Spent(5400, 3600, 0)})
    page = fetch("mo", "GET", "usage?language=en").body.decode()
    assert "3 people, 1.5 hours, 1.0 of them in use" in page
    assert "使用情况" in fetch("mo", "GET", "usage?language=zh").body.decode()
    answer = fetch("mo", "GET", "usage.csv?since=2026-01-01")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert b"all,ada,1.5,1.0,0.0" in answer.body
    assert [row.object for row in trail.rows(who="mo")] == ["page:usage"] * 3
    trail.close()
    for person in ("ada", "ines"):
        assert fetch(person, "GET", "usage").code == fetch(person, "GET", "usage.csv").code == 403
    assert fetch("mo", "GET", "usage?since=never").code == 404


@pytest.mark.slow
def test_the_service_sees_which_servers_run_in_a_real_hub_and_no_more(hub: Hub, learner: Person) -> None:
    deployment = Deployment(hub.data)
    url = f"http://127.0.0.1:{deployment.ports()['hub']}/hub/api"
    token = deployment.secret("academy-service-token")
    (server,) = (one for one in running(url, token) if one.person == "learner")
    now = time.time()
    assert now - 3600 < server.started <= server.last_activity < now + 5
    headers = {"Authorization": f"token {token}"}
    for method, path in (
        ("GET", "users/learner/tokens"),
        ("DELETE", "users/learner/server"),
        ("POST", "users/learner/server"),
        ("GET", "groups"),
        ("POST", "shutdown"),
        ("GET", "proxy"),
    ):
        assert requests.request(method, f"{url}/{path}", headers=headers, timeout=20).status_code in (
            403,
            404,
        ), path
    seen = requests.get(f"{url}/users/learner", headers=headers, timeout=20).json()
    assert not {"auth_state", "groups", "roles"} & set(seen)
