"""One small lab of our own, built as every lab is, and its courses in fresh data folders."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from catalogue.notebooks.build import build
from catalogue.notebooks.units import Unit
from graders.engine.master import Master, read_limits, read_master
from graders.engine.servers import close_servers

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a labs folder with the lab `means`, built; stop warm servers at the end."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(FIXTURES / "labs", root / "labs")
    text = root / "labs" / "authoring" / "means" / "means.py"
    build(Unit("lab", "means", root, text, root / "labs" / "source" / "means" / "means.ipynb"))
    yield root / "labs"
    close_servers()


@pytest.fixture(scope="session")
def master(labs: Path) -> Master:
    """Return the master of `means`."""
    return read_master(labs / "source" / "means", read_limits(labs, "means"))


@pytest.fixture
def answered(master: Master) -> Callable[..., nbformat.NotebookNode]:
    """Return a maker of released notebooks with answers in them, by grade id."""
    from graders.submissions import filled

    return lambda **answers: filled(master, {name.replace("_", "-"): text for name, text in answers.items()})
