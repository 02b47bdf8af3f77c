"""Versions of the libraries that a lab runs on."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

PACKAGES = {"sklearn": "scikit-learn"}  # where a module's package has another name


def versions(modules: Iterable[str]) -> str:
    """Return one line for each module with its package's version, NumPy's and nbgrader's always."""
    return "\n".join(f"{name} {_version(name)}" for name in sorted({*modules, "numpy", "nbgrader"}))


def _version(module: str) -> str:
    try:
        # 2.13.0+cpu and 2.13.0 compute the same on a CPU
        return version(PACKAGES.get(module, module)).split("+")[0]
    except PackageNotFoundError:
        return "-"
