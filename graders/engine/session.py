"""The checker's side of the line: one call at a time to the learner's process, data out, data in.

It is what :mod:`graders.kit` and stand-ins call. When the learner's process is gone or does not answer, the
call fails, and the next check starts with a new one in which the learner's cells have run again.
"""

from __future__ import annotations

import contextlib
import itertools
import sys
import time
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from . import objects, raised
from .files import Folders
from .mirrors import Mirrors
from .patches import Patches
from .sharing import KINDS, Shared
from .standins import About, CannotCross, StandIn, library_classes, library_name, stand_in
from .values import pack, unpack
from .wire import Buffer, Channel, Gone, Late, WireError
from .writeback import fingerprint, set_state, state_of, write_back

MOST_ENDS = 6  # processes that one submission may end
MARGIN = 1.0  # seconds after its limit that a call has to answer
LEFT = ("args", "kwargs", "states")
# operations that leave their arguments alone
QUIET = frozenset({"getattr", "isinstance", "issubclass", "dir", "type", "get", "bind", "pyplot"})


class LearnerGone(Exception):
    """The learner's code ended its process during this check."""


class CallTooLong(BaseException):
    """The learner's code did not answer in the check's time."""


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
    """

    changing: set[str] = field(default_factory=set)
    used: set[tuple[str, str]] = field(default_factory=set)
    sharing: bool = False

    def data(self) -> dict[str, Any]:
        """Return the profile as JSON."""
        used = sorted(map(list, self.used))
        return {"changing": sorted(self.changing), "used": used, "sharing": self.sharing}

    @classmethod
    def read(cls, data: dict[str, Any]) -> Profile:
        """Return the profile that :meth:`data` gave."""
        used = {(a, b) for a, b in data.get("used", ())}
        return cls(set(data.get("changing", ())), used, data.get("sharing") is True)


class Session:
    """The line to the learner's process, and what is known of its objects.

    Parameters
    ----------
    connect
        Gives a line to a new process of the learner's in which no cell has run yet, from the places of cells
        that are to be left out because they ended an earlier one.
    declared
        Names of the classes that the reference solution defines.
    """

    def __init__(self, connect: Callable[[list[int]], Channel], declared: frozenset[str]) -> None:
        self._connect, self.declared = connect, declared
        self.channel: Channel | None = None
        self.left_out: list[int] = []
        self.profile, self.recording = Profile(), False
        self.refusal = ""
        self.deadline = time.monotonic()
        self.folders = Folders()
        self.patches = Patches()
        self.shared, self.sharing = Shared(1), False
        self.rebound: set[str] = set()  # names of theirs that a check gave another value
        self.pending: dict[str, Any] = {}  # those values, until the next call
        self.mirrors = Mirrors(lambda *given: self.op("backward", *given))
        self._numbers = itertools.count(1)
        self._stand_ins: dict[int, StandIn] = {}
        self._classes: dict[int, int] = {}
        self._shadows: dict[tuple[str, tuple[tuple[str, str], ...]], type | None] = {}
        self._callbacks: dict[int, Any] = {}
        self._sent: dict[int, tuple[int, Any]] = {}
        self._states: dict[int, Any] = {}
        self._pending: list[list[Any]] = []
        self._running: int | None = None
        self._kept: list[Any] = []

    # -- the learner's process -----------------------------------------------------------------------------

    def run_to(self, upto: int) -> set[str]:
        """Let the learner's cells run up to a place, in a new process where the last one was lost.

        Returns
        -------
        set of str
            Names that they bound.

        Raises
        ------
        LearnerGone
            When their cells end one process after another.
        """
        while True:
            if self.channel is None:
                if len(self.left_out) > MOST_ENDS:
                    raise LearnerGone("the cells end every process in which they run")
                self.channel = self._connect(self.left_out)
            self.channel.deadline = None  # each cell has its own limit there
            number, self._running = next(self._numbers), None
            try:
                self.channel.send({"op": "cells", "upto": upto, "q": number})
                reply, received = self._answered(self.channel, number)
                self.folders.take(reply.get("files"), received)
                return {name for name in reply.get("v") or () if isinstance(name, str)}
            except WireError:
                self._lose()
                if self._running is None:
                    raise CannotCross("the learner's process did not start; grade again") from None
                self.left_out.append(self._running)

    def _lose(self) -> None:
        if self.channel is not None:
            self.channel.close()
        self.channel = None
        self._stand_ins.clear()
        self._classes.clear()
        self._sent.clear()
        self._states.clear()
        self.mirrors.forget()
        self.shared.forget()

    def _answered(self, channel: Channel, number: int) -> tuple[dict[str, Any], list[bytearray]]:
        """Wait for the answer to a request, and answer the learner's calls of check functions meanwhile."""
        while True:
            message, buffers = channel.receive()
            if "cb" in message:
                self._called_back(channel, message, buffers)
            elif "runs" in message and type(message["runs"]) is int:
                self._running = message["runs"]
            elif message.get("q") == number:
                return message, buffers
            else:
                raise WireError("an answer to a question that was not asked")

    def _called_back(self, channel: Channel, message: dict[str, Any], buffers: list[bytearray]) -> None:
        out: list[Buffer] = []
        try:
            call = self._callbacks[message["cb"]]
            read = self._reader(buffers)
            result = call(*unpack(message.get("a"), buffers, read), **unpack(message.get("k"), buffers, read))
            reply = {"v": self._packed(result, out)}
        except Exception as error:  # noqa: BLE001 - whatever a check's function raises belongs to its caller
            out = []
            reply = {"e": raised.describe(error, lambda v: pack(v, out, _not_data))}
        channel.send(reply, out)

    # -- calls ---------------------------------------------------------------------------------------------

    def op(self, op: str, *args: Any, **kwargs: Any) -> Any:
        """Do one operation on the learner's side and return what comes of it."""
        value, _ = self._request(op, args, kwargs, effects=None)
        return value

    def effects(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, dict, dict]:
        """Call a function; return its result, and what it left in the arguments that it changed.

        Returns
        -------
        result
            Of the call.
        args, kwargs
            ``{place: value}`` and ``{name: value}`` of changed arguments; ours stay as they are.
        """
        value, (places, names, _) = self._request("call", (function, *args), kwargs, effects=False)
        return value, {place - 1: new for place, new in places.items()}, names

    def _request(
        self, op: str, args: tuple[Any, ...], kwargs: dict[str, Any], effects: bool | None
    ) -> tuple[Any, Any]:
        """Send a request and read the reply.

        `effects`: False asks for the arguments as they were left, without touching ours; None decides by the
        profile whether ours follow.
        """
        if self.channel is None:
            raise LearnerGone("the learner's code ended its process during this check")
        if self.pending:
            self._bind()
        buffers: list[Buffer] = []
        follow = effects is None and op not in QUIET and (self.recording or self._changes(args))
        message = {
            "op": op,
            "limit": max(self.deadline - time.monotonic(), 0.05),
            "tensors": self.mirrors.outgoing(buffers),
            "files": self.folders.changed(buffers),
            "whole": self._whole((args, kwargs), buffers),
            "shared": self.shared.changed(lambda v: self._packed(v, buffers)) if self.sharing else None,
            "a": {"t": [self._given(value, buffers) for value in args]},
            "k": {"d": [[name, self._given(value, buffers)] for name, value in kwargs.items()]},
            "effects": (follow and not self.sharing) or effects is False,
            "patched": [[m, n, self._packed(value, buffers)] for m, n, value in self.patches.changed()],
        }
        message["states"] = self._changed_states(buffers)
        reply, received = self._exchange(self.channel, message, buffers)
        try:
            return self._read_reply(reply, received, args, kwargs, follow)
        except WireError as error:
            self._lose()
            raise LearnerGone(f"the code's process sent {error}") from None

    def rebind(self, name: str, value: Any) -> None:
        """Give a function or class of the learner's another value there; `GONE` takes it away."""
        self.rebound.add(name)
        self.pending[name] = value

    def _bind(self) -> None:
        """Tell the learner's side which of its functions and classes a check has replaced or removed."""
        pending, self.pending = self.pending, {}
        gone = [name for name, value in pending.items() if value is GONE]
        self.op("bind", {name: value for name, value in pending.items() if value is not GONE}, gone)

    def _read_reply(
        self,
        reply: dict[str, Any],
        received: list[bytearray],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        follow: bool,
    ) -> tuple[Any, Any]:
        self.mirrors.take(reply.get("tensors"), received)
        self.folders.take(reply.get("files"), received)
        self.shared.take(reply.get("shared"), lambda tree: unpack(tree, received, self._reader(received)))
        self._say(reply)
        left = self._left(reply, received)
        if follow:
            self._follow(args, kwargs, left)
        if "e" in reply:
            raise self._raised(reply["e"], received)
        return unpack(reply.get("v"), received, self._reader(received)), left

    def _exchange(
        self, channel: Channel, message: dict[str, Any], buffers: list[Buffer]
    ) -> tuple[dict[str, Any], list[bytearray]]:
        number = next(self._numbers)
        channel.deadline = time.monotonic() + message["limit"] + MARGIN
        try:
            channel.send({**message, "q": number}, buffers)
            return self._answered(channel, number)
        except Late:
            self._lose()
            raise CallTooLong("the code did not answer in this check's time") from None
        except Gone:
            self._lose()
            raise LearnerGone("the code ended its process during this check") from None
        except WireError as error:
            self._lose()
            raise LearnerGone(f"the code's process sent {error}") from None
        except BaseException:
            self._lose()  # what was asked is not answered: the next answer would be taken for it
            raise

    def _raised(self, held: Any, received: list[bytearray]) -> BaseException:
        error = raised.rebuild(held, lambda tree: unpack(tree, received, self._reader(received)))
        if type(error).__name__ == "CallTimeout":
            return CallTooLong(str(error))
        return error

    def _say(self, reply: dict[str, Any]) -> None:
        """Print and warn here as the learner's code did there."""
        for key, stream in (("out", sys.stdout), ("err", sys.stderr)):
            if isinstance(reply.get(key), str) and reply[key]:
                stream.write(reply[key])
        for told in reply.get("warned") or ():
            lineage, text = told
            kinds = library_classes(tuple((str(m), str(n)) for m, n in lineage))
            category = kinds[0] if kinds and issubclass(kinds[0], Warning) else UserWarning
            warnings.warn_explicit(str(text), category, "<answer>", 1)

    # -- arguments that a call changes ---------------------------------------------------------------------

    def _changes(self, args: tuple[Any, ...]) -> bool:
        return bool(args) and isinstance(args[0], StandIn) and args[0]._about.label in self.profile.changing

    def _left(self, reply: dict[str, Any], received: list[bytearray]) -> tuple[dict, dict, dict]:
        left = reply.get("left")
        if not isinstance(left, dict):
            return {}, {}, {}
        read = self._reader(received)
        found = ({key: unpack(tree, received, read) for key, tree in left.get(part) or ()} for part in LEFT)
        args, kwargs, states = found
        return args, kwargs, states

    def _follow(self, args: tuple[Any, ...], kwargs: dict[str, Any], left: tuple[dict, dict, dict]) -> None:
        places, names, states = left
        for place, new in places.items():
            write_back(args[place], new)
        for name, new in names.items():
            write_back(kwargs[name], new)
        for number, value in self._sent.values():
            if number in states:
                set_state(value, states[number])
                self._states[number] = fingerprint(state_of(value))
        if self.recording and any(left) and args and isinstance(args[0], StandIn):
            self.profile.changing.add(args[0]._about.label)

    # -- objects of the check that go over whole -----------------------------------------------------------

    def _whole(self, values: Any, buffers: list[Buffer]) -> list[list[Any]]:
        """Send models first, so that an optimiser which holds their parameters finds them there."""
        torch, found = sys.modules.get("torch"), []
        if torch is not None and hasattr(torch, "nn"):
            for value in _inside(values):
                if isinstance(value, torch.nn.Module) and not isinstance(value, StandIn):
                    found += self._send_whole(value, buffers)
        self._pending = found
        return found

    def _send_whole(self, value: Any, buffers: list[Buffer]) -> list[list[Any]]:
        known = self._sent.get(id(value))
        if known is not None and known[1] is value:
            return []
        number = len(self._sent) + 1
        content = objects.dumps(value, self._number_of)
        self._sent[id(value)] = (number, value)
        state = state_of(value)
        self._states[number] = fingerprint(state)
        buffers.append(content)
        return [[number, len(buffers) - 1]]

    def _number_of(self, value: Any) -> Any:
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

    def _changed_states(self, buffers: list[Buffer]) -> dict[str, Any]:
        """Return the states of objects sent whole that this side changed since."""
        changed = {}
        for number, value in self._sent.values():
            state = state_of(value)
            mark = fingerprint(state)
            if state is not None and mark != self._states.get(number):
                self._states[number] = mark
                changed[str(number)] = self._packed(state, buffers)
        return changed

    # -- packing and unpacking -----------------------------------------------------------------------------

    def _given(self, value: Any, buffers: list[Buffer]) -> Any:
        """Return an argument as a tree; a container that both sides keep has a number."""
        tree = self._packed(value, buffers)
        if self.sharing and type(value) in KINDS:
            return {"sh": [self.shared.number(value), tree]}
        return tree

    def _packed(self, value: Any, buffers: list[Buffer]) -> Any:
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
            return {"X": raised.describe(value, lambda v: pack(v, [], _not_data))}
        if isinstance(value, type) and issubclass(value, BaseException):
            return {"N": ["builtins", _known_exception(value)]}
        if isinstance(value, types.GeneratorType) or _is_own_iterator(value):
            return {"I": self._callback(value.__next__, value)}
        if isinstance(value, type) or (callable(value) and not _has_state(value)):
            name, doc = str(getattr(value, "__name__", type(value).__name__)), getattr(value, "__doc__", None)
            return {"C": [self._callback(value, value), name, doc if isinstance(doc, str) else None]}
        try:
            self._pending += self._send_whole(value, buffers)
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

    def _reader(self, buffers: list[bytearray]) -> Callable[[str, Any], Any]:
        return lambda tag, held: self._read(tag, held, buffers)

    def _read(self, tag: str, held: Any, buffers: list[bytearray]) -> Any:
        if tag == "R":
            return self._stand_in(held)
        if tag == "N":
            found = library_name(str(held[0]), str(held[1]))
            if found is None:
                raise WireError("a library's object that this side does not know")
            return found
        if tag == "E":
            return raised.rebuild(held, lambda tree: unpack(tree, buffers, self._reader(buffers)))
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
        if "plain" in held and about.label not in self.declared:
            value = unpack(held["plain"], [], _not_data_tag)
            return self.shared.keep(held["shared"], value) if type(held.get("shared")) is int else value
        found = self._stand_ins.get(about.id)
        if found is None:
            found = self._stand_ins[about.id] = stand_in(self, about)
        return found

    # -- what stand-ins and the kit ask --------------------------------------------------------------------

    def may(self, about: About, op: str) -> bool:
        """Tell whether a check may take an object's own word for an operation."""
        if self.recording:
            self.profile.used.add((about.label, op))
            return True
        return about.label in self.declared or (about.label, op) in self.profile.used

    def special(self, value: StandIn, name: str) -> Any:
        """Return a special attribute that is made on this side, or None."""
        if name == "__bases__" and value._about.kind == "class":
            return library_classes(value._about.bases) or (object,)
        if name == "__sklearn_clone__" and value._about.kind == "object":
            return lambda: self.op("clone", value)
        if name == "__signature__" and value._about.kind == "function":
            return _signature(self.op("signature", value))
        if name == "__code__" and value._about.kind == "function":
            return _code(self.source(value))
        return None

    def shadow(self, about: About) -> type | None:
        """Return a class of this side below the library classes that an object's class descends from."""
        key = about.label, about.lineage
        if key not in self._shadows:
            bases = library_classes(about.lineage)
            shadow = bases[0] if bases else None
            if shadow is not None and about.kind == "object" and shadow.__name__ != about.label:
                with contextlib.suppress(TypeError):  # a class that takes no subclass stands for itself
                    shadow = types.new_class(about.label, bases)
            self._shadows[key] = shadow
        return self._shadows[key]

    def text(self, op: str, value: StandIn, *more: Any) -> str:
        """Return an object's text; its label where its own code fails to give one."""
        found = self.op(op, value, *more)
        return found if isinstance(found, str) else f"<{value._about.label}>"

    def is_instance(self, value: Any, of: StandIn) -> bool:
        """Tell whether a value is an instance of a class of the learner's."""
        if not isinstance(value, StandIn):
            return False
        return self.op("isinstance", value, of) is True

    def is_subclass(self, value: Any, of: StandIn) -> bool:
        """Tell whether a class of the learner's descends from another of theirs."""
        return isinstance(value, StandIn) and self.op("issubclass", value, of) is True

    def probe(self, function: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        """Run a function beside the learner's objects; here, when none of them is the learner's."""
        met: list[int] = []

        def number_of(value: Any) -> Any:
            found = self._number_of(value)
            if isinstance(found, int):
                met.append(found)
            return found if isinstance(found, int) else None

        content = objects.dumps((function, given), number_of)
        if not met:
            return objects.data_only(function(*given))
        return self.op("probe", content)

    def derive(self, name: str, bases: tuple[Any, ...], body: dict[str, Any]) -> Any:
        """Make a class below one of the learner's, on their side."""
        self.declared |= {name}
        return self.op("derive", objects.dumps((name, bases, body), self._number_of))

    def source(self, function: Any) -> str:
        """Return the text of a function of the learner's."""
        return str(self.op("source", function))

    def seed(self, number: int) -> None:
        """Seed every generator on the learner's side."""
        self.op("seed", number)

    def pyplot(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a function of pyplot on the learner's side."""
        return self.op("pyplot", name, args, kwargs)

    def lookup(self, name: str) -> Any:
        """Return the value of a name of the learner's.

        Raises
        ------
        KeyError
            When it has none.
        """
        there, value = self.op("get", name)
        if there is not True:
            raise KeyError(name)
        return value


class _Gone:
    """Stands for a name that a check has removed."""


GONE = _Gone()


class _Back:
    """Stands in a result for an argument that the learner's side was not sent."""


BACK = _Back()


def _not_data(value: Any) -> Any:
    raise WireError(f"a {type(value).__name__} is no data")


def _not_data_tag(tag: str, held: Any) -> Any:
    raise WireError(f"a value of the kind {tag[:20]} is no data")


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


def _signature(told: Any) -> Any:
    import inspect

    parameters = [
        inspect.Parameter(
            str(name), inspect._ParameterKind(kind), default=default if has else inspect.Parameter.empty
        )
        for name, kind, has, default in told
    ]
    return inspect.Signature(parameters)


def _code(text: str) -> types.CodeType:
    """Compile a function's text, without running it, for checks that look at its code or its lines."""
    import linecache
    import textwrap

    text = textwrap.dedent(text)
    filename = f"<answer {hash(text)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    module = compile(text, filename, "exec")
    return next(c for c in module.co_consts if isinstance(c, types.CodeType))
