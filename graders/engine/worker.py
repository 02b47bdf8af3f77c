"""The learner's side: runs the learner's cells, answers the checker's calls with data.

Everything here shares its process with the learner's code, so the checker believes nothing that comes from it
beyond what it is: the learner's own answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import inspect
import io
import operator
import os
import random
import signal
import socket
import sys
import threading
import time
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from sandbox import waiting

from . import mirrors, objects, patches, raised
from .files import Folders
from .sharing import KINDS, Shared
from .standins import COMPARISONS, library_name
from .values import pack, unpack
from .wire import Buffer, Channel, WireError
from .writeback import fingerprint, set_state, state_of

MOST_TEXT = 100_000  # characters that one call may print


class CallTimeout(BaseException):
    """A call took longer than the check may; not an `Exception`, so that no answer catches it by accident."""


def serve(shell: Any, peer: socket.socket) -> Iterator[None]:
    """Answer requests until the checker hangs up; yield where the next cell has to run."""
    waiting.show(peer)
    side = Side(shell, Channel(peer))
    ran = 0
    while True:
        try:
            message, buffers = side.channel.receive()
        except WireError:
            return
        if message.get("op") == "cells":
            side.shared.forget()
            before = dict(shell.user_ns)
            while ran < message["upto"]:
                side.channel.send({"runs": ran})
                yield
                ran += 1
                if ran == 1:
                    side.folders.begin()  # the first cell is ours: it fills the folder
            packed: list[Buffer] = []
            bound = [n for n, v in shell.user_ns.items() if n not in before or before[n] is not v]
            reply = {"v": bound, "files": side.folders.changed(packed)}
            side.reply(message, reply, packed)
        else:
            side.answer(message, buffers)


class Side:
    """The learner's process as the checker sees it."""

    def __init__(self, shell: Any, channel: Channel) -> None:
        self.shell, self.channel = shell, channel
        self.held = objects.Held()
        self.mirrors = mirrors.Originals(self.held)
        self.folders = Folders()
        self.shared = Shared(-1)
        self.lock = threading.RLock()
        self.process = os.getpid()
        self.calls = 0  # that are being answered, one within the other
        self.received: dict[int, Any] = {}  # objects that the checker sent whole, by its number for them

    # -- one request ---------------------------------------------------------------------------------------

    def answer(self, message: dict[str, Any], buffers: list[bytearray]) -> None:
        """Do what one message asks for and reply; whatever the learner's code raises goes into the reply."""
        out, told = io.StringIO(), io.StringIO()
        noted: list[warnings.WarningMessage] = []
        packed: list[Buffer] = []
        reply: dict[str, Any] = {}
        before, sharing = None, False
        try:
            self.mirrors.take(message.get("tensors"), buffers)
            self.folders.take(message.get("files"), buffers)
            self._take_whole(message, buffers)
            sharing = message.get("shared") is not None
            self.shared.take(message.get("shared"), lambda tree: unpack(tree, buffers, self.local))
            args, kwargs = (unpack(message.get(k), buffers, self.local) for k in ("a", "k"))
            before = self._marks(args, kwargs) if message.get("effects") else None
            patched = [[m, n, unpack(v, buffers, self.local)] for m, n, v in message.get("patched") or ()]
            with (
                _deadline(message.get("limit")),
                _kept_apart(out, told, noted),
                patches.replaced(patched),
            ):
                self.calls += 1
                try:
                    result = self._do(message["op"], args, kwargs)
                finally:
                    self.calls -= 1
            reply["v"] = self._packed(result, packed)
            if sharing and isinstance(result, KINDS):
                reply["v"] = self._numbered(result, reply["v"])
        except BaseException as error:  # noqa: BLE001 - the learner's code may raise anything: it is the reply
            packed = []
            reply = {"e": raised.describe(error, lambda v: pack(v, packed, objects.plain))}
        if os.getpid() != self.process:
            os._exit(0)  # a call forked and let the copy run on; the line is the original's
        if before is not None:
            reply["left"] = self._left(before, args, kwargs, packed)
        reply |= {"out": out.getvalue()[:MOST_TEXT], "err": told.getvalue()[:MOST_TEXT]}
        reply["warned"] = [[raised.lineage_of(w.category), str(w.message)[:2000]] for w in noted[:50]]
        if sharing:
            reply["shared"] = self.shared.changed(lambda v: self._packed(v, packed))
        reply["tensors"] = self.mirrors.changed(packed)
        reply["files"] = self.folders.changed(packed)
        self.reply(message, reply, packed)

    def reply(self, message: dict[str, Any], reply: dict[str, Any], buffers: list[Buffer]) -> None:
        """Send the answer to one message."""
        try:
            self.channel.send({"q": message.get("q"), **reply}, buffers)
        except WireError as error:
            problem = {"lineage": [["builtins", "ValueError"]], "message": str(error)}
            self.channel.send({"q": message.get("q"), "e": problem})

    def _numbered(self, result: Any, tree: Any) -> Any:
        """Give a container that both sides keep its number."""
        number = self.shared.number(result)
        if type(result) in KINDS:
            return {"sh": [number, tree]}
        return {"R": tree["R"] | {"shared": number}} if "R" in tree else tree

    def _packed(self, value: Any, buffers: list[Buffer]) -> Any:
        try:
            return pack(value, buffers, self.held.about, lambda t: self.mirrors.told(t, buffers))
        except (WireError, RecursionError):
            return self.held.about(value)

    def _marks(self, args: Any, kwargs: Any) -> tuple[list[Any], dict[str, Any], dict[int, Any]]:
        """Return what changes when an argument does, or an object that was sent whole."""
        return (
            [fingerprint(value) for value in args],
            {name: fingerprint(value) for name, value in kwargs.items()},
            {number: fingerprint(state_of(value)) for number, value in self.received.items()},
        )

    def _left(self, before: Any, args: Any, kwargs: Any, packed: list[Buffer]) -> dict[str, Any]:
        """Return what the call left in the arguments that it changed."""
        after = self._marks(args, kwargs)
        states = {n: state_of(v) for n, v in self.received.items() if after[2][n] != before[2].get(n)}
        return {
            "args": [[i, self._echoed(v, packed)] for i, v in enumerate(args) if after[0][i] != before[0][i]],
            "kwargs": [
                [n, self._echoed(v, packed)] for n, v in kwargs.items() if after[1][n] != before[1][n]
            ],
            "states": [[number, self._echoed(state, packed)] for number, state in states.items()],
        }

    def _echoed(self, value: Any, packed: list[Buffer]) -> Any:
        return pack(value, packed, self._echo)

    def _echo(self, value: Any) -> Any:
        """Name what the checker itself sent; tell of the rest."""
        if isinstance(value, (objects.Callback, objects.Stream)):
            return {"back": value.number}
        number = next((n for n, sent in self.received.items() if sent is value), None)
        if number is not None:
            return {"P": number}
        known = self.held.number(value)
        return self.held.about(value) if known is None else {"R": {"id": known, "again": True}}

    def _take_whole(self, message: dict[str, Any], buffers: list[bytearray]) -> None:
        """Load the objects that the checker sends whole; give known ones the state that they have there."""
        for number, place in message.get("whole") or ():
            self.received[number] = objects.loads(bytes(buffers[place]), self._find)
        for number, state in (message.get("states") or {}).items():
            set_state(self.received[int(number)], unpack(state, buffers, self.local))

    def _find(self, key: Any) -> Any:
        return self.held.get(key) if isinstance(key, int) else self.received[key[0]].get_parameter(key[1])

    def local(self, tag: str, held: Any) -> Any:
        """Return what a tag that is no data stands for here."""
        if tag == "R":
            return self.held.get(held)
        if tag == "N":
            return library_name(*held)
        if tag == "C":
            return objects.Callback(self._call_back, *held)
        if tag == "I":
            return objects.Stream(self._call_back, held)
        if tag == "X":
            return raised.rebuild(held, lambda tree: unpack(tree, (), self.local))
        if tag == "P":
            return self.received[held]
        if tag == "own":
            return self._own(*held)
        if tag == "shared":
            return self.shared.keep(*held)
        if tag == "tensor":
            return self.mirrors.received(*held)
        raise WireError(f"a value of the unknown kind {tag}")

    def _own(self, name: str, value: Any) -> Any:
        """Return the table of that name when it is the one that the check passes, else what was sent.

        In one process it would be the same object, and a cache may go by that.
        """
        own = self.shell.user_ns.get(name)
        same = type(own) is type(value) and fingerprint(own) == fingerprint(value)
        return own if same else value

    def _call_back(self, number: int, args: Any, kwargs: Any) -> Any:
        """Call a function of the check; only while the check waits for an answer."""
        with self.lock:
            if not self.calls:
                raise RuntimeError("the check is over: its function cannot be called any more")
            buffers: list[Buffer] = []
            trees = {"a": self._packed(args, buffers), "k": self._packed(kwargs, buffers)}
            self.channel.send({"cb": number, **trees}, buffers)
            message, buffers_in = self.channel.receive()
            while "op" in message:  # the check's function calls the learner's
                self.answer(message, buffers_in)
                message, buffers_in = self.channel.receive()
        if "e" in message:
            raise raised.rebuild(message["e"], lambda tree: unpack(tree, buffers_in, self.local))
        return unpack(message.get("v"), buffers_in, self.local)

    # -- what can be asked for -----------------------------------------------------------------------------

    def _do(self, op: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        own = getattr(self, f"_op_{op}", None)
        if own is not None:
            return own(*args, **kwargs)
        return OPERATIONS[op](*args, **kwargs)

    def _op_get(self, name: str) -> Any:
        space = self.shell.user_ns
        return (True, space[name]) if name in space else (False, None)

    def _op_bind(self, values: dict[str, Any], gone: list[str]) -> None:
        self.shell.user_ns.update(values)
        for name in gone:
            self.shell.user_ns.pop(name, None)

    def _op_pyplot(self, name: str, args: Any, kwargs: Any) -> Any:
        plt = sys.modules.get("matplotlib.pyplot")
        nothing = [] if name == "get_fignums" else None
        return nothing if plt is None else getattr(plt, name)(*args, **kwargs)

    def _op_await(self, awaitable: Any) -> Any:
        async def waited() -> Any:
            return await awaitable

        return asyncio.get_event_loop().run_until_complete(waited())

    def _op_anext(self, stream: Any) -> Any:
        return self._op_await(anext(stream))

    def _op_aenter(self, manager: Any) -> Any:
        return self._op_await(type(manager).__aenter__(manager))

    def _op_aexit(self, manager: Any, error: BaseException | None) -> Any:
        kind = None if error is None else type(error)
        return self._op_await(type(manager).__aexit__(manager, kind, error, None))

    def _op_probe(self, content: bytes) -> Any:
        guard = sys.modules.get("graders.engine.guard")
        if guard is not None:
            guard.restore(self.shell)
        function, given = objects.loads(content, self._find)
        return objects.data_only(function(*given))

    def _op_derive(self, content: bytes) -> Any:
        name, bases, body = objects.loads(content, self._find)
        body.pop("__classcell__", None)
        made = types.new_class(name, bases, {}, lambda space: space.update(body))
        for value in body.values():
            objects.tell_class(getattr(value, "__func__", getattr(value, "fget", value)), made)
        return made

    def _op_clone(self, estimator: Any) -> Any:
        from sklearn.base import clone

        return clone(estimator, safe=False)

    def _op_source(self, function: Any) -> str:
        from graders.kit.probes import source

        return source(function)

    def _op_signature(self, function: Any) -> Any:
        parameters = inspect.signature(function).parameters.values()
        nothing = inspect.Parameter.empty
        return [(p.name, int(p.kind), p.default is not nothing, _or_none(p.default)) for p in parameters]

    def _op_seed(self, number: int) -> None:
        from graders.kit.examples import seed

        random.seed(number)
        seed(number)

    def _op_backward(self, number: int, gradient: Any, inputs: list[int]) -> Any:
        return self.mirrors.backward(number, gradient, inputs)


def _or_none(value: Any) -> Any:
    return None if value is inspect.Parameter.empty else value


def _refuse(value: Any) -> Any:
    raise WireError(f"a {type(value).__name__} is no data")


def _exit(manager: Any, error: BaseException | None) -> Any:
    return manager.__exit__(None if error is None else type(error), error, None)


def _reflected(op: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: op(b, a)


_BINARY = "add sub mul truediv floordiv mod pow matmul lshift rshift".split()  # noqa: SIM905
OPERATIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(operator, name) for name in _BINARY},
    **{f"r{name}": _reflected(getattr(operator, name)) for name in _BINARY},
    **{name: getattr(operator, name) for name in (*COMPARISONS, "neg", "pos", "abs", "invert", "index")},
    **{name: getattr(operator, name) for name in ("getitem", "setitem", "delitem", "contains")},
    **{f"i{name}": getattr(operator, f"i{name}") for name in (*_BINARY, "and", "or", "xor")},
    "and": operator.and_, "or": operator.or_, "xor": operator.xor,
    "rand": _reflected(operator.and_), "ror": _reflected(operator.or_), "rxor": _reflected(operator.xor),
    "divmod": divmod, "rdivmod": _reflected(divmod), "round": round,
    "call": lambda function, *args, **kwargs: function(*args, **kwargs),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "getattr": getattr, "setattr": setattr, "delattr": delattr, "dir": dir,
    "iter": iter, "next": next, "len": len, "reversed": lambda x: list(reversed(x)),
    "bool": bool, "int": int, "float": float, "complex": complex, "hash": hash,
    "str": str, "repr": repr, "format": format, "type": type,
    "isinstance": isinstance, "issubclass": issubclass,
    "enter": lambda manager: manager.__enter__(), "exit": _exit,
    "send": lambda stream, value: stream.send(value), "throw": lambda stream, error: stream.throw(error),
    "close": lambda stream: stream.close(),
}  # fmt: skip


@contextlib.contextmanager
def _kept_apart(out: io.StringIO, told: io.StringIO, noted: list[Any]) -> Iterator[None]:
    """Keep what a call prints and warns of: the checker prints and warns in its stead."""
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(told),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        try:
            yield
        finally:
            noted.extend(caught or ())


@contextlib.contextmanager
def _deadline(seconds: Any) -> Iterator[None]:
    if not isinstance(seconds, (int, float)) or threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(number: int, frame: types.FrameType | None) -> None:
        if (left := countdown.left()) > 0:
            signal.setitimer(signal.ITIMER_REAL, max(left, waiting.SHORTEST))
            return
        raise CallTimeout(f"the call took longer than {seconds:.3g} s and was stopped")

    countdown = waiting.Countdown(float(seconds))
    begun, before = time.monotonic(), signal.signal(signal.SIGALRM, late)
    outer, _ = signal.setitimer(signal.ITIMER_REAL, max(float(seconds), 0.01))
    try:
        yield
    finally:
        left = max(outer - (time.monotonic() - begun), 0.01) if outer else 0
        signal.setitimer(signal.ITIMER_REAL, left)
        signal.signal(signal.SIGALRM, before)
