"""The status of the academy as a page, for academy managers; it looks again by itself."""

import asyncio
import time

from tornado import web

from hub_config.handlers import SECURITY_HEADERS

from .audit_page import ManagersPage

POLICY = f"{SECURITY_HEADERS['Content-Security-Policy']}; script-src 'self'; connect-src 'self'"


class StatusPage(ManagersPage):
    """How everything does, and what to do where it does not."""

    def set_default_headers(self) -> None:
        """Let the page ask for itself again."""
        super().set_default_headers()
        self.set_header("Content-Security-Policy", f"{POLICY}; form-action 'self'; base-uri 'none'")

    @web.authenticated
    async def get(self) -> None:
        """Show it."""
        self.must_be_manager()
        found = await asyncio.to_thread(self.settings["status"].told)
        self.show_to_manager("status.html", moment=_moment, length=_length, **found)


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def _length(seconds: float) -> str:
    """Return a length of time as ``H:MM:SS``."""
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"
