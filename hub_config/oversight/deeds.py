"""What the trail holds: deeds as they are told, rows as they are kept, and the hash that chains them."""

import getpass
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

GRADEBOOK, ACCOUNTS, EXCHANGE = "(gradebook)", "(accounts file)", "(exchange folder)"
"""Who did something where only the place is known that it was done at."""
ACTIONS = (
    "lab.released",
    "lab.taken-back",
    "feedback.released",
    "deadline.set",
    "extension.set",
    "group.set",
    "mark.changed",
    "comment.changed",
    "marks.viewed",
    "account.added",
    "account.changed",
    "account.password",
    "account.removed",
    "course.joined",
    "course.left",
    "hub.drained",
    "hub.undrained",
    "trail.began",
)


@dataclass(frozen=True)
class Deed:
    """Something that somebody did.

    Parameters
    ----------
    actor
        Who: a name at the hub, a user of the host, or one of `GRADEBOOK`, `ACCOUNTS`, `EXCHANGE`.
    action
        One of `ACTIONS`.
    object
        To what, as ``kind:name``.
    about
        Whose it is, a name at the hub; None where it is nobody's.
    before, after
        What was other before, and what it is now. Never a name, nor anything that somebody wrote: it stays
        when a person is erased.
    at
        When; None for now.
    """

    actor: str
    action: str
    object: str
    about: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Row:
    """A deed as it is kept.

    Parameters
    ----------
    number
        1 for the first; no number is left out.
    at
        When, UTC.
    actor, about
        Names, ``(erased NUMBER)`` where a name was taken out; about is None where it is nobody's.
    action, object, before, after
        See `Deed`.
    digest
        SHA-256 over this row and the digest of the row before it, hexadecimal.
    """

    number: int
    at: datetime
    actor: str
    action: str
    object: str
    about: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    digest: str

    def data(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        return {**self.__dict__, "at": self.at.isoformat()}


def seal(name: str, salt: str) -> str:
    """Return what stands for a name in the chain; without the salt it tells nothing of the name."""
    return hashlib.sha256(f"{salt}:{name}".encode()).hexdigest()


def digest(
    previous: str,
    number: int,
    at: datetime,
    actor: str,
    action: str,
    thing: str,
    about: str | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> str:
    """Return a row's link of the chain.

    Parameters
    ----------
    previous
        The digest of the row before; empty for the first.
    actor, about
        The seals of the two people.
    number, at, action, thing, before, after
        What the row says.
    """
    said = [previous, number, at.isoformat(), actor, action, thing, about, before, after]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def who_types() -> str:
    """Return what the trail calls who types a command on the academy's host."""
    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        name = str(os.getuid())
    return f"{name} (command line)"
