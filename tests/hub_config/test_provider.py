"""Signing in where the organisation signs its people in: who gets in, as whom, and who does not."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from tornado.web import HTTPError

from hub_config.accounts import Accounts
from hub_config.cli import main
from hub_config.errors import HubError
from hub_config.provider import KINDS, Outside, admitted
from hub_config.settings import read
from tests.hub_process import Hub
from tests.openid_provider import CLIENT, SECRET, OpenIdProvider

ADA = {
    "sub": "0001",
    "preferred_username": "Ada.Lovelace",
    "name": "Ada Lovelace",
    "email": "ada@example.edu",
    "email_verified": True,
}


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    return Accounts(tmp_path / "accounts.sqlite")


def test_an_account_that_names_somebody_is_theirs(accounts):
    accounts.add("ada", "instructor", signs_in_as="Ada.Lovelace")
    found = admitted(accounts, Outside.of(ADA, "oidc", "preferred_username"), ())
    assert (found.name, found.role) == ("ada", "instructor")


def test_nobody_gets_an_account_because_its_name_is_theirs_elsewhere(accounts):
    accounts.add("ada", "manager")
    claims = ADA | {"preferred_username": "ada"}
    assert admitted(accounts, Outside.of(claims, "oidc", "preferred_username"), ()) is None
    made = admitted(accounts, Outside.of(claims, "oidc", "preferred_username"), ("example.edu",))
    assert (made.name, made.role) == ("ada-2", "learner")


def test_who_is_given_anothers_old_name_there_is_not_let_in(accounts):
    accounts.add("ada", "instructor", signs_in_as="ada.lovelace")
    assert admitted(accounts, Outside("0001", "ada.lovelace"), ()).name == "ada"
    assert admitted(accounts, Outside("0002", "ada.lovelace"), ()) is None
    assert admitted(accounts, Outside("0001", "ada.king"), ()).name == "ada"  # married, and still the same
    accounts.known_as("ada", "ada.lovelace")
    assert admitted(accounts, Outside("0002", "ada.lovelace"), ()).name == "ada"


def test_a_domain_admits_learners_with_a_verified_address_alone(accounts):
    for change in (
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": "ada@example.edu.evil.org"},
    ):
        outside = Outside.of(ADA | change, "oidc", "preferred_username")
        assert admitted(accounts, outside, ("example.edu",)) is None
    assert admitted(accounts, Outside("7", "x", ""), ("",)) is None
    made = admitted(accounts, Outside.of(ADA, "oidc", "preferred_username"), ("example.edu",))
    assert (made.name, made.role, made.called, made.handed_out) == (
        "ada-lovelace",
        "learner",
        "Ada Lovelace",
        0,
    )
    assert admitted(accounts, Outside("0001", "else", "a@example.edu"), ("example.edu",)) == made
    assert accounts.check("ada-lovelace", "") is None


@pytest.mark.parametrize("name", ["李雷", "a", "9lives", "-", "x" * 99, "Ünï.Cödé@example.edu"])
def test_names_from_elsewhere_become_account_names(accounts, name):
    first, second = (accounts.add_outside(str(i), f"{name}{i or ''}".casefold(), "\0") for i in (0, 1))
    assert re.fullmatch(r"[a-z][a-z0-9-]{0,30}[a-z0-9]", first.name)
    assert first.name != second.name
    assert first.called == ""


@pytest.mark.parametrize(
    ("claims", "claim"),
    [
        ({}, "preferred_username"),
        ({"sub": "1"}, "preferred_username"),
        ({"sub": "1", "email": "a@b.c"}, "email"),
    ],
)
def test_a_claim_that_is_missing_is_told(claims, claim):
    with pytest.raises(HTTPError, match="did not say who you are"):
        Outside.of(claims, "oidc", claim)


def test_one_name_there_is_one_account_here(accounts, tmp_path, capsys):
    accounts.add("ada", "learner", signs_in_as="ada@example.edu")
    with pytest.raises(HubError, match=r"'ada@example.edu' .* is 'ada' here already"):
        accounts.add("grace", "learner", signs_in_as="ADA@example.edu")
    assert [one.name for one in accounts.all()] == ["ada"]
    where = ["--data", str(tmp_path)]
    assert main(["hub", "--add-learner", "grace", "--signs-in-as", "grace@example.edu", *where]) == 0
    assert main(["hub", "--rename", "ada", "--signs-in-as", "", *where]) == 0
    assert main(["hub", "--accounts", *where]) == 0
    assert re.search(r"^grace .*signs in as grace@example\.edu$", capsys.readouterr().out, re.MULTILINE)
    assert main(["hub", "--signs-in-as", "x", *where]) == 2
    assert "--signs-in-as goes with --add-learner" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind: oidc", r"'oidc', which needs provider\.client_id and provider\.url"),
        ("{kind: github, client_id: a, domains: [b.c]}", r"domains needs provider\.kind oidc"),
        ("{kind: oidc, client_id: a, url: 'http://login.example.edu'}", "not encrypted"),
        ("kind: saml", "'oidc', 'github' or 'gitlab'"),
    ],
)
def test_settings_that_cannot_work_are_told(tmp_path, text, says):
    (tmp_path / "academy.yml").write_text(f"provider: {text}\n" if "{" in text else f"provider:\n  {text}\n")
    with pytest.raises(HubError, match=says):
        read(tmp_path)


def configured(data: Path, provider: OpenIdProvider) -> Path:
    data.mkdir(parents=True, exist_ok=True)
    (data / "academy.yml").write_text(
        f"labs: []\nprovider:\n  kind: oidc\n  shown: Example University\n  url: {provider.url}\n"
        f"  client_id: {CLIENT}\n  domains: [example.edu]\n"
    )
    (data / "secrets").mkdir(mode=0o700, exist_ok=True)
    secret = data / "secrets" / "provider-secret"
    secret.write_text(SECRET)
    secret.chmod(stat.S_IRUSR)
    return data


def test_the_check_asks_the_provider(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("ACADEMY_PROVIDER_SECRET", raising=False)
    with OpenIdProvider() as provider:
        data = configured(tmp_path, provider)
        check = ["hub", "check", "--data", str(data)]
        assert main(check) == 0
        assert "hub/oauth_callback" in capsys.readouterr().out
        provider.calls_itself = "https://other.example.edu"
        assert main(check) == 3
        assert "calls itself https://other.example.edu" in capsys.readouterr().out
    assert main(check) == 0
    assert "does not answer as it should" in capsys.readouterr().out
    (data / "secrets" / "provider-secret").unlink()
    assert main(check) == 3
    assert "set ACADEMY_PROVIDER_SECRET" in capsys.readouterr().out


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    with OpenIdProvider() as running:
        yield running


@pytest.fixture(scope="module")
def outside_hub(tmp_path_factory, provider) -> Iterator[Hub]:
    hub = Hub(configured(tmp_path_factory.mktemp("outside") / "data", provider)).start()
    yield hub
    hub.stop()


def arrive(hub: Hub, path: str = "/hub/oauth_login") -> requests.Response:
    """Go to the provider and back, as a browser does, up to where the hub sends on."""
    browser = requests.Session()
    there = browser.get(f"{hub.url}{path}", allow_redirects=False)
    assert there.status_code == 302, there.text
    back = browser.get(there.headers["Location"], allow_redirects=False)
    arrived = browser.get(back.headers["Location"], allow_redirects=False)
    arrived.browser, arrived.came_by = browser, back.headers["Location"]
    return arrived


def who(hub: Hub, browser: requests.Session) -> tuple[str, str]:
    """Return the account that a browser is signed in as, and its role."""
    page = browser.get(f"{hub.url}/hub/home")
    name = re.search(r'<span class="me-1">([^<]+)</span>', page.text)[1]
    account = Accounts(hub.data / "accounts.sqlite").get(name)
    return account.name, account.role


@pytest.mark.slow
def test_a_person_comes_in_by_the_provider(outside_hub, provider):
    page = requests.get(f"{outside_hub.url}/hub/login").text
    assert "Sign in with Example University" in page
    provider.claims = ADA
    for _ in range(2):
        arrived = arrive(outside_hub, "/hub/oauth_login?next=%2Fhub%2Ftoken")
        assert (arrived.status_code, arrived.headers["Location"]) == (302, "/hub/token")
        assert who(outside_hub, arrived.browser) == ("ada-lovelace", "learner")
    Accounts(outside_hub.data / "accounts.sqlite").add("grace", "instructor", signs_in_as="grace")
    provider.claims = {"sub": "0002", "preferred_username": "grace"}
    arrived = arrive(outside_hub)
    assert who(outside_hub, arrived.browser) == ("grace", "instructor")
    assert arrived.browser.get(f"{outside_hub.url}/services/academy/").status_code == 200


@pytest.mark.slow
def test_who_has_no_account_is_told_what_to_ask_for(outside_hub, provider):
    provider.claims = ADA | {"sub": "0009", "preferred_username": "<b>mallory", "email": "m@evil.org"}
    arrived = arrive(outside_hub)
    assert arrived.status_code == 403
    assert "You have no account here yet" in arrived.text
    assert "Example University knows you as &lt;b&gt;mallory" in arrived.text
    assert outside_hub.figure("academy_sign_in_failures_total", kind="provider") >= 1
    assert "/hub/login" in arrived.browser.get(f"{outside_hub.url}/hub/home").url


@pytest.mark.slow
def test_who_says_no_there_comes_back_to_the_sign_in_page(outside_hub, provider):
    provider.refuses = True
    arrived = arrive(outside_hub)
    provider.refuses = False
    assert (arrived.status_code, arrived.headers["Location"]) == (302, "/hub/login")


@pytest.mark.slow
def test_a_forged_or_repeated_return_opens_nothing(outside_hub, provider):
    provider.claims = ADA
    arrived = arrive(outside_hub)
    stranger = requests.Session()
    assert stranger.get(arrived.came_by).status_code == 400  # another's code and state, without the cookie
    assert arrived.browser.get(arrived.came_by, allow_redirects=False).status_code == 400  # once more
    there = stranger.get(f"{outside_hub.url}/hub/oauth_login", allow_redirects=False)
    state = parse_qs(urlsplit(there.headers["Location"]).query)["state"][0]
    for sent in ({"code": "made-up", "state": state}, {"state": state}, {"code": "x", "state": "x"}):
        answer = stranger.get(f"{outside_hub.url}/hub/oauth_callback", params=sent, allow_redirects=False)
        assert answer.status_code in (400, 403, 500), sent
    assert "/hub/login" in stranger.get(f"{outside_hub.url}/hub/home").url


@pytest.mark.slow
@pytest.mark.parametrize("to", ["https://evil.org/", "//evil.org/", "/\\evil.org/", "javascript:alert(1)"])
def test_nobody_is_sent_on_to_another_place(outside_hub, provider, to):
    provider.claims = ADA
    arrived = arrive(outside_hub, "/hub/oauth_login?" + requests.compat.urlencode({"next": to}))
    assert not urlsplit(arrived.headers["Location"]).netloc
    assert arrived.headers["Location"].startswith("/")
    assert not arrived.headers["Location"].startswith(("//", "/\\"))


@pytest.mark.slow
def test_where_the_provider_is_away_passwords_still_work(tmp_path):
    with OpenIdProvider() as provider:
        data = configured(tmp_path / "data", provider)
    hub = Hub(data).start()
    try:
        answer = requests.get(f"{hub.url}/hub/oauth_login", allow_redirects=False)
        assert answer.status_code == 503
        assert "The sign-in service does not answer" in answer.text
        assert hub.sign_in("learner", hub.passwords["learner"]).session.get(f"{hub.url}/hub/home").ok
    finally:
        hub.stop()


def test_every_kind_of_the_settings_is_there():
    assert set(KINDS) == {"oidc", "github", "gitlab"}
