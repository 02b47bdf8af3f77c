"""What the hub's pages for learning platforms share: their address, frames, cookies, refusals."""

from urllib.parse import urlsplit

from jupyterhub.handlers.base import BaseHandler
from jupyterhub.utils import get_browser_protocol

from .. import sign_in_figures
from ..provider import NotSignedIn
from .reception import Reception
from .refusal import BadLaunch


class Page(BaseHandler):
    """What the pages share."""

    def set_default_headers(self) -> None:
        """Leave no copy of what platforms sent."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")

    @property
    def reception(self) -> Reception:
        """What a launch leads to."""
        return self.settings["authenticator"].reception

    @property
    def tool(self) -> str:
        """The address below which these pages lie, as browsers know it."""
        known = self.settings["authenticator"].public
        here = known.rstrip("/") or f"{get_browser_protocol(self.request)}://{self.request.host}"
        return f"{here}{self.hub.base_url}lti/"

    @property
    def content_security_policy(self) -> str:
        """Only platforms may show these pages in a frame."""
        return f"{self.frames}; base-uri 'none'"

    @property
    def frames(self) -> str:
        """That part of it which says who may show them."""
        hosts = {f"{p.scheme}://{p.netloc}" for p in map(urlsplit, self._known())} | {
            f"https://{host}" for one in self.reception.platforms for host in one.hosts
        }
        return f"frame-ancestors 'self' {' '.join(sorted(hosts))}"

    def _known(self) -> list[str]:
        return [address for one in self.reception.platforms for address in (one.issuer, one.auth_url)]

    @property
    def language(self) -> str:
        """The one of our languages that the browser asks for first."""
        return "zh" if self.request.headers.get("Accept-Language", "").lower().startswith("zh") else "en"

    def check_xsrf_cookie(self) -> None:
        """Ask for no token of ours: who posts comes from the platform, and proves it by other means."""

    def keep(self, name: str, ticket: str, seconds: float, *, across: bool) -> None:
        """Set a cookie of these pages; see `cookie_kind`."""
        path, kind = f"{self.hub.base_url}lti/", cookie_kind(self.tool, across)
        self.add_header("Set-Cookie", f"{name}={ticket}; Path={path}; Max-Age={int(seconds)}; {kind}")

    def forget(self, name: str, *, across: bool) -> None:
        """Take a cookie of these pages back."""
        self.keep(name, "", 0, across=across)

    def refuse(self, error: BadLaunch) -> NotSignedIn:
        """Return the error whose page says why, and log what was found."""
        sign_in_figures.refused(error.kind)
        self.log.warning("a launch from a learning platform is refused: %s", error)
        return NotSignedIn(error.status, *error.said)

    def asked(self) -> dict[str, str]:
        """Return the parameters, whether in the address or in the form."""
        return {name: self.get_argument(name) for name in self.request.arguments}


def cookie_kind(tool: str, across: bool) -> str:
    """Return how a cookie of these pages is kept, as its attributes say.

    Parameters
    ----------
    tool
        Their address.
    across
        Whether it is sent along when another site posts here or shows these pages in its frame. Browsers do
        that over TLS only, and in frames some keep a jar for each site around them (``Partitioned``).
    """
    if not tool.startswith("https:"):
        return "HttpOnly; SameSite=Lax"
    return f"HttpOnly; Secure; SameSite={'None; Partitioned' if across else 'Lax'}"
