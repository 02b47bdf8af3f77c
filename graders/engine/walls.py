"""The wall that learners' code runs behind: what it is, and whether it holds."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

from sandbox import Bind, Hole, Limits, SandboxError, Wall, capabilities, kind_for, probe

from ..errors import WallsMissing

UID = 65533  # whom learners' code runs as where root grades
FEW = 32  # processes that the attacks may start


def wall_of(files: tuple[Bind, ...], memory_mib: int, env: dict[str, str]) -> Wall:
    """Return the wall for submissions of a lab.

    Parameters
    ----------
    files
        What is handed out with it.
    memory_mib
        For one learner.
    env
        Environment inside.
    """
    limits = Limits(memory_mib=memory_mib, processes=256, file_mib=200, open_files=512)
    return Wall(binds=files, uid=UID, network=False, env=env, limits=limits)


def must_hold(wall: Wall) -> None:
    """Attack a wall from inside before anything of a learner's runs behind it.

    Once a process and kind of wall: labs with other limits and other single files, which are only read, have
    the same.

    Raises
    ------
    WallsMissing
        When something serious got through, or there is no wall to try; the text has the mending command.
    """
    try:
        kind = kind_for(running=True)
        holes = _holes(kind, wall)
    except SandboxError as error:
        raise WallsMissing(f"learners' code is not run without a wall: {error}") from None
    if holes:
        told = ", ".join(f"{hole.name} ({hole.detail})" for hole in holes)
        mend = capabilities().mend or "./academy doctor names what this machine has"
        raise WallsMissing(
            f"learners' code is not run, this machine's wall ({kind}) has holes: {told}; {mend}"
        )


def _holes(kind: str, wall: Wall) -> list[Hole]:
    binds = tuple(bind for bind in wall.binds if bind.writable or not bind.source.is_file())
    same = replace(wall, binds=binds, limits=Limits())
    key = kind, json.dumps(same.to_json(), sort_keys=True)
    with _lock:
        if key not in _found:
            # a lower limit is hit sooner: starting 256 processes takes longer than all other attacks
            tried = replace(wall, limits=replace(wall.limits, processes=FEW))
            _found[key] = [hole for hole in probe(tried, running=True) if hole.serious]
        return _found[key]


def forget() -> None:
    """Attack every wall anew: something about this machine has changed."""
    with _lock:
        _found.clear()


_lock = threading.Lock()
_found: dict[tuple[str, str], list[Hole]] = {}
