"""The hub's log as JSON, a line an object, without people's names: ``python -m hub_config.log_writer DATA``.

What the hub, its proxy and its services print arrives here through one pipe, so that nothing that any of them
says gets into the log by another way: neither a traceback nor a line of a library's own.
"""

import hashlib
import hmac
import json
import os
import re
import selectors
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, BinaryIO

from . import settings
from .accounts import Account, Accounts
from .deployment import Deployment
from .errors import HubError

HEAD = re.compile(r"\[(?P<level>[DIWEC]) [\d:.,\- ]+(?P<where>[^\]]*)\] (?P<message>.*)")
LEVELS = {"D": "debug", "I": "info", "W": "warning", "E": "error", "C": "critical"}
SETTLED_SECONDS = 0.2  # after which no further line belongs to a record
MOST_LINES = 200  # of a record: a longer one is cut
LOOK_AGAIN_SECONDS = 1.0  # at who has an account

ADDRESS = re.compile(  # of any machine but this one
    r"(?<![\w.])(?!127\.)\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"
    r"|(?<![\w:])(?!::1(?![\w:]))(?=[0-9a-f:]*::|(?:[0-9a-f]+:){4})[0-9a-f:]{3,}(?![\w:])",
    re.IGNORECASE,
)
EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
SECRET = re.compile(r"(?<![\w-])(?:[0-9a-f]{32,}|eyJ[\w-]+\.[\w-]+\.[\w-]*)(?![\w-])", re.IGNORECASE)
TYPED = re.compile(r"((?:Failed login for|logged in:|logged out:) )(.+)")
PLACES = re.compile(
    r"(/(?:user|users|spawn|spawn-pending|learners|invitation|crossings|homes|desks)/)([^/\s?)\]'\"]+)"
)


class Pseudonyms:
    """Puts keyed pseudonyms in the place of people's names: the same for one person, and nobody's name again.

    Parameters
    ----------
    key
        A secret of this academy.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._names: re.Pattern[str] | None = None
        self._of: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Return the pseudonym of a name, as ``p-`` and ten hexadecimal digits."""
        return "p-" + hmac.new(self._key, name.casefold().encode(), hashlib.sha256).hexdigest()[:10]

    def know(self, accounts: Iterable[Account]) -> None:
        """Know these people by all their names from now on."""
        self._of = {}
        for one in accounts:
            for name in (one.name, one.called, one.called_zh, one.signs_in_as):
                if name:
                    self._of.setdefault(name.casefold(), self.of(one.name))
        longest_first = sorted(map(re.escape, self._of), key=len, reverse=True)
        ends = r"(?<![A-Za-z0-9])(?:{})(?![A-Za-z0-9])"
        self._names = re.compile(ends.format("|".join(longest_first)), re.IGNORECASE) if self._of else None

    def replace(self, text: str) -> str:
        """Return a text without names, e-mail addresses and addresses of people's machines."""
        text = TYPED.sub(lambda m: m[1] + self._of.get(m[2].casefold(), self.of(m[2])), text)
        text = PLACES.sub(lambda m: m[1] + self._of.get(m[2].casefold(), self.of(m[2])), text)
        if self._names is not None:
            text = self._names.sub(lambda m: self._of[m[0].casefold()], text)
        return ADDRESS.sub("[address]", EMAIL.sub("[e-mail]", text))


class Writer:
    """Turns what is printed into records.

    Parameters
    ----------
    write
        Takes a line.
    clean
        Takes out of a text what does not belong into the log.
    """

    def __init__(self, write: Callable[[str], None], clean: Callable[[str], str]) -> None:
        self._write, self._clean = write, clean
        self._record: dict[str, Any] | None = None

    def line(self, text: str) -> None:
        """Take a line: it begins a record, or goes on with the one before."""
        head = HEAD.fullmatch(text)
        if head is None and self._record is not None:
            more = self._record.setdefault("more", [])
            if len(more) < MOST_LINES:
                more.append(text)
            return
        self.settle()
        level, where, message = (LEVELS[head[1]], head[2], head[3]) if head else ("info", "", text)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._record = {"time": now, "level": level, "where": where, "message": message}

    def settle(self) -> None:
        """Write the record that is complete now."""
        if self._record is None:
            return
        record, self._record = self._record, None
        record["message"] = self._clean(SECRET.sub("[secret]", record["message"]))
        if "more" in record:
            record["more"] = [self._clean(SECRET.sub("[secret]", line)) for line in record["more"]]
        self._write(json.dumps(record, ensure_ascii=False) + "\n")


def cleaning(deployment: Deployment, names: bool) -> Callable[[str], str]:
    """Return what takes people's names out of a text, those of accounts that are made meanwhile too.

    Parameters
    ----------
    deployment
        Whose accounts.
    names
        Whether names stay.
    """
    if names:
        return lambda text: text
    pseudonyms = Pseudonyms(bytes.fromhex(deployment.secret("log-key")))
    seen = looked = 0.0

    def clean(text: str) -> str:
        nonlocal seen, looked
        if time.monotonic() - looked > LOOK_AGAIN_SECONDS and deployment.accounts.exists():
            looked = time.monotonic()
            changed = deployment.accounts.stat().st_mtime
            if changed != seen:
                with suppress(HubError):  # busy: the names of before do until the next line
                    pseudonyms.know(Accounts(deployment.accounts).all())
                    seen = changed
        return pseudonyms.replace(text)

    return clean


def copy(source: BinaryIO, writer: Writer) -> None:
    """Take lines until there are no more; a record is written once nothing follows it for a moment."""
    ready = selectors.DefaultSelector()
    ready.register(source, selectors.EVENT_READ)
    rest = b""
    while True:
        if not ready.select(SETTLED_SECONDS):
            writer.settle()
            continue
        if not (piece := os.read(source.fileno(), 2**16)):
            break
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            writer.line(line.decode(errors="replace"))
    if rest:
        writer.line(rest.decode(errors="replace"))
    writer.settle()


def main(data: str) -> None:
    """Write what comes on the standard input into the log of a data folder, until it ends."""
    deployment = Deployment.at(data)
    chosen = settings.read(deployment.data).logs
    out = os.open(deployment.logs / "hub.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(line: str) -> None:
        with suppress(OSError):  # a full disk: the hub goes on, and what it says now is lost
            os.write(out, line.encode())

    copy(sys.stdin.buffer, Writer(write, cleaning(deployment, chosen.names)))


if __name__ == "__main__":
    main(sys.argv[1])
