"""A learning platform of our own on loopback: launches, keys that rotate, grades, members, deep links."""

import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from hub_config.lti.platforms import Platform
from hub_config.lti.tool_keys import ToolKeys

CLIENT, DEPLOYMENT, CONTEXT = "academy-at-the-platform", "7", "course-2026"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
ROLES = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
GRADE_SCOPES = [f"https://purl.imsglobal.org/spec/lti-ags/scope/{name}" for name in ("lineitem", "score")]
MEMBER_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
GONE = object()  # a claim that is left out
PAGE = 2  # members or line items on one page


def new_key() -> tuple[str, rsa.RSAPrivateKey]:
    return secrets.token_hex(4), rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class LtiPlatform:
    """A platform; whoever launches is `person`, without being asked.

    Parameters
    ----------
    tool
        The address of the academy's LTI pages, ``…/hub/lti/``; its keys are fetched there.
    tool_keys
        The academy's keys themselves, where no hub tells them.
    person
        Claims of who launches.
    changes
        Claims that are otherwise than they should be; `GONE` leaves one out.
    members
        Who is in the context.
    lineitems, scores
        By address: the line items, and all scores that were taken.
    fails
        Path to HTTP status with which it is answered; 0 takes what was sent and answers nothing.
    asked
        Paths that it was asked for.
    framed
        The address that its page ``/frame`` shows in a frame, and to which its page ``/link`` links.
    """

    tool: str = "http://127.0.0.1:9/hub/lti/"
    tool_keys: ToolKeys | None = None
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "0001", "name": "Ada Lovelace"})
    changes: dict[str, Any] = field(default_factory=dict)
    members: list[dict[str, Any]] = field(default_factory=list)
    lineitems: dict[str, dict[str, Any]] = field(default_factory=dict)
    scores: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    returned: list[dict[str, Any]] = field(default_factory=list)
    fails: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    framed: str = ""
    keys: list[tuple[str, rsa.RSAPrivateKey]] = field(default_factory=lambda: [new_key()])
    _hints: dict[str, dict[str, Any]] = field(default_factory=dict)
    _tokens: dict[str, set[str]] = field(default_factory=dict)
    _assertions: set[str] = field(default_factory=set)

    def __enter__(self) -> Self:
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                platform._answer(self, "")

            def do_POST(self) -> None:
                platform._answer(self, self.rfile.read(int(self.headers["Content-Length"])).decode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self._server.server_port}"  # another site than 127.0.0.1, for browsers
        self.lineitems[f"{self.url}/lineitems/1"] = {"label": "Lab", "scoreMaximum": 100}
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def registration(self) -> dict[str, Any]:
        """What academy.yml says of it."""
        return {
            "id": "moodle",
            "shown": "Example Moodle",
            "issuer": self.url,
            "client_id": CLIENT,
            "deployments": [DEPLOYMENT],
            "auth_url": f"{self.url}/auth",
            "token_url": f"{self.url}/token",
            "jwks_url": f"{self.url}/jwks",
        }

    @property
    def platform(self) -> Platform:
        return Platform(**self.registration)

    def rotate(self) -> None:
        """Sign with another key from now on; the key until now is told no more."""
        self.keys = [new_key()]

    def jwks(self) -> dict[str, Any]:
        entries = [
            (kid, RSAAlgorithm(RSAAlgorithm.SHA256).to_jwk(key.public_key(), as_dict=True))
            for kid, key in self.keys
        ]
        return {"keys": [{**entry, "kid": kid, "use": "sig", "alg": "RS256"} for kid, entry in entries]}

    def initiation(self, target: str = "", **more: str) -> dict[str, str]:
        """Return the parameters with which a browser is sent to the academy's login page."""
        hint = secrets.token_hex(8)
        self._hints[hint] = {"target": target or f"{self.tool}launch"}
        return {
            "iss": self.url,
            "login_hint": hint,
            "target_link_uri": target or f"{self.tool}launch",
            "client_id": CLIENT,
            "lti_deployment_id": DEPLOYMENT,
            **more,
        }

    def claims(self, nonce: str, target: str = "", /, **changes: Any) -> dict[str, Any]:
        """Return the claims of a good launch, with `changes`; short names are LTI's own claims."""
        now = int(time.time())
        said: dict[str, Any] = {
            "iss": self.url,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            **self.person,
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}deployment_id": DEPLOYMENT,
            f"{CLAIM}target_link_uri": target or f"{self.tool}launch",
            f"{CLAIM}roles": [f"{ROLES}Learner"],
            f"{CLAIM}context": {"id": CONTEXT, "title": "Machine learning, 2026"},
            f"{CLAIM}resource_link": {"id": "link-1", "title": "A lab"},
            ENDPOINT: {
                "scope": GRADE_SCOPES,
                "lineitem": f"{self.url}/lineitems/1",
                "lineitems": f"{self.url}/lineitems",
            },
            MEMBERS: {"context_memberships_url": f"{self.url}/members", "service_versions": ["2.0"]},
        }
        plain = {"iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "sub", "name"}
        for name, value in {**self.changes, **changes}.items():
            said[name if name in plain or "://" in name else f"{CLAIM}{name}"] = value
        return {name: value for name, value in said.items() if value is not GONE}

    def deep_linking(self, **settings: Any) -> dict[str, Any]:
        """Return the changes that make a launch one that asks for links."""
        asked = {
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["window"],
            "accept_multiple": True,
            "deep_link_return_url": f"{self.url}/deep_links",
            "data": "what the platform wants back",
        }
        return {
            "message_type": "LtiDeepLinkingRequest",
            "resource_link": GONE,
            "roles": [f"{ROLES}Instructor"],
            SETTINGS: {**asked, **settings},
        }

    def token(self, nonce: str, target: str = "", /, **changes: Any) -> str:
        """Return a signed launch."""
        return self.sign(self.claims(nonce, target, **changes))

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        kid, key = self.keys[-1]
        return jwt.encode(claims, key, "RS256", headers={"kid": kid, **header})

    def _answer(self, browser: BaseHTTPRequestHandler, body: str) -> None:
        parts = urlsplit(browser.path)
        self.asked.append(f"{browser.command} {parts.path}")
        page = parts.path.strip("/").split("/")[0]
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        fault = next((code for path, code in self.fails.items() if parts.path.startswith(path)), None)
        status, answer, headers = fault, {"error": "on request"}, {}
        if not fault:
            work = getattr(self, f"_{page}", lambda *_: (404, {}, {}))
            status, answer, headers = work(browser, parts.path, asked, body)
        if fault == 0:
            browser.close_connection = True
            return
        html = isinstance(answer, str)
        browser.send_response(status)
        browser.send_header("Content-Type", "text/html" if html else "application/json")
        for name, value in headers.items():
            browser.send_header(name, value)
        browser.end_headers()
        browser.wfile.write((answer if html else json.dumps(answer)).encode())

    def _jwks(self, *_: Any) -> tuple[int, Any, dict[str, str]]:
        return 200, self.jwks(), {}

    def _frame(self, *_: Any) -> tuple[int, Any, dict[str, str]]:
        shown = f'<iframe src="{escape(self.framed)}" width="1000" height="700"></iframe>'
        return 200, f"<!DOCTYPE html><title>Platform</title>{shown}", {}

    def _link(self, *_: Any) -> tuple[int, Any, dict[str, str]]:
        return 200, f'<!DOCTYPE html><title>Platform</title><a href="{escape(self.framed)}">A lab</a>', {}

    def _auth(self, _: Any, __: str, asked: dict[str, str], ___: str) -> tuple[int, Any, dict[str, str]]:
        """Answer the authentication request with the form that a browser posts to the academy."""
        wanted = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": CLIENT,
            "redirect_uri": f"{self.tool}launch",
        }
        assert {name: asked.get(name) for name in wanted} == wanted, asked
        hint = self._hints.pop(asked["login_hint"])
        token = self.token(asked["nonce"], hint["target"])
        fields = {"state": asked["state"], "id_token": token}
        inputs = "".join(f'<input type="hidden" name="{n}" value="{v}">' for n, v in fields.items())
        form = f'<form method="post" action="{asked["redirect_uri"]}">{inputs}<button>Go</button></form>'
        script = "<script>document.forms[0].submit()</script>"
        return 200, f"<!DOCTYPE html><title>Platform</title>{form}{script}", {}

    def _token(self, _: Any, __: str, ___: Any, body: str) -> tuple[int, Any, dict[str, str]]:
        sent = {key: values[0] for key, values in parse_qs(body).items()}
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        proved = self._proved(sent["client_assertion"], f"{self.url}/token")
        good = (
            (sent["grant_type"], sent["client_assertion_type"]) == ("client_credentials", kind)
            and proved["iss"] == proved["sub"] == CLIENT
            and proved["jti"] not in self._assertions
        )
        if not good:
            return 400, {"error": "invalid_client"}, {}
        self._assertions.add(proved["jti"])
        token = secrets.token_hex(8)
        self._tokens[token] = set(sent["scope"].split())
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600}, {}

    def _proved(self, text: str, audience: str) -> dict[str, Any]:
        """Check what the academy has signed against the keys that it tells."""
        told = self.tool_keys.jwks() if self.tool_keys else requests.get(f"{self.tool}jwks", timeout=5).json()
        kid = jwt.get_unverified_header(text)["kid"]
        key = next(one for one in jwt.PyJWKSet(told["keys"]).keys if one.key_id == kid)
        return jwt.decode(text, key, algorithms=["RS256"], audience=audience)

    def _may(self, browser: BaseHTTPRequestHandler, scope: str) -> bool:
        token = browser.headers.get("Authorization", "").removeprefix("Bearer ")
        return scope in self._tokens.get(token, ())

    def empty(self) -> None:
        """Be as at the beginning, with the same keys."""
        for one in (self.changes, self.members, self.scores, self.returned, self.fails, self.asked):
            one.clear()
        self.lineitems.clear()
        self.lineitems[f"{self.url}/lineitems/1"] = {"label": "Lab", "scoreMaximum": 100}
        self.person = {"sub": "0001", "name": "Ada Lovelace"}

    def forget_tokens(self) -> None:
        """End all access tokens."""
        self._tokens.clear()

    def _lineitems(
        self, browser: Any, path: str, asked: dict[str, str], body: str
    ) -> tuple[int, Any, dict[str, str]]:
        if path.endswith("/scores"):
            return self._take_score(browser, f"{self.url}{path.removesuffix('/scores')}", json.loads(body))
        if not self._may(browser, GRADE_SCOPES[0]):
            return 401, {}, {}
        if browser.command == "POST":
            address = f"{self.url}/lineitems/{len(self.lineitems) + 1}"
            self.lineitems[address] = json.loads(body)
            return 201, {**self.lineitems[address], "id": address}, {}
        listed = [{**item, "id": address} for address, item in self.lineitems.items()]
        return self._page(listed, path, asked)

    def _take_score(
        self, browser: Any, lineitem: str, score: dict[str, Any]
    ) -> tuple[int, Any, dict[str, str]]:
        if not self._may(browser, GRADE_SCOPES[1]):
            return 401, {}, {}
        if lineitem not in self.lineitems:
            return 404, {}, {}
        assert browser.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
        before = [one for at, one in self.scores if at == lineitem and one["userId"] == score["userId"]]
        when = datetime.fromisoformat(score["timestamp"])
        if before and datetime.fromisoformat(before[-1]["timestamp"]) >= when:
            return 409, {}, {}
        self.scores.append((lineitem, score))
        return 200, {}, {}

    def _members(
        self, browser: Any, path: str, asked: dict[str, str], _: str
    ) -> tuple[int, Any, dict[str, str]]:
        if not self._may(browser, MEMBER_SCOPE):
            return 401, {}, {}
        status, page, headers = self._page(self.members, path, asked)
        return status, {"id": path, "context": {"id": CONTEXT}, "members": page}, headers

    def _page(
        self, all_of_it: list[Any], path: str, asked: dict[str, str]
    ) -> tuple[int, list[Any], dict[str, str]]:
        start = int(asked.get("from", 0))
        more = start + PAGE < len(all_of_it)
        link = {"Link": f'<{self.url}{path}?from={start + PAGE}>; rel="next"'} if more else {}
        return 200, all_of_it[start : start + PAGE], link

    def _deep_links(self, _: Any, __: str, ___: Any, body: str) -> tuple[int, Any, dict[str, str]]:
        self.returned.append(self._proved(parse_qs(body)["JWT"][0], self.url))
        return 200, "<!DOCTYPE html><title>Chosen</title>", {}
