"""A launch by LTI 1.3: who a platform says is coming, asked and proved (OpenID Connect's implicit flow).

A browser comes from the platform to say that it wants in (`Launches.begin`), goes back there with a state and
a nonce of ours, and returns with a token that the platform has signed (`Launches.finish`). State and nonce
stand in a signed cookie as well: a token is worth something only in the browser that asked for it, and once.
"""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import jwt

from .claims import Launch, read_claims
from .platform_keys import PlatformKeys
from .platforms import Platform
from .refusal import BadLaunch
from .tickets import BadTicket, Tickets

SKEW_SECONDS = 60.0  # that clocks may differ
BEGUN_SECONDS = 600.0  # that a browser may take to come back
LONGEST_TOKEN, LONGEST_HEADER, LONGEST_HINT, LONGEST_KID = 2**16, 2048, 8192, 255
COOKIE = "academy-lti-"
_STATE = re.compile(r"[\w-]{43}", re.ASCII)
_LATEST = 2**53  # seconds; beyond it floats tell none apart


class Once(Protocol):
    """Remembers what was used."""

    def use(self, nonce: str, until: float, now: float) -> bool:
        """Return whether it had not been used, and remember it until a time."""


@dataclass(frozen=True)
class Begun:
    """A launch that began: where the browser goes, and the cookie that it takes along."""

    to: str
    cookie: str
    ticket: str


class Launches:
    """Begins and finishes launches.

    Parameters
    ----------
    platforms
        Those that are registered.
    keys
        Their public keys.
    tickets
        Signs the cookie.
    once
        Which nonces were used.
    clock
        Returns seconds since the epoch.
    """

    def __init__(
        self,
        platforms: Iterable[Platform],
        keys: PlatformKeys,
        tickets: Tickets,
        once: Once,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._platforms, self._keys, self._tickets = tuple(platforms), keys, tickets
        self._once, self._clock = once, clock

    def begin(self, asked: dict[str, str], tool: str) -> Begun:
        """Answer a third party's initiation of a login (OpenID Connect Core, 4; LTI security, 5.1.1.1).

        Parameters
        ----------
        asked
            The parameters of the request.
        tool
            Our own address, as in ``https://academy.example.edu/hub/lti/``.

        Raises
        ------
        BadLaunch
            When no registered platform can have sent it.
        """
        issuer, client = asked.get("iss", ""), asked.get("client_id", "")
        of_issuer = [one for one in self._platforms if one.issuer == issuer]
        found = [one for one in of_issuer if client in ("", one.client_id)]
        deployment = asked.get("lti_deployment_id", "")
        if len(found) > 1 and deployment:
            found = [one for one in found if deployment in one.deployments]
        if len(found) != 1:
            raise BadLaunch("platform", f"issuer {issuer[:200]!r}, client_id {client[:100]!r}")
        if not asked.get("login_hint") or any(len(value) > LONGEST_HINT for value in asked.values()):
            raise BadLaunch("login", "login_hint is missing, or a parameter is too long")
        platform, now = found[0], self._clock()
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        said = {"state": state, "nonce": nonce, "platform": platform.key, "begun": now}
        question = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": platform.client_id,
            "redirect_uri": f"{tool}launch",
            "login_hint": asked["login_hint"],
            "state": state,
            "nonce": nonce,
        }
        if asked.get("lti_message_hint"):
            question["lti_message_hint"] = asked["lti_message_hint"]
        joint = "&" if "?" in platform.auth_url else "?"
        return Begun(
            f"{platform.auth_url}{joint}{urlencode(question)}",
            cookie_name(state),
            self._tickets.sign("launch", said, now + BEGUN_SECONDS),
        )

    def finish(self, state: str, token: str, ticket: str | None, tool: str) -> Launch:
        """Return what a platform says of who comes back.

        Parameters
        ----------
        state, token
            What was posted.
        ticket
            The cookie of that state (`cookie_name`); None where the browser has none.

        Raises
        ------
        BadLaunch
            When anything is not as it must be; nothing is remembered then but a nonce that was used.
        """
        now = self._clock()
        begun = self._begun(state, ticket, now)
        platform = next((one for one in self._platforms if one.key == begun["platform"]), None)
        if platform is None:
            raise BadLaunch("platform", begun["platform"])
        said = self._proved(token, platform)
        _check_times(said, now, begun["begun"])
        nonce = said.get("nonce")
        ours = isinstance(nonce, str) and nonce.isascii() and hmac.compare_digest(nonce, begun["nonce"])
        if not ours:
            raise BadLaunch("nonce")
        launch = read_claims(said, platform, tool)
        if not self._once.use(nonce, now + BEGUN_SECONDS, now):
            raise BadLaunch("used")
        return launch

    def _begun(self, state: str, ticket: str | None, now: float) -> dict[str, Any]:
        if _STATE.fullmatch(state) is None:
            raise BadLaunch("state")
        if ticket is None:
            raise BadLaunch("no-cookie")
        try:
            begun = self._tickets.read("launch", ticket, now)
        except BadTicket as error:
            raise BadLaunch("state", str(error)) from error
        if not hmac.compare_digest(begun["state"], state):
            raise BadLaunch("state")
        return begun

    def _proved(self, token: str, platform: Platform) -> dict[str, Any]:
        """Return the claims of a token that this platform has signed for us."""
        if not token or len(token) > LONGEST_TOKEN or len(token.partition(".")[0]) > LONGEST_HEADER:
            raise BadLaunch("token", f"{len(token)} letters")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.InvalidTokenError, RecursionError) as error:
            raise BadLaunch("token", str(error)[:200]) from error
        kid = header.get("kid")
        if header.get("alg") != "RS256" or not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
            raise BadLaunch("signature", "the header must say RS256 and a kid")
        key = self._keys.key(platform, kid)
        try:
            # times are checked beside this, by our own clock
            said = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=platform.issuer,
                audience=platform.client_id,
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.InvalidIssuerError as error:
            raise BadLaunch("issuer", str(error)[:200]) from error
        except (jwt.InvalidAudienceError, jwt.MissingRequiredClaimError) as error:
            raise BadLaunch("audience", str(error)[:200]) from error
        except (jwt.InvalidTokenError, RecursionError) as error:
            raise BadLaunch("signature", str(error)[:200]) from error
        several = isinstance(said["aud"], list) and len(said["aud"]) > 1
        azp = said.get("azp", None if several else platform.client_id)
        if azp != platform.client_id:
            raise BadLaunch("audience", "azp")
        return said


def cookie_name(state: str) -> str:
    """Return the name of a state's cookie: one each, so that two tabs launch side by side."""
    return COOKIE + hashlib.sha256(state.encode()).hexdigest()[:16]


def _check_times(said: dict[str, Any], now: float, begun: float) -> None:
    """Hold issue and expiry against our clock, and against when we asked."""
    expires, issued = said.get("exp"), said.get("iat")
    for time_said in (expires, issued, said.get("nbf", 0)):
        if type(time_said) not in (int, float) or not 0 <= time_said < _LATEST:
            raise BadLaunch("claim", "exp, iat or nbf")
    if expires <= now - SKEW_SECONDS:
        raise BadLaunch("expired")
    if max(issued, said.get("nbf", 0)) > now + SKEW_SECONDS:
        raise BadLaunch("future")
    if issued < begun - SKEW_SECONDS:
        raise BadLaunch("expired", "it was issued before it was asked for")
