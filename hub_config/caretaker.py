"""What happens by itself while the academy is open: inbound work, names, feedback, grades as evidence."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from tornado.log import app_log

from .courses import OpenCourse
from .enrolments import people_of
from .exchange import carry_inbound
from .feedback import FeedbackPost
from .gradebooks import get_ready
from .loop import SETTLED_SECONDS, Loop, pause_after
from .roster import enter
from .settings import Submissions
from .work.bridge import Bridge


class Caretaker(Loop):
    """Looks after exchange and gradebook of a course.

    Parameters
    ----------
    course
        Which; without an exchange through the service work goes through the people's desks.
    ingest
        Takes up grades that are new in its gradebook.
    most
        What a submission may bring.
    """

    every_seconds = 0.2  # a learner waits for it twice: with the submission, and with the feedback

    def __init__(
        self,
        course: OpenCourse,
        ingest: Callable[[], Any],
        most: Submissions,
    ) -> None:
        super().__init__(str(course.at.grading))
        self._deployment, self._gradebook = course.at, course.gradebook
        self._ingest, self._most = ingest, most
        self._bridge = Bridge(course.at, course.office, course.gradebook.stamp) if course.office else None
        self._post = FeedbackPost(course.at)
        self._next_reading = 0.0

    async def go_on(self, stopping: asyncio.Event) -> None:
        """Look until told to stop, then once more: who submits last is not lost."""
        await super().go_on(stopping)
        self._next_reading = 0.0
        await asyncio.to_thread(self.look)

    def _work(self) -> None:
        arrived = self._bridge.look() if self._bridge else self._carry()
        # before anybody looks: formgrader has no other word for who handed in
        if self._changes.of("accounts", self._deployment.accounts) or arrived:
            enter(self._deployment, people_of(self._deployment))
        begun = time.monotonic()
        if begun < self._next_reading:
            return
        if self._changes.differ("gradebook", self._gradebook.stamp()):
            get_ready(self._deployment)
            begun = time.monotonic()
            self._ingest()
            now = time.monotonic()
            self._next_reading = now + pause_after(now - begun)

    def _carry(self) -> bool:
        """Carry submissions from desks to the course and feedback back; tell whether any came."""
        arrived = False
        for one in carry_inbound(self._deployment, self._most):
            if one.problem:
                app_log.warning("set aside a submission on the desk of %s: %s", one.owner, one.problem)
            else:
                app_log.info("submission of %s for lab %s", one.owner, one.lab)
                arrived = True
        if self._changes.of("feedback", self._deployment.exchanged / "feedback", SETTLED_SECONDS):
            self._post.carry()
        return arrived
