"""The hub's pages for learning platforms: a login begins, a launch comes back, somebody arrives.

Browsers come here from another site, so no cookie of a session is with them, and forms carry no token of
ours: what is posted is proved by the platform's signature and by the cookie of `launch.Launches`. Signing in
is done in a step of its own (`Arrive`), where the browser shows who was signed in before.
"""

import asyncio
import time
import uuid

from jupyterhub.auth import Authenticator
from jupyterhub.handlers.base import BaseHandler

from ..accounts import Account
from .choosing_page import Chosen, show_choice
from .claims import Launch
from .launch import BEGUN_SECONDS, COOKIE, cookie_name
from .page import Page
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
            self.forget(name, across=True)
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
        self.forget(kept, across=True)
        try:
            launch = await asyncio.to_thread(self.reception.launches.finish, state, token, ticket, self.tool)
            await self._lead_on(launch)
        except BadLaunch as error:
            raise self.refuse(error) from error

    async def _lead_on(self, launch: Launch) -> None:
        if launch.choosing is not None:
            await show_choice(self, launch)
            return
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
        self.forget(ARRIVAL, across=False)
        before = self.get_current_user_cookie()
        if before is None or before.name != said["name"]:
            self.clear_login_cookie()
            self._session_id = uuid.uuid4().hex  # another person's session is another session
            self.set_session_cookie()
        account = await asyncio.to_thread(self.reception.account, said["name"])
        await self.login_user(account)
        self.redirect(f"{self.base_url}{said['path']}")


class Direct(Page):
    """The address of a link, followed outside the platform: it leads to the same place, after signing in."""

    async def get(self, target: str) -> None:
        """Send the browser on."""
        try:
            path = self.reception.offer.path(target, self.language)
        except BadLaunch as error:
            raise self.refuse(error) from error
        self.redirect(f"{self.hub.base_url}user-redirect/{path}")


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
        ("/lti/chosen", Chosen),
        ("/lti/jwks", Keys),
        ("/lti/(lab/(?:[^/]+/)?[^/]+|course/[^/]+)", Direct),
    ]


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
