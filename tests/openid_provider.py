"""A sign-in provider of our own on loopback: OpenID Connect's code flow, and faults on request."""

import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "zhisuan-academy", "the client's secret"


@dataclass
class OpenIdProvider:
    """A provider; whoever is sent to it is `claims`, without being asked.

    Parameters
    ----------
    claims
        What it says of that person.
    calls_itself
        Its issuer as it tells; empty: the true one.
    asked
        Paths that it was asked for.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    calls_itself: str = ""
    refuses: bool = False
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, str] = field(default_factory=dict)
    _tokens: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider._answer(self, "")

            def do_POST(self) -> None:
                provider._answer(self, self.rfile.read(int(self.headers["Content-Length"])).decode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, browser: BaseHTTPRequestHandler, body: str) -> None:
        parts = urlsplit(browser.path)
        asked = {key: values[0] for key, values in parse_qs(body or parts.query).items()}
        self.asked.append(parts.path)
        page = parts.path.rpartition("/")[2].replace("-", "_")
        status, answer, to = getattr(self, f"_{page}")(asked, browser)
        browser.send_response(status)
        if to:
            browser.send_header("Location", to)
        browser.send_header("Content-Type", "application/json")
        browser.end_headers()
        browser.wfile.write(json.dumps(answer).encode())

    def _openid_configuration(self, _: dict[str, str], __: object) -> tuple[int, Any, str]:
        places = {f"{name}_endpoint": f"{self.url}/{name}" for name in ("authorization", "token", "userinfo")}
        return 200, {"issuer": self.calls_itself or self.url, **places}, ""

    def _authorization(self, asked: dict[str, str], _: object) -> tuple[int, Any, str]:
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        if self.refuses:
            return 302, None, f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied'})}"
        code = secrets.token_hex(8)
        self._codes[code] = asked["code_challenge"]
        return 302, None, f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def _token(self, asked: dict[str, str], _: object) -> tuple[int, Any, str]:
        verifier = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        proved = (asked.get("client_id"), asked.get("client_secret")) == (CLIENT, SECRET)
        if not proved or self._codes.pop(asked["code"], None) != challenge:
            return 400, {"error": "invalid_grant"}, ""
        token = secrets.token_hex(8)
        self._tokens[token] = dict(self.claims)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 60}, ""

    def _userinfo(self, _: dict[str, str], browser: BaseHTTPRequestHandler) -> tuple[int, Any, str]:
        found = self._tokens.get(browser.headers.get("Authorization", "").removeprefix("Bearer "))
        return (200, found, "") if found else (401, {}, "")
