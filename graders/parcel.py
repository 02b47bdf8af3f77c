"""A submission on another machine: the lab as it travels, and what runs there.

Run as a program it is a pod's whole work: one parcel from standard input, one answer to standard output.
"""

from __future__ import annotations

import json
import os
import pickle
import platform
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from nbformat import NotebookNode, from_dict

from .batch import Lab, executed
from .engine.master import LabLimits, Master, read_master
from .engine.reference import Reference, basis
from .errors import EngineFailed, Refusal, WallsMissing
from .seeds import Seeds

MOST_LABS = 4  # that a worker keeps on its disk
LENGTH = struct.Struct(">Q")  # stands before a parcel and before an answer
MOST_ANSWER = 2**28  # bytes


@dataclass(frozen=True)
class Parcel:
    """A lab as it travels.

    Attributes
    ----------
    lab, limits
        Its name and limits.
    files
        What its folder holds, by relative path.
    reference
        What its reference solution gets.
    basis
        Hash of lab, engine and libraries here; a worker's must be the same.
    """

    lab: str
    limits: LabLimits
    files: dict[str, bytes] = field(repr=False)
    reference: Reference = field(repr=False)
    basis: str

    @classmethod
    def of(cls, lab: Lab) -> Self:
        """Pack a lab."""
        master = lab.master
        name = f"{master.lab}.ipynb"
        files = {name: master.folder / name} | master.data
        content = {name: path.read_bytes() for name, path in files.items()}
        return cls(master.lab, master.limits, content, lab.reference, basis(master))


@dataclass(frozen=True)
class Drawn(Seeds):
    """The seeds of one submission, without the key that they were drawn by."""

    drawn: Mapping[str, str] = field(default_factory=dict)

    def of(self, grade_id: str) -> str:
        """Return the seed of one check."""
        return self.drawn[grade_id]


def run_there(
    parcel: Parcel, notebook: bytes, files: Mapping[str, bytes], seeds: Drawn
) -> tuple[bytes | Refusal, float]:
    """Run one submission on the machine of a worker.

    Parameters
    ----------
    parcel
        Its lab.
    notebook
        What was submitted, as :func:`read_submission` gives it.
    files
        What was submitted beside it.
    seeds
        Of its checks.

    Returns
    -------
    bytes or Refusal
        The executed notebook, or why this submission is graded by no machine.
    float
        Seconds.

    Raises
    ------
    EngineFailed, WallsMissing
        When it could not be run on this machine; another one may.
    """
    begun = time.perf_counter()
    try:
        ran = executed(_unpacked(parcel), as_notebook(notebook), files, seeds, parcel.reference)
    except (EngineFailed, WallsMissing):
        raise
    except Refusal as error:
        return error, time.perf_counter() - begun
    return json.dumps(ran).encode(), time.perf_counter() - begun


def as_notebook(content: bytes) -> NotebookNode:
    """Return a notebook from its JSON."""
    return from_dict(json.loads(content))


_there: dict[str, tuple[tempfile.TemporaryDirectory, Master]] = {}  # labs on this worker, by basis
_unpacking = threading.Lock()


def _unpacked(parcel: Parcel) -> Master:
    """Return the lab from files on this machine, written once."""
    with _unpacking:
        if parcel.basis not in _there:
            while len(_there) >= MOST_LABS:
                _there.pop(next(iter(_there)))[0].cleanup()
            _there[parcel.basis] = _written(parcel)
        return _there[parcel.basis][1]


def _written(parcel: Parcel) -> tuple[tempfile.TemporaryDirectory, Master]:
    root = tempfile.TemporaryDirectory(prefix="academy-")
    folder = Path(root.name) / parcel.lab
    for name, content in parcel.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600 if path.suffix == ".ipynb" else 0o644)
    for path in (Path(root.name), folder):
        path.chmod(0o711)  # the wall's user gets the files handed out, and sees no other
    master = read_master(folder, parcel.limits)
    if basis(master) != parcel.basis:
        raise EngineFailed(
            f"the worker on {platform.node()} has another version of the academy or of its libraries: give it"
            " the same checkout, run ./academy doctor there, start the worker again"
        )
    return root, master


class Frames:
    """Puts an answer together from the pieces in which it comes."""

    def __init__(self) -> None:
        self._come = bytearray()

    def add(self, piece: bytes) -> bytes | None:
        """Add a piece; return the answer once it is whole.

        Raises
        ------
        EngineFailed
            When it is longer than any answer.
        """
        self._come += piece
        if len(self._come) < LENGTH.size:
            return None
        (size,) = LENGTH.unpack_from(self._come)
        if size > MOST_ANSWER:
            raise EngineFailed(f"the answer would be {size} bytes long; at most {MOST_ANSWER} are taken")
        end = LENGTH.size + size
        return bytes(self._come[LENGTH.size : end]) if len(self._come) >= end else None


def sent(parcel: Parcel, notebook: bytes, files: Mapping[str, bytes], seeds: Drawn) -> bytes:
    """Return what a pod reads; the arguments are those of :func:`run_there`."""
    packed = pickle.dumps((parcel, notebook, dict(files), seeds))  # to the pod only, never back
    return LENGTH.pack(len(packed)) + packed


def answer_of(answer: bytes) -> NotebookNode:
    """Return the executed notebook that a pod answers with; it is JSON, whatever became of the pod.

    Raises
    ------
    Refusal
        As the pod says; :class:`~graders.errors.EngineFailed` where its engine failed, or it is no answer.
    """
    try:
        said = json.loads(answer)
        if "notebook" in said:
            return from_dict(said["notebook"])
        kind = EngineFailed if said["failed"] else Refusal
        raise kind(str(said["refused"]))
    except (ValueError, KeyError, TypeError) as error:
        raise EngineFailed(f"the pod's answer cannot be read: {error}") from None


def main() -> int:
    """Run one submission from standard input, and answer on standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints meanwhile is no answer
    (size,) = LENGTH.unpack(sys.stdin.buffer.read(LENGTH.size))
    parcel, notebook, files, seeds = pickle.loads(sys.stdin.buffer.read(size))
    try:
        ran, _ = run_there(parcel, notebook, files, seeds)
        said = {"refused": str(ran), "failed": False} if isinstance(ran, Refusal) else None
    except Refusal as error:
        said = {"refused": str(error), "failed": True}
    answer = json.dumps(said).encode() if said else b'{"notebook": ' + ran + b"}"
    with out:
        out.write(LENGTH.pack(len(answer)) + answer)
    return 0


if __name__ == "__main__":
    from graders.parcel import main as started  # the classes of a parcel are found under their own name

    sys.exit(started())
