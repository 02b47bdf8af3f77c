"""What crosses the wall of a person's server whose network is its own, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from . import relays
from .accounts import Account
from .deployment import Deployment
from .settings import Servers

FOLDER_AT = Path("/srv/academy/crossings")
WEB_PORT = 3128  # where proxies for the web usually listen
POSTGRESQL_PORT = 5432


@dataclass(frozen=True)
class Crossings:
    """The ways through one person's wall; nothing else leads in or out.

    Parameters
    ----------
    folder
        Where the sockets lie on the host.
    server
        The port of the person's server, the same on both sides.
    inner
        Loopback ports of this academy that the server finds at the same port on its own loopback.
    gradebook
        Host and port of the database server, for who keeps the gradebook in PostgreSQL; None for others.
    outward
        Hosts on the web that may be reached over HTTPS.
    """

    folder: Path
    server: int
    inner: tuple[int, ...]
    gradebook: tuple[str, int] | None
    outward: tuple[str, ...]

    def outside(self, uid: int | None) -> list[str]:
        """Return what comes before the wall's own command line.

        Parameters
        ----------
        uid
            The user that the server runs as, where root starts it.
        """
        out = [f"{port}={port}" for port in self.inner]
        if self.gradebook is not None:
            host, port = self.gradebook
            out.append(f"gradebook={host}:{port}")
        return relays.command(self.folder, uid=uid, out=out, into=[f"server={self.server}"], web=self.outward)

    def inside(self) -> list[str]:
        """Return what comes before the server's own command line, behind the wall."""
        into = [f"{port}={port}" for port in self.inner]
        if self.gradebook is not None:
            into.append(f"gradebook={self.gradebook[1]}")
        if self.outward:
            into.append(f"web={WEB_PORT}")
        return relays.command(FOLDER_AT, out=[f"server={self.server}"], into=into)

    @property
    def environment(self) -> Mapping[str, str]:
        """What programs inside must know of it."""
        known: dict[str, str] = {}
        if self.gradebook is not None:
            known["PGHOSTADDR"] = relays.LOOPBACK  # the name stays, for TLS
        if self.outward:
            proxy = f"http://{relays.LOOPBACK}:{WEB_PORT}"
            known |= {"HTTPS_PROXY": proxy, "https_proxy": proxy}
            known |= {"NO_PROXY": "localhost,127.0.0.1", "no_proxy": "localhost,127.0.0.1"}
        return known


def crossings(account: Account, deployment: Deployment, servers: Servers, server: int) -> Crossings:
    """Return what crosses the wall of a person's server.

    Parameters
    ----------
    account, deployment, servers
        Whose, of which data folder, under which settings.
    server
        The server's port.
    """
    ports = deployment.ports()
    gradebook = None
    if account.role == "instructor":
        url = make_url(deployment.gradebook_url)
        gradebook = (url.host, url.port or POSTGRESQL_PORT) if url.host else None
    folder = deployment.crossings(account.name)
    return Crossings(folder, server, (ports["hub"], ports["academy"]), gradebook, servers.outward)
