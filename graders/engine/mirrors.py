"""Tensors that ask for gradients, on both sides of the line.

A result that hangs on a graph arrives as a tensor whose backward pass runs on the learner's side. A parameter
arrives as one tensor, the same each time, and both sides tell each other what they changed of it before the
next call: so an optimiser in a check trains the learner's model.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from typing import Any

from .values import pack, unpack
from .wire import Buffer, WireError


def _no_other(*given: Any) -> Any:
    raise WireError("a tensor's numbers are data")


def _numbers(tensor: Any, buffers: list[Buffer]) -> Any:
    return None if tensor is None else pack(tensor.detach(), buffers, _no_other)


def _mark(tensor: Any) -> tuple[Any, ...]:
    """Return what changes whenever a tensor, its gradient or its flag does."""
    grad = tensor.grad
    return tensor._version, tensor.requires_grad, None if grad is None else (id(grad), grad._version)


def _told(number: int, tensor: Any, buffers: list[Buffer]) -> list[Any]:
    return [number, _numbers(tensor, buffers), _numbers(tensor.grad, buffers), bool(tensor.requires_grad)]


def _apply(tensor: Any, told: list[Any], buffers: list[bytearray]) -> None:
    """Give a tensor the numbers, the gradient and the flag that the other side told of."""
    import torch

    _, numbers, gradient, wants = told
    values = unpack(numbers, buffers, _no_other)
    if values.shape == tensor.shape and not torch.equal(values, tensor.detach()):
        with torch.no_grad():
            tensor.copy_(values)
    if tensor.is_leaf:
        tensor.requires_grad_(wants is True)
        tensor.grad = None if gradient is None else unpack(gradient, buffers, _no_other)


class Originals:
    """The learner's side: tensors that the checker knows, by number."""

    def __init__(self, held: Any) -> None:
        self.held = held
        self.known: dict[int, Any] = {}
        self.marks: dict[int, Any] = {}
        self.graphs: dict[int, Any] = {}
        self.inputs: dict[int, Any] = {}
        self.count = 0

    def told(self, tensor: Any, buffers: list[Buffer]) -> dict[str, Any]:
        """Return what is told of a tensor that asks for gradients, beside its numbers."""
        if not tensor.is_leaf:
            self.count += 1
            self.graphs[self.count] = tensor
            return {"graph": self.count}
        number = self.held.keep(tensor)
        self.known[number], self.marks[number] = tensor, _mark(tensor)
        parameter = isinstance(tensor, sys.modules["torch"].nn.Parameter)
        return {"leaf": number, "parameter": parameter, "grad": _numbers(tensor.grad, buffers)}

    def received(self, made: Any, told: dict[str, Any]) -> Any:
        """Return the tensor for one of the checker's: the original, or a leaf to differentiate by."""
        if "mine" in told:
            return self.known[told["mine"]]
        self.inputs[told["input"]] = made.requires_grad_()
        return made

    def take(self, message: Any, buffers: list[bytearray]) -> None:
        """Take over what the checker changed, and forget what it let go."""
        for told in (message or {}).get("changed", ()):
            tensor = self.known[told[0]]
            _apply(tensor, told, buffers)
            self.marks[told[0]] = _mark(tensor)
        for number in (message or {}).get("dropped", ()):
            self.graphs.pop(number, None)
        for number in (message or {}).get("inputs", ()):
            self.inputs.pop(number, None)

    def changed(self, buffers: list[Buffer]) -> list[Any]:
        """Return the known tensors that changed since they were last told of."""
        found = [number for number, tensor in self.known.items() if _mark(tensor) != self.marks[number]]
        for number in found:
            self.marks[number] = _mark(self.known[number])
        return [_told(number, self.known[number], buffers) for number in found]

    def backward(self, number: int, gradient: Any, inputs: list[int]) -> Any:
        """Run a result's backward pass; return the gradients of inputs, and what known tensors gained."""
        import torch

        before = {n: None if t.grad is None else t.grad.clone() for n, t in self.known.items()}
        torch.autograd.backward([self.graphs[number]], [gradient], retain_graph=True)
        given = []
        for key in inputs:
            tensor = self.inputs[key]
            given.append(tensor.grad)
            tensor.grad = None
        gained = {}
        for n, tensor in self.known.items():
            if tensor.grad is not None and tensor.is_leaf:
                old = before[n]
                difference = tensor.grad.detach() - (0 if old is None else old)
                if old is None or bool(difference.any()):
                    gained[n] = difference
            self.marks[n] = _mark(tensor)
        return given, gained


class Mirrors:
    """The checker's side: one tensor for each of the learner's that it knows.

    Parameters
    ----------
    backward
        Runs a result's backward pass on the learner's side, from its number, the gradient and input numbers.
    """

    def __init__(self, backward: Callable[[int, Any, list[int]], Any]) -> None:
        self._backward = backward
        self.tensors: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._marks: dict[int, Any] = {}
        self._dropped: list[int] = []
        self._let_go: list[int] = []
        self._given: list[tuple[int, Any]] = []
        self._count = 0

    def forget(self) -> None:
        """Forget everything: the learner's process is a new one."""
        for store in (self.tensors, self._numbers, self._marks, self._dropped, self._let_go, self._given):
            store.clear()

    def number(self, value: Any) -> int | None:
        """Return the number of the original that a tensor stands for, or None."""
        number = self._numbers.get(id(value))
        return number if number is not None and self.tensors.get(number) is value else None

    def told(self, tensor: Any) -> dict[str, Any]:
        """Return what is told of a tensor that goes to the learner's side and asks for gradients."""
        number = self.number(tensor)
        if number is not None:
            return {"mine": number}
        self._count += 1
        key = self._count
        self._given.append((key, tensor))
        weakref.finalize(tensor, self._let_go.append, key)
        return {"input": key}

    def outgoing(self, buffers: list[Buffer]) -> dict[str, Any]:
        """Return what changed here since the last call, and what nobody needs any more."""
        self._given = []
        changed = [n for n, t in self.tensors.items() if t.is_leaf and _mark(t) != self._marks[n]]
        for number in changed:
            self._marks[number] = _mark(self.tensors[number])
        message = {
            "changed": [_told(n, self.tensors[n], buffers) for n in changed],
            "dropped": self._dropped[:],
            "inputs": self._let_go[:],
        }
        self._dropped.clear()
        self._let_go.clear()
        return message

    def take(self, changed: Any, buffers: list[bytearray]) -> None:
        """Take over what the learner's side changed."""
        for told in changed if isinstance(changed, list) else ():
            if isinstance(told, list) and len(told) == 4 and told[0] in self.tensors:
                _apply(self.tensors[told[0]], told, buffers)
                self._marks[told[0]] = _mark(self.tensors[told[0]])

    def received(self, made: Any, told: Any, buffers: list[bytearray]) -> Any:
        """Return the tensor for one of the learner's that asks for gradients.

        Raises
        ------
        WireError
            When it is told of in a form that it cannot have.
        """
        if not isinstance(told, dict):
            raise WireError("a tensor of a form that it cannot have")
        if "graph" in told:
            return self._bridged(int(told["graph"]), made)
        import torch

        number = int(told["leaf"])
        if number not in self.tensors:
            tensor = torch.nn.Parameter(made) if told.get("parameter") is True else made.requires_grad_()
            if told.get("grad") is not None:
                tensor.grad = unpack(told["grad"], buffers, _no_other)
            self.tensors[number], self._numbers[id(tensor)] = tensor, number
        else:
            tensor = self.tensors[number]
            if made.shape == tensor.shape and not torch.equal(made, tensor.detach()):
                with torch.no_grad():
                    tensor.copy_(made)
        self._marks[number] = _mark(tensor)
        return tensor

    def _bridged(self, number: int, made: Any) -> Any:
        import torch

        inputs = [tensor for _, tensor in self._given]
        leaves = [tensor for tensor in self.tensors.values() if tensor.requires_grad]
        anchor = torch.zeros((), requires_grad=True)
        call = _Call(self, number, [key for key, _ in self._given], [self._numbers[id(t)] for t in leaves])
        weakref.finalize(call, self._dropped.append, number)
        return _bridge().apply(call, made, anchor, *inputs, *leaves)

    def backward(self, call: _Call, gradient: Any) -> list[Any]:
        """Return the gradients of a result's inputs and of the known parameters, from the learner's side."""
        given, gained = self._backward(call.number, gradient, call.inputs)
        return [*given, *(gained.get(number) for number in call.leaves)]


class _Call:
    """One result with a graph: what its backward pass needs to know."""

    def __init__(self, mirrors: Mirrors, number: int, inputs: list[int], leaves: list[int]) -> None:
        self.mirrors, self.number, self.inputs, self.leaves = mirrors, number, inputs, leaves


def _bridge() -> Any:
    """Return the autograd function whose backward pass runs on the learner's side."""
    if not _BRIDGE:
        import torch

        class Bridge(torch.autograd.Function):
            @staticmethod
            def forward(ctx: Any, call: _Call, made: Any, anchor: Any, *inputs: Any) -> Any:
                ctx.call = call
                return made.clone()

            @staticmethod
            def backward(ctx: Any, gradient: Any) -> Any:
                found = ctx.call.mirrors.backward(ctx.call, gradient.contiguous())
                return None, None, None, *found

        _BRIDGE.append(Bridge)
    return _BRIDGE[0]


_BRIDGE: list[Any] = []
