"""Receipts that a learner can show: what arrived when, signed by the academy; anybody can check one.

A receipt is JSON with a ``signature``: Ed25519 over the rest of it in canonical form (`trees.canonical`).
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from catalogue.folders import COURSE_ID

from ..deployment import write_private
from .errors import BadWork
from .trees import canonical

KIND = "zhisuan-academy receipt 1"
KEY_FILE = "receipts.key"


class Signer:
    """Signs receipts with the installation's key.

    Parameters
    ----------
    folder
        Of the installation's keys; the key is made there on first use, readable by its owner only.
    course
        The course whose receipts they are: each counts its submissions for itself.
    """

    def __init__(self, folder: Path, course: str = COURSE_ID) -> None:
        self._course = course
        self._key = Ed25519PrivateKey.from_private_bytes(_own_key(folder / KEY_FILE))

    @property
    def public(self) -> str:
        """The key that checks receipts, in hexadecimal."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return a receipt: what is said, its course and kind, and the signature."""
        whole = {**said, "course": self._course, "kind": KIND}
        return {**whole, "signature": self._key.sign(canonical(whole)).hex()}


def _own_key(path: Path) -> bytes:
    if not path.exists():
        # unique by itself: threads of one process may be here together
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        write_private(draft, Ed25519PrivateKey.generate().private_bytes_raw().hex())
        try:
            os.link(draft, path)  # whoever came first wins: receipts must hold under one key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return bytes.fromhex(path.read_text().strip())


def read(path: Path) -> dict[str, Any]:
    """Return a receipt from its file.

    Raises
    ------
    BadWork
        When it is none.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadWork(f"{path}: {error.strerror}; name the file of a receipt") from error
    except ValueError as error:
        raise BadWork(f"{path} is no JSON; name the file of a receipt as it was handed out") from error
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise BadWork(f"{path} is no receipt of this kind; one says {KIND!r}")
    return found


def holds(receipt: Mapping[str, Any], public: str) -> bool:
    """Tell whether the academy with a public key gave out a receipt just as it is."""
    said = {key: value for key, value in receipt.items() if key != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    except ValueError as error:
        raise BadWork(f"{public!r} is no key; give the 64 hexadecimal digits of the academy's") from error
    try:
        key.verify(bytes.fromhex(receipt.get("signature", "")), canonical(said))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
