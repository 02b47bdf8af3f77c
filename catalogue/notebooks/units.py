"""Which notebooks there are: lessons and labs, each with its text, found by where they lie."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import NotebookError, fault

_LESSON = re.compile(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Unit:
    """A lesson or a lab, and where its files lie.

    Attributes
    ----------
    kind
        ``lesson`` or ``lab``.
    id
        ``course/NN-slug`` or the lab's slug.
    root
        The folder that holds ``courses`` and ``labs``.
    text
        The source.
    notebook
        What is built from it.
    """

    kind: str
    id: str
    root: Path
    text: Path
    notebook: Path

    @property
    def checkpoints(self) -> Path:
        """The course's predictions, for a lesson."""
        return self.text.with_name("checkpoints.yml")

    @property
    def descriptions(self) -> tuple[Path, ...]:
        """The YAML files that describe it."""
        folder = self.text.parent
        return (folder / "lab.yml",) if self.kind == "lab" else (folder / "course.yml", self.checkpoints)

    @property
    def chinese(self) -> Path:
        """The lesson's Chinese text, where there is one."""
        return self.text.with_suffix(".zh.md")

    @property
    def has_chinese(self) -> bool:
        """Whether there is a Chinese text; a lab has one notebook, in which both languages stand."""
        return self.kind == "lesson" and self.chinese.exists()

    @property
    def chinese_notebook(self) -> Path:
        """What is built from the Chinese text."""
        return self.notebook.with_suffix(".zh.ipynb")

    def shown(self, path: Path) -> Path:
        """Return a path as messages show it, relative to the root."""
        return path.relative_to(self.root)


def find(root: Path, paths: Iterable[Path] = (), *, without_text: bool = False) -> list[Unit]:
    """Return the units below a root in order, or those that given paths belong to.

    Parameters
    ----------
    root
        The folder that holds ``courses`` and ``labs``.
    paths
        Texts, notebooks, or folders; none for all.
    without_text
        Also those that so far are a notebook only.

    Raises
    ------
    NotebookError
        When a path belongs to no lesson and no lab.
    """
    units = {*_units(root), *(_untexted(root) if without_text else ())}
    everything = sorted(units, key=lambda unit: (unit.kind == "lab", unit.text))
    wanted = [Path(os.path.abspath(path)) for path in paths]  # also without `..`
    chosen = {unit: None for path in wanted for unit in everything if _belongs(unit, path)}
    unknown = [path for path in wanted if not any(_belongs(unit, path) for unit in everything)]
    if unknown:
        mend = "give a text such as courses/<stage>/<course>/01-slug.py, a notebook, or a folder of them"
        raise NotebookError(
            [fault(path, None, f"the path belongs to no lesson and no lab; {mend}") for path in unknown]
        )
    return [unit for unit in everything if unit in chosen] if wanted else everything


def stray_notebooks(root: Path) -> Iterator[Path]:
    """Yield notebooks below ``courses`` and ``labs`` that no text gives."""
    units = list(_units(root))
    known = {unit.notebook for unit in units} | {unit.chinese_notebook for unit in units if unit.has_chinese}
    for folder in ("courses", "labs"):
        for path in sorted((root / folder).rglob("*.ipynb")):
            if path not in known and ".ipynb_checkpoints" not in path.parts:
                yield path


def lesson(text: Path, root: Path) -> Unit:
    """Return the lesson whose text lies at a path."""
    return Unit("lesson", f"{text.parent.name}/{text.stem}", root, text, text.with_suffix(".ipynb"))


def lab(slug: str, root: Path) -> Unit:
    """Return the lab of a name."""
    text = root / "labs" / "authoring" / slug / f"{slug}.py"
    return Unit("lab", slug, root, text, root / "labs" / "source" / slug / f"{slug}.ipynb")


def _units(root: Path) -> Iterator[Unit]:
    for text in (root / "courses").glob("*/*/*.py"):
        if _LESSON.fullmatch(text.stem):
            yield lesson(text, root)
    for folder in (root / "labs" / "authoring").glob("*"):
        unit = lab(folder.name, root)
        if unit.text.is_file():
            yield unit


def _untexted(root: Path) -> Iterator[Unit]:
    for notebook in (root / "courses").glob("*/*/*.ipynb"):
        if _LESSON.fullmatch(notebook.stem):
            yield lesson(notebook.with_suffix(".py"), root)
    for folder in (root / "labs" / "source").glob("*"):
        unit = lab(folder.name, root)
        if unit.notebook.is_file():
            yield unit


def _belongs(unit: Unit, path: Path) -> bool:
    files = (unit.text, unit.notebook, unit.chinese, unit.chinese_notebook)
    return any(file == path or path in file.parents for file in files)
