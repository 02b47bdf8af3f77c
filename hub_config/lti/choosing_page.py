"""The page on which a teacher chooses a lab or a course for a course at a learning platform.

It may stand in the platform's frame, where no session's cookie comes along: what it needs to know travels in
a signed ticket inside its form.
"""

import asyncio
import secrets
import time

from . import choosing
from .claims import Launch
from .page import Page
from .refusal import BadLaunch

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'"


class Chosen(Page):
    """Takes the choice and sends it to the platform."""

    async def post(self) -> None:
        """Answer with the form that a browser posts to the platform; without a choice, ask once more."""
        tickets, platforms = self.reception.tickets, self.reception.platforms
        ticket, targets = self.get_body_argument("ticket", ""), self.get_body_arguments("target")
        try:
            asked = choosing.kept(ticket, tickets, time.time())
            platform = next((one for one in platforms if one.key == asked.platform), None)
            if platform is None or not platform.owns(asked.choosing.return_url):
                raise BadLaunch("elsewhere", f"{asked.platform} is registered for that no more")
            wanted = self.get_body_argument("do", "") == "add"
            if wanted and not targets:
                self.set_status(422)
                await _show(self, ticket, asked, wrong=True)
                return
            chosen = targets if wanted else []
            offer = self.reception.offer.within(asked.course)
            links = await asyncio.to_thread(choosing.items, asked.choosing, chosen, offer, self.tool)
            keys = self.reception.keys
            signed = await asyncio.to_thread(choosing.answer, asked, platform, links, keys, time.time())
        except BadLaunch as error:
            raise self.refuse(error) from error
        nonce = secrets.token_urlsafe(16)
        self.set_header("Content-Security-Policy", f"{self.frames}; {POLICY}; script-src 'nonce-{nonce}'")
        given = {"address": asked.choosing.return_url, "signed": signed, "nonce": nonce}
        self.finish(await self.render_template("lti_chosen.html", **given))


async def show_choice(handler: Page, launch: Launch) -> None:
    """Answer a request for links with the page that offers them."""
    tickets, now = handler.reception.tickets, time.time()
    ticket = choosing.keep(launch, tickets, now)
    await _show(handler, ticket, choosing.kept(ticket, tickets, now), wrong=False)


async def _show(handler: Page, ticket: str, asked: choosing.Asked, *, wrong: bool) -> None:
    handler.set_header("Content-Security-Policy", f"{handler.frames}; {POLICY}; form-action 'self'")
    page = await handler.render_template(
        "lti_choose.html",
        groups=await asyncio.to_thread(choosing.groups, handler.reception.offer.within(asked.course)),
        ticket=ticket,
        several=asked.choosing.several,
        wrong=wrong,
    )
    handler.finish(page)
