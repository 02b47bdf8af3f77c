"""Signing in with an academy account."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from jupyterhub.auth import Authenticator
from jupyterhub.orm import new_token
from tornado import web
from traitlets import Float, Integer, Unicode

from .accounts import Account, Accounts


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
    """Lets people in by `hub_config.accounts`; their role becomes their one group.

    A password that was reset ends the sessions that the old one opened, at the latest after
    ``auth_refresh_age`` seconds.
    """

    accounts_file = Unicode(help="Path of the accounts' SQLite file.").tag(config=True)
    free_tries = Integer(5, help="Wrong passwords for a name before anybody waits.").tag(config=True)
    longest_wait = Float(60.0, help="Seconds that a next try waits at most.").tag(config=True)

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self._patience = Patience(self.free_tries, self.longest_wait)

    @property
    def _accounts(self) -> Accounts:
        return Accounts(Path(self.accounts_file))

    async def authenticate(self, handler, data: dict) -> dict | None:
        """Return the hub's user model for the right password, None for a wrong one."""
        name, password = self.normalize_username(data["username"].strip()), data["password"]
        pause = self._patience.wait(name)
        if pause:
            raise web.HTTPError(429, f"Too many wrong passwords for this name. Try again in {pause:.0f} s.")
        # scrypt takes 0.1 s and lets other threads run meanwhile
        account = await asyncio.to_thread(self._accounts.check, name, password)
        if account is None:
            self._patience.wrong(name)
            return None
        self._patience.right(name)
        user = handler.find_user(name)
        if user is not None and await _opened_with_another_password(user, account):
            _end_sessions(user)
        return _user_model(account)

    async def refresh_user(self, user, handler=None) -> bool | dict:
        """Return False, which asks for a new sign-in, when the account is gone or its password was reset."""
        account = next((one for one in self._accounts.all() if one.name == user.name), None)
        if account is None or await _opened_with_another_password(user, account):
            _end_sessions(user)
            return False
        return _user_model(account)


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


def _user_model(account: Account) -> dict:
    return {
        "name": account.name,
        "groups": [account.role],
        "auth_state": {"changed": account.changed},
    }
