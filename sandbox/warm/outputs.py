"""What cells print and show, collected the way a notebook front end would."""

import base64
import io
import os
import threading
from typing import Any

MOST_TEXT = 4 << 20  # characters of a cell's streams
MOST_DATA = 32 << 20  # characters of a cell's pictures and other data
_CUT = "\n[output cut here: a cell keeps at most {} MiB of it]\n"


class Sink:
    """A list of outputs that grows as a front end's would: a cell, or an `Output` widget."""

    def __init__(self) -> None:
        self._outputs: list[dict[str, Any]] = []
        self._text: list[str] = []  # of the stream that comes last; joined once, however often it grows
        self.clear_next = False

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """What is shown, text of the same stream joined."""
        if self._text:
            self._outputs[-1]["text"] = "".join(self._text)
            self._text = [self._outputs[-1]["text"]]
        return self._outputs

    def add(self, output: dict[str, Any]) -> None:
        """Append an output; text of the same stream joins the text before it."""
        if self.clear_next:
            self.clear()
        if output["output_type"] != "stream":
            self.outputs.append(output)
            self._text = []
        elif self._text and self._outputs[-1]["name"] == output["name"]:
            self._text.append(output["text"])
        else:
            self.outputs.append(output)
            self._text = [output["text"]]

    def clear(self) -> None:
        """Forget what was shown."""
        self._outputs.clear()
        self._text = []
        self.clear_next = False


class Recorder:
    """Where everything goes that the cells of one run show."""

    def __init__(self) -> None:
        self.cells: list[Sink] = []
        self.captured = Sink()
        self.hooks: list[Sink] = []
        self.updated: set[int] = set()
        self._shown: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        self._text = self._data = 0
        self._lock = threading.RLock()
        self._files: dict[str, io.FileIO] = {}

    def watch(self, name: str, number: int) -> None:
        """Read what is written to file descriptor `number` (1 or 2) as stream `name` from now on."""
        memory = os.memfd_create(f"cell-{name}", os.MFD_CLOEXEC)
        append = os.open(f"/proc/self/fd/{memory}", os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        os.dup2(append, number)
        os.close(append)
        self._files[name] = io.FileIO(memory)

    def begin(self) -> None:
        """Start the next cell."""
        self.cells.append(Sink())
        self.captured = Sink()
        self._text = self._data = 0
        self.updated = set()

    def _sink(self) -> Sink:
        return self.hooks[-1] if self.hooks else self.cells[-1]

    def _add(self, output: dict[str, Any]) -> None:
        self._sink().add(output)
        if self.hooks:
            self.captured.add(dict(output))

    def write(self, name: str, text: str) -> None:
        """Take text for the stream `name`."""
        with self._lock:
            self.collect()
            self._write(name, text)

    def _write(self, name: str, text: str) -> None:
        if not self.cells or not text or self._text > MOST_TEXT:
            return
        room = MOST_TEXT - self._text
        self._text += len(text)
        if len(text) > room:
            text = text[:room] + _CUT.format(MOST_TEXT >> 20)
        self._add({"output_type": "stream", "name": name, "text": text})

    def collect(self) -> None:
        """Take what programs and libraries wrote past Python, to file descriptors 1 and 2."""
        for name, file in self._files.items():
            size = os.fstat(file.fileno()).st_size
            if size:
                data = os.pread(file.fileno(), min(size, MOST_TEXT), 0)
                os.ftruncate(file.fileno(), 0)
                self._write(name, data.decode(errors="replace"))

    def show(self, kind: str, data: dict[str, Any], metadata: dict[str, Any] | None, **more: Any) -> None:
        """Take a ``display_data`` or ``execute_result``; `more` are further keys and ``display_id``."""
        display_id = more.pop("display_id", None)
        output = {"output_type": kind, "metadata": clean(metadata or {}), "data": clean(data), **more}
        with self._lock:
            self.collect()
            self._data += sum(len(v) for v in output["data"].values() if isinstance(v, str))
            if self._data > MOST_DATA:
                self._write("stderr", _CUT.format(MOST_DATA >> 20))
                return
            if display_id:
                self._update(display_id, output)
                if not self.hooks:
                    self._shown.setdefault(display_id, []).append((len(self.cells) - 1, output))
            self._add(output)

    def update(self, display_id: str, data: dict[str, Any], metadata: dict[str, Any] | None) -> None:
        """Change what was shown under `display_id`, in earlier cells too."""
        with self._lock:
            self._update(display_id, {"data": clean(data), "metadata": clean(metadata or {})})

    def _update(self, display_id: str, new: dict[str, Any]) -> None:
        for cell, output in self._shown.get(display_id, ()):
            output["data"], output["metadata"] = new["data"], new["metadata"]
            self.updated.add(cell)

    def error(self, ename: str, evalue: str, traceback: list[str]) -> None:
        """Take an error."""
        with self._lock:
            self.collect()
            self._add({"output_type": "error", "ename": ename, "evalue": evalue, "traceback": traceback})

    def clear(self, *, wait: bool) -> None:
        """Forget what the cell showed so far, or (`wait`) as soon as it shows more."""
        with self._lock:
            self.collect()
            if wait:
                self._sink().clear_next = True
            else:
                self._sink().clear()


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of the cells."""

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, recorder: Recorder, name: str) -> None:
        super().__init__()
        self._recorder, self.name, self._process = recorder, name, os.getpid()

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def fileno(self) -> int:
        """Return the file descriptor that programs write to."""
        return 1 if self.name == "stdout" else 2

    def write(self, text: str) -> int:
        """Take text; a forked process's goes round by the file descriptor."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() == self._process:
            self._recorder.write(self.name, text)
        else:
            os.write(self.fileno(), text.encode(errors="replace"))
        return len(text)


def clean(value: Any) -> Any:
    """Return `value` as JSON can carry it: bytes as base64, keys as text, the rest as it is or by name."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {str(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [clean(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
