"""`academy hub lti`: what has to be entered at a learning platform, and our keys towards it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import requests

from ..deployment import Deployment
from ..settings import Settings
from .pages import our_addresses
from .platform_keys import fetch_limited, read_keys
from .platforms import Platform
from .tool_keys import ToolKeys


def tell(deployment: Deployment, settings: Settings, *, new_key: bool) -> Iterator[str]:
    """Yield the lines of the command.

    Parameters
    ----------
    deployment
        A data folder; its folder of secrets is made where it is not there.
    settings
        What its `academy.yml` says.
    new_key
        Whether to make another key first.

    Raises
    ------
    HubError
        When the keys cannot be read or written.
    """
    deployment.prepare()
    keys = ToolKeys.of(deployment)
    if new_key:
        keys.rotate()
        yield "another key signs from now on; platforms fetch it by themselves, the old one is told for a day"
    for name, address in our_addresses(settings.address.public).items():
        yield f"{name:<22} {address}"
    yield f"{'key':<22} {keys.current().kid}, made {datetime.fromtimestamp(keys.current().made):%Y-%m-%d}"
    for one in settings.lti:
        yield f"{'registered':<22} {one.id}: {one.issuer}, client {one.client_id}"
    if not settings.lti:
        yield "no platform is registered yet: enter one under lti in academy.yml (docs/hub/lti.md)"


def looked_at(platform: Platform, public: str) -> tuple[Literal["fine", "mind"], str]:
    """Ask a platform for its keys; return the verdict and what would happen.

    Parameters
    ----------
    platform
        Which.
    public
        The academy's address.
    """
    who = f"{platform.shown} ({platform.issuer}), deployments {', '.join(platform.deployments)}"
    try:
        found = read_keys(fetch_limited(platform.jwks_url))
    except (requests.RequestException, ValueError) as error:
        said = str(error) if isinstance(error, ValueError) else type(error).__name__
        return "mind", f"{platform.jwks_url} gives no keys ({said}): nobody could come in from {who} now"
    if not public.startswith("https:"):
        says = f"{who}: content cannot be chosen in its frame, because browsers keep no sign-in there"
        return "mind", f"{says} without TLS; set address.url to the academy's https address"
    return "fine", f"{who}: {len(found)} key{'s' if len(found) > 1 else ''} for its launches"
