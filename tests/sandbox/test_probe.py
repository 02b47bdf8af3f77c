"""Attacks from inside find no hole in a wall, and all of them where there is none."""

import json
import os
import subprocess
import sys

import pytest

from sandbox import Limits, Wall, WallError, attacks, command
from sandbox.capable import Capabilities, capabilities
from sandbox.probe import staged

LIMITS = Limits(cpu_seconds=30, memory_mib=400, processes=24, file_mib=8, open_files=256)
PROBE = (
    "import json, sandbox, sys\n"
    "wall = sandbox.Wall.from_json(json.loads(sys.argv[1]))\n"
    "print(json.dumps({hole.name: hole.serious for hole in sandbox.probe(wall)}))"
)


def holes(ground, wall: Wall) -> dict[str, bool]:
    argv = ground.as_builder([sys.executable, "-I", "-c", PROBE, json.dumps(wall.to_json())])
    env = {"PATH": os.environ["PATH"], "ACADEMY_WALL": ground.kind}
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("network", [False, True], ids=["alone", "on-the-hosts-network"])
def test_what_gets_through(ground, network):
    if ground.who == "container" and network:
        pytest.skip("the same wall as by root")
    found = holes(ground, Wall(uid=20051, network=network, limits=LIMITS))
    if ground.has_own_root:
        assert found == {}
    elif ground.kind == "landlock":  # with the network come the Unix sockets that file modes leave open
        sockets = {"connect_unix": True} if network else {}
        assert found == {"see_processes": False, "fill_disk": False} | sockets
    else:  # file modes alone; the probe's victim has the same user id
        open_to_all = {"read_outside", "write_outside", "read_shared_memory"}
        open_to_all |= {"connect_unix", "connect_abstract"} if network else set()
        same_id = {"open_terminal", "signal_outside", "read_environments", "change_outside"}
        assert {name for name, serious in found.items() if serious} == open_to_all | same_id


def test_a_nested_wall_holds_too(ground):
    if ground.kind != "namespaces":
        pytest.skip("other kinds are not nested")
    assert holes(ground, Wall(uid=20051, nested=True, limits=LIMITS)) == {}


def test_without_a_wall_the_attacks_get_through(ground):
    if ground.kind != "namespaces" or not ground.builder:
        pytest.skip("once is enough, and not as root")
    wall = Wall(uid=ground.builder, limits=LIMITS)
    with staged(wall) as stage:
        argv = ground.as_builder([sys.executable, "-I", "-m", "sandbox.attacks"])
        facts = json.dumps(stage.facts)
        done = subprocess.run(argv, input=facts, capture_output=True, text=True, timeout=60)
        through = {hole.name for hole in stage.holes(json.loads(done.stdout))}
    assert through >= {
        "read_outside", "read_shared_memory", "open_terminal", "write_outside", "see_processes",
        "change_outside", "limit_outside", "attach_segment",
        "read_environments", "signal_outside", "trace", "connect_tcp", "connect_unix", "connect_abstract",
        "mount_in_new_namespaces", "call_kernel", "exceed_processes", "exceed_memory", "exceed_file_size",
        "fill_disk",
    }  # fmt: skip


def test_attacks_are_never_run_as_root():
    if os.geteuid():
        pytest.skip("needs root")
    with pytest.raises(WallError, match="never run as root"):
        attacks.run({})


def test_capabilities_name_the_kind_and_the_mending_command(ground):
    code = "import dataclasses, json, sandbox; print(json.dumps(dataclasses.asdict(sandbox.capabilities())))"
    found = Capabilities(**json.loads(ground.python(code).stdout))
    assert found.kind == ground.kind
    assert bool(found.mend) == (ground.kind != "namespaces")


def test_a_host_that_allows_none_says_what_would_mend_it(monkeypatch):
    monkeypatch.setenv("ACADEMY_WALL", "none")
    assert capabilities().kind == "none"
    with pytest.raises(WallError, match=r"no wall on this host: .*; (sudo|start) "):
        command(Wall(), ["true"])


def test_a_kind_that_nobody_knows_is_refused(monkeypatch):
    monkeypatch.setenv("ACADEMY_WALL", "moat")
    with pytest.raises(WallError, match="'moat'"):
        capabilities()
