"""What happens by itself while the academy is open: inbound work, names, feedback, grades as evidence."""

import asyncio
import time

from tornado.log import app_log

from learning_paths.academy import Academy

from .accounts import Accounts
from .deployment import Deployment
from .exchange import COURSE_ID, carry_inbound
from .feedback import FeedbackPost
from .loop import SETTLED_SECONDS, Loop, pause_after
from .roster import enter
from .settings import Submissions
from .work.bridge import Bridge
from .work.office import Office


class Caretaker(Loop):
    """Looks after exchange and gradebook.

    Parameters
    ----------
    deployment
        The data folder.
    academy
        Takes grades up.
    most
        What a submission may bring.
    office
        The exchange through the service; None where work goes through the people's desks.
    """

    every_seconds = 0.2  # a learner waits for it twice: with the submission, and with the feedback

    def __init__(
        self, deployment: Deployment, academy: Academy, most: Submissions, office: Office | None = None
    ) -> None:
        super().__init__(str(deployment.data))
        self._most = most
        self._deployment = deployment
        self._academy = academy
        self._bridge = Bridge(deployment, office, academy.gradebook.stamp) if office else None
        self._post = FeedbackPost(deployment)
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
            enter(self._deployment, Accounts(self._deployment.accounts).all())
        begun = time.monotonic()
        if begun < self._next_reading:
            return
        if self._changes.differ("gradebook", self._academy.gradebook.stamp()):
            self._academy.ingest_gradebook()
            now = time.monotonic()
            self._next_reading = now + pause_after(now - begun)

    def _carry(self) -> bool:
        """Carry submissions from desks to the course and feedback back; tell whether any came."""
        exchange, arrived = self._deployment.exchange, False
        for one in carry_inbound(self._deployment, exchange, self._most):
            if one.problem:
                app_log.warning("set aside a submission on the desk of %s: %s", one.owner, one.problem)
            else:
                app_log.info("submission of %s for lab %s", one.owner, one.lab)
                arrived = True
        if self._changes.of("feedback", exchange / COURSE_ID / "feedback", SETTLED_SECONDS):
            self._post.carry()
        return arrived
