"""What this machine has and lacks for the academy, each lack with the command that mends it.

Only the standard library, so that it answers before anything is installed.
"""

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.capable import capabilities, kind_for
from sandbox.errors import SandboxError
from sandbox.probe import probe
from sandbox.wall import Limits, Wall

CHECKOUT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DISK_GIB = 6
MEMORY_GIB = 4


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes
    ----------
    name
        What was looked at.
    state
        ``ok``, ``lacking`` (a command of the README will not work) or ``optional`` (something gets
        better with it).
    detail
        What was found.
    mend
        The command, or the sentence, that mends it; empty when there is nothing to mend.
    """

    name: str
    state: str
    detail: str
    mend: str = ""


def find_browser() -> str | None:
    """Return the path of a system Chromium or Chrome, for the browser tests; None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] != (3, 11):
        mend = "apt install python3.11 python3.11-venv, or pyenv install 3.11"
        yield Finding("Python", "lacking", f"{version}, 3.11 is needed", mend)
    elif importlib.util.find_spec("ensurepip") is None:
        yield Finding("Python", "lacking", f"{version} without venv and pip", "apt install python3.11-venv")
    else:
        yield Finding("Python", "ok", version)
    made = (CHECKOUT / ".venv" / "academy-stamp").exists()
    yield Finding(
        "environment",
        "ok" if made else "optional",
        "made" if made else "not made yet: the first command makes it in a few minutes",
    )


def _room() -> Iterator[Finding]:
    free = shutil.disk_usage(CHECKOUT).free / 2**30
    made = (CHECKOUT / ".venv" / "academy-stamp").exists()
    enough = free >= (1 if made else DISK_GIB)
    yield Finding(
        "disk",
        "ok" if enough else "lacking",
        f"{free:.0f} GiB free beside the checkout",
        "" if enough else f"free {DISK_GIB} GiB, or clone to a larger disk",
    )
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    enough = total >= MEMORY_GIB
    yield Finding(
        "memory",
        "ok" if enough else "lacking",
        f"{total:.0f} GiB, {len(os.sched_getaffinity(0))} cores",
        "" if enough else f"a learner's machine needs {MEMORY_GIB} GiB",
    )


def _walls() -> Iterator[Finding]:
    if sys.prefix == sys.base_prefix:
        # a wall is tried by starting a process behind one, which needs the installed package
        yield Finding("walls around learners", "optional", "tried once the environment is made")
        return
    able = capabilities()
    alone = able.kind == "none"
    yield Finding(
        "walls around learners",
        "lacking" if alone else "ok",
        f"{able.kind}: {able.why}" if able.why else able.kind,
        able.mend if alone else "",
    )
    bubblewrap = shutil.which("bwrap")
    yield Finding(
        "bubblewrap",
        "ok" if bubblewrap or able.kind == "namespaces" else "optional",
        bubblewrap or "not installed, and not needed where namespaces work",
        "" if bubblewrap or able.kind == "namespaces" else "apt install bubblewrap",
    )
    yield _attacked(able.mend)


def _attacked(mend: str) -> Finding:
    """Attack a wall as grading uses it, and name what it does not stop."""
    name = "the wall that grading runs behind"
    mend = mend or "ACADEMY_WALL=landlock ./academy doctor tries another kind"
    try:
        kind = kind_for(running=True)
        holes = probe(Wall(uid=65533, limits=Limits(memory_mib=512, processes=64, file_mib=8)), running=True)
    except SandboxError as error:
        return Finding(name, "lacking", str(error), mend)
    if not holes:
        return Finding(name, "ok", f"{kind}: attacked from inside, nothing got through")
    told = ", ".join(f"{hole.name}{' (serious)' if hole.serious else ''}" for hole in holes)
    state = "lacking" if any(hole.serious for hole in holes) else "ok"
    return Finding(name, state, f"{kind}: attacked from inside, not stopped: {told}", mend)


def _screen() -> Iterator[Finding]:
    browser = find_browser()
    yield Finding(
        "browser for the browser tests",
        "ok" if browser else "optional",
        browser or "none: these tests are skipped",
        "" if browser else "apt install chromium",
    )
    fonts = ""
    if shutil.which("fc-list"):
        fonts = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout
    yield Finding(
        "Chinese font",
        "ok" if fonts else "optional",
        "found" if fonts else "none: Chinese in plots and screenshots shows as boxes",
        "" if fonts else "apt install fonts-noto-cjk",
    )


def _accelerator() -> Iterator[Finding]:
    tool = shutil.which("nvidia-smi")
    answer = (
        subprocess.run(
            [tool, "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True, check=False
        )
        if tool
        else None
    )
    if answer and answer.returncode == 0 and answer.stdout.strip():
        yield Finding("GPU", "ok", answer.stdout.strip().replace("\n", ", "))
    else:
        yield Finding("GPU", "optional", "none: kernels run in Triton's interpreter, and are graded there")


def examine() -> list[Finding]:
    """Look at everything, in the order a newcomer meets it."""
    return [*_python(), *_room(), *_walls(), *_screen(), *_accelerator()]


def main(arguments: list[str] | None = None) -> int:
    """Print the findings; return 1 when something is lacking."""
    parser = argparse.ArgumentParser(
        prog="academy doctor",
        description="What this machine has and lacks, each lack with the command that mends it.",
        epilog="example: ./academy doctor --json",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    options = parser.parse_args(arguments)
    findings = examine()
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            print(f"{finding.state:<9} {finding.name}: {finding.detail}")
            if finding.mend:
                print(f"{'':<9} to mend: {finding.mend}")
    return 1 if any(finding.state == "lacking" for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main())
