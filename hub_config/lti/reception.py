"""The academy's door for learning platforms: what a proved launch leads to, behind the hub's pages."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import catalogue

from ..accounts import Account, Accounts
from ..deployment import Deployment
from ..settings import Settings
from .book import Book
from .claims import Launch
from .launch import Launches
from .offer import Offer
from .people import People
from .platform_keys import PlatformKeys
from .tickets import Tickets
from .tool_keys import ToolKeys

COHORTS = "services/academy/cohorts"  # where who teaches sees how the course stands
MEMBERS_SECONDS = 3600.0  # between two readings of a course's members that launches bring about


@dataclass(frozen=True)
class Arrival:
    """Who came in by a launch, and where to, below the academy's address."""

    account: Account
    path: str


class Reception:
    """Receives whom platforms send.

    Parameters
    ----------
    deployment
        The data folder.
    settings
        What its `academy.yml` says.
    clock
        Returns seconds since the epoch.
    """

    def __init__(
        self, deployment: Deployment, settings: Settings, clock: Callable[[], float] = time.time
    ) -> None:
        self.platforms = settings.lti
        self.tickets = Tickets(deployment.secret("cookie-secret"))
        self.keys = ToolKeys.of(deployment)
        self.launches = Launches(
            self.platforms, PlatformKeys(), self.tickets, book := Book.of(deployment), clock
        )
        self._book, self._clock = book, clock
        self._accounts = Accounts(deployment.accounts)
        self.offer = Offer(catalogue.load(), deployment, settings.courses)

    def receive(self, launch: Launch, language: str) -> Arrival:
        """Return the account that a launch is for, made where there is none, and where it goes on.

        Parameters
        ----------
        launch
            For a link.
        language
            ``en`` or ``zh``, where the platform does not say.

        Raises
        ------
        BadLaunch
            When what the link leads to is not handed out here; nothing is made then.
        """
        offer = self.offer.within(launch.course)
        path = f"hub/user-redirect/{offer.path(launch.target, launch.language or language)}"
        if launch.teaches and not launch.target:
            path = COHORTS
        people = People(self._accounts)
        account = people.find_or_add(launch.platform, launch.subject, launch.called)
        self._book.enter(launch, account.name)
        people.settle(self.platforms, self._book)
        if launch.teaches and launch.members and launch.context is not None:
            self._book.ask_members(launch, self._clock(), MEMBERS_SECONDS)
        return Arrival(self.account(account.name), path)

    def account(self, name: str) -> Account:
        """Return an account."""
        return self._accounts.get(name)
