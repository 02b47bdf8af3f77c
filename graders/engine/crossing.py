"""How values go from the checker's side to the learner's, and how theirs are read."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import objects, raised
from .mirrors import Mirrors
from .sharing import KINDS, Shared
from .standins import About, CannotCross, StandIn, library_name, safe_name, stand_in
from .values import pack, unpack
from .wire import Buffer, WireError
from .writeback import fingerprint, set_state, state_of

if TYPE_CHECKING:
    from .session import Session

TABLES = frozenset({"DataFrame", "Series", "ndarray"})


class Crossing:
    """Packs the check's values, and reads the learner's: stand-ins, callbacks, tensors, containers.

    Parameters
    ----------
    session
        That stand-ins belong to.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.names: dict[str, Any] = {}  # of the check's own values
        self.shared = Shared(1)
        self.mirrors = Mirrors(lambda *given: session.op("backward", *given))
        self._stand_ins: dict[int, StandIn] = {}
        self._callbacks: dict[int, Any] = {}
        self._kept: list[Any] = []
        self._sent: dict[int, tuple[int, Any]] = {}
        self._states: dict[int, Any] = {}
        self._whole: list[list[Any]] = []

    def forget(self) -> None:
        """Forget what belonged to a learner's process that is gone."""
        for store in (self._stand_ins, self._sent, self._states):
            store.clear()
        self.mirrors.forget()
        self.shared.forget()

    def callback(self, number: Any) -> Callable[..., Any]:
        """Return the check's function of a number."""
        return self._callbacks[number]

    def whole(self, values: Any, buffers: list[Buffer]) -> list[list[Any]]:
        """Send models first, so that an optimiser which holds their parameters finds them there."""
        torch, found = sys.modules.get("torch"), []
        if torch is not None and hasattr(torch, "nn"):
            for value in _inside(values):
                if isinstance(value, torch.nn.Module) and not isinstance(value, StandIn):
                    found += self._send_whole(value, buffers)
        self._whole = found
        return found

    def _send_whole(self, value: Any, buffers: list[Buffer]) -> list[list[Any]]:
        known = self._sent.get(id(value))
        if known is not None and known[1] is value:
            return []
        number = len(self._sent) + 1
        content = objects.dumps(value, self.number_of)
        self._sent[id(value)] = (number, value)
        state = state_of(value)
        self._states[number] = fingerprint(state)
        buffers.append(content)
        return [[number, len(buffers) - 1]]

    def number_of(self, value: Any) -> Any:
        """Name, for the pickler, what the learner's side has already."""
        if isinstance(value, StandIn):
            return value._about.id
        number = self.mirrors.number(value)
        if number is not None:
            return number
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.nn.Parameter):
            for sent, owner in self._sent.values():
                if isinstance(owner, torch.nn.Module):
                    for name, parameter in owner.named_parameters():
                        if parameter is value:
                            return [sent, name]
        return None

    def changed_states(self, buffers: list[Buffer]) -> dict[str, Any]:
        """Return the states of objects sent whole that this side changed since."""
        changed = {}
        for number, value in list(self._sent.values()):  # a state may hold what goes over only now
            state = state_of(value)
            mark = fingerprint(state)
            if state is not None and mark != self._states.get(number):
                self._states[number] = mark
                changed[str(number)] = self.packed(state, buffers)
        return changed

    def given(self, value: Any, buffers: list[Buffer]) -> Any:
        """Return an argument as a tree; tables and containers of both sides keep their name or number."""
        tree = self.packed(value, buffers)
        if type(value).__name__ in TABLES:
            name = next((name for name, known in dict.items(self.names) if known is value), None)
            return tree if name is None else {"own": [name, tree]}
        if self._session.sharing and type(value) in KINDS:
            return {"sh": [self.shared.number(value), tree]}
        return tree

    def line(self) -> str:
        """Return the function and the line of the master's cells that wait for the learner's side."""
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals is not self.names:
            frame = frame.f_back
        return f"{frame.f_code.co_name}:{frame.f_lineno}"

    def changed_containers(self, buffers: list[Buffer]) -> list[Any]:
        """Return the containers kept by both sides that changed here."""
        return self.shared.changed(lambda value: self.packed(value, buffers))

    def take_containers(self, changes: Any, buffers: list[bytearray]) -> None:
        """Take over what the learner's side changed in them."""
        self.shared.take(changes, lambda tree: unpack(tree, buffers, self.reader(buffers)))

    def packed(self, value: Any, buffers: list[Buffer]) -> Any:
        """Return a value of the check's as a tree.

        Raises
        ------
        CannotCross
            When it does not cross.
        """
        try:
            return pack(value, buffers, lambda v: self._other(v, buffers), self.mirrors.told)
        except WireError as error:
            raise CannotCross(f"the check passes a value that does not cross: {error}") from None

    def _other(self, value: Any, buffers: list[Buffer]) -> Any:
        if isinstance(value, StandIn):
            return {"R": value._about.id}
        module = getattr(value, "__module__", None) or (
            value.__name__ if isinstance(value, types.ModuleType) else None
        )
        name = "" if isinstance(value, types.ModuleType) else getattr(value, "__qualname__", None)
        if isinstance(module, str) and name is not None and library_name(module, name) is value:
            return {"N": [module, name]}
        if isinstance(value, BaseException):
            return {"X": raised.describe(value, lambda v: pack(v, [], not_data))}
        if isinstance(value, type) and issubclass(value, BaseException):
            return {"N": ["builtins", _known_exception(value)]}
        if isinstance(value, types.GeneratorType) or _is_own_iterator(value):
            return {"I": self._callback(value.__next__, value)}
        if isinstance(value, type) or (callable(value) and not _has_state(value)):
            name, doc = str(getattr(value, "__name__", type(value).__name__)), getattr(value, "__doc__", None)
            return {"C": [self._callback(value, value), name, doc if isinstance(doc, str) else None]}
        try:
            self._whole += self._send_whole(value, buffers)
        except CannotCross:
            raise
        except Exception as error:  # whatever cloudpickle says of an object  # noqa: BLE001
            raise CannotCross(
                f"the check passes a {type(value).__name__}, which does not cross ({type(error).__name__}):"
                " pass numbers, containers, arrays or functions"
            ) from None
        return {"P": self._sent[id(value)][0]}

    def _callback(self, call: Any, keep: Any) -> int:
        self._callbacks[id(keep)] = call
        self._kept.append(keep)
        return id(keep)

    def reader(self, buffers: list[bytearray]) -> Callable[[str, Any], Any]:
        """Return what gives the value of a tag that is no data."""
        return lambda tag, held: self._read(tag, held, buffers)

    def _read(self, tag: str, held: Any, buffers: list[bytearray]) -> Any:
        if tag == "R":
            return self._stand_in(held)
        if tag == "N":
            module, name = str(held[0]), str(held[1])
            found = library_name(module, name)
            if found is None or not safe_name(module, name, found):
                raise WireError("a library's object that this side does not know")
            return found
        if tag == "E":
            return raised.rebuild(held, lambda tree: unpack(tree, buffers, self.reader(buffers)))
        if tag == "EC":
            return raised.exception_class(tuple((str(m), str(n)) for m, n in held))
        if tag == "tensor":
            return self.mirrors.received(held[0], held[1], buffers)
        if tag == "shared":
            return self.shared.keep(*held)
        if tag == "back":
            return next((kept for kept in self._kept if id(kept) == held), BACK)
        if tag == "P":
            return next((value for number, value in self._sent.values() if number == held), BACK)
        raise WireError(f"a value of the unknown kind {tag[:20]}")

    def _stand_in(self, held: Any) -> Any:
        if isinstance(held, dict) and held.get("again") is True:
            return self._stand_ins.get(held.get("id"), BACK)
        about = About.read(held)
        if "plain" in held and about.label not in self._session.declared:
            value = unpack(held["plain"], [], self.reader([]))
            return self.shared.keep(held["shared"], value) if type(held.get("shared")) is int else value
        found = self._stand_ins.get(about.id)
        if found is None:
            found = self._stand_ins[about.id] = stand_in(self._session, about)
        return found

    def follow(self, states: dict[int, Any]) -> None:
        """Give objects that were sent whole the state that the learner's side left them in."""
        for number, value in self._sent.values():
            if number in states:
                set_state(value, states[number])
                self._states[number] = fingerprint(state_of(value))


class _Back:
    """Stands in a result for an argument that the learner's side was not sent."""


BACK = _Back()


def not_data(value: Any) -> Any:
    """Refuse a value that is no data."""
    raise WireError(f"a {type(value).__name__} is no data")


def _inside(values: Any) -> Iterator[Any]:
    if isinstance(values, (list, tuple)):
        for value in values:
            yield from _inside(value)
    elif isinstance(values, dict):
        for value in values.values():
            yield from _inside(value)
    else:
        yield values


def _is_own_iterator(value: Any) -> bool:
    return hasattr(type(value), "__next__") and not hasattr(type(value), "__dict__")


def _has_state(value: Any) -> bool:
    """Tell whether a callable is a model or such, which goes over whole."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def _known_exception(kind: type) -> str:
    return next(c.__name__ for c in kind.__mro__ if c.__module__ == "builtins")
