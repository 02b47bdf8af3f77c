"""Deep linking: the answer to a platform that asks for links (LTI Deep Linking 2.0)."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from catalogue import Text

from .claims import CLAIM, DEEP_LINKING, Choosing, Launch
from .offer import Offer
from .platforms import Platform
from .refusal import BadLaunch
from .tickets import BadTicket, Tickets
from .tool_keys import ToolKeys

CHOOSING_SECONDS = 3600.0  # that somebody may take to choose
ANSWER_SECONDS = 300


OTHERS = Text(en="Further labs", zh="其他实验")


@dataclass(frozen=True)
class Group:
    """Labs that are offered together: targets with their titles, and the target that leads to all of them.

    That is empty where there is no such one.
    """

    title: Text
    labs: list[tuple[str, Text]]
    whole: str = ""


@dataclass(frozen=True)
class Asked:
    """Who asked for links, as a form takes it along.

    Parameters
    ----------
    platform
        `Platform.key`.
    deployment
        Of the launch.
    course
        The course beside the academy's own that is offered too, with its labs; empty for none.
    choosing
        What is wanted back.
    """

    platform: str
    deployment: str
    course: str
    choosing: Choosing


def keep(launch: Launch, tickets: Tickets, now: float) -> str:
    """Return the ticket that a form takes along."""
    said = {
        "platform": launch.platform.key,
        "deployment": launch.deployment,
        "course": launch.course,
        "choosing": asdict(launch.choosing),
    }
    return tickets.sign("choosing", said, now + CHOOSING_SECONDS)


def kept(ticket: str, tickets: Tickets, now: float) -> Asked:
    """Return who asked for links.

    Raises
    ------
    BadLaunch
        When the ticket is none of ours, over, or of another version of the academy.
    """
    try:
        said = tickets.read("choosing", ticket, now)
        return Asked(**{**said, "choosing": Choosing(**said["choosing"])})
    except (BadTicket, KeyError, TypeError) as error:
        raise BadLaunch("choice", str(error)) from error


def groups(offer: Offer) -> list[Group]:
    """Return what can be chosen: courses beside the academy's own first, then those of its own."""
    labs: dict[str, list[tuple[str, Text]]] = {}
    for name, lab in offer.labs.items():
        labs.setdefault(lab.group, []).append((f"lab/{name}", lab.title))
    further = [
        Group(offer.title(whole := f"course/{one}"), labs.get(one, []), whole) for one in offer.further
    ]
    ours = [
        Group(one.title, labs.get(slug, []), f"course/{slug}")
        for slug, one in offer.courses.items()
        if slug not in offer.further
    ]
    return [*further, *ours, *([Group(OTHERS, labs[""])] if "" in labs else [])]


def items(choosing: Choosing, targets: Sequence[str], offer: Offer, tool: str) -> list[dict[str, Any]]:
    """Return links as a platform takes them, one for each target.

    Parameters
    ----------
    choosing
        What it wants.
    targets
        ``lab/…`` and ``course/…``.
    offer
        What may be linked to.
    tool
        The address below which all targets lie.

    Raises
    ------
    BadLaunch
        When a target is not handed out here, or there are more than are taken.
    """
    targets = list(dict.fromkeys(targets))
    if len(targets) > 1 and not choosing.several:
        raise BadLaunch("claim", "more than one link")
    return [_item(one, choosing, offer, tool) for one in targets]


def answer(asked: Asked, platform: Platform, links: list[dict[str, Any]], keys: ToolKeys, now: float) -> str:
    """Return the signed answer to who asked, with these links; none when nobody wants any."""
    said: dict[str, Any] = {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "iat": int(now),
        "exp": int(now) + ANSWER_SECONDS,
        "nonce": secrets.token_urlsafe(16),
        f"{CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": asked.deployment,
        f"{DEEP_LINKING}content_items": links,
    }
    if asked.choosing.data is not None:
        said[f"{DEEP_LINKING}data"] = asked.choosing.data
    return keys.sign(said)


def _item(target: str, choosing: Choosing, offer: Offer, tool: str) -> dict[str, Any]:
    title, points = offer.title(target), offer.points(target)
    kind, _, name = target.partition("/")
    item: dict[str, Any] = {
        "type": "ltiResourceLink",
        "title": f"{title.en} {title.zh}",
        "url": f"{tool}{target}",
        "custom": {kind: name},
    }
    if points and choosing.lineitems:
        item["lineItem"] = {"scoreMaximum": points, "label": title.en, "resourceId": target}
    if choosing.window:
        item["window"] = {"targetName": "_blank"}
    return item
