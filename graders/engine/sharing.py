"""Containers that both sides hold: what one side changes, the other sees before and after the next call.

Only in checks whose reference solution needs it: a list that an object keeps and the check looks at again, an
attribute that the check appends to.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from .values import base_of
from .wire import WireError
from .writeback import fingerprint, write_back

KINDS = (list, dict, set, bytearray, deque)


class Shared:
    """One side's part.

    Parameters
    ----------
    sign
        1 or -1: numbers of containers that this side gave first are above or below zero.
    """

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._items: dict[int, Any] = {}
        self._marks: dict[int, bytes | None] = {}
        self._numbers: dict[int, int] = {}

    def forget(self) -> None:
        """Forget everything: a new check begins, or the other side is a new process."""
        for store in (self._items, self._marks, self._numbers):
            store.clear()

    def number(self, value: Any) -> int:
        """Return a container's number, a new one if it has none."""
        number = self._numbers.get(id(value))
        if number is None:
            number = self._sign * (len(self._items) + 1)
            self.keep(number, value)
        return number

    def keep(self, number: int, value: Any) -> Any:
        """Take a container under its number, and return the one that stands for it here."""
        if number not in self._items:
            self._items[number], self._numbers[id(value)] = value, number
            self._marks[number] = fingerprint(base_of(value))
        return self._items[number]

    def take(self, changes: Any, unpack: Callable[[Any], Any]) -> None:
        """Take over what the other side changed.

        Raises
        ------
        WireError
            When it names a container that is not shared.
        """
        for number, tree in changes or ():
            if number not in self._items:
                raise WireError("a change of a container that is not shared")
            write_back(self._items[number], unpack(tree))
            self._marks[number] = fingerprint(base_of(self._items[number]))

    def changed(self, pack: Callable[[Any], Any]) -> list[list[Any]]:
        """Return the containers that changed here since the other side last knew them."""
        found = []
        for number, value in self._items.items():
            plain = base_of(value)
            mark = fingerprint(plain)
            if mark != self._marks[number]:
                self._marks[number] = mark
                found.append([number, pack(plain)])
        return found
