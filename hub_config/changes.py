"""Whether files, folders and other things are others than at the last look."""

import time
from pathlib import Path
from typing import Any


class Changes:
    """Remembers what was seen of that which it was asked about."""

    def __init__(self) -> None:
        self._seen: dict[str, Any] = {}

    def of(self, what: str, path: Path, settles_in: float = 0.0) -> bool:
        """Tell whether a file or folder is another than at the last look.

        Parameters
        ----------
        what
            The name of the question.
        path
            Of the file or folder; it need not be there.
        settles_in
            Seconds within which what changed may change again unseen: it is called changed until then.
        """
        stamps = (path.stat().st_mtime_ns,) if path.exists() else ()
        settled = time.time() - max(stamps, default=0) / 1e9 > settles_in
        return self.differ(what, stamps, keep=settled)

    def differ(self, what: str, stamp: Any, *, keep: bool = True) -> bool:
        """Tell whether a stamp is another than at the last look; one that is not kept is, next time."""
        before, self._seen[what] = self._seen.get(what, ()), stamp if keep else None
        return stamp != before

    def forget(self) -> None:
        """Call everything changed at the next look."""
        self._seen.clear()
