"""How many people one machine serves with real Lab servers, and how long it takes to the first lesson.

    python benchmarks/lab_servers.py [--json] [--most N] [--spare-mib 2048]

A real ``./academy hub``. One person after another signs in, starts the server, opens the first lesson and
runs a cell in it, until memory runs short or there are N. Memory is that of all processes below the hub (what
several share is counted in shares), less what it was before the first one. The peer is a bare Lab server with
a kernel, without hub, walls and the academy's extensions, measured in the same way.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import requests
from hub_at_work import enrol, hub, show

from hub_config.deployment import free_ports

LESSON = "lesson:python-start/01-values-names-decisions"
CELL = "print(6 * 7)"
SETTLE_SECONDS = 3.0
START_SECONDS = 120.0


def main() -> None:
    """Run it and print one figure a line or one JSON line."""
    parser = argparse.ArgumentParser(description="real Lab servers on one machine")
    parser.add_argument("--json", action="store_true", help="one line of figures")
    parser.add_argument("--most", type=int, default=500, help="people at most")
    parser.add_argument("--spare-mib", type=int, default=2048, help="memory that is left alone")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), arguments.most, arguments.spare_mib)
    show(figures, arguments.json)


def available_mib() -> float:
    """Return the memory that is still to be had."""
    return psutil.virtual_memory().available / 2**20


def tree_mib(pid: int) -> float:
    """Return the memory of a process and all below it; what several share is counted in shares."""
    top, total = psutil.Process(pid), 0
    for process in (top, *top.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().pss
    return total / 2**20


def measure(folder: Path, most: int, spare: int) -> dict[str, Any]:
    """Start servers and return the figures."""
    peer = bare_server_mib(folder / "bare")
    data, load, taken = folder / "data", os.getloadavg()[0], []
    begun = time.monotonic()
    with hub(data) as address:
        up = time.monotonic() - begun
        pid = int((data / "hub" / "running.lock").read_text().split()[1])
        before = tree_mib(pid)
        while len(taken) < most and available_mib() > spare + 2 * peer:
            taken.append(first_lesson(data, address, f"learner-{len(taken):03}"))
        time.sleep(SETTLE_SECONDS)
        each = (tree_mib(pid) - before) / len(taken)
    return {
        "people": len(taken),
        "cores": os.cpu_count(),
        "memory_mib": round(psutil.virtual_memory().total / 2**20),
        "load_before": round(load, 1),
        "hub_up_first_s": round(up, 1),
        "first_lesson_first_s": round(taken[0], 1),
        "first_lesson_p50_s": round(statistics.median(taken), 1),
        "first_lesson_most_s": round(max(taken), 1),
        "each_mib": round(each),
        "bare_mib": round(peer),
        "each_of_bare": round(each / peer, 2),
    }


def first_lesson(data: Path, address: str, name: str) -> float:
    """Bring a new person to the first lesson; return the seconds from signing in until a cell has run."""
    begun = time.monotonic()
    (learner,) = enrol(data, address, [name])
    learner.person.start_server()
    opened = learner.person.server("POST", "/academy/open", json={"unit": LESSON})
    opened.raise_for_status()
    if learner.person.run(CELL).strip() != "42":
        raise SystemExit(f"the kernel of {name} does not compute")
    return time.monotonic() - begun


def bare_server_mib(folder: Path) -> float:
    """Return the memory of a Lab server with one kernel, as jupyter starts it."""
    folder.mkdir()
    port = free_ports(1)[0]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--IdentityProvider.token=bare", f"--ServerApp.root_dir={folder}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address, headers = f"http://127.0.0.1:{port}/api", {"Authorization": "token bare"}
            end = time.monotonic() + START_SECONDS
            while True:
                try:
                    requests.post(f"{address}/kernels", headers=headers, timeout=20).raise_for_status()
                    break
                except requests.RequestException:
                    if time.monotonic() > end:
                        raise
                    time.sleep(0.2)
            time.sleep(SETTLE_SECONDS)
            return tree_mib(server.pid)
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
