"""What a person's server sees, as data: no answers, no store, no secrets."""

from pathlib import Path

import pytest

from catalogue.folders import CHECKOUT
from hub_config.accounts import FIRST_UID, Account
from hub_config.deployment import OWN_TREE, Deployment
from hub_config.settings import Servers
from hub_config.walls import wall_of
from learning_paths.bank import FOLDER
from sandbox import system


@pytest.mark.parametrize("kind", [*OWN_TREE, "landlock"])
@pytest.mark.parametrize("role", ["learner", "instructor"])
def test_no_server_reads_the_placement_items_or_the_store(tmp_path: Path, kind: str, role: str) -> None:
    deployment = Deployment(tmp_path / "data")
    deployment.prepare()
    account = Account("ada", role, 0.0, FIRST_UID)
    sources = [
        bind.source.resolve()
        for bind in (*system.trees(), *wall_of(account, deployment, kind, Servers()).binds)
    ]
    for hidden in (FOLDER, deployment.data / "store.sqlite", deployment.secrets):
        assert [one for one in sources if hidden.resolve().is_relative_to(one)] == []
    assert list(FOLDER.glob("*.yml"))


def test_no_package_holds_placement_items() -> None:
    assert not (CHECKOUT / "learning_paths" / "items").exists()
