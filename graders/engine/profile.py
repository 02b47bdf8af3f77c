"""What the reference solution did in a check: what other answers may do there too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Profile:
    """What the reference solution did in one check: what other answers may do there too.

    Attributes
    ----------
    changing
        Names of functions that changed their arguments.
    used
        (class, operation) of objects that were compared, reckoned with or taken as true or false.
    sharing
        Whether it takes containers that both sides keep.
    lines
        Of the check, at which such containers were changed: ``<module>:3``.
    by_hand
        NumPy's functions that the check wants done without, where it wants its answers written by hand;
        else None.
    """

    changing: set[str] = field(default_factory=set)
    used: set[tuple[str, str]] = field(default_factory=set)
    sharing: bool = False
    lines: set[str] = field(default_factory=set)
    by_hand: set[str] | None = None

    def data(self) -> dict[str, Any]:
        """Return the profile as JSON."""
        used = sorted(map(list, self.used))
        lines = sorted(self.lines)
        by_hand = None if self.by_hand is None else sorted(self.by_hand)
        return {
            "changing": sorted(self.changing),
            "used": used,
            "sharing": self.sharing,
            "lines": lines,
            "by_hand": by_hand,
        }

    @classmethod
    def read(cls, data: dict[str, Any]) -> Profile:
        """Return the profile that :meth:`data` gave."""
        used = {(a, b) for a, b in data.get("used", ())}
        changing, lines = (set(data.get(key, ())) for key in ("changing", "lines"))
        by_hand = data.get("by_hand")
        return cls(
            changing, used, data.get("sharing") is True, lines, None if by_hand is None else set(by_hand)
        )
