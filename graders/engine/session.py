"""The checker's side of the line: one call at a time to the learner's process, data out, data in.

It is what :mod:`graders.kit` and stand-ins call. When the learner's process is gone or does not answer, the
call fails, and the next check starts with a new one in which the learner's cells have run again.
"""

from __future__ import annotations

import contextlib
import itertools
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any

from graders.kit.sides import OutOfTime
from sandbox.waiting import Countdown

from . import objects, raised
from .crossing import Crossing, not_data
from .files import Folders
from .looks import code, signature
from .patches import Patches
from .profile import Profile
from .standins import About, CannotCross, StandIn, library_classes
from .values import pack, unpack
from .wire import Buffer, Channel, Gone, Late, WireError
from .writeback import write_back

MOST_ENDS = 6  # processes that one submission may end
MARGIN = 1.0  # seconds after its limit that a call has to answer
LEFT = ("args", "kwargs", "states")
# operations that leave their arguments alone
QUIET = frozenset({"getattr", "isinstance", "issubclass", "dir", "type", "get", "bind", "pyplot"})


class LearnerGone(Exception):
    """The learner's code ended its process during this check."""


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
        self.deadline, self.late = Countdown(0), False  # of the check; whether it let it pass
        self.folders = Folders()
        self.patches = Patches()
        self.sharing = False
        self.following = False  # whatever a call changes in its arguments
        self.changed = False  # an argument, by a call that the reference solution leaves them alone in
        self.rebound: set[str] = set()  # names of theirs that a check gave another value
        self.pending: dict[str, Any] = {}  # those values, until the next call
        self.crossing = Crossing(self)
        self._numbers = itertools.count(1)
        self._shadows: dict[tuple[str, tuple[tuple[str, str], ...]], type | None] = {}
        self._running: int | None = None

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
        self.crossing.forget()

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
            call = self.crossing.callback(message["cb"])
            read = self.crossing.reader(buffers)
            result = call(*unpack(message.get("a"), buffers, read), **unpack(message.get("k"), buffers, read))
            reply = {"v": self.crossing.packed(result, out)}
        except Exception as error:  # noqa: BLE001 - whatever a check's function raises belongs to its caller
            out = []
            reply = {"e": raised.describe(error, lambda v: pack(v, out, not_data))}
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
        if self.late:
            raise OutOfTime("the check's time was over before this call")
        if self.pending:
            self._bind()
        buffers: list[Buffer] = []
        follow = effects is None and op not in QUIET and (self.recording or self._changes(args))
        watched = op not in QUIET and not self.sharing
        message = {
            "op": op,
            "limit": max(self.deadline.left(), 0.05),
            "tensors": self.crossing.mirrors.outgoing(buffers),
            "files": self.folders.changed(buffers),
            "whole": self.crossing.whole((args, kwargs), buffers),
            "shared": self.crossing.changed_containers(buffers) if self.sharing else None,
            "a": {"t": [self.crossing.given(value, buffers) for value in args]},
            "k": {"d": [[name, self.crossing.given(value, buffers)] for name, value in kwargs.items()]},
            "effects": watched or effects is False,
            "patched": [[m, n, self.crossing.packed(v, buffers)] for m, n, v in self.patches.changed()],
        }
        message["states"] = self.crossing.changed_states(buffers)
        reply, received = self._exchange(self.channel, message, buffers)
        try:
            value, left = self._read_reply(reply, received, args, kwargs, follow)
            self.changed |= watched and not follow and effects is None and any(left)
            return value, left
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
        self.crossing.mirrors.take(reply.get("tensors"), received)
        self.folders.take(reply.get("files"), received)
        if reply.get("shared"):
            self._take_containers(reply["shared"], received)
        self._say(reply)
        left = self._left(reply, received)
        if follow:
            self._follow(args, kwargs, left)
        if "e" in reply:
            raise self._raised(reply["e"], received)
        return unpack(reply.get("v"), received, self.crossing.reader(received)), left

    def _take_containers(self, changes: Any, received: list[bytearray]) -> None:
        """Take over what a call changed in containers of both sides, where the reference does so too."""
        line = self.crossing.line()
        if self.recording:
            self.profile.lines.add(line)
        if self.following or line in self.profile.lines:
            self.crossing.take_containers(changes, received)
        else:
            self.changed = True

    def _exchange(
        self, channel: Channel, message: dict[str, Any], buffers: list[Buffer]
    ) -> tuple[dict[str, Any], list[bytearray]]:
        number = next(self._numbers)
        channel.deadline = Countdown(message["limit"] + MARGIN)
        try:
            channel.send({**message, "q": number}, buffers)
            return self._answered(channel, number)
        except Late:
            self._lose()
            self.late = True
            raise OutOfTime("the code did not answer in this check's time") from None
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
        error = raised.rebuild(held, lambda tree: unpack(tree, received, self.crossing.reader(received)))
        if type(error).__name__ == "CallTimeout":
            self.late = True
            return OutOfTime(str(error))
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
        known = self.profile.changing if args and isinstance(args[0], StandIn) else ()
        return self.following or (bool(known) and args[0]._about.label in known)

    def _left(self, reply: dict[str, Any], received: list[bytearray]) -> tuple[dict, dict, dict]:
        left = reply.get("left")
        if not isinstance(left, dict):
            return {}, {}, {}
        read = self.crossing.reader(received)
        found = ({key: unpack(tree, received, read) for key, tree in left.get(part) or ()} for part in LEFT)
        args, kwargs, states = found
        return args, kwargs, states

    def _follow(self, args: tuple[Any, ...], kwargs: dict[str, Any], left: tuple[dict, dict, dict]) -> None:
        places, names, states = left
        for place, new in places.items():
            write_back(args[place], new)
        for name, new in names.items():
            write_back(kwargs[name], new)
        self.crossing.follow(states)
        if self.recording and any(left) and args and isinstance(args[0], StandIn):
            self.profile.changing.add(args[0]._about.label)

    # -- what stand-ins and the kit ask --------------------------------------------------------------------

    def by_hand(self, without: tuple[str, ...]) -> None:
        """Note that the check wants its answers written by hand, without these functions of NumPy."""
        self.profile.by_hand = (self.profile.by_hand or set()).union(without)

    def may(self, about: About, op: str) -> bool:
        """Tell whether a check may take an object's own word for an operation."""
        if self.recording:
            self.profile.used.add((about.label, op))
            return True
        return (about.label, op) in self.profile.used

    def special(self, value: StandIn, name: str) -> Any:
        """Return a special attribute that is made on this side, or None."""
        if name == "__bases__" and value._about.kind == "class":
            return library_classes(value._about.bases) or (object,)
        if name == "__sklearn_clone__" and value._about.kind == "object":
            return lambda: self.op("clone", value)
        if name == "__signature__" and value._about.kind == "function":
            return signature(self.op("signature", value))
        if name == "__code__" and value._about.kind == "function":
            return code(self.source(value))
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
        return found if isinstance(found := self.op(op, value, *more), str) else f"<{value._about.label}>"

    def is_instance(self, value: Any, of: StandIn) -> bool:
        """Tell whether a value is an instance of a class of the learner's."""
        return isinstance(value, StandIn) and self.op("isinstance", value, of) is True

    def is_subclass(self, value: Any, of: StandIn) -> bool:
        """Tell whether a class of the learner's descends from another of theirs."""
        return isinstance(value, StandIn) and self.op("issubclass", value, of) is True

    def probe(self, function: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        """Run a function beside the learner's objects; here, when none of them is the learner's."""
        met: list[int] = []

        def number_of(value: Any) -> Any:
            if not isinstance(found := self.crossing.number_of(value), int):
                return None
            met.append(found)
            return found

        content = objects.dumps((function, given), number_of)
        if not met:
            return objects.data_only(function(*given))
        return self.op("probe", content)

    def derive(self, name: str, bases: tuple[Any, ...], body: dict[str, Any]) -> Any:
        """Make a class below one of the learner's, on their side."""
        self.declared |= {name}
        return self.op("derive", objects.dumps((name, bases, body), self.crossing.number_of))

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
