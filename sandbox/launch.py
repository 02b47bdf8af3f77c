"""Start a program behind a wall: ``python -I -m sandbox.launch SPEC PROGRAM ARGUMENT...``."""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable

from sandbox import confine, processes, walled
from sandbox.errors import SandboxError
from sandbox.wall import Wall


def main(argv: list[str]) -> int:
    """Build the wall that ``argv[0]`` describes and execute the rest behind it.

    Returns
    -------
    int
        125 when the wall cannot be built, 126 or 127 when the program cannot be started; otherwise this
        process ends as the program does and never returns.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, walled.PASSED_ON)
    try:
        spec = json.loads(argv[0])
        wall = Wall.from_json(spec["wall"])
        if "tell" in spec:
            walled.be_keeper(confine.builder(wall, spec["kind"]), spec["tell"], ())
            handle = None
        elif spec["kind"] == "bubblewrap":
            handle = walled.start_bubblewrap(wall, argv[1:])
        else:
            handle = walled.split(wall, spec["kind"])
    except SandboxError as error:
        print(f"academy: {error}", file=sys.stderr)
        return 125
    if handle is not None:
        walled.pass_on(handle, _memory_watch(handle, wall))
    return execute(argv[1:])


def execute(program: list[str]) -> int:
    """Become `program`, found on the PATH; return 126 or 127, as a shell does, when that fails."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and what is ignored is inherited
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(program[0], program)
    except OSError as error:
        print(f"academy: cannot start {program[0]} behind the wall: {error.strerror}", file=sys.stderr)
        return 127 if isinstance(error, FileNotFoundError) else 126


def _memory_watch(handle: walled.Walled, wall: Wall) -> Callable[[], None] | None:
    limit = wall.limits.memory_mib
    if limit is None:
        return None

    def watch() -> None:
        largest = processes.largest_over(handle.pid, limit)
        if largest is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(largest, signal.SIGKILL)

    return watch


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
