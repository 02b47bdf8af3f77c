"""What a start of the hub does side by side, and what it does once."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hub_config import first_start, settings
from hub_config.deployment import Deployment, free_ports
from tests.hub_process import Hub

pytestmark = pytest.mark.slow

ASKED = b"GET /services/academy/health HTTP/1.0\r\n\r\n"


def knock(port: int, seconds: float = 60) -> socket.socket:
    """Return a connection, once somebody listens."""
    end = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=seconds)
        except ConnectionRefusedError:
            assert time.monotonic() < end
            time.sleep(0.01)


def test_who_asks_the_service_while_it_loads_waits_for_the_answer(tmp_path: Path) -> None:
    (tmp_path / "academy.yml").write_text("labs: []\n")
    deployment = Deployment.at(tmp_path)
    first_start.prepare(deployment, settings.read(tmp_path), say=print)
    (port,) = free_ports(1)
    told = {
        "ACADEMY_DATA": str(tmp_path),
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}/services/academy/",
        "JUPYTERHUB_SERVICE_PREFIX": "/services/academy/",
        "JUPYTERHUB_API_URL": "http://127.0.0.1:1/hub/api",
        "JUPYTERHUB_API_TOKEN": "none",
        "JUPYTERHUB_CLIENT_ID": "service-academy",
        "JUPYTERHUB_COOKIE_OPTIONS": "{}",
    }
    begun = time.monotonic()
    service = subprocess.Popen(
        [sys.executable, "-m", "hub_config.listening"], env=os.environ | told, stderr=subprocess.DEVNULL
    )
    try:
        with knock(port) as early:
            let_in = time.monotonic() - begun
            early.sendall(ASKED)
            assert b" 200 " in early.recv(4096)
        assert let_in < (time.monotonic() - begun) / 2
    finally:
        service.terminate()
        service.wait(60)


def test_services_load_while_the_hub_looks_after_what_runs(hub: Hub) -> None:
    last = (hub.data / "logs" / "hub.log").read_text().rpartition("Running JupyterHub version")[2]
    order = ("Starting managed service academy", "Initialized", "Starting proxy", "JupyterHub is now running")
    found = [last.index(line) for line in order]
    assert found == sorted(found)
    assert len(re.findall("Starting service 'academy'", last)) == 1
