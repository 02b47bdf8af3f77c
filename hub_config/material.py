"""The lessons as people get them: built notebooks and their data, without texts, and without answers."""

import filecmp
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from catalogue.folders import CHECKOUT

from .errors import HubError

COURSES = CHECKOUT / "courses"
# what a lesson is made from; checkpoints.yml holds the answers to its predictions
_KEPT_BACK = re.compile(r"course\.yml|checkpoints\.yml|\d\d-.*\.(py|zh\.md)|\..*|__pycache__")


def publish(folder: Path, courses: Path = COURSES) -> None:
    """Bring the folder that everybody reads lessons from up to date.

    Parameters
    ----------
    folder
        Where to; it holds nothing else.
    courses
        Where from: ``<stage>/<course>/``.

    Raises
    ------
    HubError
        When a file cannot be read or written.
    """
    publish_all(folder, courses, lambda name: not any(map(_KEPT_BACK.fullmatch, name.parts)))


def publish_all(folder: Path, source: Path, wanted: Callable[[Path], object] = lambda name: True) -> None:
    """Make a folder hold the files of another, each whole at any moment: people's servers look into it.

    A file that is the same stays; one that is gone goes.

    Parameters
    ----------
    folder
        Where to; it holds nothing else.
    source
        Where from; where it is not, there are no files.
    wanted
        Tells of a place in it whether that is handed out.

    Raises
    ------
    HubError
        When a file cannot be read or written.
    """
    try:
        files = {path.relative_to(source): path for path in source.rglob("*") if path.is_file()}
        files = {name: path for name, path in files.items() if wanted(name)}
        folder.mkdir(parents=True, exist_ok=True)
        # first what goes: a file may stand now where a folder was, and the other way round
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path.relative_to(folder) not in files:
                path.unlink()
        for name, path in files.items():
            _bring(path, folder / name)
        for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
            path.chmod(0o755)
    except OSError as error:
        # a copy that fails names its source first, which is not what is to be mended
        where = error.filename2 or error.filename or folder
        raise HubError(f"{where}: {error.strerror}; free some space or mend it, then start again") from error


def _bring(source: Path, target: Path) -> None:
    if target.exists() and filecmp.cmp(source, target, shallow=False):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.new")
    try:
        shutil.copyfile(source, draft)
        draft.chmod(0o644)
        os.replace(draft, target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
