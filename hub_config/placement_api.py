"""What the service answers about the placement test; right answers and their reasons never leave it."""

from tornado import web

from .handlers import ApiHandler


class Placement(ApiHandler):
    """The placement test."""

    @web.authenticated
    async def get(self) -> None:
        """Answer the open question, what the last test found, or that there was none."""
        await self.answer(self.academy.placing.state, self.person)


class PlacementStep(ApiHandler):
    """A step of the placement test."""

    @web.authenticated
    async def post(self, step: str) -> None:
        """Start, answer (`position`, `answer` with null for "I don't know", `seconds`) or end."""
        placing = self.academy.placing
        if step != "answer":
            await self.answer(placing.start if step == "start" else placing.end, self.person)
            return
        sent = self.body()
        if not {"position", "answer"} <= sent.keys():
            raise web.HTTPError(400, reason='the body needs "position" and "answer"')
        await self.answer(placing.answer, self.person, sent["position"], sent["answer"], sent.get("seconds"))


PLACEMENT_ROUTES = [
    ("api/placement", Placement),
    ("api/placement/(start|answer|end)", PlacementStep),
]
