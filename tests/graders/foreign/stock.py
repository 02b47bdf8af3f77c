"""What stock nbgrader gives to each submission: its release and autograde, a real kernel, a fresh course.

``python -m tests.graders.foreign.stock`` grades all labs and writes each ``honest/expected.yml`` anew; name
labs or submissions (``data8``, ``data8/right-numpy``) to grade only these. What people wrote there (``fair``,
``because``) is kept. ``--check`` writes nothing and says what would change.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from tests.graders.foreign.loading import Lab, expected, filled, load, names, submissions, with_reference

HEAD = "# `python -m tests.graders.foreign.stock` makes the numbers; people write `fair` and `because`.\n"
REFERENCE = "the reference"


def grade(lab: Lab, wanted: Iterable[str] | None = None) -> dict[str, dict[str, float]]:
    """Return stock nbgrader's score of each check cell, by submission; first of them the reference solution.

    Parameters
    ----------
    lab
        The lab.
    wanted
        Names of submissions; none for all.

    Raises
    ------
    RuntimeError
        When nbgrader stops, or the reference solution does not get full marks.
    """
    bin_folder = str(Path(sys.executable).parent)
    if bin_folder not in os.environ["PATH"].split(os.pathsep):  # nbgrader calls alembic by its name
        os.environ["PATH"] = bin_folder + os.pathsep + os.environ["PATH"]
    everything = submissions(lab)
    scores = {}
    with tempfile.TemporaryDirectory(prefix="foreign-") as folder:
        course = Path(folder)
        source = course / "source" / lab.name
        source.mkdir(parents=True)
        nbformat.write(lab.master, source / f"{lab.name}.ipynb")
        for path in lab.data:
            shutil.copy(path, source)
        url = f"sqlite:///{course}/gradebook.db"
        config = Config(CourseDirectory={"root": str(course), "db_url": url})
        config.Execute.timeout = 300  # seconds a cell: nothing here is endless, and machines may be busy
        api = NbGraderAPI(config=config)
        _must(api.generate_assignment(lab.name), lab.name)
        handed_out = course / "release" / lab.name
        notebook = nbformat.read(handed_out / f"{lab.name}.ipynb", as_version=4)
        for name in [REFERENCE, *everything] if wanted is None else [REFERENCE, *wanted]:
            known = name in everything
            made = filled(lab, notebook, everything[name]) if known else with_reference(lab, notebook)
            student = name.replace(" ", "-")
            handed_in = course / "submitted" / student / lab.name
            shutil.copytree(handed_out, handed_in)
            nbformat.write(made, handed_in / f"{lab.name}.ipynb")
            _must(api.autograde(lab.name, student), f"{lab.name}/{name}")
            with Gradebook(url) as book:
                grades = book.find_submission_notebook(lab.name, lab.name, student).grades
                scores[name] = {g.name: g.auto_score for g in grades if g.name in lab.checks}
            print(f"{lab.name}/{name}: {sum(scores[name].values()):g}", file=sys.stderr, flush=True)
            if name == REFERENCE and scores[name] != lab.checks:
                raise RuntimeError(f"{lab.name}: the reference gets {scores[name]} of {lab.checks}")
    return scores


def merged(lab: Lab, scores: dict[str, dict[str, float]]) -> dict[str, dict[str, Any]]:
    """Return the content of ``expected.yml`` with new numbers and what people wrote."""
    old, new = expected(lab), {}
    for name in submissions(lab):
        if name not in scores:
            if name in old:
                new[name] = old[name]
            continue
        new[name] = {}
        for check in lab.checks:
            number = _short(scores[name][check])
            written = old.get(name, {}).get(check)
            new[name][check] = (
                {"stock": number, "fair": written["fair"], "because": written["because"]}
                if isinstance(written, dict)
                else number
            )
    return new


def write(lab: Lab, content: dict[str, dict[str, Any]]) -> None:
    """Write ``expected.yml``."""
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    (lab.folder / "honest" / "expected.yml").write_text(HEAD + text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Grade, and write or compare."""
    parser = argparse.ArgumentParser(prog="python -m tests.graders.foreign.stock", description=__doc__)
    parser.add_argument("what", nargs="*", help="labs, or <lab>/<submission>")
    parser.add_argument("--check", action="store_true", help="write nothing; say what would change")
    given = parser.parse_args(arguments)
    changed = False
    for name in names():
        wanted = [what.partition("/")[2] for what in given.what if what.partition("/")[0] == name]
        if given.what and not wanted:
            continue
        lab = load(name)
        content = merged(lab, grade(lab, None if "" in wanted or not wanted else wanted))
        if given.check:
            for key, entry in content.items():
                if entry != expected(lab).get(key):
                    changed = True
                    print(f"{name}/{key}: {expected(lab).get(key)} is now {entry}")
        else:
            write(lab, content)
    return int(changed)


def _must(result: dict[str, Any], what: str) -> None:
    if not result["success"]:
        raise RuntimeError(f"{what}: {result.get('error') or ''}\n{result.get('log') or ''}")


def _short(number: float) -> float | int:
    return int(number) if number == int(number) else number


if __name__ == "__main__":
    sys.exit(main())
