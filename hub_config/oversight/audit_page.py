"""The audit trail as a page, for academy managers: who released, changed and looked at what."""

import asyncio
import re
from functools import partial
from typing import Any
from urllib.parse import urlencode

from tornado import web

from hub_config.pages import Page, say

from .changed import changed
from .trail import Trail

AT_ONCE = 100
FILTERS = ("who", "about", "object")


class ManagersPage(Page):
    """A page that only academy managers see."""

    def must_be_manager(self) -> None:
        """Turn away who is none."""
        if "manager" not in self.current_user.get("groups", ()):
            raise web.HTTPError(403, reason="only academy managers see this page")

    def show_to_manager(self, template: str, **given: Any) -> None:
        """Answer with a page in the language that was asked for."""
        words = {"language": self.language, "say": partial(say, self.language)}
        self.show(template, person=self.person, **words, **given)


class AuditPage(ManagersPage):
    """The trail, the newest rows first."""

    @web.authenticated
    async def get(self) -> None:
        """Show rows: by ``who``, ``about`` whom, of which ``object``, those ``below`` a number."""
        self.must_be_manager()
        await self.viewed("audit")
        trail: Trail = self.settings["trail"]
        asked = {name: self.get_query_argument(name, "").strip() for name in FILTERS}
        below = self.get_query_argument("below", "")
        if below and not re.fullmatch(r"[0-9]{1,9}", below):
            raise web.HTTPError(404, reason="below is no number of a row")
        found = await asyncio.to_thread(
            lambda: trail.rows(
                who=asked["who"] or None,
                about=asked["about"] or None,
                thing=asked["object"] or None,
                below=int(below) if below else None,
                most=AT_ONCE + 1,
            )
        )
        wanted = {"language": self.language, **{name: value for name, value in asked.items() if value}}
        older = {**wanted, "below": found[AT_ONCE - 1].number} if len(found) > AT_ONCE else None
        self.show_to_manager(
            "audit.html",
            rows=found[:AT_ONCE],
            asked=asked,
            older=urlencode(older) if older else "",
            newest=urlencode(wanted) if below else "",
            other=urlencode({**wanted, "language": "en" if self.language == "zh" else "zh"}),
            changed=changed,
            titles={f"lab:{slug}": lab.title for slug, lab in self.academy.catalogue.labs.items()},
        )
