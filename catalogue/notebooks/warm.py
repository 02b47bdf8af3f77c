"""The one warm process in which this process runs notebooks."""

import atexit
import os
import threading
from collections.abc import Iterable

from sandbox import WarmServer

from .used import imported

# what takes long to import and starts no thread of its own while it is imported
WORTH_WARMING = (
    "graders.kit",
    "ipywidgets",
    "matplotlib.pyplot",
    "numpy",
    "pandas",
    "scipy",
    "sklearn",
    "torch",
    "transformers",
)

_lock = threading.Lock()
_shared: dict[int, WarmServer] = {}


def server(imports: Iterable[str] = (), workers: int = 1) -> WarmServer:
    """Return this process's warm server, started at the first call.

    Parameters
    ----------
    imports
        Modules that it imports before it forks; what comes later in the process's life does not add to them.
    workers
        How many notebooks it runs at a time.
    """
    with _lock:
        server = _shared.get(os.getpid())
        if server is None:
            server = WarmServer(imports=tuple(imports), workers=workers).__enter__()
            _shared[os.getpid()] = server
            atexit.register(stop)
        return server


def stop() -> None:
    """End this process's warm server, if there is one, and all that runs in it."""
    with _lock:
        server = _shared.pop(os.getpid(), None)
    if server is not None:
        server.close()


def worth_warming(sources: Iterable[str]) -> list[str]:
    """Return the slow imports of code, which the warm process makes once for all."""
    used = imported(sources)
    return [name for name in WORTH_WARMING if any(f"{one}.".startswith(f"{name}.") for one in used)]
