"""What happens by itself while the academy is open: inbound work, names, feedback, grades as evidence."""

import asyncio
from pathlib import Path

from tornado.log import app_log

from learning_paths.academy import Academy
from learning_paths.errors import PlanError

from .accounts import Accounts
from .deployment import Deployment
from .errors import HubError
from .exchange import COURSE_ID, carry_feedback, carry_inbound
from .roster import enter

EVERY_SECONDS = 1.0


class Caretaker:
    """Looks after exchange and gradebook.

    Parameters
    ----------
    deployment
        The data folder.
    academy
        Takes grades up.
    """

    def __init__(self, deployment: Deployment, academy: Academy) -> None:
        self._deployment = deployment
        self._academy = academy
        self._seen: dict[str, tuple[int, ...]] = {}

    async def go_on(self, stopping: asyncio.Event) -> None:
        """Look every second until told to stop, then once more: who submits last is not lost."""
        while not stopping.is_set():
            await asyncio.to_thread(self.look)
            try:
                await asyncio.wait_for(stopping.wait(), EVERY_SECONDS)
            except TimeoutError:
                continue
        await asyncio.to_thread(self.look)

    def look(self) -> None:
        """Do what is there to do; a failure is logged and tried again at the next look."""
        exchange = self._deployment.exchange
        arrived = False
        try:
            for one in carry_inbound(self._deployment, exchange):
                if one.problem:
                    app_log.warning("set aside a submission on the desk of %s: %s", one.owner, one.problem)
                else:
                    app_log.info("submission of %s for lab %s", one.owner, one.lab)
                    arrived = True
            # before anybody looks: formgrader has no other word for who handed in
            if self._changed("accounts", self._deployment.accounts) or arrived:
                enter(self._deployment, Accounts(self._deployment.accounts).all())
            if self._changed("gradebook", self._deployment.gradebook):
                self._academy.ingest_gradebook()
            if self._changed("feedback", exchange / COURSE_ID / "feedback"):
                carry_feedback(self._deployment, exchange)
        except (OSError, PlanError, HubError) as error:
            self._seen.clear()
            app_log.error("looking after %s: %s", self._deployment.data, error)

    def _changed(self, what: str, path: Path) -> bool:
        """Tell whether a file or folder is another than at the last look; a journal beside it counts."""
        stamps = tuple(
            found.stat().st_mtime_ns for found in (path, path.with_name(f"{path.name}-wal")) if found.exists()
        )
        before, self._seen[what] = self._seen.get(what, ()), stamps
        return stamps != before
