"""A real full disk: a tmpfs of a few pages in a mount namespace of its own."""

import subprocess
import sys

import pytest

FOLDER = "/tmp/full"
MOUNT = f'mkdir -p {FOLDER} && mount -t tmpfs -o size="$1" tmpfs {FOLDER} && shift && exec "$@"'
UNSHARE = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh"]
THEN_LIST = 'code=$?; find /tmp/full -name ".*" ! -path /tmp/full -printf "left %p\\n"; exit $code'


def run_on_full_disk(size: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with arguments while `FOLDER` holds no more than `size`, then list the drafts left there.

    Parameters
    ----------
    size
        As mount takes it, ``40k``.
    arguments
        Of the interpreter: ``-c CODE``, ``-m MODULE …``.
    """
    command = ["sh", "-c", f'"$@"; {THEN_LIST}', "sh", sys.executable, *arguments]
    done = subprocess.run(
        [*UNSHARE, size, *command], capture_output=True, text=True, timeout=120, check=False
    )
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no own mount namespace here: {done.stderr.strip()}")
    return done
