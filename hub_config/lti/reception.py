"""The academy's door for learning platforms: what a proved launch leads to, behind the hub's pages."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import catalogue
from catalogue import Catalogue, Text

from ..accounts import Account, Accounts
from ..deployment import Deployment
from ..settings import Settings
from .book import Book
from .claims import Launch
from .launch import Launches
from .people import People
from .platform_keys import PlatformKeys
from .refusal import BadLaunch
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
        self.offer = Offer(catalogue.load(), settings.labs)

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
        path = f"hub/user-redirect/{self.offer.path(launch.target, launch.language or language)}"
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


class Offer:
    """What links may lead to: the labs that are handed out, and the courses.

    Parameters
    ----------
    known
        What there is to learn.
    labs
        Which labs are handed out; None for all.
    """

    def __init__(self, known: Catalogue, labs: tuple[str, ...] | None) -> None:
        self.labs = {slug: lab for slug, lab in known.labs.items() if labs is None or slug in labs}
        self.courses = {slug: course for slug, course in known.courses.items() if course.lessons}

    def title(self, target: str) -> Text:
        """Return what ``lab/…`` or ``course/…`` is called.

        Raises
        ------
        BadLaunch
            When it is not handed out here.
        """
        kind, _, name = target.partition("/")
        found = {"lab": self.labs, "course": self.courses}.get(kind, {}).get(name)
        if found is None:
            raise BadLaunch("no-such", repr(target[:200]))
        return found.title

    def points(self, target: str) -> float | None:
        """Return what can be reached in a lab; None for what has no grade."""
        kind, _, name = target.partition("/")
        return sum(self.labs[name].grades.values()) if kind == "lab" else None

    def path(self, target: str, language: str) -> str:
        """Return where a target is found below a person's own server; the desk where there is none.

        Raises
        ------
        BadLaunch
            When it is not handed out here.
        """
        if not target:
            return "lab"
        self.title(target)
        kind, _, name = target.partition("/")
        unit = f"lab:{name}" if kind == "lab" else f"lesson:{name}/{self.courses[name].lessons[0].slug}"
        return f"academy/go/{unit}?language={language}"
