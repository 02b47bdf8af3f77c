"""The data folder: private, one hub at a time, clear words where it cannot be."""

import os
import socket
import stat
from pathlib import Path

import pytest

from hub_config import running
from hub_config.deployment import SECRETS, Deployment, is_free
from hub_config.errors import HubError, Refused
from hub_config.settings import Address
from tests.full_disk import run_on_full_disk


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    made = Deployment(tmp_path / "data")
    made.prepare()
    return made


def test_secrets_are_private_and_stay(deployment: Deployment) -> None:
    first = {name: deployment.secret(name) for name in SECRETS}
    for name in SECRETS:
        assert stat.S_IMODE((deployment.secrets / name).stat().st_mode) == 0o600
        assert len(first[name]) == 64
    assert stat.S_IMODE(deployment.secrets.stat().st_mode) == 0o700
    assert stat.S_IMODE(deployment.data.stat().st_mode) & 0o077 in (0, 0o011)
    deployment.prepare()
    assert {name: deployment.secret(name) for name in SECRETS} == first
    assert len(set(first.values())) == len(SECRETS)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HubError, match="--data") as caught:
        Deployment(tmp_path / "file" / "data").prepare()
    assert str(tmp_path / "file") in str(caught.value)


PREPARE = """
from pathlib import Path
from hub_config.deployment import Deployment
from hub_config.errors import HubError
from hub_config.settings import Address
try:
    Deployment(Path("/tmp/full/data")).prepare()
except HubError as error:
    print(error)
"""


def test_a_full_disk_is_named_before_anybody_works_on_it() -> None:
    done = run_on_full_disk("40k", "-c", PREPARE)
    assert "No space left on device" in done.stdout, done.stderr
    assert "free some space" in done.stdout


def test_one_hub_at_a_time(deployment: Deployment) -> None:
    second = deployment.only_hub()
    with deployment.only_hub(), pytest.raises(Refused, match=f"process {os.getpid()}"):
        second.__enter__()
    with deployment.only_hub():
        pass


def test_inner_ports_are_chosen_once(deployment: Deployment) -> None:
    first = deployment.ports()
    assert deployment.ports() == first
    assert len(set(first.values())) == 3


def test_an_inner_port_that_another_program_took_is_replaced(deployment: Deployment) -> None:
    first = deployment.ports()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", first["hub"]))
        other.listen()
        running.mend_ports(deployment)
        assert deployment.ports()["hub"] != first["hub"]
        assert all(is_free("127.0.0.1", port) for port in deployment.ports().values())


@pytest.mark.parametrize("ip", ["192.0.2.1", "no.such.host.invalid", "1.2.3"])
def test_an_address_of_another_machine_is_not_called_a_port_in_use(ip: str) -> None:
    with pytest.raises(HubError, match=f"{ip} is no address of this machine; give 127.0.0.1"):
        running.check_port(Address(ip=ip))


def test_a_port_in_use_is_refused_with_who_and_what_next() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refused) as caught:
            running.check_port(Address(port=port))
    assert f"port {port}" in str(caught.value)
    assert f"process {os.getpid()}" in str(caught.value)
    proposed = int(str(caught.value).rsplit("--port ", 1)[1])
    assert is_free("127.0.0.1", proposed)


def test_the_store_lies_in_the_folder_unless_a_variable_names_another(tmp_path, monkeypatch):
    monkeypatch.delenv("ACADEMY_STORE", raising=False)
    assert Deployment.at(tmp_path).store_url == f"sqlite:///{tmp_path}/store.sqlite"
    monkeypatch.setenv("ACADEMY_STORE", "postgresql://ada@/academy")
    assert Deployment.at(tmp_path).store_url == "postgresql://ada@/academy"
