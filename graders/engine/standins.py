"""Stand-ins on the checker's side for what lives in the learner's process and is no data.

A stand-in forwards calls, attributes and iteration; what comes back is data, or another stand-in. It refuses
to be compared, to be true or false, and to be reckoned with, unless the lab's reference solution defines its
class or the reference run did the same with an object of that class: an object that may say of itself that it
equals everything proves nothing.
"""

from __future__ import annotations

import builtins
import importlib
import types
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from graders.kit.sides import Elsewhere

if TYPE_CHECKING:
    from .session import Session

_LIBRARIES = """
    PIL abc asyncio builtins collections contextlib dataclasses datetime decimal enum fractions
    functools graders io itertools json logging math matplotlib networkx numbers numpy operator pandas
    pathlib peft random re scipy sklearn statistics string torch transformers triton types typing uuid
"""
LIBRARIES = frozenset(_LIBRARIES.split())
_HIDDEN_TYPES = {
    "function": types.FunctionType,
    "builtin_function_or_method": types.BuiltinFunctionType,
    "method": types.MethodType,
    "generator": types.GeneratorType,
    "coroutine": types.CoroutineType,
    "async_generator": types.AsyncGeneratorType,
    "module": types.ModuleType,
    "mappingproxy": types.MappingProxyType,
}
_ARITHMETIC = """
    add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod divmod rdivmod pow rpow
    matmul rmatmul and rand or ror xor rxor lshift rlshift rshift rrshift neg pos abs invert round
"""
ARITHMETIC = frozenset(_ARITHMETIC.split())
IN_PLACE = frozenset(f"i{name}" for name in ARITHMETIC)
COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
# answers that a check would take as they are
CLAIMS = frozenset({"bool", "contains", "int", "float", "complex", "index", "hash"})
_OPEN = """
    call iter next len getitem setitem delitem enter exit str repr format reversed await aiter anext
    aenter aexit
"""
OPEN = frozenset(_OPEN.split())
KNOWN = ARITHMETIC | IN_PLACE | COMPARISONS | CLAIMS | OPEN
_READ = """
    __annotations__ __cause__ __context__ __dataclass_fields__ __defaults__ __dict__ __doc__ __func__
    __kwdefaults__ __match_args__ __members__ __module__ __name__ __notes__ __qualname__ __self__
    __sklearn_tags__ __slots__ __total__ __version__ __wrapped__
"""
READABLE = frozenset(_READ.split())


class CannotCross(BaseException):
    """A check needs what does not cross between the sides: a person looks at it, it is never scored.

    Not an `Exception`: no ``except`` in a check cell takes it for the learner's. All that were raised since
    the check began stand in `latest`, also those that a bare ``except`` swallowed.
    """

    latest: ClassVar[list[str]] = []

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.latest.append(reason)


@dataclass(frozen=True)
class About:
    """What the learner's side tells of an object.

    Attributes
    ----------
    id
        Its number there.
    label
        Name of its class; of itself when it is a class or function.
    kind
        ``class``, ``function`` or ``object``.
    can
        Which operations its class has, of :data:`KNOWN`.
    own
        Which of them the learner's own code defines.
    lineage
        Library classes among its class's ancestors, nearest first, as (module, name).
    bases
        The same of a class itself.
    """

    id: int
    label: str
    kind: str
    can: frozenset[str]
    own: frozenset[str]
    lineage: tuple[tuple[str, str], ...]
    bases: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, held: Any) -> About:
        """Read what came over the line.

        Raises
        ------
        ValueError
            When it has a form that it cannot have.
        """
        if not isinstance(held, dict) or type(held.get("id")) is not int:
            raise ValueError("a stand-in of a form that it cannot have")
        names = ({str(n) for n in held.get(key, ())} & KNOWN for key in ("can", "own"))
        lineage, bases = (
            tuple((str(m), str(n)) for m, n in held.get(key, ())[:16]) for key in ("lineage", "bases")
        )
        label = str(held.get("label", "object"))[:80]
        return cls(held["id"], label, str(held.get("kind")), *map(frozenset, names), lineage, bases)


def library_classes(lineage: tuple[tuple[str, str], ...]) -> tuple[type, ...]:
    """Return the classes of a line of descent that this process knows from a library, the lowest only."""
    found: list[type] = []
    for module, name in lineage:
        known = _HIDDEN_TYPES.get(name) if module == "builtins" else None
        known = library_name(module, name) if known is None else known
        if isinstance(known, type) and not any(issubclass(lower, known) for lower in found):
            found.append(known)
    return tuple(found)


@cache
def library_name(module: str, name: str) -> Any:
    """Return a library's own object of that name, or None."""
    if module.partition(".")[0] not in LIBRARIES:
        return None
    try:
        found = importlib.import_module(module)
        for part in name.split(".") if name else ():
            found = getattr(found, part)
    except Exception:  # noqa: BLE001 - the name came from the learner's side: whatever fails, it is not known
        return None
    return found


def safe_name(module: str, name: str, found: Any) -> bool:
    """Tell whether a check may be handed a library's own object by a name.

    Modules, and classes and functions by the name that they have themselves; of the builtins only functions
    that reach nothing of the check.
    """
    if isinstance(found, types.ModuleType):
        return name == ""
    if (getattr(found, "__module__", None), getattr(found, "__qualname__", None)) != (module, name):
        return False
    return isinstance(found, type) or module != "builtins" or found in _SAFE


_SAFE = (abs, all, any, ascii, bin, chr, divmod, format, hex, len, max, min, next, oct, ord, pow, repr, round)
_SAFE += (sorted, sum, iter, hash, print)


class StandIn(Elsewhere):
    """Something that lives in the learner's process."""

    __slots__ = ("__weakref__", "_about", "_session")
    __array_ufunc__ = None  # arrays leave operations to the stand-in, which refuses them

    def __init__(self, session: Session, about: About) -> None:
        object.__setattr__(self, "_session", session)
        object.__setattr__(self, "_about", about)

    @property
    def __class__(self) -> type:
        return self._session.shadow(self._about) or type(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in READABLE:
            special = self._session.special(self, name)
            if special is not None:
                return special
            raise AttributeError(name)
        return self._session.op("getattr", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._session.op("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._session.op("delattr", self, name)

    def __dir__(self) -> list[str]:
        return list(self._session.op("dir", self))

    def __copy__(self) -> Any:
        return self._session.op("copy", self)

    def __deepcopy__(self, memo: Any) -> Any:
        return self._session.op("deepcopy", self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise CannotCross(f"the learner's {self._about.label} cannot be pickled on the checker's side")

    def __eq__(self, other: object) -> Any:
        return _compared("eq", self, other)

    def __ne__(self, other: object) -> Any:
        return _compared("ne", self, other)

    def __hash__(self) -> int:
        if "hash" in self._about.can and self._session.may(self._about, "hash"):
            return self._session.op("hash", self)
        return object.__hash__(self)

    def __repr__(self) -> str:
        return self._session.text("repr", self)

    def __str__(self) -> str:
        return self._session.text("str", self)

    def __format__(self, form: str) -> str:
        return self._session.text("format", self, form)

    def __bool__(self) -> bool:
        if not {"bool", "len"} & self._about.can:
            return self._allowed("bool", True)
        return self._allowed("bool", None)

    def _allowed(self, op: str, answer: Any) -> Any:
        if not self._session.may(self._about, op):
            raise CannotCross(
                f"the check takes {_name(self._about)} for true or false, which the reference solution gives"
                " no reason for; return data, or compare what its methods return"
            )
        return self._session.op(op, self) if answer is None else answer


def _compared(op: str, self: StandIn, other: object) -> Any:
    about, session = self._about, self._session
    if "eq" not in about.can:
        return (self is other) == (op == "eq")  # its class compares by identity
    if not session.may(about, op) and not (isinstance(other, StandIn) and session.may(other._about, op)):
        raise CannotCross(
            f"the check compares {_name(about)} with {op}, and the reference solution has no such object;"
            " compare data that its methods return"
        )
    return session.op(op, self, other)


def _name(about: About) -> str:
    return (
        f"the {about.kind} {about.label}" if about.kind != "object" else f"an object of class {about.label}"
    )


def _forwarded(op: str) -> Any:
    """Return the method that forwards one operation."""
    claims = op in ARITHMETIC or op in COMPARISONS or op in CLAIMS or op in IN_PLACE

    def method(self: StandIn, *given: Any, **named: Any) -> Any:
        if claims and not self._session.may(self._about, op) and not _has_leave(self._session, op, given):
            raise CannotCross(
                f"the check uses {op} on {_name(self._about)}, and the reference solution has no such object;"
                " a check may look at data only"
            )
        return self._session.op(op, self, *given, **named)

    return method


def _has_leave(session: Session, op: str, given: tuple[Any, ...]) -> bool:
    return any(isinstance(g, StandIn) and session.may(g._about, op) for g in given)


def _iter(self: StandIn) -> Any:
    return self if "next" in self._about.can else self._session.op("iter", self)


def _exit(self: StandIn, kind: Any, error: BaseException | None, trace: Any) -> bool:
    return self._session.op("exit", self, error) is True


def _await(self: StandIn) -> Any:
    return self._session.op("await", self)
    yield  # what makes it an iterator: nothing is waited for here, the learner's side ran to the end


def _send(self: StandIn, value: Any) -> Any:
    if "await" not in self._about.can:
        return self._session.op("send", self, value)
    raise StopIteration(self._session.op("await", self))


async def _anext(self: StandIn) -> Any:
    return self._session.op("anext", self)


async def _aenter(self: StandIn) -> Any:
    return self._session.op("aenter", self)


async def _aexit(self: StandIn, kind: Any, error: BaseException | None, trace: Any) -> bool:
    return self._session.op("aexit", self, error) is True


_METHODS: dict[str, Any] = {
    "iter": _iter,
    "exit": _exit,
    "await": _await,
    "aiter": lambda self: self,
    "anext": _anext,
    "aenter": _aenter,
    "aexit": _aexit,
}
_WRITTEN_OUT = frozenset(["eq", "ne", "hash", "bool", "str", "repr", "format"])


@cache
def _shaped(label: str, can: frozenset[str], is_class: bool) -> type[StandIn]:
    """Return the class of stand-ins that have exactly these operations, called as the object's own class."""
    members: dict[str, Any] = {"__slots__": (), "__doc__": property(_doc)}
    for op in can - _WRITTEN_OUT:
        members[f"__{op}__"] = _METHODS.get(op) or _forwarded(op)
    if {"next", "await"} & can:
        members |= {"send": _send, "close": lambda self: self._session.op("close", self), "throw": _throw}
    if is_class:
        members["__instancecheck__"] = lambda self, x: self._session.is_instance(x, self)
        members["__subclasscheck__"] = lambda self, x: self._session.is_subclass(x, self)
        members["__mro_entries__"] = _entries
        members["__or__"] = lambda self, other: (self, other)
    return type(label if label.isidentifier() else "object", (StandIn,), members)


def _throw(self: StandIn, kind: Any, value: Any = None, trace: Any = None) -> Any:
    error = kind if isinstance(kind, BaseException) else (value if value is not None else kind())
    return self._session.op("throw", self, error)


def _doc(self: StandIn) -> Any:
    return self._session.op("getattr", self, "__doc__")


class _Deriving(type):
    """Makes a class that a check derives from the learner's where those live."""

    def __new__(mcls, name: str, bases: tuple[Any, ...], body: dict[str, Any]) -> Any:
        above = body.pop("__orig_bases__", ())
        theirs = [base for base in above if isinstance(base, StandIn)]
        if not theirs:
            return super().__new__(mcls, name, bases, body)
        return theirs[0]._session.derive(name, above, body)


class Derived(metaclass=_Deriving):
    """Stands in the list of bases for a class of the learner's."""


def _entries(self: StandIn, bases: tuple[Any, ...]) -> tuple[type, ...]:
    return (Derived,)


def stand_in(session: Session, about: About) -> StandIn:
    """Return a stand-in for what the learner's side told of."""
    return _shaped(about.label, about.can, about.kind == "class")(session, about)


class _KindOf(type):
    def __call__(cls, *given: Any, **named: Any) -> Any:
        if len(given) == 1 and isinstance(given[0], StandIn):
            return given[0]._session.op("type", given[0])
        return builtins.type(*given, **named)

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, builtins.type)

    def __subclasscheck__(cls, value: Any) -> bool:
        return issubclass(value, builtins.type)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is builtins.type

    def __hash__(cls) -> int:
        return hash(builtins.type)


class KindOf(metaclass=_KindOf):
    """``type`` as check cells see it: of a stand-in it gives the learner's class."""
