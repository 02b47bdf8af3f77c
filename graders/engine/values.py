"""Values as data: what crosses between the learner's side and the checker's. Never pickle.

A value becomes a tree of JSON with one-key objects for what JSON has no word for, and raw buffers for arrays.
What is no data is handed to a function of the side that packs or unpacks.
"""

from __future__ import annotations

import datetime
import importlib
import sys
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath, PurePosixPath
from typing import Any
from uuid import UUID

from .wire import Buffer, WireError

Tree = Any  # what json.dumps takes
# what each library's own objects are packed by, once it is loaded
LIBRARIES = {"pandas": ".tables", "scipy.sparse": ".sparse", "sklearn.base": ".estimators"}
DEEPEST = 240  # what Python's own limit of calls allows
_PLAIN_INT = 1 << 63
_DTYPES = frozenset("?bBhHiIlLqQefdgFDGmMSU")
_TORCH_NAMES = """
    bool uint8 int8 int16 int32 int64 uint16 uint32 uint64 float16 bfloat16 float32 float64 complex64
    complex128 float8_e4m3fn float8_e5m2
"""
_TORCH = frozenset(_TORCH_NAMES.split())
_SEQUENCES: dict[type, str] = {list: "l", tuple: "t", set: "s", frozenset: "f", deque: "q"}
_MAPPINGS: dict[type, str] = {dict: "d", OrderedDict: "od", Counter: "dc", defaultdict: "dd"}
_MAKERS: dict[str, Callable[..., Any]] = {
    "l": list, "t": tuple, "s": set, "f": frozenset, "q": deque,
    "d": dict, "od": OrderedDict, "dc": lambda pairs: Counter(dict(pairs)),
    "dd": lambda pairs: defaultdict(None, pairs),
}  # fmt: skip
_BASES = (bool, int, float, complex, str, bytes, tuple, list, set, frozenset, dict)


def pack(
    value: Any,
    buffers: list[Buffer],
    other: Callable[[Any], Tree],
    tensor: Callable[[Any], Tree] | None = None,
) -> Tree:
    """Return a value as a tree; arrays go to `buffers`.

    Parameters
    ----------
    value
        Anything.
    buffers
        Appended to.
    other
        Gives the tree of what is no data.
    tensor
        Gives what is told of a tensor that asks for gradients, beside its numbers.

    Raises
    ------
    WireError
        When it is nested deeper than 240.
    """
    return _Packer(buffers, other, tensor).pack(value, 0)


def unpack(tree: Tree, buffers: Sequence[bytearray], other: Callable[[str, Any], Any]) -> Any:
    """Return the value of a tree.

    Parameters
    ----------
    tree, buffers
        From a frame.
    other
        Gives the value of a tag that is not data, from the tag and what stands under it.

    Raises
    ------
    WireError
        When the tree is not what :func:`pack` writes.
    """
    try:
        return _Unpacker(buffers, other).unpack(tree, 0)
    except WireError:
        raise
    except Exception as error:  # a hostile tree may make any constructor raise  # noqa: BLE001
        raise WireError(f"a value of a form that it cannot have: {type(error).__name__}") from None


def base_of(value: Any) -> Any:
    """Return the plain value below an instance of a subclass of a plain type; the value itself otherwise."""
    kind = next((base for base in _BASES if isinstance(value, base)), None)
    if kind is None or type(value) is kind:
        return value
    if kind in (list, tuple, set, frozenset):
        return kind(kind.__iter__(value))
    if kind is dict:
        return dict(dict.items(value))
    if kind is str:
        return "".join(str.__iter__(value))
    if kind is bytes:
        return bytes(bytes.__iter__(value))
    if kind is int:
        return int.__add__(value, 0)
    if kind is float:
        return float.__add__(value, 0.0)
    return complex.__add__(value, 0)


class _Packer:
    def __init__(
        self, buffers: list[Buffer], other: Callable[[Any], Tree], tensor: Callable[[Any], Tree] | None
    ) -> None:
        self.buffers, self.other, self.tensor = buffers, other, tensor

    def pack(self, value: Any, depth: int) -> Tree:
        if depth > DEEPEST:
            raise WireError(f"a value nested deeper than {DEEPEST} does not cross")
        kind = type(value)
        if value is None or kind is bool or kind is str or kind is float:
            return value
        if kind is int:
            return value if abs(value) < _PLAIN_INT else {"i": hex(value)}
        if kind in _SEQUENCES:
            return {_SEQUENCES[kind]: [self.pack(v, depth + 1) for v in value]}
        if kind in _MAPPINGS:
            return {
                _MAPPINGS[kind]: [
                    [self.pack(k, depth + 1), self.pack(v, depth + 1)] for k, v in value.items()
                ]
            }
        packed = self._simple(kind, value, depth)
        if packed is None:
            packed = self._array(value, depth)
        if packed is None:
            packed = self._table(value, depth)
        return self.other(value) if packed is None else packed

    def _simple(self, kind: type, value: Any, depth: int) -> Tree | None:
        if kind is complex:
            return {"c": [value.real, value.imag]}
        if kind is bytes or kind is bytearray:
            return {"y" if kind is bytes else "ya": self._buffer(bytes(value))}
        if kind is slice:
            return {"sl": [self.pack(v, depth + 1) for v in (value.start, value.stop, value.step)]}
        if kind is range:
            return {"ra": [self.pack(v, depth + 1) for v in (value.start, value.stop, value.step)]}
        if value is Ellipsis:
            return {"e": 0}
        if kind in (datetime.datetime, datetime.date, datetime.time) and _plain_zone(value):
            return {"at": [kind.__name__, value.isoformat()]}
        if kind is datetime.timedelta:
            return {"td": [value.days, value.seconds, value.microseconds]}
        if kind in (Decimal, Fraction, UUID):
            return {"n": [kind.__name__, str(value)]}
        if isinstance(value, PurePath) and kind.__module__.startswith("pathlib"):
            return {"p": [kind.__name__, str(value)]}
        if isinstance(value, tuple) and _is_named(kind):
            return {
                "nt": [kind.__name__, list(kind._fields), [self.pack(v, depth + 1) for v in tuple(value)]]
            }
        return None

    def _buffer(self, content: Buffer) -> int:
        self.buffers.append(content)
        return len(self.buffers) - 1

    def _array(self, value: Any, depth: int) -> Tree | None:
        np, torch = sys.modules.get("numpy"), sys.modules.get("torch")
        if np is not None and hasattr(np, "ndarray"):
            if isinstance(value, np.ma.MaskedArray):
                parts = (np.asarray(value.data), np.ma.getmaskarray(value))
                return {"am": [self.pack(part, depth + 1) for part in parts]}
            if isinstance(value, np.ndarray):
                return self._ndarray(np, np.asarray(value), depth)
            if isinstance(value, np.generic) and value.dtype.char in _DTYPES:
                return {"as": [value.dtype.str, self._buffer(value.tobytes())]}
            if isinstance(value, np.dtype) and value.char in _DTYPES:
                return {"ad": value.str}
        if torch is not None and hasattr(torch, "Tensor"):
            if isinstance(value, torch.Tensor):
                return self._torch(torch, value)
            if isinstance(value, torch.dtype):
                return {"xd": str(value).removeprefix("torch.")}
            if isinstance(value, torch.Size):
                return {"xs": [int(n) for n in value]}
            if isinstance(value, torch.device):
                return {"xv": str(value)}
        return None

    def _ndarray(self, np: Any, value: Any, depth: int) -> Tree:
        if value.dtype.char in _DTYPES:
            plain = np.ascontiguousarray(value)
            content = plain.reshape(-1).view(np.uint8).data if plain.nbytes else b""
            return {"a": [plain.dtype.str, list(value.shape), self._buffer(content)]}
        if value.dtype.names:
            columns = [[name, self._ndarray(np, value[name], depth + 1)] for name in value.dtype.names]
            return {"af": [list(value.shape), columns]}
        if value.dtype.char == "O":
            return {"ao": [list(value.shape), [self.pack(v, depth + 1) for v in value.ravel().tolist()]]}
        return self.other(value)

    def _torch(self, torch: Any, value: Any) -> Tree:
        name = str(value.dtype).removeprefix("torch.")
        if value.layout is not torch.strided or value.device.type == "meta" or name not in _TORCH:
            return self.other(value)
        plain = value.detach().cpu().contiguous().as_subclass(torch.Tensor)
        content = plain.reshape(-1).view(torch.uint8).numpy().data if plain.numel() else b""
        told = self.tensor(value) if self.tensor is not None and value.requires_grad else None
        return {"x": [name, list(plain.shape), self._buffer(content), bool(value.requires_grad), told]}

    def _table(self, value: Any, depth: int) -> Tree | None:
        def inner(part: Any) -> Tree:
            return self.pack(part, depth + 1)

        for library, module in LIBRARIES.items():
            if library in sys.modules:
                found = importlib.import_module(module, __package__).pack(value, inner)
                if found is not None:
                    return found
        return None


class _Unpacker:
    def __init__(self, buffers: Sequence[bytearray], other: Callable[[str, Any], Any]) -> None:
        self.buffers, self.other = buffers, other

    def unpack(self, tree: Tree, depth: int) -> Any:
        if tree is None or type(tree) in (bool, int, float, str):
            return tree
        if type(tree) is not dict or len(tree) != 1 or depth > DEEPEST:
            raise WireError("a value of a form that it cannot have")
        ((tag, held),) = tree.items()
        if tag in ("l", "t", "s", "f", "q"):
            return _MAKERS[tag](self.unpack(v, depth + 1) for v in held)
        if tag in ("d", "od", "dc", "dd"):
            return _MAKERS[tag]((self.unpack(k, depth + 1), self.unpack(v, depth + 1)) for k, v in held)
        reader = getattr(self, f"_read_{tag}", None) if tag.isalpha() else None
        return self.other(tag, held) if reader is None else reader(held, depth + 1)

    def _buffer(self, number: Any) -> bytearray:
        if type(number) is not int or not 0 <= number < len(self.buffers):
            raise WireError("a buffer that is not there")
        return self.buffers[number]

    def _read_i(self, held: str, depth: int) -> int:
        return int(held, 16)

    def _read_c(self, held: list[float], depth: int) -> complex:
        return complex(*held)

    def _read_y(self, held: int, depth: int) -> bytes:
        return bytes(self._buffer(held))

    def _read_ya(self, held: int, depth: int) -> bytearray:
        return self._buffer(held)

    def _read_sl(self, held: list[Tree], depth: int) -> slice:
        return slice(*(self.unpack(v, depth) for v in held))

    def _read_ra(self, held: list[Tree], depth: int) -> range:
        return range(*(self.unpack(v, depth) for v in held))

    def _read_e(self, held: Any, depth: int) -> Any:
        return Ellipsis

    def _read_at(self, held: list[str], depth: int) -> Any:
        kinds = {"datetime": datetime.datetime, "date": datetime.date, "time": datetime.time}
        return kinds[held[0]].fromisoformat(held[1])

    def _read_td(self, held: list[int], depth: int) -> datetime.timedelta:
        return datetime.timedelta(*held)

    def _read_n(self, held: list[str], depth: int) -> Any:
        return {"Decimal": Decimal, "Fraction": Fraction, "UUID": UUID}[held[0]](held[1])

    def _read_p(self, held: list[str], depth: int) -> PurePath:
        from pathlib import Path

        return Path(held[1]) if held[0] in ("PosixPath", "Path") else PurePosixPath(held[1])

    def _read_nt(self, held: list[Any], depth: int) -> Any:
        name, fields, values = held
        return named(name, tuple(fields))(*(self.unpack(v, depth) for v in values))

    def _read_a(self, held: list[Any], depth: int) -> Any:
        import numpy as np

        dtype = _dtype(np, held[0])
        return np.frombuffer(self._buffer(held[2]), dtype).reshape([int(n) for n in held[1]])

    def _read_as(self, held: list[Any], depth: int) -> Any:
        import numpy as np

        return np.frombuffer(self._buffer(held[1]), _dtype(np, held[0]), 1)[0]

    def _read_ad(self, held: str, depth: int) -> Any:
        import numpy as np

        return _dtype(np, held)

    def _read_af(self, held: list[Any], depth: int) -> Any:
        import numpy as np

        columns = [(str(name), self.unpack(column, depth)) for name, column in held[1]]
        made = np.empty([int(n) for n in held[0]], dtype=[(name, c.dtype) for name, c in columns])
        for name, column in columns:
            made[name] = column
        return made

    def _read_ao(self, held: list[Any], depth: int) -> Any:
        import numpy as np

        made = np.empty(len(held[1]), dtype=object)
        made[:] = [self.unpack(v, depth) for v in held[1]]
        return made.reshape([int(n) for n in held[0]])

    def _read_am(self, held: list[Tree], depth: int) -> Any:
        import numpy as np

        values, mask = (self.unpack(v, depth) for v in held)
        return np.ma.MaskedArray(values, mask=mask)

    def _read_x(self, held: list[Any], depth: int) -> Any:
        import torch

        name, shape, number, wants_gradient, told = held
        content, dtype = self._buffer(number), _torch_dtype(torch, name)
        flat = torch.frombuffer(content, dtype=dtype) if len(content) else torch.empty(0, dtype=dtype)
        made = flat.reshape([int(n) for n in shape])
        if told is not None:
            return self.other("tensor", (made, told))
        return made.requires_grad_() if wants_gradient is True else made

    def _read_xd(self, held: str, depth: int) -> Any:
        import torch

        return _torch_dtype(torch, held)

    def _read_xs(self, held: list[int], depth: int) -> Any:
        import torch

        return torch.Size(held)

    def _read_xv(self, held: str, depth: int) -> Any:
        import torch

        return torch.device(held)

    def _read_sh(self, held: list[Any], depth: int) -> Any:
        return self.other("shared", (int(held[0]), self.unpack(held[1], depth)))

    def _read_own(self, held: list[Any], depth: int) -> Any:
        return self.other("own", (str(held[0]), self.unpack(held[1], depth)))

    def _read_lib(self, held: list[Any], depth: int) -> Any:
        module = importlib.import_module(LIBRARIES[held[0]], __package__)
        return module.unpack(held[1:], lambda tree: self.unpack(tree, depth))


def named(name: str, fields: tuple[str, ...]) -> type:
    """Return a named tuple's class; the same for the same name and fields."""
    key = (name, fields)
    if key not in _NAMED:
        _NAMED[key] = namedtuple(name, fields)
    return _NAMED[key]


_NAMED: dict[tuple[str, tuple[str, ...]], type] = {}


def _is_named(kind: type) -> bool:
    """Tell whether a class is a named tuple and nothing more: without methods of its own."""
    fields = getattr(kind, "_fields", None)
    if not isinstance(fields, tuple) or kind.__bases__ != (tuple,):
        return False
    if not all(isinstance(field, str) for field in fields):
        return False
    return set(vars(kind)) <= {*fields, *vars(named("Pair", ("a", "b"))), "__annotations__", "__orig_bases__"}


def _plain_zone(value: Any) -> bool:
    zone = getattr(value, "tzinfo", None)
    return zone is None or type(zone) is datetime.timezone


def _dtype(np: Any, text: str) -> Any:
    dtype = np.dtype(text)
    if dtype.char not in _DTYPES:
        raise WireError("an array of a dtype that does not cross")
    return dtype


def _torch_dtype(torch: Any, name: str) -> Any:
    if name not in _TORCH:
        raise WireError("a tensor of a dtype that does not cross")
    return getattr(torch, name)
