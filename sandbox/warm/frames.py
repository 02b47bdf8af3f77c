"""Messages between the processes: a length in four bytes, then JSON. What comes from inside is checked."""

import json
import socket
import struct
from typing import Any

from sandbox.errors import FrameError

HEADER = struct.Struct("!I")
MOST_BYTES = 64 << 20
_KEYS = {
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict, "execution_count": int},
    "error": {"ename": str, "evalue": str, "traceback": list},
}


def pack(message: dict[str, Any]) -> bytes:
    """Return the bytes of one message.

    Raises
    ------
    FrameError
        It is larger than a message may be.
    """
    body = json.dumps(message, default=str).encode(errors="replace")
    if len(body) > MOST_BYTES:
        raise FrameError(f"a message of {len(body) >> 20} MiB: at most {MOST_BYTES >> 20} MiB go through")
    return HEADER.pack(len(body)) + body


def length(header: bytes) -> int:
    """Return the length that four bytes announce.

    Raises
    ------
    FrameError
        More than a message may be.
    """
    (size,) = HEADER.unpack(header)
    if size > MOST_BYTES:
        raise FrameError(
            f"a message of {size >> 20} MiB was announced: at most {MOST_BYTES >> 20} MiB go through"
        )
    return size


def unpack(body: bytes) -> dict[str, Any]:
    """Return the message in `body`.

    Raises
    ------
    FrameError
        It is not a JSON object.
    """
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"a message that is not JSON: {error}") from error
    if not isinstance(message, dict):
        raise FrameError(f"a message that is a {type(message).__name__}, not an object")
    return message


def receive(channel: socket.socket) -> dict[str, Any] | None:
    """Return the next message; None when the other side is gone.

    Raises
    ------
    FrameError
        What came is not a message.
    TimeoutError
        The socket's own timeout passed.
    """
    header = _exactly(channel, HEADER.size)
    if header is None:
        return None
    body = _exactly(channel, length(header))
    return None if body is None else unpack(body)


def _exactly(channel: socket.socket, size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        try:
            part = channel.recv(min(size - len(data), 1 << 20))
        except ConnectionResetError:
            return None
        if not part:
            return None
        data += part
    return bytes(data)


def check_outputs(outputs: Any) -> list[dict[str, Any]]:
    """Return notebook outputs that came from inside, once their form is right.

    Raises
    ------
    FrameError
        Names what is wrong.
    """
    if not isinstance(outputs, list):
        raise FrameError("outputs that are not a list")
    for output in outputs:
        kind = output.get("output_type") if isinstance(output, dict) else None
        keys = _KEYS.get(kind) if isinstance(kind, str) else None
        if keys is None or set(output) != {"output_type", *keys}:
            raise FrameError(f"an output of type {kind!r} with keys that no notebook has")
        for key, wanted in keys.items():
            if not isinstance(output[key], wanted):
                raise FrameError(f"an output whose {key} is a {type(output[key]).__name__}")
        if kind == "stream" and output["name"] not in ("stdout", "stderr"):
            raise FrameError(f"a stream called {output['name'][:40]!r}")
        if kind == "error" and not all(isinstance(line, str) for line in output["traceback"]):
            raise FrameError("a traceback with lines that are not text")
    return outputs
