"""What every test shares: one thread a process, fast tests first, a real browser where there is one."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from sandbox.doctor import find_browser
from tests.postgres import Postgres, installation
from tests.rota import todays

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# how fast a busy machine makes examples says nothing of the code
settings.register_profile("busy", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure(config: pytest.Config) -> None:
    # started in the background, the suite would hand ignored signals on to every process that it starts
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
    config.addinivalue_line("markers", "slow: takes longer than twenty seconds on two cores")
    config.addinivalue_line("markers", "browser: drives a real Chromium")
    config.addinivalue_line("markers", "rota(parts): one of so many a day; all with ACADEMY_EVERYTHING=1")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run what answers fast first, so that a plain mistake shows at once; a browser's loop comes last.

    Of tests that are marked ``rota(parts)``, a share a day runs; all that are named on the command line.
    """
    named = any("::" in argument for argument in config.args)
    for parts in () if named else {m.args[0] for item in items for m in item.iter_markers("rota")}:
        marked = [item for item in items if any(m.args[0] == parts for m in item.iter_markers("rota"))]
        waiting = set(marked) - set(todays(marked, parts))
        config.hook.pytest_deselected(items=list(waiting))
        items[:] = [item for item in items if item not in waiting]
    items.sort(key=lambda item: ("browser" in item.keywords, "slow" in item.keywords))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield a headless system Chromium; skip with the mending command where there is none."""
    path = find_browser()
    if path is None:
        pytest.skip("no browser on this machine: apt install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Yield a running PostgreSQL; skip with the mending command where its programs are missing."""
    programs = installation()
    if programs is None:
        pytest.skip("no PostgreSQL in the environment: .venv/bin/pip install -e '.[test]'")
    server = Postgres(programs)
    yield server
    server.stop()
