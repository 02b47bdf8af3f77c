"""Launches by LTI 1.3: good ones open what they name, hostile ones open nothing and say why."""

import base64
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import sqlalchemy as sa
import yaml
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nbgrader.api import Base, Gradebook

import catalogue
from catalogue.folders import CHECKOUT
from hub_config.accounts import Accounts
from hub_config.cli import main
from hub_config.deployment import Deployment
from hub_config.enrolments import Enrolments
from hub_config.errors import HubError
from hub_config.lti import choosing
from hub_config.lti.book import Book
from hub_config.lti.claims import CLAIM, DEEP_LINKING, Launch, teaches
from hub_config.lti.launch import BEGUN_SECONDS, COOKIE, SKEW_SECONDS, Launches, cookie_name
from hub_config.lti.offer import Offer
from hub_config.lti.pages import our_addresses
from hub_config.lti.people import People, settle
from hub_config.lti.platform_keys import FRESH_SECONDS, PAUSE_SECONDS, STALE_SECONDS, PlatformKeys, read_keys
from hub_config.lti.platforms import Platform
from hub_config.lti.refusal import BadLaunch, words
from hub_config.lti.tickets import BadTicket, Tickets
from hub_config.lti.tool_keys import KEPT_SECONDS, ToolKeys
from hub_config.settings import Course, Settings, read
from tests.lti_platform import (
    CLIENT,
    CONTEXT,
    DEPLOYMENT,
    ENDPOINT,
    GONE,
    GRADE_SCOPES,
    MEMBERS,
    ROLES,
    SETTINGS,
    LtiPlatform,
)
from tests.lti_platform import new_key as new_platform_key

TOOL = "https://academy.example.edu/hub/lti/"
ADMINISTRATORS = [
    "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin",
    "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor",
    f"{ROLES}Administrator",
    "Administrator",
]


@pytest.fixture(scope="module")
def running() -> Iterator[LtiPlatform]:
    with LtiPlatform(tool=TOOL) as platform:
        yield platform


@pytest.fixture
def platform(running) -> LtiPlatform:
    running.changes.clear()
    running.person = {"sub": "0001", "name": "Ada Lovelace"}
    running.keys = running.keys[-1:]
    running.fails.clear()
    running.asked.clear()
    return running


@dataclass
class Door:
    """The academy's side of a launch, with a clock that a test sets, and what browsers hold."""

    platform: LtiPlatform
    launches: Launches
    clock: list[float]
    cookies: dict[str, str] = field(default_factory=dict)

    def begin(self, **asked: str) -> tuple[str, str]:
        """Begin a launch and return state and nonce, as the platform gets them."""
        begun = self.launches.begin({**self.platform.initiation(), **asked}, TOOL)
        self.cookies[begun.cookie] = begun.ticket
        sent = parse_qs(urlsplit(begun.to).query)
        return sent["state"][0], sent["nonce"][0]

    def finish(self, state: str, token: str) -> Launch:
        return self.launches.finish(state, token, self.cookies.get(cookie_name(state)), TOOL)

    def launch(self, target: str = "", **changes) -> Launch:
        state, nonce = self.begin()
        return self.finish(state, self.platform.token(nonce, target, **changes))

    def refused(self, token=None, state=None, **changes) -> BadLaunch:
        """Return why a launch with such claims, or such a token made from its claims, is refused."""
        begun, nonce = self.begin()
        claims = self.platform.claims(nonce, **changes)
        sent = token(claims) if token else self.platform.sign(claims)
        with pytest.raises(BadLaunch) as caught:
            self.finish(state or begun, sent)
        return caught.value


@pytest.fixture
def door(platform, tmp_path) -> Door:
    clock = [time.time()]
    launches = Launches(
        [platform.platform],
        PlatformKeys(),
        Tickets("the installation's secret"),
        Book(tmp_path / "lti.sqlite"),
        lambda: clock[0],
    )
    return Door(platform, launches, clock)


def test_a_good_launch_says_who_came_from_where_and_where_to(door, platform):
    found = door.launch(custom={"lab": "stable-softmax"}, launch_presentation={"locale": "zh_cn"})
    assert (found.platform, found.deployment, found.subject) == (platform.platform, DEPLOYMENT, "0001")
    assert (found.called, found.teaches, found.target) == ("Ada Lovelace", False, "lab/stable-softmax")
    assert (found.context.title, found.link.id) == ("Machine learning, 2026", "link-1")
    assert found.grades.takes_scores
    assert found.grades.lineitem == f"{platform.url}/lineitems/1"
    assert (found.members, found.language, found.choosing) == (f"{platform.url}/members", "zh", None)


@pytest.mark.parametrize(
    ("target", "custom", "leads_to"),
    [
        ("launch", {}, ""),
        ("launch", {"course": "probability"}, "course/probability"),
        ("lab/mlp", {"lab": "lora"}, "lab/mlp"),
        ("course/probability/", {}, "course/probability"),
    ],
)
def test_the_target_decides_and_else_the_custom_parameters(door, target, custom, leads_to):
    assert door.launch(f"{TOOL}{target}", custom=custom).target == leads_to


def test_the_question_to_the_platform_is_what_the_standard_asks_for(door, platform):
    hint = {**platform.initiation(), "lti_message_hint": "a & b"}
    begun = door.launches.begin(hint, TOOL)
    assert begun.to.startswith(f"{platform.url}/auth?")
    sent = {key: values[0] for key, values in parse_qs(urlsplit(begun.to).query).items()}
    assert len(sent.pop("state")) == len(sent.pop("nonce")) == 43
    assert sent == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": CLIENT,
        "redirect_uri": f"{TOOL}launch",
        "login_hint": hint["login_hint"],
        "lti_message_hint": "a & b",
    }
    assert begun.cookie.startswith(COOKIE)


def test_who_teaches_the_course_teaches_it_whatever_else_they_are(door):
    assert door.launch(roles=[*ADMINISTRATORS, f"{ROLES}Instructor"]).teaches
    assistant = "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"
    assert teaches([assistant])
    assert not door.launch(roles=[]).teaches


@pytest.mark.parametrize(
    "changes", [{"aud": [CLIENT]}, {"azp": CLIENT}, {"aud": [CLIENT, "another-tool"], "azp": CLIENT}]
)
def test_an_audience_may_be_a_list_with_us_as_the_one_it_is_for(door, changes):
    assert door.launch(**changes).subject == "0001"


def test_clocks_may_differ_by_a_minute(door):
    for seconds in (SKEW_SECONDS - 5, 5 - SKEW_SECONDS):
        door.clock[0] = time.time() + seconds
        now = int(time.time())
        assert door.launch(iat=now, exp=now + 1).subject == "0001"


# hostile launches: each opens nothing


def unsigned(claims: dict) -> str:
    parts = ({"alg": "none", "kid": "x"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + "."
    )


def test_an_unsigned_token(door):
    assert door.refused(unsigned).kind == "signature"
    assert door.refused(lambda claims: unsigned(claims).rstrip(".")).kind == "token"


@pytest.mark.parametrize("alg", ["None", "NONE", "RS512", "PS256", "ES256", ""])
def test_another_algorithm_in_the_header(door, platform, alg):
    def relabelled(claims: dict) -> str:
        head, body, signature = platform.sign(claims).split(".")
        header = {**jwt.get_unverified_header(f"{head}.{body}.{signature}"), "alg": alg}
        changed = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
        return f"{changed}.{body}.{signature}"

    assert door.refused(relabelled).kind == "signature"


def test_the_public_key_as_a_shared_secret(door, platform):
    kid, key = platform.keys[-1]
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def forged(claims: dict) -> str:
        head, body = (
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
            for part in ({"alg": "HS256", "kid": kid}, claims)
        )
        made = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
            head + b"." + body, public
        )
        return (head + b"." + body + b"." + base64.urlsafe_b64encode(made).rstrip(b"=")).decode()

    assert door.refused(forged).kind == "signature"


def test_a_key_of_their_own_under_a_known_name(door, platform):
    kid, _ = platform.keys[-1]
    _, other = new_platform_key()
    assert door.refused(lambda c: jwt.encode(c, other, "RS256", headers={"kid": kid})).kind == "signature"


def test_a_key_that_the_token_brings_along(door, platform):
    _, other = new_platform_key()
    mine = jwt.algorithms.RSAAlgorithm.to_jwk(other.public_key(), as_dict=True)
    header = {"kid": "mine", "jwk": mine, "jku": "https://evil.org/jwks", "x5u": "https://evil.org/x"}
    assert door.refused(lambda c: jwt.encode(c, other, "RS256", headers=header)).kind == "unknown-key"
    assert door.refused(lambda c: jwt.encode(c, other, "RS256")).kind == "signature"  # no kid at all


def test_claims_changed_after_they_were_signed(door, platform):
    def changed(claims: dict) -> str:
        head, _, signature = platform.sign(claims).split(".")
        body = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "0002"}).encode()).decode().rstrip("=")
        return f"{head}.{body}.{signature}"

    assert door.refused(changed).kind == "signature"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"iss": "https://other.example.edu"}, "issuer"),
        ({"iss": GONE}, "audience"),
        ({"aud": "another-tool"}, "audience"),
        ({"aud": GONE}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": {"a": CLIENT}}, "audience"),
        ({"aud": [CLIENT, "another-tool"]}, "audience"),
        ({"aud": [CLIENT, "another-tool"], "azp": "another-tool"}, "audience"),
        ({"azp": "another-tool"}, "audience"),
        ({"deployment_id": "8"}, "deployment"),
        ({"deployment_id": 7}, "claim"),
        ({"deployment_id": GONE}, "claim"),
        ({"exp": GONE}, "claim"),
        ({"iat": GONE}, "claim"),
        ({"iat": "now"}, "claim"),
        ({"exp": True}, "claim"),
        ({"exp": float("inf")}, "claim"),
        ({"nonce": GONE}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": ["x"]}, "nonce"),
        ({"nonce": "x" * 43}, "nonce"),
        ({"version": "1.1"}, "version"),
        ({"version": GONE}, "version"),
        ({"message_type": "LtiSubmissionReviewRequest"}, "message-type"),
        ({"message_type": ["LtiResourceLinkRequest"]}, "message-type"),
        ({"sub": GONE}, "anonymous"),
        ({"sub": ""}, "anonymous"),
        ({"sub": "x" * 256}, "claim"),
        ({"sub": "a\nb"}, "claim"),
        ({"resource_link": GONE}, "claim"),
        ({"resource_link": {"id": ""}}, "claim"),
        ({"context": "course"}, "claim"),
        ({"context": {"id": "x" * 256}}, "claim"),
        ({"roles": "Instructor"}, "claim"),
        ({"roles": [{"Instructor": 1}]}, "claim"),
        ({"roles": ["Learner"] * 101}, "claim"),
        ({"custom": {"lab": 5}}, "claim"),
        ({"name": "x" * 70_000}, "token"),
        ({ENDPOINT: {"scope": GRADE_SCOPES, "lineitem": "https://evil.org/lineitem"}}, "elsewhere"),
        ({ENDPOINT: {"scope": GRADE_SCOPES, "lineitem": "file:///etc/passwd"}}, "elsewhere"),
        ({ENDPOINT: {"scope": "all"}}, "claim"),
    ],
)
def test_a_claim_that_is_not_as_it_must_be(door, changes, kind):
    assert door.refused(**changes).kind == kind


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.org/hub/lti/launch",
        "https://academy.example.edu.evil.org/hub/lti/launch",
        "https://academy.example.edu@evil.org/hub/lti/launch",
        "http://academy.example.edu/hub/lti/launch",
        "https://academy.example.edu:8443/hub/lti/launch",
        "https://academy.example.edu/hub/logout",
        "//academy.example.edu/hub/lti/launch",
        "/hub/lti/launch",
        "javascript:alert(1)",
        "https://[",
        "https://evil.org\\@academy.example.edu/hub/lti/launch",
        "",
    ],
)
def test_a_target_elsewhere(door, target):
    assert door.refused(target_link_uri=target).kind in ("target", "claim")


def test_a_token_that_is_over_or_from_the_future_or_older_than_the_question(door):
    now = int(time.time())
    assert door.refused(exp=now - SKEW_SECONDS - 1).kind == "expired"
    assert door.refused(iat=now + SKEW_SECONDS + 5, exp=now + 900).kind == "future"
    assert door.refused(nbf=now + SKEW_SECONDS + 5).kind == "future"
    assert door.refused(iat=now - SKEW_SECONDS - 5).kind == "expired"


def test_a_launch_that_is_sent_again(door, platform):
    state, nonce = door.begin()
    token = platform.token(nonce)
    assert door.finish(state, token).subject == "0001"
    for again in (token, platform.token(nonce)):  # the same token, and a new one with the old nonce and state
        with pytest.raises(BadLaunch, match="used"):
            door.finish(state, again)


def test_a_nonce_of_another_launch(door, platform):
    (one, _), (_, other) = door.begin(), door.begin()
    with pytest.raises(BadLaunch, match="nonce"):
        door.finish(one, platform.token(other))


def test_a_state_of_another_browser(door, platform):
    state, nonce = door.begin()
    stranger = Door(platform, door.launches, door.clock)
    with pytest.raises(BadLaunch, match="no-cookie"):
        stranger.finish(state, platform.token(nonce))
    own, _ = stranger.begin()
    stranger.cookies[cookie_name(state)] = stranger.cookies[cookie_name(own)]  # its own cookie, renamed
    with pytest.raises(BadLaunch, match="state"):
        stranger.finish(state, platform.token(nonce))


def test_a_state_that_was_made_up_or_is_over(door, platform):
    state, nonce = door.begin()
    for made_up in ("", "x", "x" * 43, "x" * 5000, "../" * 14 + "a"):
        with pytest.raises(BadLaunch, match=r"state|no-cookie"):
            door.finish(made_up, platform.token(nonce))
    forged = Tickets("another secret").sign("launch", {"state": state}, time.time() + 60)
    kept = door.cookies[cookie_name(state)]
    for bad in (forged, kept[:-2], "", "a.b.c"):
        door.cookies[cookie_name(state)] = bad
        with pytest.raises(BadLaunch, match="state"):
            door.finish(state, platform.token(nonce))
    door.cookies[cookie_name(state)] = kept
    door.clock[0] += BEGUN_SECONDS + 1
    with pytest.raises(BadLaunch, match="state: it is over"):
        door.finish(state, platform.token(nonce))


def test_a_ticket_for_something_else():
    tickets = Tickets("secret")
    other = tickets.sign("deep linking", {"state": "x"}, 100.0)
    assert tickets.read("deep linking", other, 99.0) == {"state": "x"}
    for purpose, now in (("launch", 99.0), ("deep linking", 100.0)):
        with pytest.raises(BadTicket):
            tickets.read(purpose, other, now)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        "a.b.c",
        "." * 9,
        "é.é.é",
        "x" * 70_000,
        "W10.e30.",
        f"{base64.urlsafe_b64encode(b'[' * 1500).decode()}.e30.",
    ],
)
def test_a_token_that_is_none(door, token):
    assert door.refused(lambda _: token).kind == "token"


def test_claims_nested_beyond_reason(door, platform):
    kid, key = platform.keys[-1]
    deep = b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
    sent = jwt.PyJWS().encode(deep, key, "RS256", headers={"kid": kid})
    assert door.refused(lambda _: sent).kind in ("signature", "token")


def finished(door: Door, state: str, token: str) -> Launch | BadLaunch:
    try:
        return door.finish(state, token)
    except BadLaunch as refused:
        return refused


def nested(depth: int) -> list:
    found: list = []
    for _ in range(depth):
        found = [found]
    return found


NONSENSE = [
    *([], ["x"], [[]], {}, {"id": ["x"]}, nested(700), nested(950)),
    *(5, -1, 1.5, True, 10**400, -(10**400), 1e308, float("nan"), float("inf")),
    *("", "x", "\ud800", "a\0b", "https://[", "http://x:99999999/", "\u0661" * 43, "x" * 3000),
]


@pytest.mark.parametrize(
    "place",
    [
        *("iss", "aud", "azp", "exp", "iat", "nbf", "jti", "nonce", "sub", "name", "given_name"),
        *(
            f"{CLAIM}{name}"
            for name in ("version", "message_type", "deployment_id", "target_link_uri", "roles")
        ),
        *(f"{CLAIM}{name}" for name in ("context", "resource_link", "custom", "launch_presentation")),
        *(f"{CLAIM}{name}" for name in ("context id", "context title", "resource_link id", "custom lab")),
        *(f"{CLAIM}launch_presentation locale", ENDPOINT, f"{ENDPOINT} scope", f"{ENDPOINT} lineitem"),
        *(f"{ENDPOINT} lineitems", MEMBERS, f"{MEMBERS} context_memberships_url", SETTINGS),
        *(
            f"{SETTINGS} {name}"
            for name in ("accept_types", "deep_link_return_url", "data", "accept_multiple")
        ),
    ],
)
def test_signed_nonsense_is_refused_in_words_or_means_nothing(door, platform, tmp_path, place):
    claim, _, inner = place.partition(" ")
    kid, key = platform.keys[-1]
    people, book = People(Accounts(tmp_path / "accounts.sqlite")), Book(tmp_path / "lti.sqlite")
    for nonsense in NONSENSE:
        state, nonce = door.begin()
        said = platform.claims(nonce, **(platform.deep_linking() if claim == SETTINGS else {}))
        said[claim] = {**said.get(claim, {}), inner: nonsense} if inner else nonsense
        sent = jwt.PyJWS().encode(json.dumps(said).encode(), key, "RS256", headers={"kid": kid})
        launch = finished(door, state, sent)
        if isinstance(launch, BadLaunch):
            assert all(launch.said)
            str(launch).encode()  # as the log takes it
            continue
        account = people.find_or_add(launch.platform, launch.subject, launch.called)
        book.enter(launch, account.name)
        if launch.choosing is not None:
            choosing.keep(launch, Tickets("s"), 0.0)
            launch.choosing.return_url.encode()  # as the page takes it
    assert all(type(one.context) is type(one.title) is str for one in book.contexts())


def test_a_state_in_other_scripts_is_none(door, platform):
    state, nonce = door.begin()
    other = "\u0661" * 43  # a digit, and none of ours
    door.cookies[cookie_name(other)] = door.cookies[cookie_name(state)]
    with pytest.raises(BadLaunch, match="state"):
        door.finish(other, platform.token(nonce))


@pytest.mark.parametrize(
    "asked",
    [
        {"iss": "https://other.example.edu"},
        {"iss": ""},
        {"client_id": "another"},
        {"login_hint": ""},
        {"login_hint": "x" * 9000},
        {"lti_message_hint": "x" * 9000},
    ],
)
def test_a_login_that_no_platform_here_began(door, asked):
    with pytest.raises(BadLaunch, match=r"platform|login"):
        door.begin(**asked)


def test_two_registrations_of_one_issuer_are_told_apart(platform, tmp_path):
    other = Platform(**{**platform.registration, "id": "other", "client_id": "b", "deployments": ["8"]})
    launches = Launches(
        [platform.platform, other], PlatformKeys(), Tickets("s"), Book(tmp_path / "lti.sqlite")
    )

    def asked(**changes: str) -> str:
        begun = launches.begin({**platform.initiation(), **changes}, TOOL)
        return parse_qs(urlsplit(begun.to).query)["client_id"][0]

    assert asked(client_id="b") == "b"
    assert asked(client_id="", lti_deployment_id="8") == "b"
    with pytest.raises(BadLaunch, match="platform"):
        asked(client_id="", lti_deployment_id="")
    # and what the one platform signed opens nothing in a launch of the other
    begun = launches.begin({**platform.initiation(), "client_id": "b"}, TOOL)
    sent = parse_qs(urlsplit(begun.to).query)
    with pytest.raises(BadLaunch, match="audience"):
        launches.finish(sent["state"][0], platform.token(sent["nonce"][0]), begun.ticket, TOOL)


# keys


def test_keys_are_kept_and_fetched_anew_when_the_platform_has_changed_them(door, platform):
    door.launch()
    door.launch()
    assert platform.asked.count("GET /jwks") == 1
    platform.rotate()
    kept = PlatformKeys(clock=lambda: now[0])
    now = [0.0]
    old = platform.keys[-1][0]
    assert kept.key(platform.platform, old).key_size == 2048
    platform.rotate()
    new = platform.keys[-1][0]
    with pytest.raises(BadLaunch, match="unknown-key"):
        kept.key(platform.platform, new)  # the last fetch was a moment ago
    now[0] += PAUSE_SECONDS + 1
    assert kept.key(platform.platform, new)
    with pytest.raises(BadLaunch, match="unknown-key"):  # withdrawn there, so it holds no more
        kept.key(platform.platform, old)


def test_a_flood_of_unknown_keys_asks_the_platform_once(door, platform):
    door.launch()
    asked = len(platform.asked)
    for i in range(50):
        sent = lambda claims, i=i: platform.sign(claims, kid=f"made-up-{i}")  # noqa: E731
        assert door.refused(sent).kind == "unknown-key"
    assert len(platform.asked) == asked
    assert door.launch().subject == "0001"  # and who has a good key is let in meanwhile


def test_keys_of_yesterday_hold_while_the_platform_is_away(platform):
    now = [0.0]
    kept = PlatformKeys(clock=lambda: now[0])
    kid = platform.keys[-1][0]
    kept.key(platform.platform, kid)
    platform.fails["/jwks"] = 500
    now[0] = FRESH_SECONDS + 1
    assert kept.key(platform.platform, kid)
    assert platform.asked.count("GET /jwks") == 2
    now[0] = STALE_SECONDS + 1
    with pytest.raises(BadLaunch, match="keys-away"):
        kept.key(platform.platform, kid)


def test_a_platform_without_an_answer_is_told_as_that(door, platform):
    platform.fails["/jwks"] = 503
    assert door.refused().kind == "keys-away"
    assert BadLaunch("keys-away").status == 503


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"{}", b'{"keys": 5}', b'{"keys": [5, {}]}', b"<html>", b"[" * 100_000, b'{"keys": []}'],
)
def test_keys_that_are_none(text):
    with pytest.raises(ValueError, match=r"keys|key|JSON|Expecting"):
        read_keys(text)


def test_only_rsa_keys_for_signatures_with_bits_enough_are_taken(platform):
    (good,) = platform.jwks()["keys"]
    small = {"n": base64.urlsafe_b64encode((2**1023 + 1).to_bytes(128, "big")).decode()}
    others = [
        {**good, "kid": "a", "use": "enc"},
        {**good, "kid": "b", "alg": "RS512"},
        {**good, "kid": 5},
        {**good, "kid": "c", **small},
        {"kty": "oct", "kid": "d", "k": "c2VjcmV0"},
        {"kty": "RSA", "kid": "e"},
    ]
    assert list(read_keys(json.dumps({"keys": [*others, good]}).encode())) == [good["kid"]]


def test_the_academys_own_key_is_private_and_its_public_part_outlives_it_by_a_day(tmp_path):
    now = [1000.0]
    keys = ToolKeys(tmp_path / "lti-keys.json", lambda: now[0])
    first = keys.current()
    assert keys.path.stat().st_mode & 0o777 == 0o600
    (told,) = keys.jwks()["keys"]
    assert told.keys() == {"kty", "use", "alg", "kid", "n", "e"}
    signed = keys.sign({"a": 1})
    second = keys.rotate()
    assert second.kid != first.kid
    both = {one.key_id: one for one in jwt.PyJWKSet(keys.jwks()["keys"]).keys}
    assert set(both) == {first.kid, second.kid}
    assert jwt.decode(signed, both[first.kid], algorithms=["RS256"]) == {"a": 1}
    assert jwt.get_unverified_header(keys.sign({}))["kid"] == second.kid
    now[0] += KEPT_SECONDS + 1
    assert [one["kid"] for one in keys.jwks()["keys"]] == [second.kid]
    keys.path.write_text("{")
    with pytest.raises(HubError, match=r"cannot read the keys .* restore the file"):
        keys.current()


# people


@pytest.fixture
def accounts(tmp_path) -> Accounts:
    return Accounts(tmp_path / "accounts.sqlite")


def test_a_name_or_a_subject_there_opens_no_account_here(door, accounts):
    accounts.add("ada", "manager", signs_in_as="0001")
    launch = door.launch(sub="ada", name="ada")
    made = People(accounts).find_or_add(launch.platform, launch.subject, launch.called)
    assert (made.name, made.role) == ("ada-2", "learner")
    assert People(accounts).find_or_add(launch.platform, "ada", "Somebody Else") == made
    assert accounts.check("ada-2", "") is None
    assert accounts.outside("ada", "") is None  # nor is the subject one of the sign-in provider


def test_one_subject_at_two_platforms_is_two_people(platform, accounts):
    other = Platform(**{**platform.registration, "id": "other", "client_id": "b"})
    third = Platform(**{**platform.registration, "id": "third", "issuer": "https://third.example.edu"})
    made = {People(accounts).find_or_add(one, "0001", "").name for one in (platform.platform, other, third)}
    assert len(made) == 3


@pytest.mark.parametrize("name", ["李雷", "", "9", "x" * 400, "a\0b", "<script>", "root"])
def test_names_there_become_account_names_here(platform, accounts, name):
    made = [People(accounts).find_or_add(platform.platform, str(i), name) for i in (1, 2)]
    assert made[0].name != made[1].name
    assert made[0].name.isascii()


def taught(platform: LtiPlatform, door: Door, accounts: Accounts, book: Book, trusted: str, **changes) -> str:
    """Launch, enter, and return the role that the account has then."""
    launch = door.launch(**changes)
    people = People(accounts)
    account = people.find_or_add(launch.platform, launch.subject, launch.called)
    book.enter(launch, account.name)
    registered = Platform(**{**platform.registration, "teachers": trusted})
    people.settle([registered], book)
    return accounts.get(account.name).role


def test_roles_of_an_administrator_make_nobody_more_than_a_learner(platform, door, accounts, tmp_path):
    book = Book(tmp_path / "lti.sqlite")
    assert taught(platform, door, accounts, book, "instructor", roles=ADMINISTRATORS) == "learner"


def test_who_teaches_there_teaches_here_where_the_academy_says_so_and_as_long(
    platform, door, accounts, tmp_path
):
    book = Book(tmp_path / "lti.sqlite")
    teacher = {"roles": [f"{ROLES}Instructor"]}
    assert taught(platform, door, accounts, book, "learner", **teacher) == "learner"
    assert len(book.teaching("ada-lovelace")) == 1
    assert taught(platform, door, accounts, book, "instructor", **teacher) == "instructor"
    elsewhere = {"context": {"id": "another course"}}
    assert taught(platform, door, accounts, book, "instructor", **elsewhere) == "instructor"
    assert taught(platform, door, accounts, book, "instructor") == "learner"


def test_no_launch_changes_the_role_of_an_account_that_was_made_here(platform, accounts, tmp_path):
    for role in ("manager", "instructor"):
        accounts.add(role, role)
        book = Book(tmp_path / "lti.sqlite")
        People(accounts).link(role, platform.platform, role)
        People(accounts).settle([platform.platform], book)
        assert accounts.get(role).role == role


def test_what_academy_yml_says_of_teachers_holds_from_the_next_start(platform, door, tmp_path):
    deployment = Deployment(tmp_path)
    accounts, book = Accounts(deployment.accounts), Book.of(deployment)
    assert taught(platform, door, accounts, book, "instructor", roles=[f"{ROLES}Instructor"]) == "instructor"
    accounts.add("mo", "manager")
    for trusted, role in (("learner", "learner"), ("instructor", "instructor")):
        settle(deployment, [Platform(**{**platform.registration, "teachers": trusted})])
        assert accounts.get("ada-lovelace").role == role
    settle(deployment, [])  # the platform is registered no more
    assert accounts.get("ada-lovelace").role == "learner"
    assert accounts.get("mo").role == "manager"


def test_who_is_in_a_course_that_belongs_to_one_of_ours_takes_part_in_it_as_there(platform, door, tmp_path):
    deployment = Deployment(tmp_path)
    accounts, book = Accounts(deployment.accounts), Book.of(deployment)
    tied = Platform(**platform.registration, courses={CONTEXT: "deep-2027", "other": "ethics-2027"})
    people, enrolments = People(accounts), Enrolments(accounts)

    def launched(**changes) -> dict[str, str]:
        launch = door.launch(**changes)
        account = people.find_or_add(launch.platform, launch.subject, launch.called)
        book.enter(launch, account.name)
        people.settle([tied], book)
        return enrolments.of(account.name)

    assert launched() == {"deep-2027": "learner"}
    assert launched(context={"id": "a third"}) == {"deep-2027": "learner"}
    assert launched(context={"id": "other"}, roles=[f"{ROLES}Instructor"]) == {
        "deep-2027": "learner",
        "ethics-2027": "instructor",
    }
    assert accounts.get("ada-lovelace").role == "learner"
    assert launched(roles=[f"{ROLES}Instructor"])["deep-2027"] == "instructor"
    (number,) = [one.number for one in book.contexts() if one.context == CONTEXT]
    book.put_members(number, [], 1.0)
    people.settle([tied], book)
    assert enrolments.of("ada-lovelace") == {"ethics-2027": "instructor"}
    settle(deployment, [platform.platform])  # academy.yml ties it no more
    assert enrolments.all() == []


def test_a_start_without_any_launch_makes_no_book(tmp_path):
    settle(Deployment(tmp_path), [])
    assert list(tmp_path.iterdir()) == []


# an account that was there before


@pytest.fixture
def registered(platform, tmp_path) -> list[str]:
    """Register the platform in a data folder; return how a command is told that folder."""
    (tmp_path / "academy.yml").write_text(yaml.safe_dump({"lti": [platform.registration]}))
    return ["--data", str(tmp_path)]


def test_who_has_an_account_launches_as_that_when_the_academy_says_so(
    platform, door, accounts, registered, capsys, tmp_path
):
    accounts.add("ada", "instructor")
    assert main(["hub", "--rename", "ada", "--launches-as", "moodle:0001", *registered]) == 0
    book = Book(tmp_path / "lti.sqlite")
    assert taught(platform, door, accounts, book, "learner") == "instructor"  # it keeps the role that it has
    assert [one.account for one in book.members(1)] == ["ada"]
    assert [one.name for one in accounts.all()] == ["ada"]
    capsys.readouterr()
    assert main(["hub", "--accounts", *registered]) == 0
    assert capsys.readouterr().out.split() == ["ada", "instructor", "launches", "as", "moodle:0001"]
    assert main(["hub", "--rename", "ada", "--launches-as", "moodle:0001", *registered]) == 0  # says the same


def test_nobody_is_two_people_at_a_platform_and_no_account_two_peoples(
    platform, accounts, registered, capsys
):
    made = People(accounts).find_or_add(platform.platform, "0001", "Ada").name
    accounts.add("ada-l", "learner")
    accounts.add("grace", "learner")
    link = ["hub", *registered, "--launches-as", "moodle:0001", "--rename"]
    assert main([*link, "ada-l"]) == 2
    told = capsys.readouterr().err
    assert f"'0001' at moodle is '{made}' here already; to free both: " in told
    assert f'./academy hub --rename {made} --launches-as ""' in told
    assert main(["hub", *registered, "--rename", made, "--launches-as", ""]) == 0
    assert main([*link, "ada-l"]) == 0
    assert People(accounts).find_or_add(platform.platform, "0001", "Ada").name == "ada-l"
    assert main(["hub", *registered, "--rename", "ada-l", "--launches-as", "moodle:0002"]) == 2
    assert "'0001' at moodle is 'ada-l' here already" in capsys.readouterr().err
    assert {name for _, _, name in People(accounts).known()} == {"ada-l"}


def test_a_role_that_launches_gave_ends_when_the_account_is_nobodys_there(
    platform, door, accounts, registered, tmp_path
):
    book = Book(tmp_path / "lti.sqlite")
    assert taught(platform, door, accounts, book, "instructor", roles=[f"{ROLES}Instructor"]) == "instructor"
    assert main(["hub", *registered, "--rename", "ada-lovelace", "--launches-as", ""]) == 0
    assert accounts.get("ada-lovelace").role == "learner"


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("canvas:1", r"no learning platform 'canvas' \(moodle\); write PLATFORM:SUB, as in moodle:4711"),
        ("moodle", "'' cannot be what moodle calls somebody"),
        ("moodle:a\nb", "cannot be what moodle calls somebody"),
        ("", "no account 'nobody'"),
    ],
)
def test_what_cannot_launch_is_told(accounts, registered, capsys, said, says):
    accounts.add("ada", "learner")
    name = "ada" if said else "nobody"
    assert main(["hub", *registered, "--rename", name, "--launches-as", said]) == 2
    assert re.search(says, capsys.readouterr().err)
    assert main(["hub", *registered, "--add-learner", "grace", "--launches-as", "moodle:1"]) == 2
    assert "--launches-as goes with --rename NAME" in capsys.readouterr().err
    assert [one.name for one in accounts.all()] == ["ada"]


def test_people_of_an_earlier_version_are_who_they_were(platform, accounts):
    made = People(accounts).find_or_add(platform.platform, "0001", "Ada")
    with accounts.open() as book:
        book.execute("ALTER TABLE platform_people DROP COLUMN linked")
    assert People(accounts).find_or_add(platform.platform, "0001", "Ada") == made


def test_a_course_and_its_link_are_kept_as_the_last_launch_says(door, tmp_path):
    book = Book(tmp_path / "lti.sqlite")
    book.enter(door.launch(custom={"lab": "mlp"}), "ada")
    book.enter(door.launch(custom={"lab": "lora"}, context={"id": "course-2026", "title": "ML"}), "ada")
    (context,), (link,) = book.contexts(), book.links()
    assert (context.title, link.target) == ("ML", "lab/lora")
    assert [one.account for one in book.members(context.number)] == ["ada"]
    book.enter(door.launch(context=GONE), "ada")
    assert len(book.contexts()) == 1


# deep linking asks for an answer


def test_a_request_for_links_says_where_they_go(door, platform):
    found = door.launch(**platform.deep_linking())
    assert found.choosing.return_url == f"{platform.url}/deep_links"
    assert (found.choosing.data, found.choosing.several) == ("what the platform wants back", True)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.org/deep_links",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://moodle.example.edu.evil.org/",
        "//evil.org",
    ],
)
def test_links_go_to_no_foreign_address(door, platform, address):
    found = door.refused(**platform.deep_linking(deep_link_return_url=address))
    assert (found.kind, found.status) == ("elsewhere", 403)


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"accept_types": ["html"]}, "accepts-no-links"),
        ({"accept_types": None}, "accepts-no-links"),
        ({"deep_link_return_url": ""}, "claim"),
        ({"data": {"a": 1}}, "claim"),
    ],
)
def test_a_request_for_links_that_cannot_be_answered(door, platform, settings, kind):
    assert door.refused(**platform.deep_linking(**settings)).kind == kind


def test_without_settings_there_is_nothing_to_answer(door, platform):
    assert door.refused(**{**platform.deep_linking(), SETTINGS: GONE}).kind == "accepts-no-links"


def gradebook(path: Path) -> Gradebook:
    engine = sa.create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)  # tables that are there spare nbgrader a run of alembic
    engine.dispose()
    return Gradebook(f"sqlite:///{path}")


def hand_out(at: Deployment, *labs: str) -> None:
    for lab in labs:
        (at.exchanged / "outbound" / lab).mkdir(parents=True)


@pytest.fixture
def offer(tmp_path) -> Offer:
    deployment = Deployment(tmp_path)
    hand_out(deployment, "mlp", "lora")
    return Offer(catalogue.load(), deployment)


def test_the_answer_is_signed_and_holds_what_was_chosen(door, platform, offer, tmp_path):
    tickets, keys = Tickets("s"), ToolKeys(tmp_path / "lti-keys.json")
    launch = door.launch(**platform.deep_linking())
    asked = choosing.kept(choosing.keep(launch, tickets, 0.0), tickets, 1.0)
    assert asked.choosing == launch.choosing
    links = choosing.items(asked.choosing, ["lab/mlp", "course/basic-mathematics"], offer, TOOL)
    (key,) = jwt.PyJWKSet(keys.jwks()["keys"]).keys
    signed = choosing.answer(asked, platform.platform, links, keys, time.time())
    said = jwt.decode(signed, key, algorithms=["RS256"], audience=platform.url, issuer=CLIENT)
    assert said[f"{CLAIM}deployment_id"] == DEPLOYMENT
    assert said[f"{CLAIM}message_type"] == "LtiDeepLinkingResponse"
    assert said[f"{DEEP_LINKING}data"] == "what the platform wants back"
    lab, course = said[f"{DEEP_LINKING}content_items"]
    assert (lab["type"], lab["url"], lab["custom"]) == ("ltiResourceLink", f"{TOOL}lab/mlp", {"lab": "mlp"})
    assert lab["lineItem"]["scoreMaximum"] == sum(catalogue.load().labs["mlp"].grades.values()) > 0
    assert "lineItem" not in course
    # what was chosen leads back here
    assert door.launch(lab["url"], custom=lab["custom"]).target == "lab/mlp"


def test_nothing_is_chosen_that_was_not_asked_for_or_is_not_open(door, platform, offer):
    one = door.launch(**platform.deep_linking(accept_multiple=False, accept_lineitem=False)).choosing
    (item,) = choosing.items(one, ["lab/mlp"], offer, TOOL)
    assert "lineItem" not in item
    assert choosing.items(one, [], offer, TOOL) == []
    assert choosing.items(one, ["lab/mlp", "lab/mlp"], offer, TOOL) == [item]
    with pytest.raises(BadLaunch, match="more than one"):
        choosing.items(one, ["lab/mlp", "lab/lora"], offer, TOOL)
    odd = ("lab/../mlp", "lab//mlp", "lab/academy/mlp", "lab/../outbound/mlp", "lab/mlp\n", "lab/", "lab", "")
    for closed in ("lab/stable-softmax", *odd, "course/none", "javascript:alert(1)"):
        with pytest.raises(BadLaunch, match="no-such"):
            choosing.items(one, [closed], offer, TOOL)


def test_what_is_handed_out_is_offered_as_long_and_nothing_else(tmp_path, offer):
    assert set(offer.labs) == {"mlp", "lora"}
    (tmp_path / "exchange/academy/outbound/lora").rmdir()
    hand_out(Deployment(tmp_path), "my-own", "Not A Lab", ".draft")
    assert set(offer.labs) == {"mlp", "my-own"}
    assert offer.path("lab/my-own", "zh") == "academy/go/lab:my-own?language=zh"
    assert offer.points("lab/my-own") is None  # there is no gradebook yet
    assert offer.points("lab/lora") is None  # it was taken back while somebody chose
    (tmp_path / "course").mkdir()
    with gradebook(tmp_path / "course/gradebook.db") as book:
        book.add_assignment("my-own")
        book.add_notebook("my-own", "my-own")
        book.add_grade_cell("first", "my-own", "my-own", max_score=3, cell_type="code")
        book.add_task_cell("second", "my-own", "my-own", max_score=4, cell_type="code")
    assert offer.points("lab/my-own") == 7
    last = choosing.groups(offer)[-1]
    assert (last.title.en, last.labs, last.whole) == (
        "Further labs",
        [("lab/my-own", offer.title("lab/my-own"))],
        "",
    )


def test_a_question_for_one_lab_lists_no_folder(offer, monkeypatch):
    monkeypatch.setattr(os, "listdir", None)
    assert offer.title("lab/mlp") == catalogue.load().labs["mlp"].title
    assert offer.points("lab/mlp") > 0
    assert offer.path("course/basic-mathematics", "en").startswith("academy/go/lesson:basic-mathematics/")


def test_labs_of_another_course_are_offered_where_it_belongs_alone(tmp_path, platform, door):
    deployment, named = Deployment(tmp_path), {"shown": "Deep", "shown_zh": "深度"}
    courses = [
        Course(id="deep-2027", **named),
        Course(id="means", source="https://git.example.edu/m", **named),
    ]
    hand_out(deployment.of("deep-2027"), "mlp")
    hand_out(deployment.of("means"), "mlp")
    every = Offer(catalogue.load(), deployment, courses)
    assert set(every.labs) == {"deep-2027/mlp", "means/mlp"}
    assert every.title("lab/deep-2027/mlp") == catalogue.load().labs["mlp"].title
    assert every.title("lab/means/mlp").en == "mlp"  # from elsewhere: another lab of that name
    for course, lab in (("deep-2027", "lab/deep-2027/mlp"), ("means", "lab/means/mlp")):
        offer = every.within(course)
        first = choosing.groups(offer)[0]
        whole = f"course/{course}"
        assert (first.title.zh, [target for target, _ in first.labs], first.whole) == ("深度", [lab], whole)
        asked = door.launch(**platform.deep_linking()).choosing
        (item,) = choosing.items(asked, [lab], offer, TOOL)
        back = door.launch(item["url"], custom=item["custom"])
        assert (back.target, offer.path(back.target, "en")) == (
            lab,
            f"academy/go/lab:{lab.removeprefix('lab/')}?language=en",
        )
        (item,) = choosing.items(asked, [whole], offer, TOOL)
        assert "lineItem" not in item
        back = door.launch(item["url"], custom=item["custom"])
        assert offer.path(back.target, "en") == f"academy/go/course:{course}?language=en"
        for closed in (every.within(""), every.within("no-such")):
            for target in (lab, whole):
                with pytest.raises(BadLaunch, match="no-such"):
                    closed.path(target, "en")


def test_a_course_without_labs_yet_is_offered_and_goes_before_one_of_lessons(tmp_path):
    course = Course(id="basic-mathematics", shown="Mathematics, 2027", shown_zh="数学")
    offer = Offer(catalogue.load(), Deployment(tmp_path), [course]).within(course.id)
    wholes = [one.title.en for one in choosing.groups(offer) if one.whole == f"course/{course.id}"]
    assert wholes == [course.shown]
    assert offer.path(f"course/{course.id}", "en") == f"academy/go/course:{course.id}?language=en"
    assert offer.within("").path(f"course/{course.id}", "en").startswith(f"academy/go/lesson:{course.id}/")


def test_a_ticket_of_a_launch_of_yesterday_or_of_another_version_chooses_nothing(door, platform):
    tickets = Tickets("s")
    ticket = choosing.keep(door.launch(**platform.deep_linking()), tickets, 0.0)
    said = tickets.read("choosing", ticket, 1.0)
    older = [{key: said[key] for key in said if key != left_out} for left_out in said]
    other = [*older, {**said, "more": ""}, {**said, "choosing": {}}, {**said, "choosing": None}, None]
    bad = [*(tickets.sign("choosing", one, 9.0) for one in other), tickets.sign("launch", {}, 9.0), ""]
    for sent, now in ((ticket, choosing.CHOOSING_SECONDS), *((one, 1.0) for one in bad)):
        with pytest.raises(BadLaunch, match="choice"):
            choosing.kept(sent, tickets, now)


# academy.yml

MOODLE = """\
lti:
  - id: moodle
    shown: Moodle
    issuer: https://moodle.example.edu
    client_id: a1B2
    deployments: ["1"]
    auth_url: https://moodle.example.edu/mod/lti/auth.php
    token_url: https://moodle.example.edu/mod/lti/token.php
    jwks_url: https://moodle.example.edu/mod/lti/certs.php
"""


def test_a_platform_owns_its_hosts_and_those_that_are_listed(tmp_path):
    (tmp_path / "academy.yml").write_text(MOODLE + "    hosts: [School.example.edu, 'x.example.edu:8443']\n")
    (moodle,) = read(tmp_path).lti
    for own in (
        "https://moodle.example.edu/a?b=c",
        "https://school.example.edu/",
        "https://x.example.edu:8443/",
    ):
        assert moodle.owns(own), own
    for other in (
        "http://moodle.example.edu/",
        "https://moodle.example.edu:444/",
        "https://x.example.edu/",
        "https://a@moodle.example.edu/",
        "https://evil.org\\@moodle.example.edu/",
        "https://evil.org/\tmoodle.example.edu",
        "https://[",
        "ftp://moodle.example.edu/",
        "",
    ):
        assert not moodle.owns(other), other


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("    issuer:", "    isuer:"), r"unknown key lti\.0\.isuer, .*\.yml:4; the nearest: issuer"),
        (("https://moodle.example.edu/mod/lti/auth", "http://moodle.example.edu/auth"), "not encrypted; .*"),
        (('["1"]', "[]"), r"lti\.0\.deployments is .*:6"),
        (('["1"]', "[1]"), r"lti\.0\.deployments\.0 is 1, .*:6"),
        (("lti:", MOODLE.rstrip()), r"lti names id 'moodle' twice"),
    ],
)
def test_a_fault_in_a_registration_is_told_with_its_line(tmp_path, change, says):
    (tmp_path / "academy.yml").write_text(MOODLE.replace(*change))
    with pytest.raises(HubError, match=says):
        read(tmp_path)


DOCS = CHECKOUT / "docs" / "hub" / "lti.md"


def test_what_the_page_on_registering_says_can_be_written_so():
    text = DOCS.read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert [Settings.model_validate(yaml.safe_load(one)).lti[0].id for one in examples] == [
        "moodle",
        "canvas",
    ]
    for address in our_addresses("https://academy.example.edu/").values():
        assert address.removeprefix("https://academy.example.edu") in text


def test_every_refusal_is_told_in_both_languages():
    for kind in words()["refusals"]:
        found = BadLaunch(kind)
        assert 400 <= found.status < 600
        assert len([one for one in found.said if one]) == 4
