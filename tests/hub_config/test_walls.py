"""What a person's server sees, as data: no answers, no store, no secrets."""

import json
from pathlib import Path

import pytest

from catalogue.folders import CHECKOUT
from hub_config.accounts import FIRST_UID, Account
from hub_config.deployment import OWN_TREE, Deployment
from hub_config.settings import Servers, Submissions
from hub_config.walls import environment, wall_of
from learning_paths.bank import FOLDER
from learning_paths.ui.course_lessons import VARIABLE
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


@pytest.mark.parametrize("kind", [*OWN_TREE, "landlock"])
def test_a_server_shows_the_lessons_of_its_courses_and_no_others_and_changes_none(tmp_path, kind) -> None:
    deployment = Deployment(tmp_path / "data")
    for course in ("stats", "ethics"):
        deployment.of(course).lessons.mkdir(parents=True)
    ada, courses = Account("ada", "learner", 0.0, FIRST_UID), ["stats", "has-none"]
    wall = wall_of(ada, deployment, kind, Servers(), courses=courses)
    (shown,) = [one for one in wall.binds if one.source.is_relative_to(deployment.data / "courses")]
    assert (shown.source, shown.writable) == (deployment.of("stats").lessons, False)
    told = environment(ada, deployment, kind, "", Submissions(), courses=courses)
    assert json.loads(told[VARIABLE]) == {"stats": str(shown.target)}


def test_no_package_holds_placement_items() -> None:
    assert not (CHECKOUT / "learning_paths" / "items").exists()
