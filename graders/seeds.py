"""The seed of a learner's hidden inputs: from a key of this installation, which no repository tells."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

KEY_FILE = Path("secrets") / "grading.key"
KEY = "ACADEMY_GRADING_KEY"
"""The environment's word for the key, for who may not read the file: see `graders.staff`."""


@dataclass(frozen=True)
class Seeds:
    """Seeds for one submission.

    Attributes
    ----------
    key
        The installation's key; with ``fixed`` it is not used.
    lab, digest, learner
        What the seed belongs to.
    fixed
        The same seed for every check, in tests and proofs.
    """

    key: bytes = b""
    lab: str = ""
    digest: str = ""
    learner: str = ""
    fixed: str = ""

    def of(self, grade_id: str) -> str:
        """Return the seed of one check, as text for ``ACADEMY_SEED``."""
        if self.fixed:
            return self.fixed
        message = "\n".join((self.lab, self.digest, self.learner, grade_id)).encode()
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()


def grading_key(data: Path) -> bytes:
    """Return the installation's key; made on first use, readable by its owner only.

    Parameters
    ----------
    data
        The data folder.
    """
    if told := os.environ.get(KEY):
        return bytes.fromhex(told)
    path = data / KEY_FILE
    try:
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(
        os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(temporary, path)  # whoever came first wins: two keys would give two sets of inputs
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return bytes.fromhex(path.read_text(encoding="ascii").strip())
