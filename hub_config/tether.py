"""Run a command that ends when its parent ends, even when that is killed.

The proxy and the services hold ports; were they to outlive a killed hub, the next one could not start.
People's own servers are not tethered: they go on, and the next hub finds them.
Used as ``python -m hub_config.tether PARENT COMMAND ...``; see `command`.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def command(argv: list[str]) -> list[str]:
    """Return the command line that runs `argv` tethered to whoever starts it."""
    return [sys.executable, "-m", "hub_config.tether", str(os.getpid()), *argv]


def tether(parent: int) -> None:
    """Let the kernel end this process with its parent.

    Parameters
    ----------
    parent
        The process that must still be the parent; when it is gone already this process exits.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)
    # A hub that a script starts in the background inherits an ignored SIGINT, by which JupyterHub stops its
    # services: each would be waited for in vain, ten seconds long.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    tether(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
