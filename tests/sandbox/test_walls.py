"""A program behind a wall behaves as one without, sees its own home, and ends with whoever started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import Bind, Limits, Wall

UID = 20051


def living(mark: str) -> list[int]:
    """Return the processes whose command line has `mark` in it."""
    found = []
    for entry in filter(str.isdecimal, os.listdir("/proc")):
        try:
            if mark.encode() in Path(f"/proc/{entry}/cmdline").read_bytes() and int(entry) != os.getpid():
                found.append(int(entry))
        except OSError:
            continue
    return found


def wait_until(condition, seconds: float = 10.0) -> bool:
    patience = time.monotonic() + seconds
    while time.monotonic() < patience:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_exit_codes_deaths_and_output_pass_through(ground):
    done = ground.run(Wall(uid=UID), ["/bin/sh", "-c", "echo out; echo err >&2; exit 7"])
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "err\n")
    assert ground.run(Wall(uid=UID), ["/bin/sh", "-c", "kill -SEGV $$"]).returncode == -signal.SIGSEGV
    done = ground.run(Wall(uid=UID), ["/bin/no-such-program"])
    assert done.returncode == 127
    assert "cannot start /bin/no-such-program" in done.stderr


def test_signals_reach_the_program(ground):
    script = "trap 'echo hup' HUP; trap 'echo term; exit 5' TERM; echo up; while :; do sleep 0.02; done"
    process = subprocess.Popen(
        ground.argv(Wall(uid=UID), ["/bin/sh", "-c", script]), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGHUP)
    assert process.stdout.readline() == "hup\n"
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=10)[0] == "term\n"
    assert process.returncode == 5


def test_killing_the_outer_process_ends_all_inside(ground, home):
    mark = f"mark-{home.parent.name}"
    script = f"(setsid sh -c 'sleep 60; : {mark}' &) ; echo up; sh -c 'sleep 60; : {mark}'; :"
    process = subprocess.Popen(
        ground.argv(Wall(uid=UID), ["/bin/sh", "-c", script]), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "up\n"
    assert wait_until(lambda: len(living(mark)) > 2)
    process.kill()
    process.communicate(timeout=10)
    assert wait_until(lambda: not living(mark))


def test_nothing_stays_behind_when_the_program_ends(ground, home):
    mark = f"mark-{home.parent.name}"
    started = ["/bin/sh", "-c", f"(setsid sh -c 'sleep 60; : {mark}' &) ; exit 0"]
    assert ground.run(Wall(uid=UID), started).returncode == 0
    assert wait_until(lambda: not living(mark))


def test_the_home_is_the_users_own_and_stays(ground, home):
    wall = Wall(uid=UID, home=home, home_at=Path("/home/ada"), user="ada")
    done = ground.run(wall, ["/bin/sh", "-c", "echo text > ~/file; pwd; echo $USER $HOME"])
    at = "/home/ada" if ground.has_own_root else str(home)
    assert done.stdout == f"{at}\nada {at}\n"
    assert (home / "file").read_text() == "text\n"
    assert (home / "file").stat().st_uid == (ground.inside if os.geteuid() == 0 else os.geteuid())


def test_the_user_bears_the_walls_name(ground):
    if not ground.has_own_root:
        pytest.skip("this kind of wall shows the host's /etc/passwd")
    wall = Wall(uid=UID, user="ada.l@uni.example", hostname="lab")
    code = "import getpass, os, pwd, socket; print(pwd.getpwuid(os.getuid()).pw_name, socket.gethostname())"
    done = ground.run(wall, [sys.executable, "-c", code])
    assert done.stdout == "ada.l@uni.example lab\n"


def test_binds_are_read_only_unless_said_otherwise(ground, home):
    shared, inbound = home.parent / "shared", home.parent / "inbound"
    for folder in (shared, inbound):
        folder.mkdir()
        folder.chmod(0o777)
    (shared / "data").write_text("data")
    at = (lambda name, path: Path("/srv", name)) if ground.has_own_root else (lambda name, path: path)
    seen, own = at("shared", shared), at("inbound", inbound)
    wall = Wall(uid=UID, binds=(Bind(shared, seen), Bind(inbound, own, writable=True)))
    if ground.kind == "uid":
        shared.chmod(0o755)  # by user id, file modes are all there is
    script = f"cat {seen}/data; touch {own}/mine; cp {own}/mine {seen}/mine"
    done = ground.run(wall, ["/bin/sh", "-c", script])
    assert done.stdout == "data"
    assert done.returncode == 1
    assert [p.name for p in inbound.iterdir()] == ["mine"]
    assert [p.name for p in shared.iterdir()] == ["data"]


def test_python_runs_with_its_libraries_and_without_any_privilege(ground):
    code = "import numpy, sandbox; print(open('/proc/self/status').read())"
    done = ground.run(Wall(uid=UID), [sys.executable, "-c", code])
    assert (done.returncode, done.stderr) == (0, "")
    fields = dict(line.split(":\t") for line in done.stdout.splitlines() if ":\t" in line)
    assert fields["CapEff"].strip("0") == fields["CapPrm"].strip("0") == ""
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"
    assert set(fields["Uid"].split()) == {str(ground.inside if os.geteuid() == 0 else os.geteuid())}


def test_a_source_that_is_missing_is_named(ground):
    wall = Wall(uid=UID, binds=(Bind(Path("/srv/no/such/place"), Path("/srv/x")),))
    done = ground.run(wall, ["/bin/true"])
    assert done.returncode == 125
    assert "/srv/no/such/place" in done.stderr


def test_a_source_that_the_user_may_not_read_is_named_with_the_mending_command(ground, home):
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(closed, 12345, 12345)
    else:
        closed.chmod(0)
    done = ground.run(Wall(uid=UID, binds=(Bind(closed, Path("/srv/x")),)), ["/bin/true"])
    closed.chmod(0o700)
    assert done.returncode == 125
    assert f"chmod o+rX {closed}" in done.stderr


def test_memory_is_watched_over_all_processes(ground):
    wall = Wall(uid=UID, limits=Limits(memory_mib=120))
    code = (
        "import os, time\n"
        "for _ in range(3):\n"
        "    if os.fork() == 0: kept = bytearray(70 << 20); time.sleep(30); os._exit(0)\n"
        "print(sorted(os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(1)))"
    )
    assert ground.run(wall, [sys.executable, "-c", code]).stdout == "[-9]\n"


def test_a_link_in_the_home_does_not_lead_the_builder_outside(ground, home):
    if not ground.has_own_root:
        pytest.skip("this kind of wall mounts nothing")
    trap = home.parent / "trap"
    trap.mkdir(mode=0o777)
    (home / "course").symlink_to(trap)
    target = Path("/home/ada/course/material")
    wall = Wall(uid=UID, home=home, home_at=Path("/home/ada"), binds=(Bind(Path("/usr/share"), target),))
    assert ground.run(wall, ["/bin/true"]).returncode == 125
    assert list(trap.iterdir()) == []


def test_a_wall_within_a_wall(ground):
    if ground.kind != "namespaces":
        pytest.skip("other kinds are not nested")
    code = (
        "import subprocess, sandbox\n"
        "argv = sandbox.command(sandbox.Wall(user='eve'), ['/bin/sh', '-c', 'id -un; ls /home'])\n"
        "print(sandbox.capabilities().kind, subprocess.run(argv, capture_output=True, text=True).stdout)"
    )
    wall = Wall(uid=UID, user="ada", home_at=Path("/home/ada"), nested=True)
    done = ground.run(wall, [sys.executable, "-c", code])
    assert done.stdout.split() == ["namespaces", "eve", "learner"]


def test_cells_run_behind_it(ground):
    code = (
        "import sandbox\n"
        "cells = ['import os, getpass; print(os.getuid(), getpass.getuser())', '!echo shell', 'await 1']\n"
        "try:\n"
        "    with sandbox.WarmServer((), sandbox.Wall(uid=20051, user='ada')) as server:\n"
        "        for result in server.run(cells):\n"
        "            print(result.outputs[0].get('text') or result.outputs[0]['ename'])\n"
        "except sandbox.WallUnavailable as error:\n"
        "    print(error)"
    )
    done = ground.python(code)
    if ground.kind == "bubblewrap":
        assert "no wall on this host that a running process can enter" in done.stdout
    else:
        uid = ground.inside if os.geteuid() == 0 else os.geteuid()
        assert done.stdout.split() == [str(uid), "ada", "shell", "TypeError"], done.stderr
