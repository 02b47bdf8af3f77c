"""What was used, by cohort: the courses at learning platforms, and everybody together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub_config import spreadsheets
from hub_config.accounts import Accounts
from hub_config.deployment import Deployment
from hub_config.lti.book import Book

from .trail import Trail
from .usage import Spent, spent_since

EVERYBODY = "all"
DAYS = 30  # that a report goes back where nothing else is asked for


@dataclass(frozen=True)
class CohortUsage:
    """What a cohort used.

    Parameters
    ----------
    cohort
        The title of its course, `EVERYBODY` for all people together.
    people
        What each used, by name; who used nothing is there with nothing.
    """

    cohort: str
    people: Mapping[str, Spent]

    @property
    def total(self) -> Spent:
        """What all of them used."""
        return sum(self.people.values(), Spent())

    def data(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        people = {name: one.hours for name, one in self.people.items()}
        return {"cohort": self.cohort, **self.total.hours, "people": people}


def report(deployment: Deployment, trail: Trail, since: date) -> list[CohortUsage]:
    """Return what was used from a day on, everybody first; somebody in several cohorts is in each.

    Parameters
    ----------
    deployment, trail
        Whose.
    since
        The first day, UTC.
    """
    spent = spent_since(trail, since)
    names = sorted({*spent, *(one.name for one in Accounts(deployment.accounts).all())})
    found = [_of(EVERYBODY, names, spent)]
    if deployment.lti.exists():
        book = Book.of(deployment)
        for context in book.contexts():
            found.append(_of(context.called, book.learners(context.number), spent))
    return found


def _of(cohort: str, names: Iterable[str], spent: Mapping[str, Spent]) -> CohortUsage:
    return CohortUsage(cohort, {name: spent.get(name, Spent()) for name in names})


def as_csv(found: Iterable[CohortUsage]) -> str:
    """Return a report as CSV: a line for each person in each cohort, for spreadsheets."""
    rows = ((one.cohort, name, *spent.hours.values()) for one in found for name, spent in one.people.items())
    return spreadsheets.as_csv(("cohort", "person", *Spent().hours), rows)
