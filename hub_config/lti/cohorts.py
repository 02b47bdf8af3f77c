"""The page of the courses at learning platforms: who is in them, how they stand, which marks have arrived."""

import asyncio
import time
from dataclasses import dataclass
from functools import partial

from tornado import web

from learning_paths.academy import Academy

from ..accounts import Accounts
from ..handlers import STAFF
from ..overview import Standing, standings
from ..pages import Page, address, say
from .book import Context
from .delivery import Delivery
from .returns import Return


@dataclass(frozen=True)
class Cohort:
    """A course at a platform, as its page shows it.

    Parameters
    ----------
    context
        The course.
    platform
        What its platform is called.
    teachers
        How those who teach it are called.
    learners
        Its learners with their marks on the way.
    """

    context: Context
    platform: str
    teachers: list[str]
    learners: list[tuple[Standing, list[Return]]]


def cohorts(
    delivery: Delivery, academy: Academy, accounts: Accounts, numbers: set[int] | None
) -> list[Cohort]:
    """Return courses with their people.

    Parameters
    ----------
    numbers
        Which courses; None for all.
    """
    people = {one.name: one for one in accounts.all()}
    found = []
    for context in delivery.book.contexts():
        if numbers is not None and context.number not in numbers:
            continue
        members = [one for one in delivery.book.members(context.number) if one.active]
        learning = [people[one.account] for one in members if not one.teaches and one.account in people]
        marks: dict[str, list[Return]] = {}
        for one in delivery.returns.of_context(context.number):
            marks.setdefault(one.account, []).append(one)
        found.append(
            Cohort(
                context,
                delivery.shown(context.platform),
                [people[one.account].shown for one in members if one.teaches and one.account in people],
                [(one, marks.get(one.learner, [])) for one in standings(academy, learning)],
            )
        )
    return found


class CohortsPage(Page):
    """Courses at learning platforms, for staff and for who teaches them."""

    @web.authenticated
    async def get(self) -> None:
        """Show them; ``done`` says what was just asked for."""
        visible = await asyncio.to_thread(self._visible)
        await self.viewed("cohorts")
        await self._show(visible, self.get_query_argument("done", ""))

    @web.authenticated
    async def post(self) -> None:
        """Read the members of a course now, or send its marks now."""
        visible, asked = await asyncio.to_thread(self._visible), self.get_body_argument("context", "")
        known = {str(one.number) for one in await asyncio.to_thread(self._delivery.book.contexts)}
        if asked not in known or (visible is not None and int(asked) not in visible):
            raise web.HTTPError(404, reason="no such course")
        do = {
            "members": self._delivery.book.ask_members_now,
            "marks": self._delivery.returns.hurry,
        }.get(what := self.get_body_argument("do", ""))
        if do is None:
            raise web.HTTPError(400, reason="do is neither members nor marks")
        await asyncio.to_thread(do, int(asked), time.time())
        where = f"{self.settings['prefix']}cohorts"
        self.redirect(f"{where}?language={self.language}&done={what}", status=303)

    @property
    def _delivery(self) -> Delivery:
        if self.settings["delivery"] is None:
            raise web.HTTPError(404, reason="no learning platform is registered")
        return self.settings["delivery"]

    def _visible(self) -> set[int] | None:
        """Return the courses that who asks may see; None for all of them."""
        if STAFF & set(self.current_user.get("groups", ())):
            return None
        numbers = {number for _, number in self._delivery.book.teaching(self.person)}
        if not numbers:
            raise web.HTTPError(403, reason="only who teaches a course sees its people")
        return numbers

    async def _show(self, visible: set[int] | None, done: str) -> None:
        given = (self._delivery, self.academy, self.settings["accounts"], visible)
        found = await asyncio.to_thread(cohorts, *given)
        titles = {slug: lab.title for slug, lab in self.academy.catalogue.labs.items()}
        self.show(
            "cohorts.html",
            cohorts=found,
            person=self.person,
            staff=visible is None,
            done=done if done in ("members", "marks") else "",
            language=self.language,
            say=partial(say, self.language),
            address=address,
            titles=titles,
            moment=_moment,
        )


def _moment(seconds: float) -> str:
    """Return a time as people read it, in UTC."""
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(seconds))
