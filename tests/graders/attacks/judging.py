"""Whether a submission got what is fair and did nothing else: what an attack is judged by."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import signal
import site
import sqlite3
import time
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from graders import grade
from tests.graders.attacks.loading import HERE, LEFT, SCRIPT, Attack, hand_in, points, read_attacks

ATTACKS = read_attacks()
BY_ID = {attack.id: attack for attack in ATTACKS}
OTHER = "zz-other"  # a submission that lies there all the time
PATIENCE = 80  # seconds for one submission, on a machine that does other things too
HOMES = [Path.home(), Path.home() / ".ipython", Path.home() / ".cache", Path.home() / ".config"]
SHARED = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/run"), Path.cwd(), *HOMES]


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise TimeoutError where the grader itself hangs, so that the suite goes on."""

    def over(*_: object) -> None:
        raise TimeoutError(f"the grader hung for {seconds:.0f} s")

    old = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def scores_of(result: Any) -> dict[str, float | str]:
    if result.status in ("refused", "unreadable"):
        return dict.fromkeys(points(result.lab), "refused")
    refused = dict.fromkeys(result.refused_cells, "refused")
    return {name: value["score"] for name, value in result.scores.items()} | refused


def _hashes(*roots: Path) -> dict[str, str]:
    found = {}
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_symlink():
                found[str(path)] = os.readlink(path)
            elif path.is_file():
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
            elif not path.is_dir():
                found[str(path)] = "special"
    return found


def _frozen(data: Path) -> dict[str, str]:
    """Fingerprint everything that grading one submission has no business to change."""
    course = data / "course"
    fixed = [
        course / name for name in ("source", "release", "nbgrader_config.py", "limits.json", "submitted")
    ]
    fixed += [data / "secrets", data / "exchange" / "academy" / "outbound"]
    fixed += [data / "labs" / lab for lab in ("authoring", "source")]
    fixed += [HERE.parents[2] / "graders" / "__init__.py", HERE.parents[2] / "graders" / "kit"]
    found = _hashes(*fixed)
    return {name: value for name, value in found.items() if "__pycache__" not in name}


def _gradebook(data: Path, *without: str) -> dict[str, object]:
    """Return the gradebook's schema and everybody's grades but those of `without`."""
    with sqlite3.connect(f"file:{data / 'course' / 'gradebook.db'}?mode=ro", uri=True) as book:
        schema = book.execute("select type, name, sql from sqlite_master order by 1, 2").fetchall()
        grades = book.execute(
            "select s.student_id, a.name, b.name, g.auto_score, g.manual_score, g.extra_credit"
            " from grade g join submitted_notebook n on g.notebook_id = n.id"
            " join submitted_assignment s on n.assignment_id = s.id join base_cell b on g.cell_id = b.id"
            " join assignment a on s.assignment_id = a.id order by 1, 2, 3"
        ).fetchall()
        cells = book.execute("select max_score from grade_cells order by id").fetchall()
    book.close()
    return {"schema": schema, "grades": [g for g in grades if g[0] not in without], "cells": cells}


def _processes(words: list[str]) -> list[str]:
    """Return who runs with one of the words in name, arguments or environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        if int(folder.name) == os.getpid():
            continue
        for part in ("comm", "cmdline", "environ"):
            try:
                content = (folder / part).read_bytes()
            except OSError:
                continue
            if any(word.encode() in content for word in words) and b"pytest" not in content:
                found.append(f"{folder.name} {part} {content[:80]!r}")
    return found


def _left(data: Path, words: list[str], own: str) -> list[str]:
    """Return files with one of the words in their name, outside the submission's own folders."""
    roots = [
        (root, 2 if root in (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")) else 1) for root in SHARED
    ]
    roots += [(Path.home() / ".ipython", 4), (data, 8)]
    roots += [(Path(os.__file__).parent, 1), (HERE.parents[2] / "graders", 3)]
    roots += [(p, 1) for p in map(Path, site.getsitepackages())]
    found = []
    for root, depth in roots:
        for base, folders, files in os.walk(root):
            level = len(Path(base).relative_to(root).parts)
            if level >= depth - 1:
                folders[:] = []
            names = [n for n in (*files, *folders) if any(word in n for word in words)]
            found += [str(Path(base) / n) for n in names if own not in base]
    return found


def _followed(data: Path, learner: str, lab: str) -> list[str]:
    """Return links of a submission of which grading made a file: what they point at was copied."""
    handed_in, graded = (data / "course" / kind / learner / lab for kind in ("submitted", "autograded"))
    links = [path.name for path in handed_in.iterdir() if path.is_symlink()]
    return [name for name in links if (graded / name).is_file() and name != f"{lab}.ipynb"]


class _Harm(HTMLParser):
    """Finds what a browser would run of a learner's."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.found = "", []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inside = tag if tag in ("script", "style") else ""
        for name, value in attributes:
            if name == "href" and (value or "").startswith("#"):
                continue  # the anchor of a heading
            active = name.startswith("on") or name in (
                "srcdoc",
                "src",
                "href",
                "data",
                "xlink:href",
                "action",
            )
            if SCRIPT in (value or "") and active:
                self.found.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, text: str) -> None:
        if self.inside == "script" and SCRIPT in text:
            self.found.append(f"<script> {text[:80]}")


def _harm(page: str) -> list[str]:
    parser = _Harm()
    parser.feed(page)
    return parser.found


def _fed_back(data: Path, learner: str, lab: str) -> str:
    path = data / "course" / "feedback" / learner / lab / f"{lab}.html"
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _told(page: str) -> str:
    """Return the page without its own scripts and styles, without tags."""
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>", "", page)
    return unescape(re.sub(r"<[^>]+>", "", body))


Grader = Callable[[str, list[str]], dict[str, Any]]


def grading(data: Path) -> Grader:
    """Return what grades learners of a lab in this process, with feedback, and gives results by learner."""

    def run(lab: str, learners: list[str]) -> dict[str, Any]:
        labs = (data / "labs").resolve()
        found = grade(lab, learners=learners, data=data, source=labs, collect=False, feedback=True)
        return {result.learner: result for result in found}

    return run


def judge(attack: Attack, data: Path, ears: Any, graded: Grader) -> list[str]:
    """Grade an attack and an honest submission after it; return everything that is not as it must be.

    Parameters
    ----------
    data
        The data folder, with the lab released.
    ears
        Counts in ``heard`` who calls a port of this machine.
    graded
        Grades learners of a lab.
    """
    # a name of its own: a refused submission leaves what was booked before it
    learner, honest = f"b-{ATTACKS.index(attack)}", "c-honest"
    before = [f"a{i}-before" for i, _ in enumerate(attack.after)]
    everybody = [*before, learner, honest]
    for name in everybody:
        for folder in ("submitted", "autograded", "feedback"):
            shutil.rmtree(data / "course" / folder / name / attack.lab, ignore_errors=True)
    for name, earlier in zip(before, attack.after, strict=True):
        hand_in(data, name, BY_ID[f"{attack.lab}/hostile/{earlier}"], ears.port)
    hand_in(data, learner, attack, ears.port)
    hand_in(data, honest, attack.lab)
    frozen, book, heard = _frozen(data), _gradebook(data, *everybody), ears.heard
    faults = []
    begun = time.monotonic()
    try:
        with _at_most(PATIENCE * len(everybody)):
            results = graded(attack.lab, everybody)
        took = time.monotonic() - begun
        found = scores_of(results[learner])
        for check, fair in attack.fair.items():
            if found.get(check) not in fair:
                faults.append(f"{check}: {found.get(check)!r}, fair is {fair}; {results[learner].reason}")
        booked = {g[2]: g[3] for g in _gradebook(data)["grades"] if g[0] == learner and g[1] == attack.lab}
        for check, fair in attack.fair.items():
            if (booked.get(check) or 0) > max((f for f in fair if f != "refused"), default=0):
                faults.append(f"the gradebook has {booked[check]} for {check}, fair is {fair}")
        if scores_of(results[honest]) != points(attack.lab):
            faults.append(f"the honest one after it got {results[honest]}")
        page = _fed_back(data, learner, attack.lab)
        text = _told(page)
        faults += [f"the feedback holds {word!r}" for word in attack.hidden if word in text]
        faults += [f"the feedback runs {thing}" for thing in _harm(page)]
        faults += [f"the honest feedback holds {LEFT}"] if LEFT in _fed_back(data, honest, attack.lab) else []
        if took > PATIENCE * len(everybody):
            faults.append(f"it took {took:.0f} s")
        faults += [f"the host followed the link {name}" for name in _followed(data, learner, attack.lab)]
        now = _frozen(data)
        changed = sorted(name for name in frozen.keys() | now.keys() if frozen.get(name) != now.get(name))
        faults += [f"changed: {name}" for name in changed]
        book_now = _gradebook(data, *everybody)
        faults += [f"the gradebook's {part} changed" for part in book if book[part] != book_now[part]]
        if ears.heard != heard:
            faults.append(f"{ears.heard - heard} calls came out of the wall")
        left = _processes(attack.left)
        for _ in range(30):
            if not left:
                break
            time.sleep(0.1)
            left = _processes(attack.left)
        faults += [f"a process is left: {name}" for name in left]
        faults += [f"left behind: {name}" for name in _left(data, attack.left, f"{learner}/{attack.lab}")]
    finally:
        for name in everybody:
            for folder in ("submitted", "autograded", "feedback"):
                shutil.rmtree(data / "course" / folder / name / attack.lab, ignore_errors=True)
    return faults
