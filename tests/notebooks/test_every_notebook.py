"""Every lesson and every lab's reference solution runs; what has not changed is not run again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from catalogue.folders import CHECKOUT


@pytest.mark.slow
def test_every_notebook_runs(request: pytest.FixtureRequest) -> None:
    kept = Path(request.config.cache.mkdir("notebooks"))
    ran = subprocess.run(
        [sys.executable, str(CHECKOUT / "academy"), "notebooks", "execute"],
        env=os.environ | {"ACADEMY_DATA": str(kept)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    built = [*CHECKOUT.glob("courses/*/*/[0-9]*.ipynb"), *CHECKOUT.glob("labs/source/*/*.ipynb")]
    assert f"{len(built)} notebooks:" in ran.stdout + ran.stderr
