"""What happens by itself while the academy is open: inbound work, names, feedback, grades as evidence."""

import asyncio
import time

from tornado.log import app_log

from learning_paths.academy import Academy
from learning_paths.errors import PlanError

from .accounts import Accounts
from .deployment import Deployment
from .errors import HubError
from .exchange import COURSE_ID, carry_inbound
from .feedback import FeedbackPost
from .roster import enter
from .settings import Submissions
from .watch import Watch

EVERY_SECONDS = 0.2  # a learner waits for it twice: with the submission, and with the feedback
# Reading the whole gradebook may take a tenth of the time, however many learners it has.
LEAST_SECONDS, SHARE = 1.0, 0.1
SETTLED_SECONDS = 0.1  # a file's time of change has steps: what changed just now may change again unseen


class Caretaker:
    """Looks after exchange and gradebook.

    Parameters
    ----------
    deployment
        The data folder.
    academy
        Takes grades up.
    most
        What a submission may bring.
    """

    def __init__(self, deployment: Deployment, academy: Academy, most: Submissions) -> None:
        self._most = most
        self._deployment = deployment
        self._academy = academy
        self._watch = Watch()
        self._post = FeedbackPost(deployment)
        self._next_reading = 0.0

    async def go_on(self, stopping: asyncio.Event) -> None:
        """Look all the while until told to stop, then once more: who submits last is not lost."""
        while not stopping.is_set():
            await asyncio.to_thread(self.look)
            try:
                await asyncio.wait_for(stopping.wait(), EVERY_SECONDS)
            except TimeoutError:
                continue
        self._next_reading = 0.0
        await asyncio.to_thread(self.look)

    def look(self) -> None:
        """Do what is there to do; a failure is logged and tried again at the next look."""
        exchange = self._deployment.exchange
        arrived = False
        try:
            for one in carry_inbound(self._deployment, exchange, self._most):
                if one.problem:
                    app_log.warning("set aside a submission on the desk of %s: %s", one.owner, one.problem)
                else:
                    app_log.info("submission of %s for lab %s", one.owner, one.lab)
                    arrived = True
            if self._watch.changed("feedback", exchange / COURSE_ID / "feedback", SETTLED_SECONDS):
                self._post.carry()
            # before anybody looks: formgrader has no other word for who handed in
            if self._watch.changed("accounts", self._deployment.accounts) or arrived:
                enter(self._deployment, Accounts(self._deployment.accounts).all())
            begun = time.monotonic()
            if begun >= self._next_reading and self._watch.differs(
                "gradebook", self._academy.gradebook.stamp()
            ):
                self._academy.ingest_gradebook()
                now = time.monotonic()
                self._next_reading = now + max(LEAST_SECONDS, (now - begun) / SHARE)
        except (OSError, PlanError, HubError) as error:
            self._watch.forget()
            app_log.error("looking after %s: %s", self._deployment.data, error)
