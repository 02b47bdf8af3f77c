"""Become another user who can reach this Python, then run a program: ``as_user.py WHO PROGRAM ARGUMENT...``.

WHO is a user id, or ``container`` for root as a container has it, without the right to administer the system.

Started as root. Folders on the way to Python that are closed to others (root's home, often) are covered by
open ones in an own mount namespace, so that the user stands where one stands on an ordinary machine.
"""

import os
import sys
from pathlib import Path

from sandbox import syscalls, system


def closed_above(path: Path) -> Path | None:
    return next((p for p in reversed(path.parents) if not p.stat().st_mode & 0o001), None)


def open_the_way() -> None:
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.make_mounts_private()
    hidden = [(p, closed) for p in system.python_trees() if (closed := closed_above(p))]
    trees = [syscalls.clone_tree(os.open(path, os.O_PATH), 0) for path, _ in hidden]
    for closed in {closed for _, closed in hidden}:
        syscalls.mount("tmpfs", str(closed), 0, "mode=755")
    for (path, _), tree in zip(hidden, trees, strict=True):
        path.mkdir(parents=True)
        syscalls.attach_tree(tree, os.open(path, os.O_PATH))


def main(who: str, program: list[str]) -> None:
    open_the_way()
    uid = 0 if who == "container" else int(who)
    if who == "container":
        syscalls.prctl(syscalls.PR_CAPBSET_DROP, 21)  # CAP_SYS_ADMIN, gone for good with the next program
    if uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        os.environ["HOME"] = "/nonexistent"
    os.execv(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
