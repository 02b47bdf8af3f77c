"""Where the host forbids one kind of wall for real, the next is used, and the doctor says so."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

FORBID = Path(__file__).with_name("forbid.py")
AS_USER = Path(__file__).with_name("as_user.py")
ASK = (
    "import json, sandbox\n"
    "def kind(running):\n"
    "    try: return sandbox.kind_for(running=running)\n"
    "    except sandbox.WallUnavailable: return 'none'\n"
    "print(json.dumps([kind(False), kind(True), sandbox.capabilities().mend]))"
)
USER = 20050


def run(who: str, forbidden: str, program: list[str]) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-I", str(FORBID), forbidden, *program]
    if os.geteuid() == 0:
        argv = [sys.executable, "-I", str(AS_USER), "0" if who == "root" else str(USER), *argv]
    env = {name: value for name, value in os.environ.items() if name != "ACADEMY_WALL"}
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, env=env, check=False)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers of the filter are x86_64's")
@pytest.mark.parametrize(
    ("who", "forbidden", "kind"),
    [
        ("root", "none", "namespaces"),
        ("root", "namespaces", "landlock"),
        ("root", "namespaces,landlock", "uid"),
        ("user", "none", "namespaces"),
        ("user", "namespaces,bubblewrap", "landlock"),
        ("user", "namespaces,bubblewrap,landlock", "none"),
    ],
)
def test_each_kind_gives_way_to_the_next(who: str, forbidden: str, kind: str) -> None:
    if who == "root" and os.geteuid():
        pytest.skip("needs root")
    done = run(who, forbidden, [sys.executable, "-I", "-c", ASK])
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found[:2] == [kind, kind]
    assert bool(found[2]) == (kind != "namespaces")


@pytest.mark.parametrize(
    ("forbidden", "state", "words"),
    [
        ("none", "ok", "namespaces: attacked from inside, nothing got through"),
        ("namespaces,bubblewrap", "ok", "attacked from inside, not stopped: fill_disk, see_processes"),
        ("namespaces,bubblewrap,landlock", "lacking", ""),
    ],
)
def test_the_doctor_names_what_the_wall_does_not_stop(forbidden: str, state: str, words: str) -> None:
    done = run("user", forbidden, [sys.executable, "-I", "-m", "sandbox.doctor", "--json"])
    findings = {finding["name"]: finding for finding in json.loads(done.stdout)}
    found = findings["the wall that grading runs behind"]
    assert found["state"] == state
    assert words in found["detail"]
    assert found["mend"] or state == "ok"
