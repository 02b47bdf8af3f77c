"""Addresses on the web, as an administrator writes them."""

import re
from urllib.parse import urlsplit

HOST = re.compile(r"\*|(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def web_address(text: str) -> str:
    """Return an address of the web as it is.

    Raises
    ------
    ValueError
        When it is none.
    """
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{text!r} is no web address; write one like https://academy.example.edu/")
    return text


def private_address(text: str) -> str:
    """Return an address whose traffic nobody else reads: https, or on this machine.

    Raises
    ------
    ValueError
        When it is none, or its traffic could be read.
    """
    if not is_private(web_address(text)):
        raise ValueError(f"{text!r} is not encrypted; only https keeps who signs in from others")
    return text


def is_private(address: str) -> bool:
    """Tell whether nobody else reads what is sent there."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def origin(address: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of an address, the port also where it is the usual one.

    Raises
    ------
    ValueError
        When the address cannot be read.
    """
    parts = urlsplit(address)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or usual


def web_host(text: str) -> str:
    """Return the name of a host, or of all below one, in small letters.

    Raises
    ------
    ValueError
        When it is none.
    """
    if not HOST.fullmatch(text.lower()):
        raise ValueError(f"{text!r} names no host; write one like pypi.org, *.example.org or *")
    return text.lower()
