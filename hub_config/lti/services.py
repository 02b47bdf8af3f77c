"""Grades and members at a learning platform: Assignment and Grade Services 2.0, Names and Roles 2.0.

pylti1p3 speaks both. What it leaves to its user is done here: requests end, stay small and at the platform,
lead nowhere else, and a token is used until it is over.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.exception import LtiException, LtiServiceException
from pylti1p3.grade import Grade
from pylti1p3.lineitem import LineItem
from pylti1p3.names_roles import NamesRolesProvisioningService
from pylti1p3.registration import Registration
from pylti1p3.service_connector import ServiceConnector

from .claims import GradeService
from .platforms import Platform
from .tool_keys import ToolKeys

PATIENCE_SECONDS = 10.0
MOST_BYTES, MOST_PAGES, MOST_MEMBERS = 2**22, 100, 20_000
BUSY, GATEWAY = (408, 425, 429), (502, 504)  # statuses: another try is welcome; somebody between gave up
EARLY_SECONDS = 60.0  # before its end a token is asked for anew
# what a platform that answers nonsense makes pylti1p3 raise
NONSENSE = (
    *(LtiException, AssertionError, LookupError, TypeError, ValueError, AttributeError),
    *(OverflowError, RecursionError),
)


class ServiceError(Exception):
    """A platform did not do what it was asked.

    Parameters
    ----------
    why
        In words, for staff.
    status
        What it answered; None where it did not.
    at
        The address that was asked; empty where none was.
    """

    def __init__(self, why: str, status: int | None = None, at: str = "") -> None:
        super().__init__(why)
        self.status, self.at = status, at
        self.with_mark = False  # whether a mark was on its way

    @property
    def refuses_mark(self) -> bool:
        """Whether the platform refuses a mark, and not just now."""
        return self.with_mark and 400 <= (self.status or 0) < 500 and self.status not in BUSY

    @property
    def unsure(self) -> bool:
        """Whether the platform may have a mark all the same, and its answer got lost."""
        return self.with_mark and self.status in (None, *GATEWAY)


class Away(ServiceError):
    """A platform cannot be reached."""


@dataclass(frozen=True)
class Score:
    """A mark as a platform gets it.

    Parameters
    ----------
    subject
        What the platform calls the learner.
    score, points
        What was reached of what could be.
    changed
        When the mark became so, in seconds since the epoch; a platform keeps the newest.
    """

    subject: str
    score: float
    points: float
    changed: float


class Services:
    """One platform's services. For one thread.

    Parameters
    ----------
    platform
        Which.
    keys
        Prove who asks.
    clock
        Returns seconds; monotonic.
    """

    def __init__(
        self, platform: Platform, keys: ToolKeys, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._platform, self._keys = platform, keys
        self._tokens = _Tokens(clock)

    def send(self, grades: GradeService, lineitem: str, score: Score) -> None:
        """Send a mark to a line item.

        Raises
        ------
        ServiceError
            When the platform does not take it.
        """
        grade = (
            Grade()
            .set_user_id(score.subject)
            .set_score_given(score.score)
            .set_score_maximum(score.points)
            .set_activity_progress("Completed")
            .set_grading_progress("FullyGraded")
            .set_timestamp(datetime.fromtimestamp(score.changed, UTC).isoformat(timespec="milliseconds"))
        )
        item = LineItem({"id": lineitem})
        try:
            self._ask(lambda connector: _grades(connector, grades).put_grade(grade, item))
        except ServiceError as error:
            error.with_mark = error.at not in ("", self._platform.token_url)
            raise

    def lineitem(self, grades: GradeService, target: str, title: str, points: float, link: str) -> str:
        """Return the address of a lab's line item in a course, made where there is none.

        Parameters
        ----------
        target
            ``lab/…``, by which it is found again.
        title, points
            How it is called, and what can be reached.
        link
            The link that it belongs to; empty for none.

        Raises
        ------
        ServiceError
            When it can be neither found nor made.
        """
        wanted = LineItem({"label": title, "scoreMaximum": points, "resourceId": target})
        if link:
            wanted.set_resource_link_id(link)

        def is_it(item: Any) -> bool:
            return item.get("resourceId") == target and (not link or item.get("resourceLinkId") == link)

        def found(connector: ServiceConnector) -> LineItem:
            return _grades(connector, grades).find_or_create_lineitem(wanted, condition=is_it)

        address = self._ask(found).get_id()
        if not isinstance(address, str) or not self._platform.owns(address):
            raise ServiceError(f"the line item that it made is at {str(address)[:100]!r}, no host of it")
        return address

    def members(self, address: str) -> list[dict[str, Any]]:
        """Return who is in a course.

        Raises
        ------
        ServiceError
            When the platform does not say, or names nobody or too many.
        """

        def pages(connector: ServiceConnector) -> list[dict[str, Any]]:
            service = NamesRolesProvisioningService(connector, {"context_memberships_url": address})
            found: list[dict[str, Any]] = []
            at: str | None = address
            while at and len(found) <= MOST_MEMBERS:
                page, at = service.get_members_page(at)
                found += page
            return found

        found = self._ask(pages)
        if len(found) > MOST_MEMBERS:
            raise ServiceError(f"it names more than {MOST_MEMBERS} members; the list stays as it was")
        if not found or not all(isinstance(one, dict) for one in found):
            raise ServiceError(f"it names {len(found)} members, or what is none")
        return found

    def _ask(self, work: Callable[[ServiceConnector], Any]) -> Any:
        """Do some work; with another token where the one at hand is taken no more."""
        try:
            return self._try(work)
        except ServiceError as error:
            if error.status != 401 or not self._tokens.forget():
                raise
            return self._try(work)

    def _try(self, work: Callable[[ServiceConnector], Any]) -> Any:
        with _Session(self._platform) as session:
            try:
                return work(_Connector(self._registration(), session, self._tokens))
            except LtiServiceException as error:
                status, host = error.response.status_code, error.response.url.split("?")[0]
                raise ServiceError(f"{host} answered {status}", status, session.at) from error
            except requests.RequestException as error:
                raise Away(f"{self._platform.id} cannot be reached: {error}", at=session.at) from error
            except NONSENSE as error:
                raise ServiceError(f"{type(error).__name__}: {error}", at=session.at) from error

    def _registration(self) -> Registration:
        key = self._keys.current()

        class Ours(Registration):
            def get_kid(self) -> str:
                return key.kid

        made = Ours().set_issuer(self._platform.issuer).set_client_id(self._platform.client_id)
        made.set_auth_token_url(self._platform.token_url).set_tool_private_key(key.pem)
        if self._platform.token_audience:
            made.set_auth_audience(self._platform.token_audience)
        return made


class _Tokens:
    """Access tokens until they are over."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[str, float]] = {}

    def get(self, key: str) -> str | None:
        token, until = self._kept.get(key, ("", 0.0))
        return token if self._clock() < until else None

    def put(self, key: str, token: str, seconds: float) -> None:
        self._kept[key] = (token, self._clock() + float(seconds) - EARLY_SECONDS)

    def forget(self) -> bool:
        """Drop all; tell whether there were any."""
        there = bool(self._kept)
        self._kept.clear()
        return there


class _Connector(ServiceConnector):
    def __init__(self, registration: Registration, session: requests.Session, tokens: _Tokens) -> None:
        super().__init__(registration, session)
        self._tokens = tokens

    def _get_cached_access_token(self, scope_key: str) -> str | None:
        return self._tokens.get(scope_key)

    def _cache_access_token(self, scope_key: str, access_token: str, expires_in: float) -> None:
        self._tokens.put(scope_key, access_token, expires_in)


class _Session(requests.Session):
    """Requests to one platform: to its own hosts alone, few, ended soon, without detours."""

    def __init__(self, platform: Platform) -> None:
        super().__init__()
        self._platform, self._left = platform, MOST_PAGES + 1  # and a token
        self.at = ""  # the address that was asked last
        self.auth = _as_it_is  # else credentials of a .netrc file would take the token's place

    def request(self, method: str, url: str, **given: Any) -> requests.Response:
        if not self._platform.owns(url):
            raise ServiceError(f"{url[:100]!r} is no address of it; see hosts in academy.yml")
        self._left -= 1
        if self._left < 0:
            raise ServiceError(f"more than {MOST_PAGES} pages; what was known stays as it was")
        self.at = url
        given |= {"timeout": PATIENCE_SECONDS, "allow_redirects": False, "stream": True}
        answer = super().request(method, url, **given)
        got, end = b"", time.monotonic() + PATIENCE_SECONDS
        for part in answer.iter_content(2**16):
            got += part
            if len(got) > MOST_BYTES or time.monotonic() > end:
                raise ServiceError(f"more than {MOST_BYTES} bytes, or too slow", at=url)
        answer._content = got
        if 300 <= answer.status_code < 400:
            raise ServiceError(f"it leads elsewhere ({answer.status_code})", answer.status_code, url)
        return answer


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _grades(connector: ServiceConnector, grades: GradeService) -> AssignmentsGradesService:
    said = {"scope": list(grades.scopes), "lineitem": grades.lineitem, "lineitems": grades.lineitems}
    return AssignmentsGradesService(connector, said)
