"""What is given to a browser and must come back unchanged: signed, for one purpose, for a time.

A ticket is not secret: who holds it can read it.
"""

import hashlib
import hmac
from typing import Any

import jwt


class BadTicket(Exception):
    """Not one of ours, for something else, or over."""


class Tickets:
    """Signs and reads tickets.

    Parameters
    ----------
    secret
        The installation's secret; each purpose has a key of its own, made from it.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def _key(self, purpose: str) -> bytes:
        return hmac.digest(self._secret, f"lti {purpose}".encode(), hashlib.sha256)

    def sign(self, purpose: str, said: dict[str, Any], until: float) -> str:
        """Return a ticket that says something until a time, in seconds since the epoch."""
        return jwt.encode({"said": said, "until": until}, self._key(purpose), "HS256")

    def read(self, purpose: str, ticket: str, now: float) -> dict[str, Any]:
        """Return what a ticket says.

        Raises
        ------
        BadTicket
            When it was not signed here for this purpose, or its time is over.
        """
        try:
            found = jwt.decode(ticket, self._key(purpose), algorithms=["HS256"])
        except jwt.InvalidTokenError as error:
            raise BadTicket(str(error)) from error
        if found["until"] <= now:
            raise BadTicket("it is over")
        return found["said"]
