"""The exchange over a small academy, without the service in front of it: quick to import."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hub_config.settings import Submissions
from hub_config.work.blobs import Blobs
from hub_config.work.book import Book
from hub_config.work.office import Office
from hub_config.work.receipts import Signer

PEOPLE = {
    "ada": ["learner"],
    "grace": ["learner"],
    "alan": ["learner"],
    "ines": ["instructor"],
    "max": ["manager"],
}
LAB = "stable-softmax"
LABS = [LAB, "mlp"]


def opened(url: str, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Office:
    """Open the exchange on a database and a folder, small in what it takes."""
    (folder / "secrets").mkdir(exist_ok=True)
    return Office(
        Book(url),
        Blobs(str(folder / "blobs")),
        Signer(folder / "secrets"),
        Submissions(mib=4, files=20),
        lambda: LABS,
        lambda: list(PEOPLE),
        clock,
    )
