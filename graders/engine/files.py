"""Files that one side writes and the other reads: the lab's folder and the temporary one, kept alike.

Code does not cross this way: no module of the learner's lies where the checker could import it.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .wire import Buffer

MOST_MIB = 32  # of all files that cross in one run
MOST_FILES = 500
DEEPEST = 6
FOLDER = (0, 0)  # the mark of a folder
CODE = frozenset({".py", ".pyc", ".so", ".pth", ".ipynb", ".pkl", ".pickle", ".joblib"})


class Folders:
    """What stands in this side's folders, as the other side knows it.

    Parameters
    ----------
    protected
        Names in the lab's folder that the other side cannot change: what was handed out with the lab.
    """

    def __init__(self, protected: Sequence[str] = ()) -> None:
        self.protected = {("lab", name) for name in protected}
        self.roots = {"lab": Path.cwd(), "tmp": Path(tempfile.gettempdir())}
        self.known: dict[tuple[str, str], tuple[int, int]] = {}
        self.left = MOST_MIB << 20
        self.begin()

    def begin(self) -> None:
        """Take what stands here now as known to both sides."""
        self.roots["lab"] = Path.cwd()
        self.known = dict(self._seen())

    def changed(self, buffers: list[Buffer]) -> Any:
        """Return the files that were written or removed here since the last call, or None."""
        seen = dict(self._seen())
        written = [key for key, mark in seen.items() if self.known.get(key) != mark]
        removed = [list(key) for key in self.known if key not in seen]
        self.known = seen
        told = []
        for root, name in written:
            path = self.roots[root] / name
            if name.endswith("/"):
                told.append([root, name, -1])
                continue
            try:
                content = path.read_bytes() if path.suffix not in CODE and not path.is_symlink() else None
            except OSError:
                continue
            if content is None or len(content) > self.left:
                continue
            self.left -= len(content)
            buffers.append(content)
            told.append([root, name, len(buffers) - 1])
        return [told, removed] if told or removed else None

    def take(self, message: Any, buffers: Sequence[bytearray]) -> None:
        """Write and remove here what the other side did there; what cannot be is left out."""
        if not isinstance(message, list) or len(message) != 2:
            return
        for root, name, number in message[0]:
            path = self._inside(root, name)
            if path is None or type(number) is not int:
                continue
            if name.endswith("/"):
                with contextlib.suppress(OSError):
                    path.mkdir(parents=True, exist_ok=True)
                    self.known[root, name] = FOLDER
            elif 0 <= number < len(buffers):
                self._write(path, buffers[number])
                self._know(root, path)
        for root, name in sorted(message[1], reverse=True):  # what stands in a folder before the folder
            path = self._inside(root, name)
            if path is not None:
                with contextlib.suppress(OSError):
                    path.rmdir() if name.endswith("/") else path.unlink(missing_ok=True)
                self.known.pop((root, name), None)

    def _write(self, path: Path, content: bytearray) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError:
            return

    def _know(self, root: str, path: Path) -> None:
        try:
            status = path.stat()
        except OSError:
            return
        self.known[root, path.relative_to(self.roots[root]).as_posix()] = status.st_mtime_ns, status.st_size

    def _inside(self, root: Any, name: Any) -> Path | None:
        """Return where a file of the other side belongs here, or None when it must not."""
        if root not in self.roots or not isinstance(name, str) or (root, name) in self.protected:
            return None
        parts = Path(name).parts
        if (
            Path(name).as_posix() != name.removesuffix("/")
            or Path(name).is_absolute()
            or ".." in parts
            or len(parts) > DEEPEST
            or Path(name).suffix in CODE
        ):
            return None
        path = self.roots[root] / name
        return None if any(p.is_symlink() for p in (path, *path.parents)) else path

    def _seen(self) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
        count = 0
        for root, top in self.roots.items():
            for name, status in _files(str(top)):
                count += 1
                if count > MOST_FILES:
                    return
                yield (root, name), FOLDER if status is None else (status.st_mtime_ns, status.st_size)


def _files(top: str) -> Iterator[tuple[str, os.stat_result | None]]:
    """Yield names of files below a folder with their status, and names of folders, which end in /, with None.

    What is mounted below it, such as Python's own files where they lie in the temporary folder, is nobody's.
    """
    try:
        device = os.stat(top).st_dev
    except OSError:
        return
    yield from _below(top, "", 0, device)


def _below(folder: str, prefix: str, depth: int, device: int) -> Iterator[tuple[str, os.stat_result | None]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith((".", "__pycache__")):
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if stat.S_ISDIR(status.st_mode) and depth < DEEPEST and status.st_dev == device:
            name = f"{prefix}{entry.name}/"
            yield name, None
            yield from _below(entry.path, name, depth + 1, device)
        elif stat.S_ISREG(status.st_mode) and status.st_dev == device:
            yield prefix + entry.name, status
