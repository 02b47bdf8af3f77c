"""Frames between the learner's side and the checker's: a JSON header and buffers, bounded in size and time.

What comes from the learner's side is read by nothing else than :func:`Channel.receive` and
:func:`graders.engine.values.unpack`.
"""

from __future__ import annotations

import json
import select
import socket
import struct
from collections.abc import Sequence
from typing import Any

from sandbox.waiting import Countdown

MOST_HEADER = 16 << 20  # bytes
MOST_BUFFERS = 512 << 20  # bytes of one frame, all buffers together
MOST_COUNT = 100_000  # buffers of one frame
_HEAD = struct.Struct("<I")

Buffer = bytes | bytearray | memoryview


class WireError(Exception):
    """A frame that cannot be, or a value that does not cross."""


class Gone(WireError):
    """The other side closed the line, or its process ended."""


class Late(WireError):
    """The other side did not answer in time."""


class Channel:
    """One end of the line.

    Parameters
    ----------
    end
        A connected stream socket.
    """

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.deadline: Countdown | None = None  # None waits for ever
        end.setblocking(False)

    def send(self, message: dict[str, Any], buffers: Sequence[Buffer] = ()) -> None:
        """Send one frame.

        Raises
        ------
        WireError
            When it is larger than a frame may be, the other side is gone, or does not read in time.
        """
        views = [memoryview(buffer).cast("B") if len(buffer) else memoryview(b"") for buffer in buffers]
        sizes = [view.nbytes for view in views]
        header = json.dumps({"m": message, "b": sizes}, separators=(",", ":")).encode()
        if len(header) > MOST_HEADER or sum(sizes) > MOST_BUFFERS or len(sizes) > MOST_COUNT:
            raise WireError(f"a value of {(len(header) + sum(sizes)) >> 20} MiB is too large to cross")
        self._write(_HEAD.pack(len(header)) + header)
        for view in views:
            self._write(view)

    def receive(self) -> tuple[dict[str, Any], list[bytearray]]:
        """Return the next frame's message and buffers.

        Raises
        ------
        WireError
            When what comes is no frame, the other side is gone, or nothing comes in time.
        """
        (size,) = _HEAD.unpack(self._read(_HEAD.size))
        if size > MOST_HEADER:
            raise WireError("a frame's header is too large")
        try:
            header = json.loads(self._read(size))
        except (ValueError, RecursionError) as error:
            raise WireError("a frame's header is no JSON") from error
        if not isinstance(header, dict):
            raise WireError("a frame's header is no object")
        message, sizes = header.get("m"), header.get("b")
        if not isinstance(message, dict) or not isinstance(sizes, list) or len(sizes) > MOST_COUNT:
            raise WireError("a frame's header has a form that it cannot have")
        if any(type(n) is not int or n < 0 for n in sizes) or sum(sizes) > MOST_BUFFERS:
            raise WireError("a frame's buffers are too large")
        return message, [self._read(n) for n in sizes]

    def close(self) -> None:
        """Hang up."""
        self.end.close()

    def _wait(self, readable: bool) -> None:
        ends = [self.end]
        while (left := self.deadline and self.deadline.left()) is None or left > 0:
            if any(select.select(ends if readable else [], [] if readable else ends, [], left)):
                return
        raise Late("no answer in time")

    def _read(self, size: int) -> bytearray:
        data = bytearray(size)
        view, filled = memoryview(data), 0
        while filled < size:
            try:
                count = self.end.recv_into(view[filled : filled + (1 << 20)])
            except BlockingIOError:
                self._wait(readable=True)
                continue
            except OSError as error:
                raise Gone("the other side is gone") from error
            if not count:
                raise Gone("the other side is gone")
            filled += count
        return data

    def _write(self, data: bytes | memoryview) -> None:
        view, sent = memoryview(data), 0
        while sent < len(view):
            try:
                sent += self.end.send(view[sent : sent + (1 << 20)])
            except BlockingIOError:
                self._wait(readable=False)
            except OSError as error:
                raise Gone("the other side is gone") from error
