import shutil

import pytest

from hub_config.deployment import Deployment
from tests.hub_config.storage.records import academy


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """An academy that no test changes."""
    return academy(tmp_path_factory.mktemp("kept") / "data")


@pytest.fixture
def deployment(kept, tmp_path):
    return Deployment(shutil.copytree(kept.data, tmp_path / "data"))
