"""What the service answers about a learner's way: plan, another role, a unit's picture, marks."""

from functools import partial

from tornado import web

from .handlers import ApiHandler


class Plan(ApiHandler):
    """The way to the goal."""

    @web.authenticated
    async def get(self) -> None:
        """Answer the plan, with what changed."""
        await self.answer(self.academy.plan, self.person)


class WhatIf(ApiHandler):
    """The way to another goal, beside the present one."""

    @web.authenticated
    async def get(self, role: str) -> None:
        """Answer what both share, what is extra and what is saved."""
        await self.answer(self.academy.what_if, self.person, role)


class Marks(ApiHandler):
    """Pins, skips and test-outs of the learner who asks."""

    @web.authenticated
    async def get(self) -> None:
        """Answer those that hold and those that were undone."""
        await self.answer(partial(self.academy.marking.told, history=True), self.person)

    @web.authenticated
    async def post(self) -> None:
        """Set one."""
        await self.answer(self.academy.marking.add, self.person, self.body(), self.person)


class UndoMark(ApiHandler):
    """A mark that no longer holds."""

    @web.authenticated
    async def post(self) -> None:
        """Undo it."""
        await self.answer(self.academy.marking.undo, self.person, self.body().get("id"), self.person)


class LearnersMarks(ApiHandler):
    """Marks of somebody else, for staff."""

    @web.authenticated
    async def get(self, learner: str) -> None:
        """Answer those that hold and those that were undone."""
        self.must_be_staff()
        await self.viewed("api/learners/marks", self.must_be_known(learner))
        await self.answer(partial(self.academy.marking.told, history=True), learner)

    @web.authenticated
    async def post(self, learner: str) -> None:
        """Set one, or undo the one whose ``undo`` is given."""
        self.must_be_staff()
        said, marking = self.body(), self.academy.marking
        if "undo" in said:
            await self.answer(marking.undo, self.must_be_known(learner), said["undo"], self.person)
        else:
            await self.answer(marking.add, self.must_be_known(learner), said, self.person)


class Progress(ApiHandler):
    """Where the learner stands."""

    @web.authenticated
    async def get(self) -> None:
        """Answer every competency by stage, and what moved it."""
        await self.answer(self.academy.progress, self.person)


class Picture(ApiHandler):
    """A unit's way through the graph."""

    @web.authenticated
    async def get(self, language: str, unit: str) -> None:
        """Answer it as SVG."""
        await self.answer(self.academy.picture, self.person, unit, language)


PATH_ROUTES = [
    ("api/plan", Plan),
    ("api/what-if/([^/]+)", WhatIf),
    ("api/pictures/([^/]+)/(.+)", Picture),
    ("api/progress", Progress),
    ("api/marks", Marks),
    ("api/marks/undo", UndoMark),
    ("api/learners/([^/]+)/marks", LearnersMarks),
]
