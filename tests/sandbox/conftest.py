"""Walls of each kind, and the users that they are built by."""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox import Wall, bubblewrap
from sandbox.capable import launcher

AS_USER = Path(__file__).with_name("as_user.py")
BUILDER = 20050  # builds walls without being root
INSIDE = 20051  # whom root's walls become


@dataclass(frozen=True)
class Ground:
    """A kind of wall, the user id of who builds it, and who that is."""

    kind: str
    builder: int
    who: str

    @property
    def inside(self) -> int:
        """The user id inside."""
        return self.builder or INSIDE

    @property
    def has_own_root(self) -> bool:
        return self.kind in ("namespaces", "bubblewrap")

    def as_builder(self, argv: list[str]) -> list[str]:
        """Return the argument list that runs a program as the builder, without a wall."""
        if os.geteuid():
            return argv
        who = "container" if self.who == "container" else str(self.builder)
        return [sys.executable, "-I", str(AS_USER), who, *argv]

    def argv(self, wall: Wall, program: list[str]) -> list[str]:
        """Return the argument list that runs a program behind the wall."""
        return self.as_builder([*launcher(wall, self.kind), *program])

    def run(self, wall: Wall, program: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.argv(wall, program), capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
        )

    def python(self, code: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run Python code as the builder, with this kind of wall forced."""
        return subprocess.run(
            self.as_builder([sys.executable, "-I", "-c", code]),
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": os.environ["PATH"], "ACADEMY_WALL": self.kind, **env},
        )


GROUNDS = [
    Ground("namespaces", 0, "root"),
    Ground("namespaces", 0, "container"),
    Ground("namespaces", BUILDER, "user"),
    Ground("bubblewrap", BUILDER, "user"),
    Ground("landlock", 0, "root"),
    Ground("landlock", BUILDER, "user"),
    Ground("uid", 0, "root"),
]


@functools.cache
def lack(ground: Ground) -> str | None:
    """Return why this machine has no such wall or nobody to build it, None where it has."""
    if ground.builder == 0 and os.geteuid():
        return "needs root"
    if ground.kind == "bubblewrap" and bubblewrap.program() is None:
        return "bubblewrap is not installed: apt-get install bubblewrap"
    done = ground.run(Wall(uid=INSIDE), ["/bin/true"])
    return f"no such wall here: {done.stderr.strip()}" if done.returncode == 125 else None


@pytest.fixture(params=GROUNDS, ids=lambda ground: f"{ground.kind}-by-{ground.who}")
def ground(request: pytest.FixtureRequest) -> Ground:
    """A kind of wall and its builder; skipped where this machine has none of it."""
    reason = lack(request.param)
    if reason:
        pytest.skip(reason)
    return request.param


@pytest.fixture
def home(ground: Ground) -> Iterator[Path]:
    """A home on the host that belongs to the user inside."""
    folder = Path(tempfile.mkdtemp(prefix="academy-test-"))
    folder.chmod(0o755)
    home = folder / "home"
    home.mkdir()
    if os.geteuid() == 0:
        os.chown(home, ground.inside, ground.inside)
    yield home
    shutil.rmtree(folder)
