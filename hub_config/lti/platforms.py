"""Which learning platforms are registered: the section `lti` of `academy.yml`."""

import re
from collections.abc import Iterable
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from catalogue.schema import Id, Keys, Line

from ..web_address import is_private, origin, private_address

LONGEST_ID = 255  # of what a platform calls somebody or something (LTI 1.3 Core, 5.3)
Address = Annotated[Line, AfterValidator(private_address)]
PlatformId = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
# a browser reads a backslash as a slash, so that it would see another host than we do
_READ_IN_TWO_WAYS = re.compile(r"[\s\\\x00-\x1f]")


class Platform(Keys):
    """One registration of this academy at a learning platform."""

    id: Id = Field(description="A short name, for logs and messages", examples=["moodle"])
    shown: Line = Field(description="What people call it", examples=["Moodle of Example University"])
    issuer: Address = Field(description="Its issuer, to the letter", examples=["https://moodle.example.edu"])
    client_id: PlatformId = Field(description="What it calls this academy", examples=["a1B2c3D4"])
    deployments: tuple[PlatformId, ...] = Field(
        min_length=1,
        description="Its deployment ids of this academy, in quotes; launches of others are refused",
        examples=[["1"]],
    )
    auth_url: Address = Field(
        description="Where it says who somebody is (authentication request)",
        examples=["https://moodle.example.edu/mod/lti/auth.php"],
    )
    token_url: Address = Field(
        description="Where it gives access tokens for grades and members",
        examples=["https://moodle.example.edu/mod/lti/token.php"],
    )
    jwks_url: Address = Field(
        description="Where its public keys are", examples=["https://moodle.example.edu/mod/lti/certs.php"]
    )
    token_audience: Line | None = Field(
        None,
        description="Whom a request for a token is addressed to; left out, `token_url`",
        examples=["https://api.brightspace.com/auth/token"],
    )
    hosts: tuple[Annotated[Line, AfterValidator(str.casefold)], ...] = Field(
        (),
        description="Further hosts of the platform, where grades, members or chosen content go to an address "
        "that is none of the above",
        examples=[["school.instructure.com"]],
    )
    teachers: Literal["learner", "instructor"] = Field(
        "learner",
        description="The account of who teaches there: `learner` sees how the people of the own courses "
        "stand; `instructor` sees all learners, the labs' masters and the gradebook",
        examples=["instructor"],
    )

    courses: dict[PlatformId, Id] = Field(
        {},
        description="Which of its courses belong to one of `courses`, by what it calls them (context id, in "
        "quotes; the page of the cohorts shows it): who is in it takes part, who teaches it is instructor",
        examples=[{"42": "deep-learning-2027"}],
    )

    @property
    def key(self) -> str:
        """What its people and courses are kept under; stays when `id` or `shown` change."""
        return f"{self.issuer} {self.client_id}"

    def owns(self, address: str) -> bool:
        """Tell whether an address is one of the platform's own, and private."""
        try:
            parts = urlsplit(address)
            if _READ_IN_TWO_WAYS.search(address) or "@" in parts.netloc or not is_private(address):
                return False
            own = [origin(known) for known in (self.issuer, self.auth_url, self.token_url, self.jwks_url)]
            return origin(address) in own or parts.netloc.casefold() in self.hosts
        except ValueError:  # no address at all
            return False


def twice(platforms: Iterable[Platform]) -> str:
    """Return what two entries share and must not; empty where there is nothing."""
    seen: set[str] = set()
    for one in platforms:
        for name in (f"id {one.id!r}", f"issuer {one.issuer!r} with client_id {one.client_id!r}"):
            if name in seen:
                return name
            seen.add(name)
    return ""
