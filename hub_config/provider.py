"""Signing in where a university or a company signs its people in: OpenID Connect, GitHub, GitLab.

The provider says who somebody is. Whether that person may come in, and as what, is said by the accounts here:
one that names the person (``--signs-in-as``), or, for addresses of certain domains, a learner's account made
at the first sign-in. Nobody gets an account because a name at the provider happens to be that of the account.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from jupyterhub.auth import Authenticator
from oauthenticator.generic import GenericOAuthenticator
from oauthenticator.github import GitHubOAuthenticator
from oauthenticator.gitlab import GitLabOAuthenticator
from oauthenticator.oauth2 import OAuthCallbackHandler, OAuthenticator, OAuthLoginHandler
from tornado import web
from traitlets import Unicode

from . import sign_in_figures
from .accounts import Account, Accounts
from .deployment import Deployment
from .errors import HubError
from .settings import Provider

SECRET = "ACADEMY_PROVIDER_SECRET"
DISCOVERY = "/.well-known/openid-configuration"


class NotSignedIn(web.HTTPError):
    """Why somebody could not sign in by the provider; the error page shows it in place of its own words.

    Parameters
    ----------
    status
        The HTTP status.
    said
        Title and text, each in English and in Chinese.
    """

    def __init__(self, status: int, *said: str) -> None:
        super().__init__(status, "%s", said[0])  # goes into the log, where the text may name the person
        self.said = said


@dataclass(frozen=True)
class Outside:
    """What a provider says of somebody.

    Parameters
    ----------
    subject
        What it never gives to another person: OpenID Connect's ``sub``, the number at GitHub and GitLab.
    name
        The name that accounts here know the person by (``--signs-in-as``).
    email
        An address that the provider has verified; else empty.
    called
        How the person is called.
    """

    subject: str
    name: str
    email: str = ""
    called: str = ""

    @classmethod
    def of(cls, claims: dict[str, Any], kind: str, name_claim: str) -> Outside:
        """Read it from what the provider answered.

        Raises
        ------
        NotSignedIn
            502, when a claim is missing.
        """
        subject = claims.get("sub" if kind == "oidc" else "id")
        name = claims.get(name_claim)
        # only OpenID Connect says whether an address was verified (Core 1.0, 5.1)
        email = str(claims.get("email") or "") if claims.get("email_verified") is True else ""
        if name_claim == "email":
            name = email
        if not subject or not name:
            lacking = name_claim if subject else "sub"
            raise NotSignedIn(
                502,
                "The sign-in service did not say who you are",
                "登录服务没有说明你的身份",
                f"Its answer lacks “{lacking}”. Tell your academy.",
                f"它的答复缺少“{lacking}”，请告知学院。",
            )
        return cls(
            str(subject),
            str(name).strip().casefold(),
            email.strip().casefold(),
            str(claims.get("name") or ""),
        )

    @property
    def domain(self) -> str:
        """The domain of the verified address."""
        return self.email.rpartition("@")[2]


def client_secret(deployment: Deployment) -> str:
    """Return the secret that the provider gave this academy: from the environment, or from its file.

    Raises
    ------
    HubError
        When there is none, with where to put it.
    """
    path = deployment.secrets / "provider-secret"
    found = os.environ.get(SECRET) or (path.read_text().strip() if path.exists() else "")
    if not found:
        raise HubError(
            f"no secret of the sign-in provider: set {SECRET}, or write it into {path} (mode 0600)"
        )
    return found


def admitted(accounts: Accounts, outside: Outside, domains: tuple[str, ...]) -> Account | None:
    """Return the account of somebody whom the provider knows; None when there is none and none is made."""
    account = accounts.outside(outside.subject, outside.name)
    if account is None and outside.domain and outside.domain in domains:
        account = accounts.add_outside(outside.subject, outside.name, outside.called)
    return account


class _Provided(OAuthenticator):
    """What the kinds share, over oauthenticator's class for each. Its parent is the hub's authenticator."""

    kind = Unicode()
    issuer = Unicode()

    async def authenticate(self, handler, data=None, **kwargs) -> dict | None:
        """Return the hub's user model of the account that belongs to who the provider says it is."""
        found = await super().authenticate(handler, data, **kwargs)
        claims = found["auth_state"][self.user_auth_state_key]
        return await self.parent.admit(claims)

    async def get_user_groups(self, auth_state: dict) -> set[str]:
        """Return none: roles are the accounts' word."""
        return set()

    async def discover(self) -> None:
        """Ask an OpenID Connect provider for its addresses, once.

        Raises
        ------
        NotSignedIn
            503, when it cannot be reached, or answers for another issuer.
        """
        if self.kind != "oidc" or self.token_url:
            return
        try:
            found = await self.httpfetch(
                self.issuer.rstrip("/") + DISCOVERY, "Asking the provider for its addresses"
            )
            if found["issuer"].rstrip("/") != self.issuer.rstrip("/"):  # Discovery 1.0, 4.3
                raise ValueError(f"it calls itself {found['issuer']}")
            self.authorize_url = found["authorization_endpoint"]
            self.userdata_url = found["userinfo_endpoint"]
            self.token_url = found["token_endpoint"]
        except Exception as error:
            self.log.warning("The sign-in provider %s cannot be used: %s", self.issuer, error)
            raise NotSignedIn(
                503,
                "The sign-in service does not answer",
                "登录服务没有响应",
                "Try again in a minute, or sign in with a password if you have one.",
                "请一分钟后再试；如有密码，也可用密码登录。",
            ) from error


class _OpenId(_Provided, GenericOAuthenticator):
    pass


class _GitHub(_Provided, GitHubOAuthenticator):
    pass


class _GitLab(_Provided, GitLabOAuthenticator):
    pass


KINDS = {"oidc": _OpenId, "github": _GitHub, "gitlab": _GitLab}
SCOPES = {"oidc": ["openid", "profile", "email"], "github": [], "gitlab": ["read_user"]}
NAME_CLAIMS = {"oidc": "preferred_username", "github": "login", "gitlab": "username"}


def provided(parent: Authenticator, provider: Provider, secret: str, callback: str) -> OAuthenticator:
    """Return oauthenticator's part for a provider.

    Parameters
    ----------
    parent
        The hub's authenticator; it decides who is admitted.
    provider
        What `academy.yml` says.
    secret
        The client's secret.
    callback
        The address that the provider sends people back to; empty: as the browser knows this hub.
    """
    given: dict[str, Any] = {
        "kind": provider.kind,
        "client_id": provider.client_id,
        "client_secret": secret,
        "scope": SCOPES[provider.kind],
        "oauth_callback_url": callback,
        "login_service": provider.shown,
    }
    if provider.kind == "oidc":
        given |= {"issuer": provider.url, "username_claim": "sub"}
    elif provider.kind == "gitlab" and provider.url:
        given["gitlab_url"] = provider.url.rstrip("/")
    elif provider.kind == "github" and provider.url:
        given |= {"github_url": provider.url.rstrip("/"), "github_api": f"{provider.url.rstrip('/')}/api/v3"}
    return KINDS[provider.kind](parent=parent, **given)


class _ByProvider:
    """Handlers of oauthenticator that use the provider's part of the hub's authenticator."""

    @property
    def authenticator(self) -> OAuthenticator:
        return self.settings["authenticator"].provided

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Count who could not sign in, besides."""
        if isinstance(value, NotSignedIn):
            sign_in_figures.failed("provider")
        super().log_exception(typ, value, tb)


class ToProvider(_ByProvider, OAuthLoginHandler):
    """Send a browser to the provider."""

    async def get(self) -> None:
        """Redirect, with state and a code challenge (RFC 7636)."""
        await self.authenticator.discover()
        super().get()


class FromProvider(_ByProvider, OAuthCallbackHandler):
    """Take a browser back."""

    async def get(self) -> None:
        """Sign in who the provider says it is; who said no there comes back to the sign-in page."""
        if self.get_argument("error", "") == "access_denied":
            self.redirect(f"{self.hub.base_url}login")
            return
        await self.authenticator.discover()
        await super().get()

    def get_next_url(self, user=None) -> str:
        """Return where the browser was going, on this hub only."""
        wanted = super().get_next_url(user)
        here = wanted.startswith("/") and not wanted.startswith("//") and not urlsplit(wanted).netloc
        return wanted if here else self.hub.base_url


def pages() -> list[tuple[str, type]]:
    """Return the pages of signing in by a provider."""
    return [("/oauth_login", ToProvider), ("/oauth_callback", FromProvider)]


async def admit(accounts: Accounts, claims: dict[str, Any], provider: Provider) -> Account:
    """Return the account of who the provider says it is.

    Raises
    ------
    NotSignedIn
        403 when there is none, with what to ask for; 502 when the provider's answer lacks a claim.
    """
    outside = Outside.of(claims, provider.kind, provider.name_claim or NAME_CLAIMS[provider.kind])
    account = await asyncio.to_thread(admitted, accounts, outside, provider.domains)
    if account is None:
        raise NotSignedIn(
            403,
            "You have no account here yet",
            "你在这里还没有账号",
            f"{provider.shown} knows you as {outside.name}. Ask your academy for an account with that name.",
            f"{provider.shown_zh}中你的名字是 {outside.name}，请凭此名向学院申请账号。",
        )
    return account
