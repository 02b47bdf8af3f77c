"""The exchange of a data folder, opened: its book, its files, its key."""

from collections.abc import Callable

from graders.course import Course

from ..accounts import Accounts
from ..deployment import Deployment
from ..settings import Settings
from .blobs import Blobs
from .book import Book
from .office import Office
from .receipts import Signer
from .sayings import Sayings


def open_office(deployment: Deployment, settings: Settings) -> Office:
    """Return the exchange of a data folder.

    Raises
    ------
    HubError
        When its files cannot be reached.
    learning_paths.errors.StoreError
        When its database cannot be opened.
    """
    blobs = Blobs(blobs_url(deployment, settings))
    signer = Signer(deployment.secrets)
    book = Book(deployment.work_url)
    return Office(book, blobs, signer, settings.submissions, *_known(deployment))


def blobs_url(deployment: Deployment, settings: Settings) -> str:
    """Return where files are kept: as academy.yml says, a folder as seen from the data folder."""
    said = settings.exchange.blobs
    if said is None:
        return str(deployment.blobs)
    return said if "://" in said else str(deployment.data / said)


def open_sayings(deployment: Deployment, book: Book) -> Sayings:
    """Return what staff may say in a data folder, over a book that is open."""
    return Sayings(book, *_known(deployment))


def _known(deployment: Deployment) -> tuple[Callable[[], list[str]], Callable[[], list[str]]]:
    """Return who tells labs and names, each time anew."""
    accounts = Accounts(deployment.accounts)
    return (lambda: Course(deployment.data).known(), lambda: [one.name for one in accounts.all()])
