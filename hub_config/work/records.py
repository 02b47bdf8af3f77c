"""Rows of the book as plain values."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from .rules import Terms, shown

TIME = "%Y-%m-%d %H:%M:%S.%f UTC"  # as nbgrader writes a submission's time


@dataclass(frozen=True, slots=True)
class Release:
    """A lab as it was handed out; ``digest`` is None where it was taken back.

    Parameters
    ----------
    number
        In the order in which all releases were made.
    from_folder
        Whether the grading host's exchange folder holds it, too.
    """

    number: int
    lab: str
    digest: str | None
    made_by: str
    made_at: datetime
    from_folder: bool


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody handed in.

    Parameters
    ----------
    sequence
        In the order in which all submissions arrived: it decides which one is the last, whatever clocks say.
    lab, sent_by
        Of which lab, and who sent it.
    team
        The group that submitted together; None for one person alone.
    attempt
        Of who submitted, from 1.
    digest
        Of its files.
    received_at
        The service's time, later than that of each attempt before.
    late_seconds, penalty_percent
        How it stands to the deadline that held, which the receipt tells.
    receipt
        As it was signed.
    """

    sequence: int
    lab: str
    sent_by: str
    team: str | None
    attempt: int
    digest: str
    received_at: datetime
    late_seconds: int
    penalty_percent: int
    receipt: dict[str, Any]

    @property
    def timestamp(self) -> str:
        """The time as nbgrader writes it."""
        return self.received_at.strftime(TIME)


@dataclass(frozen=True, slots=True)
class Share:
    """One learner's part in a submission.

    Parameters
    ----------
    secret
        What nbgrader names the learner's feedback by.
    """

    sequence: int
    learner: str
    secret: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """Released feedback on a submission, for one learner."""

    number: int
    sequence: int
    learner: str
    digest: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Deadline:
    """What was said of a lab's deadline last."""

    number: int
    lab: str
    terms: Terms
    set_by: str
    set_at: datetime

    def data(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"number": self.number, "lab": self.lab, **told(self.terms), **signed(self)}


@dataclass(frozen=True, slots=True)
class Extended:
    """What was said last of more time or more attempts for somebody.

    Parameters
    ----------
    kind, name
        ``learner`` or ``group``, and which.
    until
        None where only attempts were added, or the extension was taken back.
    """

    number: int
    lab: str
    kind: str
    name: str
    until: datetime | None
    zone: str
    attempts: int
    reason: str
    set_by: str
    set_at: datetime

    def data(self) -> dict[str, Any]:
        """Return it for JSON."""
        until = None if self.until is None else self.until.isoformat()
        shown_until = "" if self.until is None else shown(self.until, self.zone)
        return {**asdict(self), "until": until, "shown": shown_until, **signed(self)}


@dataclass(frozen=True, slots=True)
class Group:
    """People who are extended or submit together.

    Parameters
    ----------
    together
        Labs in which one member's submission is everybody's; ``*`` stands for all.
    """

    number: int
    name: str
    members: tuple[str, ...]
    together: tuple[str, ...]
    set_by: str
    set_at: datetime

    def submits_together(self, lab: str) -> bool:
        """Tell whether one submission is everybody's."""
        return lab in self.together or "*" in self.together

    def data(self) -> dict[str, Any]:
        """Return it for JSON."""
        lists = {"members": list(self.members), "together": list(self.together)}
        return {"number": self.number, "name": self.name, **lists, **signed(self)}


def told(terms: Terms) -> dict[str, Any]:
    """Return terms for JSON."""
    due = None if terms.due is None else terms.due.isoformat()
    return {**asdict(terms), "due": due, "shown": "" if terms.due is None else shown(terms.due, terms.zone)}


def signed(row: Deadline | Extended | Group) -> dict[str, str]:
    """Return who said it and when, for JSON."""
    return {"set_by": row.set_by, "set_at": row.set_at.isoformat()}
