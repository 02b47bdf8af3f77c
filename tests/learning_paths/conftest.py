"""Fixtures: the small academy, its gradebook and store, and a learner's JupyterLab in front of it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from nbgrader.api import Gradebook

from catalogue import Catalogue, load
from catalogue.folders import CHECKOUT
from learning_paths.academy import Academy
from tests.learning_paths.campus import Campus, Exchange, Service, free_port, wait_for
from tests.learning_paths.small_academy import LABS, POINTS, Clock, Teacher, write_tree
from tests.postgres import Postgres

# two shared cores: fewer examples, and no clock that a busy machine could trip
settings.register_profile("learning_paths", max_examples=40, deadline=None)
settings.load_profile("learning_paths")

# nbgrader's gradebook calls `alembic`, which lies beside this interpreter
os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small academy's material."""
    root = tmp_path_factory.mktemp("material")
    write_tree(root)
    return root


@pytest.fixture(scope="session")
def small(tree: Path) -> Catalogue:
    """The small academy's catalogue."""
    return load(tree)


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook with the labs and no submission; made once, because nbgrader starts alembic for it."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    with Gradebook(f"sqlite:///{path}") as book:
        for lab, (_, tasks) in LABS.items():
            book.add_assignment(lab)
            book.add_notebook(lab, lab)
            for grade_id in (grade for one in tasks.values() for grade in one):
                book.add_grade_cell(grade_id, lab, lab, max_score=POINTS, cell_type="code")
    return path


@pytest.fixture
def teacher(tmp_path: Path, empty_gradebook: Path) -> Teacher:
    return Teacher(Path(shutil.copy(empty_gradebook, tmp_path / "gradebook.db")))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def academy(tmp_path: Path, small: Catalogue, teacher: Teacher, clock: Clock) -> Iterator[Academy]:
    opened = Academy(f"sqlite:///{tmp_path / 'store.db'}", small, teacher.url, clock)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def campus(
    tmp_path_factory: pytest.TempPathFactory, small: Catalogue, tree: Path, empty_gradebook: Path
) -> Iterator[Campus]:
    """Start JupyterLab as the hub does, for the learner ada."""
    folder = tmp_path_factory.mktemp("campus")
    home, config, log = folder / "home", folder / "config", folder / "lab.log"
    home.mkdir()
    config.mkdir()
    exchange = Exchange(folder / "exchange", tree)
    (config / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        f"c.CourseDirectory.course_id = {exchange.course!r}\n"
        f"c.Exchange.root = {str(exchange.root)!r}\n"
    )
    (config / "jupyter_server_config.py").write_text(
        "c = get_config()\n"
        "c.ServerApp.jpserver_extensions = {'learning_paths.ui.server': True}\n"
        f"c.LabApp.extra_labextensions_path = [{str(CHECKOUT / 'learning_paths/ui/labextensions')!r}]\n"
        "c.LabApp.news_url = None\n"
        "c.LabApp.check_for_updates_class = 'jupyterlab.NeverCheckForUpdate'\n"
    )
    (config / "labconfig").mkdir()
    (config / "labconfig/default_setting_overrides.json").write_text(
        json.dumps({"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}})
    )
    teacher = Teacher(Path(shutil.copy(empty_gradebook, folder / "gradebook.db")))
    academy = Academy(f"sqlite:///{folder / 'store.db'}", small, teacher.url)
    port, token = free_port(), "letmein"
    service = Service(academy)
    with log.open("wb") as output:
        environment = {
            **os.environ,
            "HOME": str(home),
            "JUPYTER_CONFIG_DIR": str(config),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "ACADEMY_URL": service.url,
            "ACADEMY_MATERIAL": str(tree / "courses"),
            "JUPYTERHUB_API_TOKEN": "of-ada",
        }
        command = [
            str(Path(sys.executable).with_name("jupyter-lab")),
            "--no-browser",
            "--allow-root",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={token}",
            f"--ServerApp.root_dir={home}",
        ]
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=home)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/api", process, log)
            yield Campus(url, token, home, log, academy, teacher, exchange, service)
        finally:
            process.terminate()
            process.wait(20)
            service.end()
            academy.close()
