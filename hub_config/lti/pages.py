"""The hub's pages for learning platforms: a login begins, a launch comes back, somebody arrives.

Browsers come here from another site, so no cookie of a session is with them, and forms carry no token of
ours: what is posted is proved by the platform's signature and by the cookie of `launch.Launches`. Signing in
is done in a step of its own (`Arrive`), where the browser shows who was signed in before.
"""

import asyncio
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

from jupyterhub.auth import Authenticator
from jupyterhub.handlers.base import BaseHandler
from jupyterhub.utils import get_browser_protocol

from ..accounts import Account
from ..provider import NotSignedIn
from .claims import Launch
from .launch import BEGUN_SECONDS, COOKIE, cookie_name
from .reception import Reception
from .refusal import BadLaunch
from .tickets import BadTicket

ARRIVAL, ARRIVAL_SECONDS = f"{COOKIE}arrival", 60.0
MOST_COOKIES = 8  # of launches that a browser began and did not finish
FRAMES = ("iframe", "frame", "embed", "object", "fencedframe")


class ByLaunch(Authenticator):
    """Signs in whom a launch was for. Its parent is the hub's authenticator."""

    async def authenticate(self, handler: BaseHandler, data: Account) -> dict:
        """Return the hub's user model of the account."""
        return self.parent.model(data)


class Page(BaseHandler):
    """What the pages share."""

    @property
    def reception(self) -> Reception:
        """What a launch leads to."""
        return self.settings["authenticator"].reception

    @property
    def tool(self) -> str:
        """The address below which these pages lie, as browsers know it."""
        known = self.settings["authenticator"].public
        here = known.rstrip("/") or f"{get_browser_protocol(self.request)}://{self.request.host}"
        return f"{here}{self.hub.base_url}lti/"

    @property
    def content_security_policy(self) -> str:
        """Only platforms may show these pages in a frame."""
        hosts = {f"{p.scheme}://{p.netloc}" for p in map(urlsplit, self._known())} | {
            f"https://{host}" for one in self.reception.platforms for host in one.hosts
        }
        return f"frame-ancestors 'self' {' '.join(sorted(hosts))}; base-uri 'none'"

    def _known(self) -> list[str]:
        return [address for one in self.reception.platforms for address in (one.issuer, one.auth_url)]

    @property
    def language(self) -> str:
        """The one of our languages that the browser asks for first."""
        return "zh" if self.request.headers.get("Accept-Language", "").lower().startswith("zh") else "en"

    def check_xsrf_cookie(self) -> None:
        """Ask for no token of ours: who posts comes from the platform, and proves it by other means."""

    def keep(self, name: str, ticket: str, seconds: float, *, across: bool) -> None:
        """Set a cookie of these pages; see `cookie_kind`."""
        path, kind = f"{self.hub.base_url}lti/", cookie_kind(self.tool, across)
        self.set_cookie(name, ticket, path=path, max_age=int(seconds), **kind)

    def forget(self, name: str) -> None:
        """Take a cookie of these pages back."""
        self.clear_cookie(name, path=f"{self.hub.base_url}lti/")

    def refuse(self, error: BadLaunch) -> NotSignedIn:
        """Return the error whose page says why, and log what was found."""
        self.log.warning("a launch from a learning platform is refused: %s", error)
        return NotSignedIn(error.status, *error.said)

    def asked(self) -> dict[str, str]:
        """Return the parameters, whether in the address or in the form."""
        return {name: self.get_argument(name) for name in self.request.arguments}


class Login(Page):
    """Where a platform sends a browser that wants in (third-party initiated login)."""

    async def get(self) -> None:
        """Send it back there with a state and a nonce; from a frame, ask for a window first."""
        asked = self.asked()
        framed = self.request.headers.get("Sec-Fetch-Dest", "") in FRAMES
        if framed and asked.get("target_link_uri") != f"{self.tool}choose":
            self.finish(await self.render_template("lti_window.html", fields=asked))
            return
        try:
            begun = self.reception.launches.begin(asked, self.tool)
        except BadLaunch as error:
            raise self.refuse(error) from error
        unfinished = sorted(name for name in self.request.cookies if name.startswith(COOKIE))
        for name in unfinished[MOST_COOKIES:]:
            self.forget(name)
        self.keep(begun.cookie, begun.ticket, BEGUN_SECONDS, across=True)
        self.redirect(begun.to, status=303)

    async def post(self) -> None:
        """Do the same."""
        await self.get()


class Launched(Page):
    """Where a platform sends a browser with a signed token."""

    async def post(self) -> None:
        """Prove the token; a link leads on to `Arrive`, a request for links to the page that offers them."""
        state, token = (self.get_body_argument(name, "") for name in ("state", "id_token"))
        kept = cookie_name(state)
        ticket = self.get_cookie(kept)
        if ticket is None and not self.get_body_argument("again", ""):
            # without TLS the cookie stays behind when another site posts; our own page posts once more
            fields = {"state": state, "id_token": token, "again": "1"}
            self.finish(await self.render_template("lti_again.html", fields=fields))
            return
        self.forget(kept)
        try:
            launch = await asyncio.to_thread(self.reception.launches.finish, state, token, ticket, self.tool)
            await self._lead_on(launch)
        except BadLaunch as error:
            raise self.refuse(error) from error

    async def _lead_on(self, launch: Launch) -> None:
        arrival = await asyncio.to_thread(self.reception.receive, launch, self.language)
        said = {"name": arrival.account.name, "path": arrival.path}
        ticket = self.reception.tickets.sign("arrival", said, time.time() + ARRIVAL_SECONDS)
        self.keep(ARRIVAL, ticket, ARRIVAL_SECONDS, across=False)
        self.redirect(f"{self.hub.base_url}lti/arrive", status=303)


class Arrive(Page):
    """Signs in whom the launch just before was for."""

    @property
    def authenticator(self) -> Authenticator:
        """What `login_user` asks."""
        return ByLaunch(parent=self.settings["authenticator"])

    async def get(self) -> None:
        """End the session of whoever was signed in here before, begin the new one, and go on to the link."""
        try:
            said = self.reception.tickets.read("arrival", self.get_cookie(ARRIVAL, ""), time.time())
        except BadTicket as error:
            raise self.refuse(BadLaunch("no-cookie", str(error))) from error
        self.forget(ARRIVAL)
        before = self.get_current_user_cookie()
        if before is None or before.name != said["name"]:
            self.clear_login_cookie()
            self._session_id = uuid.uuid4().hex  # another person's session is another session
            self.set_session_cookie()
        account = await asyncio.to_thread(self.reception.account, said["name"])
        await self.login_user(account)
        self.redirect(f"{self.hub.base_url}user-redirect/{said['path']}")


class Keys(Page):
    """The academy's public keys, for platforms."""

    async def get(self) -> None:
        """Answer a JSON Web Key Set."""
        found = await asyncio.to_thread(self.reception.keys.jwks)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "max-age=300")
        self.finish(found)


def pages() -> list[tuple[str, type]]:
    """Return the pages of learning platforms."""
    return [
        ("/lti/login", Login),
        ("/lti/launch", Launched),
        ("/lti/arrive", Arrive),
        ("/lti/jwks", Keys),
    ]


def cookie_kind(tool: str, across: bool) -> dict[str, Any]:
    """Return how a cookie of these pages is kept.

    Parameters
    ----------
    tool
        Their address.
    across
        Whether it is sent along when another site posts here, too; browsers do that over TLS only.
    """
    secure = tool.startswith("https:")
    return {"httponly": True, "secure": secure, "samesite": "None" if across and secure else "Lax"}


def our_addresses(public: str) -> dict[str, str]:
    """Return what has to be entered at a platform, by what it is called there.

    Parameters
    ----------
    public
        The academy's address, with a slash at its end.
    """
    tool = f"{public}hub/lti/"
    return {
        "tool URL": f"{tool}launch",
        "login initiation URL": f"{tool}login",
        "redirection URI": f"{tool}launch",
        "public keyset URL": f"{tool}jwks",
        "content selection URL": f"{tool}choose",
    }
