"""Which notebooks are to run, and how."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalogue.folders import data_folder

from .units import Unit


@dataclass(frozen=True)
class Job:
    """One notebook to run.

    Attributes
    ----------
    name
        ``course/NN-slug``, with ``.zh`` for the Chinese one, or the lab's slug.
    unit
        The lesson or lab.
    notebook
        The built notebook.
    language
        ``en`` or ``zh``.
    """

    name: str
    unit: Unit
    notebook: Path
    language: str

    def page(self, way: "Way") -> Path:
        """Where its executed notebook goes as HTML."""
        return way.folder / f"{self.name.replace('/', '-')}.html"

    def record(self, way: "Way") -> Path:
        """The folder in which its last good run is kept."""
        return way.data / "notebooks" / "runs" / way.mode / self.name.replace("/", "-")


@dataclass(frozen=True)
class Way:
    """How notebooks are run.

    Attributes
    ----------
    kernel
        On a real Jupyter kernel each, instead of forks of a warm process.
    parameters
        Injected by papermill into every notebook.
    report
        Where pages go; by default ``notebooks/report`` in the data folder.
    again
        Run also what has not changed.
    data
        The data folder, found out once: while kernels run, this process's own environment names another.
    """

    kernel: bool = False
    parameters: Mapping[str, Any] | None = None
    report: Path | None = None
    again: bool = False
    data: Path = field(default_factory=data_folder)

    @property
    def mode(self) -> str:
        """``kernel`` or ``warm``."""
        return "kernel" if self.kernel else "warm"

    @property
    def folder(self) -> Path:
        """Where pages and report go."""
        return self.report or self.data / "notebooks" / "report"


def jobs(units: Iterable[Unit]) -> list[Job]:
    """Return the built notebooks of lessons, in each of their languages, and of labs with their solutions."""
    found = []
    for unit in units:
        if unit.notebook.exists():
            found.append(Job(unit.id, unit, unit.notebook, "en"))
        if unit.has_chinese and unit.chinese_notebook.exists():
            found.append(Job(f"{unit.id}.zh", unit, unit.chinese_notebook, "zh"))
    return found


def alone(scratch: Path) -> dict[str, str]:
    """Return variables by which predictions that a run makes are nobody's, and no service is asked."""
    return {"ACADEMY_DATA": str(scratch / "data"), "ACADEMY_URL": "", "JUPYTERHUB_API_TOKEN": ""}
