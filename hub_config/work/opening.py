"""The exchange of a data folder, opened: its book, its files, its key."""

from collections.abc import Callable

from graders.course import Course

from ..deployment import Deployment
from ..enrolments import people_of
from ..settings import Settings
from .blobs import Blobs
from .book import Book
from .office import Office
from .receipts import Signer
from .sayings import Sayings


def open_office(deployment: Deployment, settings: Settings) -> Office:
    """Return the exchange of a course.

    Raises
    ------
    HubError
        When its files cannot be reached.
    learning_paths.errors.StoreError
        When its database cannot be opened.
    """
    blobs = Blobs(blobs_url(deployment, settings))
    signer = Signer(deployment.secrets, deployment.course_id)
    book = Book(deployment.work_url)
    return Office(book, blobs, signer, settings.submissions, *_known(deployment))


def blobs_url(deployment: Deployment, settings: Settings) -> str:
    """Return where a course's files are kept: as academy.yml says, a folder as seen from the data folder.

    Each course has a place of its own, since it forgets by itself what was sent and never submitted.
    """
    said = settings.exchange.blobs
    if said is None:
        return str(deployment.blobs)
    place = said.rstrip("/") if deployment.is_own else f"{said.rstrip('/')}-{deployment.course_id}"
    return place if "://" in said else str(deployment.data / place)


def open_sayings(deployment: Deployment, book: Book) -> Sayings:
    """Return what staff may say in a data folder, over a book that is open."""
    return Sayings(book, *_known(deployment))


def _known(deployment: Deployment) -> tuple[Callable[[], list[str]], Callable[[], list[str]]]:
    """Return who tells labs and names, each time anew."""
    return (
        lambda: Course(deployment.grading).known(),
        lambda: [one.name for one in people_of(deployment)],
    )
