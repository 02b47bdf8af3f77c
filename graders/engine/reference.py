"""A lab judges nobody before its own reference solution has got full marks through the very engine."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

from ..errors import Refusal
from ..seeds import Seeds
from ..versions import versions
from .master import Master
from .repair import repaired
from .run import execute
from .scores import Scores, scores
from .servers import server_for
from .submission import read_submission

REFERENCES = "references.json"  # in the course folder: {lab and libraries: checks short of full marks}


def honest(course: Path, master: Master) -> None:
    """Check that the lab's own reference gets full marks here; once for the same lab and libraries.

    Parameters
    ----------
    course
        Root of the course folder.
    master
        The lab.

    Raises
    ------
    Refusal
        Naming the checks in which it does not.
    """
    path = course / REFERENCES
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    key = hashlib.sha256((master.digest + versions(master.modules)).encode()).hexdigest()
    if key not in known:
        known[key] = short_of_full(master, reference_scores(master))
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(known, file)
        os.replace(temporary, path)
    if known[key]:
        raise Refusal(
            f"lab {master.lab} is not graded: its own reference solution gets less than full marks in "
            f"{', '.join(known[key])} on this machine; ./academy prove {master.lab}"
        )


def reference_scores(master: Master, seed: str = "0") -> Scores:
    """Return what the instructor's own notebook gets."""
    original = read_submission(master.folder / f"{master.lab}.ipynb")
    notebook = repaired(master, original).notebook
    return scores(execute(server_for(master), master, notebook, Seeds(fixed=seed)))


def short_of_full(master: Master, found: Scores) -> list[str]:
    """Return the grade ids in which a result is less than full marks."""
    got = {name: found[name]["score"] for name in master.points}
    return [name for name, most in master.points.items() if got[name] is not None and got[name] < most]
