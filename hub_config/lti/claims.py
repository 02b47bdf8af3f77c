"""What a learning platform says in a launch, read strictly: names, lengths and types of LTI 1.3's claims."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from ..web_address import origin
from .platforms import LONGEST_ID, Platform
from .refusal import BadLaunch

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINK, DEEP_LINK = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
LONGEST_TEXT, LONGEST_ADDRESS, MOST_ROLES = 500, 2000, 100
# who teaches in the context; what somebody is at the institution or in the system says nothing of a course
TEACHES = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
TEACHES_AS = "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#"
TEACHES_SHORT = "Instructor"  # the short form that 1.3 still allows for context roles


@dataclass(frozen=True)
class Named:
    """A context or a link: what the platform calls it for programs and for people."""

    id: str
    title: str = ""


@dataclass(frozen=True)
class GradeService:
    """Where grades go: the line item of this link, the line items of the context, what we may do there."""

    lineitem: str = ""
    lineitems: str = ""
    scopes: tuple[str, ...] = ()

    @property
    def takes_scores(self) -> bool:
        """Whether scores can be sent at all."""
        return f"{SCOPE}score" in self.scopes and bool(self.lineitem or self.makes_lineitems)

    @property
    def makes_lineitems(self) -> bool:
        """Whether a line item can be made."""
        return f"{SCOPE}lineitem" in self.scopes and bool(self.lineitems)


@dataclass(frozen=True)
class Choosing:
    """What a deep-linking request wants back.

    Parameters
    ----------
    return_url, data
        Where to, and what has to go back with it; None where there is nothing.
    several, lineitems, window
        Whether it takes more than one link, line items with them, and links that open a window.
    """

    return_url: str
    data: str | None
    several: bool
    lineitems: bool
    window: bool


@dataclass(frozen=True)
class Launch:
    """A launch that was proved.

    Parameters
    ----------
    platform, deployment
        Where it comes from.
    subject
        What the platform calls the person, and never another.
    called
        How the person is called; may be empty.
    teaches
        Whether the person teaches in the context.
    context, link
        The course there, and the link in it; None where the platform names none.
    target
        What the link leads to, as in ``lab/stable-softmax``; empty for the desk.
    grades, members
        Where grades go, and where to ask who is in the context; None and empty where that is not offered.
    choosing
        For a deep-linking request, else None.
    language
        ``en`` or ``zh``, where the platform names one of the two; else empty.
    """

    platform: Platform
    deployment: str
    subject: str
    called: str
    teaches: bool
    context: Named | None
    link: Named | None
    target: str
    grades: GradeService | None
    members: str
    choosing: Choosing | None
    language: str

    @property
    def course(self) -> str:
        """The course beside the academy's own that the context belongs to; empty for none."""
        return self.platform.courses.get(self.context.id, "") if self.context else ""


def read_claims(said: dict[str, Any], platform: Platform, tool: str) -> Launch:
    """Return what proved claims say.

    Parameters
    ----------
    said
        The claims, their signature, issuer, audience and times already checked.
    tool
        The address below which all our targets lie, as in ``https://academy.example.edu/hub/lti/``.

    Raises
    ------
    BadLaunch
        When one is missing, of a wrong kind, too long, or leads elsewhere.
    """
    if said.get(f"{CLAIM}version") != "1.3.0":
        raise BadLaunch("version", repr(said.get(f"{CLAIM}version"))[:80])
    message = said.get(f"{CLAIM}message_type")
    if message not in (LINK, DEEP_LINK):
        raise BadLaunch("message-type", repr(message)[:80])
    deployment = _text(said, f"{CLAIM}deployment_id", needed=True)
    if deployment not in platform.deployments:
        raise BadLaunch("deployment", f"{platform.id} does not list deployment {deployment!r}")
    context, link = _named(said, "context"), _named(said, "resource_link")
    if message == LINK and link is None:
        raise BadLaunch("claim", "resource_link")
    return Launch(
        platform=platform,
        deployment=deployment,
        subject=_subject(said),
        called=_called(said),
        teaches=teaches(said.get(f"{CLAIM}roles", [])),
        context=context,
        link=link if message == LINK else None,
        target=_target(said, tool),
        grades=_grades(said, platform),
        members=_address(_mapping(said, MEMBERS), "context_memberships_url", platform),
        choosing=_choosing(said, platform) if message == DEEP_LINK else None,
        language=_language(said),
    )


def teaches(roles: object) -> bool:
    """Tell whether somebody with these roles teaches in the context.

    Raises
    ------
    BadLaunch
        When they are no list of texts.
    """
    if (
        not isinstance(roles, list)
        or len(roles) > MOST_ROLES
        or not all(isinstance(one, str) for one in roles)
    ):
        raise BadLaunch("claim", "roles")
    return any(one in (TEACHES, TEACHES_SHORT) or one.startswith(TEACHES_AS) for one in roles)


def is_subject(said: object) -> bool:
    """Tell whether a platform can call somebody so."""
    return isinstance(said, str) and 0 < len(said) <= LONGEST_ID and said.isprintable()


def _subject(said: dict[str, Any]) -> str:
    subject = said.get("sub")
    if subject is None or subject == "":
        raise BadLaunch("anonymous")
    if not is_subject(subject):
        raise BadLaunch("claim", "sub")
    return subject


def _called(said: dict[str, Any]) -> str:
    name = said.get("name")
    if not isinstance(name, str) or not name.strip():
        parts = (said.get("given_name"), said.get("family_name"))
        name = " ".join(part for part in parts if isinstance(part, str))
    return name.strip()[:LONGEST_TEXT]


def _text(said: dict[str, Any], name: str, needed: bool = False, most: int = LONGEST_ID) -> str:
    found = said.get(name)
    if found is None and not needed:
        return ""
    if not isinstance(found, str) or len(found) > most or not found.isprintable() or (needed and not found):
        raise BadLaunch("claim", name.removeprefix(CLAIM))
    return found


def _mapping(said: dict[str, Any], name: str) -> dict[str, Any]:
    found = said.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadLaunch("claim", name)
    return found


def _named(said: dict[str, Any], name: str) -> Named | None:
    found = _mapping(said, f"{CLAIM}{name}")
    if not found:
        return None
    title = next((found[key] for key in ("title", "label") if isinstance(found.get(key), str)), "")
    title = " ".join(title.split())[:LONGEST_TEXT]
    return Named(_text(found, "id", needed=True), title if title.isprintable() else "")


def _address(found: dict[str, Any], name: str, platform: Platform) -> str:
    address = _text(found, name, most=LONGEST_ADDRESS)
    if address and not platform.owns(address):
        raise BadLaunch("elsewhere", f"{name} is at {address[:100]!r}, no host of {platform.id}")
    return address


def _grades(said: dict[str, Any], platform: Platform) -> GradeService | None:
    found = _mapping(said, GRADES)
    if not found:
        return None
    scopes = found.get("scope", [])
    if not isinstance(scopes, list) or not all(isinstance(one, str) for one in scopes):
        raise BadLaunch("claim", "scope")
    lineitem, lineitems = (_address(found, name, platform) for name in ("lineitem", "lineitems"))
    return GradeService(lineitem, lineitems, tuple(one for one in scopes if one.startswith(SCOPE)))


def _target(said: dict[str, Any], tool: str) -> str:
    """Return what a launch leads to: the target's path below ours, else what the custom parameters name."""
    address = _text(said, f"{CLAIM}target_link_uri", needed=True, most=LONGEST_ADDRESS)
    try:
        here = origin(address) == origin(tool) and urlsplit(address).path.startswith(urlsplit(tool).path)
    except ValueError:
        here = False
    if not here or "\\" in address:
        raise BadLaunch("target", repr(address[:200]))
    path = unquote(urlsplit(address).path.removeprefix(urlsplit(tool).path)).strip("/")
    kind, _, name = path.partition("/")
    if kind in ("lab", "course") and name:
        return path
    custom = _mapping(said, f"{CLAIM}custom")
    for kind in ("lab", "course"):
        if name := _text(custom, kind):
            return f"{kind}/{name}"
    return ""


def _choosing(said: dict[str, Any], platform: Platform) -> Choosing:
    found = _mapping(said, f"{DEEP_LINKING}deep_linking_settings")
    kinds = found.get("accept_types")
    if not isinstance(kinds, list) or "ltiResourceLink" not in kinds:
        raise BadLaunch("accepts-no-links", repr(kinds)[:200])
    address = _address(found, "deep_link_return_url", platform)
    if not address:
        raise BadLaunch("claim", "deep_link_return_url")
    data = found.get("data")
    if data is not None and (not isinstance(data, str) or len(data) > 8 * LONGEST_ADDRESS):
        raise BadLaunch("claim", "data")
    shown = found.get("accept_presentation_document_targets")
    return Choosing(
        address,
        data,
        several=found.get("accept_multiple") is True,
        lineitems=found.get("accept_lineitem") is not False,
        window=isinstance(shown, list) and "window" in shown,
    )


def _language(said: dict[str, Any]) -> str:
    shown = _mapping(said, f"{CLAIM}launch_presentation").get("locale")
    begins = shown[:2].lower() if isinstance(shown, str) else ""
    return begins if begins in ("en", "zh") else ""
