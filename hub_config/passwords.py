"""Passwords: which can be chosen, which are generated, and what is kept of them."""

import hashlib
import secrets

# Unlike letters and digits only: a password is read from a screen and typed once.
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# RFC 7914's interactive cost of 2017 doubled: 32 MiB and about 0.1 s a guess.
SCRYPT = {"n": 2**15, "r": 8, "p": 1, "maxmem": 2**26}
LEAST_PASSWORD, MOST_PASSWORD, LEAST_DIFFERENT = 10, 200, 5
SERIES = "abcdefghijklmnopqrstuvwxyz01234567890qwertyuiopasdfghjklzxcvbnm"


def weakness(name: str, password: str) -> str:
    """Return why a password cannot be chosen, a key of the page's words; empty where it can.

    Length and what is easily guessed decide, no rule of signs and capitals (NIST SP 800-63B, 5.1.1.2).
    """
    if len(password) < LEAST_PASSWORD:
        return "short"
    if len(password) > MOST_PASSWORD:
        return "long"
    plain = password.casefold()
    if name in plain or len(set(plain)) < LEAST_DIFFERENT or plain in SERIES * 2 or plain[::-1] in SERIES * 2:
        return "easy"
    return ""


def new_password() -> str:
    """Return a password of 12 letters in three groups, 59 bits."""
    groups = ("".join(secrets.choice(PASSWORD_LETTERS) for _ in range(4)) for _ in range(3))
    return "-".join(groups)


def hashed(password: str, salt: bytes | None = None) -> tuple[bytes, bytes]:
    """Return salt and scrypt hash (RFC 7914) of a password."""
    salt = salt or secrets.token_bytes(16)
    return salt, hashlib.scrypt(password.encode(), salt=salt, **SCRYPT)
