"""Why a launch is refused, in words for who launched and for who can mend it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("words.json")


class BadLaunch(Exception):
    """A launch that opens nothing.

    Parameters
    ----------
    kind
        What is wrong, a key of `refusals` in words.json.
    detail
        What was found, for the log and for who registered the platform; never a token.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind, self.detail = kind, detail

    @property
    def status(self) -> int:
        """The HTTP status."""
        return words()["refusals"][self.kind]["status"]

    @property
    def said(self) -> tuple[str, str, str, str]:
        """Title and text, each in English and in Chinese."""
        told = words()["refusals"][self.kind]
        return told["title"]["en"], told["title"]["zh"], told["text"]["en"], told["text"]["zh"]


@cache
def words() -> dict[str, Any]:
    """Return the texts of the pages that learning platforms lead to."""
    return json.loads(WORDS.read_text(encoding="utf-8"))
