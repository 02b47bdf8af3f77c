"""The exchange's questions, under the hub's token: learners see their own, instructors what they grade."""

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any

from tornado import web

from learning_paths.errors import StoreError

from ..course_handlers import OfCourse, routes_of
from ..courses import OpenCourse
from ..handlers import ApiHandler
from .errors import NotThere, WorkError
from .office import Office
from .sayings import LAB, NAME
from .trees import ASKED_AT_ONCE, SHA256

NOT_NOW = (
    "the academy's database does not answer now, so nothing was changed; your work is safe in your folder."
    " Try again in a minute"
)
NOT_NOW_ZH = "学院的数据库暂时没有响应，没有任何改动；你的作业仍安全地保存在文件夹中。请一分钟后重试"


class WorkHandler(OfCourse, ApiHandler):
    """A question to the exchange."""

    @property
    def office(self) -> Office:
        """The exchange; an academy that hands in through its folder has none."""
        if self.opened.office is None:
            raise NotThere(
                "this academy's work goes through the exchange folder: exchange.kind in academy.yml"
            )
        return self.opened.office

    @property
    def dry(self) -> bool:
        """Whether only to say what would happen: ``?dry=1``."""
        return self.get_query_argument("dry", "") == "1"

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer what the exchange declined with its own status, and the details that a program needs."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, WorkError):
            self.set_status(error.status)
            if "seconds" in error.detail:
                self.set_header("Retry-After", str(error.detail["seconds"]))
            self.finish(json.dumps({"error": str(error), **error.detail}, ensure_ascii=False))
        elif isinstance(error, StoreError):
            self.set_status(503)
            self.finish(json.dumps({"error": NOT_NOW, "error_zh": NOT_NOW_ZH}, ensure_ascii=False))
        else:
            super().write_error(status_code, **kwargs)

    async def off(self, ask: Callable[..., Any], *arguments: Any) -> Any:
        """Return what `ask` returns, in a thread: others need not wait for files and databases."""
        return await asyncio.to_thread(ask, *arguments)

    def hand_over(self, content: bytes) -> None:
        """Answer a part's bytes; nothing of it is ever shown by a browser."""
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Disposition", "attachment")
        self.finish(content)


class Key(WorkHandler):
    """The key that checks receipts."""

    @web.authenticated
    async def get(self) -> None:
        """Answer it."""
        await self.answer(lambda: {"algorithm": "Ed25519", "public_key": self.office.signer.public})


class MissingParts(WorkHandler):
    """What has not arrived yet."""

    @web.authenticated
    async def post(self) -> None:
        """Answer which of ``parts`` are still to be sent."""
        parts = self.body().get("parts")
        if not isinstance(parts, list) or not all(isinstance(one, str) and len(one) == 64 for one in parts):
            raise web.HTTPError(400, reason='the body needs "parts", a list of sha256')
        if len(parts) > ASKED_AT_ONCE:
            raise web.HTTPError(413, reason=f"ask for {ASKED_AT_ONCE} parts at a time")
        await self.answer(lambda: {"missing": self.office.missing(self.person, parts)})


class Part(WorkHandler):
    """A part of a file on its way in."""

    @web.authenticated
    async def put(self, part: str) -> None:
        """Keep it."""

        def keep() -> dict[str, str]:
            self.office.keep(self.person, part, self.request.body, staff=self.grades)
            return {"kept": part}

        await self.answer(keep)


class Labs(WorkHandler):
    """What is handed out."""

    @web.authenticated
    async def get(self) -> None:
        """Answer the labs, with what holds for who asks."""
        await self.answer(lambda: self.office.labs(self.person))


class LabRelease(WorkHandler):
    """A lab as it is handed out."""

    @web.authenticated
    async def get(self, lab: str) -> None:
        """Answer its files."""
        number, tree = await self.off(self.office.release, lab)
        self.finish({"lab": lab, "release": number, "digest": tree.digest, "files": tree.data()})

    @web.authenticated
    async def put(self, lab: str) -> None:
        """Release it."""
        self.must_grade()
        await self.answer(self.office.hand_out, self.person, lab, self.body())

    @web.authenticated
    async def delete(self, lab: str) -> None:
        """Take it back."""
        self.must_grade()
        await self.answer(self.office.take_back, self.person, lab)


class LabReleasePart(WorkHandler):
    """A part of a lab."""

    @web.authenticated
    async def get(self, lab: str, part: str) -> None:
        """Answer its bytes."""

        def content() -> bytes:
            _, tree = self.office.release(lab)
            return self.office.content(tree.digest, part)

        self.hand_over(await self.off(content))


class LabSubmissions(WorkHandler):
    """Submissions of one lab."""

    @web.authenticated
    async def get(self, lab: str) -> None:
        """Answer each learner's last one; with ``?in_time=1`` the last one that was not late."""
        self.must_grade()
        in_time = self.get_query_argument("in_time", "") == "1"
        await self.answer(lambda: self.office.collected(lab, in_time=in_time))

    @web.authenticated
    async def post(self, lab: str) -> None:
        """Take one in and answer its receipt."""
        await self.answer(self.office.submit, self.person, lab, self.body())


class MySubmissions(WorkHandler):
    """What the learner who asks has handed in."""

    @web.authenticated
    async def get(self) -> None:
        """Answer all of it, or that of ``?lab=``."""
        await self.answer(self.office.submissions, self.person, self.get_query_argument("lab", None))


class OneSubmission(WorkHandler):
    """A submission: the learner's own, any for instructors."""

    @web.authenticated
    async def get(self, sequence: str) -> None:
        """Answer its files and its receipt."""
        made, tree = await self.off(self._find, sequence)
        self.finish({"receipt": made.receipt, "digest": tree.digest, "files": tree.data()})

    def _find(self, sequence: str) -> Any:
        return self.office.submission(self.person, int(sequence), any_learner=self.grades)


class SubmissionPart(OneSubmission):
    """A part of a submission."""

    @web.authenticated
    async def get(self, sequence: str, part: str) -> None:
        """Answer its bytes."""

        def content() -> bytes:
            made, _ = self._find(sequence)
            return self.office.content(made.digest, part)

        self.hand_over(await self.off(content))


class SubmissionFeedback(WorkHandler):
    """Feedback on one of the learner's own submissions."""

    @web.authenticated
    async def get(self, sequence: str) -> None:
        """Answer its files."""
        tree = await self.off(self.office.feedback_on, self.person, int(sequence))
        self.finish({"digest": tree.digest, "files": tree.data()})


class FeedbackPart(WorkHandler):
    """A part of feedback."""

    @web.authenticated
    async def get(self, sequence: str, part: str) -> None:
        """Answer its bytes."""

        def content() -> bytes:
            tree = self.office.feedback_on(self.person, int(sequence))
            return self.office.content(tree.digest, part)

        self.hand_over(await self.off(content))


class GiveFeedback(WorkHandler):
    """Feedback on its way out."""

    @web.authenticated
    async def post(self) -> None:
        """Release it."""
        self.must_grade()
        await self.answer(self.office.give_feedback, self.person, self.body())


class LabDeadline(WorkHandler):
    """What holds for a lab."""

    @web.authenticated
    async def get(self, lab: str) -> None:
        """Answer its deadline and its extensions."""
        self.must_be_staff()
        await self.answer(self.office.sayings.of_lab, lab)

    @web.authenticated
    async def put(self, lab: str) -> None:
        """Set it anew; what is left out stays."""
        self.must_be_staff()
        said = self.body()
        await self.answer(lambda: self.office.sayings.deadline(lab, said, self.person, dry=self.dry))


class LabExtensions(WorkHandler):
    """More time for some."""

    @web.authenticated
    async def post(self, lab: str) -> None:
        """Give it, or take it back."""
        self.must_be_staff()
        said = self.body()
        await self.answer(lambda: self.office.sayings.extend(lab, said, self.person, dry=self.dry))


class Groups(WorkHandler):
    """Who works together."""

    @web.authenticated
    async def get(self) -> None:
        """Answer all groups."""
        self.must_be_staff()
        await self.answer(lambda: self.office.sayings.groups())


class OneGroup(WorkHandler):
    """A group."""

    @web.authenticated
    async def put(self, name: str) -> None:
        """Say who is in it; nobody ends it."""
        self.must_be_staff()
        said = self.body()
        await self.answer(lambda: self.office.sayings.group(name, said, self.person, dry=self.dry))


class Log(WorkHandler):
    """What staff have said of deadlines, extensions and groups."""

    @web.authenticated
    async def get(self) -> None:
        """Answer all of it with who and when, the last word first."""
        self.must_be_staff()
        await self.answer(lambda: self.office.sayings.log())


PART = f"({SHA256})"
NUMBER = r"([0-9]{1,9})"
ROUTES = [
    ("key", Key),
    ("parts/missing", MissingParts),
    (f"parts/{PART}", Part),
    ("labs", Labs),
    (f"labs/{LAB}/release", LabRelease),
    (f"labs/{LAB}/release/{PART}", LabReleasePart),
    (f"labs/{LAB}/submissions", LabSubmissions),
    (f"labs/{LAB}/deadline", LabDeadline),
    (f"labs/{LAB}/extensions", LabExtensions),
    ("submissions", MySubmissions),
    (f"submissions/{NUMBER}", OneSubmission),
    (f"submissions/{NUMBER}/parts/{PART}", SubmissionPart),
    (f"submissions/{NUMBER}/feedback", SubmissionFeedback),
    (f"submissions/{NUMBER}/feedback/{PART}", FeedbackPart),
    ("feedback", GiveFeedback),
    ("groups", Groups),
    (f"groups/({NAME})", OneGroup),
    ("log", Log),
]


def work_routes(courses: Iterable[OpenCourse]) -> list[tuple[Any, ...]]:
    """Return the routes of each course's exchange: ``api/work`` of the academy's own, which may have none."""
    return routes_of(courses, ROUTES, "api/work/", "api/courses/{}/work/")
