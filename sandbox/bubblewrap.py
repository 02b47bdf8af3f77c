"""Walls by bubblewrap, where it may make the namespaces that this process may not."""

import shutil


def program() -> str | None:
    """Return the path of ``bwrap``; None where it is not installed."""
    return shutil.which("bwrap")
