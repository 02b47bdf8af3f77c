"""Signing in with an academy account."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from jupyterhub.auth import Authenticator
from jupyterhub.orm import new_token
from oauthenticator.oauth2 import OAuthenticator
from tornado import web
from traitlets import Bool, Float, Instance, Integer, Unicode

from . import drain, pam, provider, sign_in_figures
from .accounts import Account, Accounts
from .deployment import Deployment
from .enrolments import Enrolments, groups
from .lti import pages as lti_pages
from .lti.reception import Reception
from .password_page import Invitation, OwnPassword, SignIn
from .passwords import weakness
from .settings import Provider, Settings


class Patience:
    """Slows guessing down: after some wrong passwords for a name, the next try must wait longer each time.

    Parameters
    ----------
    free_tries
        Wrong passwords for a name before anybody waits.
    longest_wait
        Seconds that a next try waits at most.
    clock
        Returns seconds; monotonic.
    """

    def __init__(
        self, free_tries: int, longest_wait: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._free_tries, self._longest_wait, self._clock = free_tries, longest_wait, clock
        self._wrong: dict[str, tuple[int, float]] = {}

    def wait(self, name: str) -> float:
        """Return the seconds until the name may be tried again, 0 when it may be now."""
        tries, last = self._wrong.get(name, (0, 0.0))
        if tries < self._free_tries:
            return 0.0
        pause = min(2.0 ** min(tries - self._free_tries, 60), self._longest_wait)
        return max(0.0, last + pause - self._clock())

    def wrong(self, name: str) -> None:
        """Count a wrong password."""
        if len(self._wrong) > 10_000:  # a flood of made-up names must not eat the hub's memory
            self._wrong.clear()
        self._wrong[name] = (self._wrong.get(name, (0, 0.0))[0] + 1, self._clock())

    def right(self, name: str) -> None:
        """Forget the wrong ones."""
        self._wrong.pop(name, None)


class AccountsAuthenticator(Authenticator):
    """Lets people in by `hub_config.accounts`; groups are their role, and what they are in which course.

    A password that was reset ends the sessions that the old one opened, at the latest after
    ``auth_refresh_age`` seconds.
    """

    accounts_file = Unicode(help="Path of the accounts' SQLite file.").tag(config=True)
    free_tries = Integer(5, help="Wrong passwords for a name before anybody waits.").tag(config=True)
    own_passwords = Bool(True, help="Who has a password that was handed out chooses another.").tag(
        config=True
    )
    longest_wait = Float(60.0, help="Seconds that a next try waits at most.").tag(config=True)
    provider = Instance(Provider, (), help="Where people sign in besides.").tag(config=True)
    provider_secret = Unicode(help="What proves this academy to it.").tag(config=True)
    callback = Unicode(help="The address that it sends people back to; empty: as browsers know the hub.").tag(
        config=True
    )

    settings = Instance(Settings, (), help="What the administrator chose.").tag(config=True)
    public = Unicode(help="The academy's address on the web; empty: as browsers know the hub.").tag(
        config=True
    )

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self._patience = Patience(self.free_tries, self.longest_wait)
        self.provided: OAuthenticator | None = None
        if self.provider.kind is not None:
            self.provided = provider.provided(self, self.provider, self.provider_secret, self.callback)
        self.reception: Reception | None = None
        if self.settings.lti:
            self.reception = Reception(Deployment(Path(self.accounts_file).parent), self.settings)

    @property
    def _accounts(self) -> Accounts:
        return Accounts(Path(self.accounts_file))

    async def authenticate(self, handler, data: dict) -> dict | None:
        """Return the hub's user model for the right password, None for a wrong one."""
        name, password = self.normalize_username(data["username"].strip()), data["password"]
        pause = self._patience.wait(name)
        if pause:
            sign_in_figures.failed("too-often")
            raise web.HTTPError(429, f"Too many wrong passwords for this name. Try again in {pause:.0f} s.")
        # scrypt takes 0.1 s and lets other threads run meanwhile
        account = await asyncio.to_thread(self._accounts.check, name, password)
        if account is None and self.settings.pam.service:
            typed = (data["username"].strip(), password)
            account = await asyncio.to_thread(pam.admitted, self._accounts, *typed, self.settings.pam)
        if account is None:
            self._patience.wrong(name)
            sign_in_figures.failed("password")
            return None
        self._patience.right(name)
        user = handler.find_user(account.name)
        if user is not None and await _opened_with_another_password(user, account):
            _end_sessions(user)
        return self.model(account)

    def get_handlers(self, app) -> list[tuple[str, type]]:
        """Return the pages that belong to signing in."""
        own = [("/login", SignIn), ("/password", OwnPassword), (r"/invitation/([\w-]+)", Invitation)]
        own += provider.pages() if self.provided is not None else []
        return own + (lti_pages.pages() if self.reception is not None else [])

    def model(self, account: Account) -> dict:
        """Return the hub's user model of an account."""
        return {
            "name": account.name,
            "groups": [account.role, *groups(Enrolments(self._accounts).of(account.name))],
            "auth_state": {"changed": account.changed},
        }

    async def admit(self, claims: dict) -> dict:
        """Return the hub's user model of whom the provider made these claims about."""
        return self.model(await provider.admit(self._accounts, claims, self.provider))

    def must_choose(self, name: str) -> bool:
        """Tell whether somebody still has the password that was handed out, and has to choose another."""
        return self.own_passwords and bool(self._accounts.get(name).handed_out)

    async def change(self, user, now: str, new: str) -> str:
        """Give a signed-in person a new password and end all sessions that the old one opened.

        Returns
        -------
        str
            Why it was not done, a key of the page's words; empty when it was.
        """
        if self._patience.wait(user.name):
            return "wait"
        if await asyncio.to_thread(self._accounts.check, user.name, now) is None:
            self._patience.wrong(user.name)
            return "wrong"
        self._patience.right(user.name)
        if why := "same" if new == now else weakness(user.name, new):
            return why
        account = await asyncio.to_thread(self._accounts.change, user.name, new)
        _end_sessions(user)
        await user.save_auth_state({"changed": account.changed})
        return ""

    async def invited(self, secret: str) -> str | None:
        """Return whom an invitation is for, None where it does not hold."""
        return await asyncio.to_thread(self._accounts.invited, secret)

    async def accept(self, name: str, new: str) -> str:
        """Give an invited person the password that they chose; return as `change` does."""
        if why := weakness(name, new):
            return why
        await asyncio.to_thread(self._accounts.change, name, new)
        return ""

    async def pre_spawn_start(self, user, spawner) -> None:
        """Open no desk before a planned end, nor to somebody whose password others may have seen."""
        planned = drain.current(Deployment(Path(self.accounts_file).parent))
        if planned is not None:
            raise web.HTTPError(503, "%s", planned.refusal)
        if self.must_choose(user.name):
            raise web.HTTPError(
                403,
                "Choose a password of your own first, under My password. 请先在“我的密码”中设置自己的密码。",
            )

    async def refresh_user(self, user, handler=None) -> bool | dict:
        """Return False, which asks for a new sign-in, when the account is gone or its password was reset."""
        account = self._accounts.find(user.name)
        if account is None or await _opened_with_another_password(user, account):
            _end_sessions(user)
            return False
        model = self.model(account)
        if handler is not None:
            await self._close_offices(user, handler, model["groups"])
        return model

    async def _close_offices(self, user, handler, groups: list[str]) -> None:
        """Stop the servers of courses that somebody teaches no longer, or that are closed."""
        taught = {f"{one.id}:instructor": one.id for one in self.settings.courses}
        open_to = {taught[group] for group in groups if group in taught}
        for name, spawner in list(user.spawners.items()):
            if name and name not in open_to and spawner.active and not spawner.pending:
                await handler.stop_single_user(user, name)


async def _opened_with_another_password(user, account: Account) -> bool:
    state = await user.get_auth_state()
    return state is not None and state.get("changed") != account.changed


def _end_sessions(user) -> None:
    """Make the hub's cookies of this user worthless, and the tokens that browsers got by them."""
    user.orm_user.cookie_id = new_token()
    for token in list(user.orm_user.api_tokens):
        if token.session_id:
            user.db.delete(token)
    user.db.commit()
