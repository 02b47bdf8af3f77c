"""The public keys of learning platforms: kept for an hour, fetched anew for a key that is not known yet."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from jwt import PyJWK, PyJWKError

from .platforms import Platform
from .refusal import BadLaunch

FRESH_SECONDS = 3600.0
STALE_SECONDS = 24 * 3600.0  # where the platform does not answer, keys of yesterday hold
PAUSE_SECONDS = 30.0  # between two fetches for keys that nobody knows
PATIENCE_SECONDS = 5.0
MOST_BYTES, MOST_KEYS = 2**18, 50
LEAST_BITS = 2048

Fetch = Callable[[str], bytes]


@dataclass
class _Kept:
    keys: dict[str, Any] = field(default_factory=dict)  # by kid, as cryptography has them
    fetched: float = -STALE_SECONDS
    tried: float = -STALE_SECONDS
    lock: threading.Lock = field(default_factory=threading.Lock)


class PlatformKeys:
    """Keys of all platforms. Safe to ask from several threads: one of them fetches, the others wait.

    Parameters
    ----------
    fetch
        Returns what an address answers.
    clock
        Returns seconds; monotonic.
    """

    def __init__(self, fetch: Fetch | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._clock = fetch or fetch_limited, clock
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def key(self, platform: Platform, kid: str) -> Any:
        """Return the RSA public key of a name.

        Raises
        ------
        BadLaunch
            When the platform has no such key, or its keys cannot be had.
        """
        with self._lock:
            kept = self._kept.setdefault(platform.jwks_url, _Kept())
        with kept.lock:
            now = self._clock()
            known = kid in kept.keys
            old = now - kept.fetched > FRESH_SECONDS
            if (old or not known) and now - kept.tried > PAUSE_SECONDS:
                kept.tried = now
                try:
                    kept.keys = read_keys(self._fetch(platform.jwks_url))
                    kept.fetched = now
                except (requests.RequestException, ValueError) as error:
                    if not known:
                        raise BadLaunch("keys-away", f"{platform.jwks_url}: {error}") from error
            if kid in kept.keys and now - kept.fetched <= STALE_SECONDS:
                return kept.keys[kid]
        if now - kept.fetched > STALE_SECONDS:
            raise BadLaunch("keys-away", platform.jwks_url)
        raise BadLaunch("unknown-key", f"{platform.jwks_url} has no key {kid[:40]!r}")


def read_keys(text: bytes) -> dict[str, Any]:
    """Return the RSA keys for signatures of a JSON Web Key Set, by name; others are left out.

    Raises
    ------
    ValueError
        When it is none, or has no such key.
    """
    try:
        entries = json.loads(text)["keys"]
        if not isinstance(entries, list) or len(entries) > MOST_KEYS:
            raise ValueError(f"keys must be a list of at most {MOST_KEYS}")
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("it is no JSON Web Key Set") from error
    found = {}
    for entry in entries:
        if (
            isinstance(entry, dict)
            and entry.get("kty") == "RSA"
            and isinstance(entry.get("kid"), str)
            and entry.get("use", "sig") == "sig"
            and entry.get("alg", "RS256") == "RS256"
        ):
            try:
                # only the public part is taken, whatever else an entry says
                key = PyJWK({name: entry[name] for name in ("kty", "n", "e")}, "RS256").key
            except (PyJWKError, KeyError, ValueError, TypeError):
                continue
            if key.key_size >= LEAST_BITS:
                found[entry["kid"]] = key
    if not found:
        raise ValueError(f"it has no RSA key of {LEAST_BITS} bits or more with a kid")
    return found


def fetch_limited(address: str) -> bytes:
    """Return what an address answers, if it is little and comes soon; it may not lead elsewhere.

    Raises
    ------
    requests.RequestException
        When there is no answer, or not a good one.
    ValueError
        When there is too much of it.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    with requests.get(address, timeout=PATIENCE_SECONDS, stream=True, allow_redirects=False) as answer:
        answer.raise_for_status()
        if answer.status_code != 200:
            raise ValueError(f"it answered {answer.status_code}")
        got = b""
        for part in answer.iter_content(8192):
            got += part
            if len(got) > MOST_BYTES or time.monotonic() > end:
                raise ValueError(f"more than {MOST_BYTES} bytes, or slower than {PATIENCE_SECONDS:.0f} s")
    return got
