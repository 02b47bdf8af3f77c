"""Whether files and other things have changed since the last look."""

import time
from pathlib import Path
from typing import Any


class Watch:
    """Remembers what was seen between looks."""

    def __init__(self) -> None:
        self._seen: dict[str, Any] = {}

    def changed(self, what: str, path: Path, settles_in: float = 0.0) -> bool:
        """Tell whether a file or folder is another than at the last look.

        Parameters
        ----------
        what
            A name for it, to keep it apart from others.
        path
            Where it is; it need not be there.
        settles_in
            Seconds after a change during which another one could go unseen, so that the next look counts it
            as changed again.
        """
        stamps = (path.stat().st_mtime_ns,) if path.exists() else ()
        settled = time.time() - max(stamps, default=0) / 1e9 > settles_in
        return self.differs(what, stamps, keep=settled)

    def differs(self, what: str, stamp: Any, *, keep: bool = True) -> bool:
        """Tell whether a stamp is another than at the last look; one that is not kept is, next time."""
        before, self._seen[what] = self._seen.get(what, ()), stamp if keep else None
        return stamp != before

    def forget(self) -> None:
        """Take everything for changed at the next look."""
        self._seen.clear()
