"""What the exchange declines, in words for people: what, where, what next; each with its HTTP status."""

from typing import Any

from ..errors import HubError


class WorkError(HubError):
    """The exchange did not do what was asked; nothing was changed.

    Parameters
    ----------
    said
        For the person.
    detail
        More for programs, added to the answer.
    """

    status = 400

    def __init__(self, said: str, **detail: Any) -> None:
        super().__init__(said)
        self.detail = detail


class BadWork(WorkError):
    """What was sent cannot be taken as it is."""

    status = 422


class TooLarge(WorkError):
    """More than a submission may bring."""

    status = 413


class NotThere(WorkError):
    """There is no such thing, or not for who asks."""

    status = 404


class Lacking(WorkError):
    """Parts of the files have not arrived; ``missing`` names them."""

    status = 409


class Closed(WorkError):
    """The deadline or the number of attempts says no."""

    status = 403


class TooOften(WorkError):
    """More submissions in a while than a person makes; ``seconds`` says how long to wait."""

    status = 429


class NoRoom(WorkError):
    """The academy's disk is full."""

    status = 507


class Damaged(WorkError):
    """What is kept is no longer what it was; asking again changes nothing."""

    status = 500


class NotNow(WorkError):
    """The place of the files does not answer."""

    status = 503
