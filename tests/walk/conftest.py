"""Where the walks keep their pictures."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder for screenshots: ``ACADEMY_SCREENSHOTS``, or a temporary one."""
    folder = Path(os.environ.get("ACADEMY_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
