"""The academy's own RSA keys towards learning platforms, and their rotation."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import RSAAlgorithm

from ..deployment import Deployment, write_private
from ..errors import HubError

FILE = "lti-keys.json"
BITS = 2048
KEPT_SECONDS = 24 * 3600  # that the public part of a replaced key is still told


@dataclass(frozen=True)
class Key:
    """One key pair.

    Parameters
    ----------
    kid
        Its name, for platforms.
    pem
        The private key, PKCS 8.
    made
        When, in seconds since the epoch.
    until
        When it is forgotten, for one that was replaced; else None.
    """

    kid: str
    pem: str
    made: float
    until: float | None = None

    @property
    def public(self) -> dict[str, Any]:
        """The public part as a JSON Web Key (RFC 7517)."""
        algorithm = RSAAlgorithm(RSAAlgorithm.SHA256)
        public = algorithm.to_jwk(algorithm.prepare_key(self.pem).public_key(), as_dict=True)
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "n": public["n"],
            "e": public["e"],
        }


class ToolKeys:
    """The keys of one data folder; made when first needed, read anew when the file changes.

    Parameters
    ----------
    path
        ``secrets/lti-keys.json``, mode 0600.
    clock
        Returns seconds since the epoch.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.path, self._clock = path, clock

    @classmethod
    def of(cls, deployment: Deployment) -> "ToolKeys":
        """Return those of a data folder."""
        return cls(deployment.secrets / FILE)

    def current(self) -> Key:
        """Return the key that signs now.

        Raises
        ------
        HubError
            When the file cannot be read or made.
        """
        return (self._read() or self._write([_new(self._clock())]))[0]

    def rotate(self) -> Key:
        """Make another key that signs from now on; the public part of the one until now is told for a day.

        Raises
        ------
        HubError
            When the file cannot be read or written; the keys are as before then.
        """
        now = self._clock()
        replaced = [Key(one.kid, one.pem, one.made, one.until or now + KEPT_SECONDS) for one in self._read()]
        still = [one for one in replaced if one.until > now]
        return self._write([_new(now), *still])[0]

    def jwks(self) -> dict[str, Any]:
        """Return the public parts that hold, as a JSON Web Key Set."""
        self.current()
        now = self._clock()
        return {"keys": [one.public for one in self._read() if one.until is None or one.until > now]}

    def sign(self, claims: dict[str, Any]) -> str:
        """Return a signed message (RS256)."""
        key = self.current()
        return jwt.encode(claims, key.pem, "RS256", headers={"kid": key.kid})

    def _read(self) -> list[Key]:
        try:
            found = json.loads(self.path.read_text())
            return [Key(**one) for one in found]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError) as error:
            raise HubError(
                f"cannot read the keys for learning platforms, {self.path}: {error}; restore the file, or"
                " move it away: a new key is made then, which platforms fetch by themselves"
            ) from error

    def _write(self, keys: list[Key]) -> list[Key]:
        try:
            write_private(self.path, json.dumps([vars(one) for one in keys]))
        except OSError as error:
            raise HubError(f"cannot write {self.path}: {error.strerror}; mend its rights") from error
        return keys


def _new(now: float) -> Key:
    made = generate_private_key(public_exponent=65537, key_size=BITS)
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Key(secrets.token_urlsafe(12), pem, now)
