"""The page on which staff give one learner more time or attempts, where work goes through the service."""

import asyncio
import re
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from tornado import web

from .course_handlers import OfCourse
from .pages import Page, address, say
from .work.errors import BadWork
from .work.office import Office
from .work.rules import MOST_ATTEMPTS, moment

FIELDS = ("lab", "until", "attempts", "reason")
MOST_LETTERS = 500


class TimePage(OfCourse, Page):
    """What holds for a learner in each lab of a course, and a form that extends it."""

    @web.authenticated
    async def get(self, learner: str) -> None:
        """Show it; ``done`` names the lab that was just extended."""
        self._check(learner)
        await self._show(learner, done=self.get_query_argument("done", ""))

    @web.authenticated
    async def post(self, learner: str) -> None:
        """Extend a ``lab`` ``until`` a time, by some ``attempts``, for a ``reason``."""
        self._check(learner)
        said = {name: self.get_body_argument(name, "").strip() for name in FIELDS}
        try:
            await asyncio.to_thread(self._extend, learner, said)
        except BadWork as error:
            self.set_status(422)
            await self._show(learner, wrong=str(error), said=said)
            return
        asked = urlencode({"language": self.language, "done": said["lab"]})
        here = f"{self.settings['prefix']}{self.below}{address(learner)}/time"
        self.redirect(f"{here}?{asked}", status=303)

    @property
    def _office(self) -> Office:
        if self.opened.office is None:
            raise web.HTTPError(404, reason="work goes through folders")
        return self.opened.office

    def _check(self, learner: str) -> None:
        self.must_be_staff()
        self.must_be_in_course(learner)

    def _bounded(self, learner: str) -> list[dict[str, Any]]:
        """Return the labs in which time or attempts can end for a learner, with what holds."""
        found = self._office.labs(learner)
        return [one for one in found if one["due"] is not None or one["attempts"] is not None]

    def _extend(self, learner: str, said: dict[str, str]) -> None:
        words = partial(say, self.language)
        lab = next((one for one in self._bounded(learner) if one["lab"] == said["lab"]), None)
        if lab is None:
            raise BadWork(words("time-choose"))
        if not (said["until"] or said["attempts"]):
            raise BadWork(words("time-nothing"))
        before = self._given(learner, lab["lab"])
        attempts = said["attempts"] or "0"
        left = MOST_ATTEMPTS - before["attempts"]
        numeral = re.fullmatch("[0-9]{1,4}", attempts)
        if not numeral or int(attempts) > left or len(said["reason"]) > MOST_LETTERS:
            raise BadWork(words("time-bounds", attempts=left, letters=MOST_LETTERS))
        if said["until"]:
            self._must_be_later(lab, said["until"])
        until = said["until"] or before["until"]
        told = {
            "learner": learner,
            "until": until,
            "attempts": before["attempts"] + int(attempts),
            "zone": lab["zone"],
        }
        self._office.sayings.extend(lab["lab"], {**told, "reason": said["reason"]}, self.person)

    def _given(self, learner: str, lab: str) -> dict[str, Any]:
        """Return what a learner was given in a lab and still counts: a new extension replaces it."""
        found = self._office.sayings.of_lab(lab)
        own = (one for one in found["extensions"] if (one["kind"], one["name"]) == ("learner", learner))
        given = next(own, {"until": None, "attempts": 0})
        due = (found["deadline"] or {"due": None})["due"]
        if None not in (due, given["until"]):
            ends, extended = map(datetime.fromisoformat, (due, given["until"]))
            return given if extended > ends else {**given, "until": None}
        return {**given, "until": None}

    def _must_be_later(self, lab: dict[str, Any], until: str) -> None:
        if lab["due"] is None:
            raise BadWork(say(self.language, "time-no-deadline"))
        try:
            later = moment(until, lab["zone"]) > datetime.fromisoformat(lab["due"])
        except BadWork as error:
            raise BadWork(say(self.language, "time-strange", until=until, zone=lab["zone"])) from error
        if not later:
            raise BadWork(say(self.language, "time-not-later", due=lab["shown"]))

    async def _show(
        self, learner: str, *, done: str = "", wrong: str = "", said: dict[str, str] | None = None
    ) -> None:
        labs = await asyncio.to_thread(self._bounded, learner)
        known = self.academy.catalogue.labs if self.opened.is_ours else {}
        self.show(
            "time.html",
            learner=learner,
            shown=self.settings["shown"](learner),
            person=self.person,
            language=self.language,
            say=partial(say, self.language),
            address=address,
            below=self.below,
            course=self.opened.said,
            labs=labs,
            title=lambda lab: getattr(known[lab].title, self.language) if lab in known else lab,
            done=next((one for one in labs if one["lab"] == done), None),
            wrong=wrong,
            said=said or {},
            most=MOST_ATTEMPTS,
            letters=MOST_LETTERS,
        )
