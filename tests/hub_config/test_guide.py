"""The administrator's guide, done as it says: every command in it, in its order."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from catalogue.folders import CHECKOUT
from hub_config.deployment import free_ports
from hub_config.settings import Settings
from tests.hub_process import Hub
from tests.postgres import Postgres, installation

pytestmark = [pytest.mark.slow, pytest.mark.rota(3)]
GUIDE = CHECKOUT / "docs" / "hub" / "guide.md"
LAB = "labs: [first-programs]\n"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def chapter(number: int) -> str:
    """Return the text of one chapter."""
    return re.split(r"^## ", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)[number]


def blocks(text: str, kind: str) -> list[str]:
    """Return what stands in the blocks of a kind."""
    return [match[2] for match in BLOCK.finditer(text) if match[1] == kind]


def commands(number: int) -> list[list[str]]:
    """Return the commands of a chapter, in their order, without ``./academy``."""
    lines = "".join(blocks(chapter(number), "sh")).splitlines()
    assert all(line.startswith("./academy ") for line in lines)
    return [shlex.split(line)[1:] for line in lines]


class Reader:
    """Somebody who types what the guide says, in a folder of their own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.hub = Hub(folder / "data")
        self._environment = os.environ | {"ACADEMY_DATA": str(self.hub.data)} | environment

    def does(self, words: list[str]) -> str:
        """Type a command and return what it printed; a hub goes on running."""
        if words == ["hub"]:
            return self.hub.start(**self._environment).said
        done = subprocess.run(
            [str(CHECKOUT / "academy"), *words],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{shlex.join(words)}: {done.stdout[-1500:]}{done.stderr[-1500:]}"
        return done.stdout


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Return who has done the first chapter; one lab, because handing out all of them takes a minute."""
    one = Reader(tmp_path_factory.mktemp("guide"))
    one.hub.data.mkdir()
    (one.hub.data / "academy.yml").write_text(LAB)
    one.said = {shlex.join(words): one.does(words) for words in commands(1)}
    yield one
    if one.hub.running:
        one.hub.stop()


def test_one_laptop(reader):
    assert "Ctrl-C stops it" in reader.said["hub"]
    assert reader.said["hub --accounts"].count("\n") >= 5
    assert any("invitation/" in said for words, said in reader.said.items() if "--by-link" in words)
    assert (reader.folder / "academy-again" / "accounts.sqlite").is_file()


def test_a_server(reader):
    settings = reader.hub.data / "academy.yml"
    settings.unlink()
    for words in commands(2):
        reader.does(words)
    assert "every key" in settings.read_text() or settings.read_text().count("#") > 50
    for text in blocks(chapter(2), "yaml"):
        Settings.model_validate(yaml.safe_load(text))


def test_postgresql(reader):
    programs = installation()
    if programs is None:
        pytest.skip("no PostgreSQL to start here")
    server = Postgres(programs, free_ports(1)[0])
    try:
        (text,) = blocks(chapter(3), "yaml")
        said = yaml.safe_load(text)
        Settings.model_validate(said)
        said["database"]["url"] = server.whole_database()
        reader.hub.stop()
        (reader.hub.data / "academy.yml").write_text(LAB + yaml.safe_dump(said))
        told = {shlex.join(words): reader.does(words) for words in commands(3)}
        assert "Ctrl-C stops it" in told["hub"]
        learner = reader.hub.sign_in("learner", reader.hub.passwords["learner"])
        assert learner.api("GET", "/services/academy/api/me").json()["name"] == "learner"
        reader.hub.stop()
    finally:
        server.stop()


def test_a_cluster(reader):
    for words in commands(4):
        reader.does(words)
