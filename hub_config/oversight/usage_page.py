"""What was used, as a page and as CSV, for academy managers."""

import asyncio
from datetime import UTC, date, datetime, timedelta

from tornado import web

from .audit_page import ManagersPage
from .usage_report import DAYS, CohortUsage, as_csv, report


class UsagePage(ManagersPage):
    """Hours of servers by cohort and person."""

    @web.authenticated
    async def get(self) -> None:
        """Show what was used since a day (``since``), by default in the last `DAYS` days."""
        found, since = await self._found()
        self.show_to_manager("usage.html", cohorts=found, since=since.isoformat())

    async def _found(self) -> tuple[list[CohortUsage], date]:
        self.must_be_manager()
        asked = self.get_query_argument("since", "")
        try:
            since = date.fromisoformat(asked) if asked else datetime.now(UTC).date() - timedelta(days=DAYS)
        except ValueError as error:
            raise web.HTTPError(404, reason="since is no day") from error
        await self.viewed("usage")
        given = (self.settings["watched"].deployment, self.settings["trail"], since)
        return await asyncio.to_thread(report, *given), since


class UsageCsv(UsagePage):
    """The same for spreadsheets."""

    @web.authenticated
    async def get(self) -> None:
        """Answer it as CSV."""
        found, since = await self._found()
        self.hand_over(f"usage-since-{since}.csv", as_csv(found))
