"""The course at first start: made from the labs' masters, and every lab handed out."""

from collections.abc import Callable

from .deployment import Deployment
from .exchange import COURSE_ID


def open_labs(deployment: Deployment, say: Callable[[str], None]) -> None:
    for part in ("inbound", "outbound", "feedback"):
        (deployment.exchange / COURSE_ID / part).mkdir(parents=True, exist_ok=True)
    deployment.course.mkdir(exist_ok=True)
