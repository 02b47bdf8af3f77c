"""The academy service: what learners' servers ask, and what staff see. It alone holds store and gradebook."""

import asyncio
import gc
import json
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from jupyterhub.log import log_request
from jupyterhub.services.auth import HubOAuthCallbackHandler
from tornado import web
from tornado.httpserver import HTTPServer

import catalogue
from learning_paths.academy import Academy

from . import drain, settings
from .accounts import Accounts
from .caretaker import Caretaker
from .course_handlers import routes_of
from .courses import OpenCourse, open_courses, told
from .deployment import Deployment
from .gradebooks import CourseGradebook
from .handlers import ApiHandler
from .hints_api import HINT_ROUTES
from .lti.cohorts import CohortsPage
from .lti.delivery import Delivery
from .lti.people import settle
from .operations import Metrics, Ready, Watched
from .oversight.audit_page import AuditPage
from .oversight.status import Status
from .oversight.status_page import StatusPage
from .oversight.trail import Trail
from .oversight.usage import Server, Usage, running
from .oversight.usage_page import UsageCsv, UsagePage
from .oversight.watch import Watch
from .overview import standings
from .pages import FOLDER, LearnerPage, LearnersPage, MarksTable, NoPage
from .path_api import PATH_ROUTES
from .placement_api import PLACEMENT_ROUTES
from .time_page import TimePage
from .work.api import work_routes

MOST_BODY_BYTES = 2**20
OF_A_COURSE = [("", LearnersPage), (r"marks\.csv", MarksTable), ("learners/([^/]+)/time", TimePage)]


class Me(ApiHandler):
    """Who asks."""

    @web.authenticated
    async def get(self) -> None:
        """Answer name, how the person is called, role and profile."""
        await self.answer(self._me)

    def _me(self) -> dict[str, Any]:
        groups = self.current_user.get("groups", [])
        role = next((role for role in ("instructor", "manager") if role in groups), "learner")
        return {
            "name": self.person,
            "shown": self.settings["shown"](self.person),
            "role": role,
            "profile": self.academy.profile(self.person),
        }


class Notice(ApiHandler):
    """What everybody is told who works now."""

    @web.authenticated
    async def get(self) -> None:
        """Answer it in both languages, with the time that is left; null where there is nothing to tell."""
        planned = drain.current(self.settings["watched"].deployment)
        self.finish({"notice": planned.data() if planned else None})


class Choices(ApiHandler):
    """What the form offers."""

    @web.authenticated
    async def get(self) -> None:
        """Answer degrees, jobs, roles, targets."""
        await self.answer(self.academy.choices)


class MyCourses(ApiHandler):
    """Courses beside the academy's own."""

    @web.authenticated
    async def get(self) -> None:
        """Answer those that who asks takes part in."""
        self.finish(json.dumps(told(self.settings["courses"], self.current_user.get("groups", ()))))


class Courses(ApiHandler):
    """What can be learned here."""

    @web.authenticated
    async def get(self) -> None:
        """Answer courses and labs, with tasks and due times."""
        await self.answer(self.academy.courses)


class Profile(ApiHandler):
    """What a learner says of themselves."""

    @web.authenticated
    async def put(self) -> None:
        """Keep it."""
        await self.answer(self.academy.save_profile, self.person, self.body())


class Grades(ApiHandler):
    """Scores."""

    @web.authenticated
    async def get(self) -> None:
        """Answer the learner's own, those of other courses than the academy's last."""
        await self.answer(self._all)

    def _all(self) -> list[dict[str, Any]]:
        found = self.academy.grades(self.person)
        for course in self.settings["courses"][1:]:
            found += course.grades(self.person, self.academy.catalogue)
        return found


class Checkpoint(ApiHandler):
    """A question in a lesson."""

    @web.authenticated
    async def get(self, course: str, name: str) -> None:
        """Answer the learner's first prediction; null before there is one."""
        await self.answer(self.academy.prediction, self.person, course, name)

    @web.authenticated
    async def post(self, course: str, name: str) -> None:
        """Judge and keep an answer."""
        sent = self.body()
        if "answer" not in sent:
            raise web.HTTPError(400, reason='the body has no "answer"')
        await self.answer(self.academy.checkpoint, self.person, course, name, sent["answer"])


class Learners(ApiHandler):
    """Everybody, for staff."""

    @web.authenticated
    async def get(self) -> None:
        """Answer one line for each learner."""
        self.must_be_staff()
        await self.viewed("api/learners")
        await self.answer(lambda: [one.data() for one in self.settings["standings"]()])


class Health(web.RequestHandler):
    """Whether the service answers."""

    async def get(self) -> None:
        """Answer without asking who asks."""
        self.finish({"status": "ok"})


class NothingToAsk(ApiHandler):
    """Any other question."""

    def prepare(self) -> None:
        """Answer 404 in JSON."""
        raise web.HTTPError(404, reason=f"nothing at {self.request.path}")


def application(
    academy: Academy,
    accounts: Accounts,
    watched: Watched,
    prefix: str,
    cookie_secret: str,
    *,
    trail: Trail,
    courses: Sequence[OpenCourse] = (),
    delivery: Delivery | None = None,
    cookies: Mapping[str, Any] | None = None,
    servers: Callable[[], int | None] = lambda: None,
) -> web.Application:
    """Return the service's web application.

    Parameters
    ----------
    watched
        Counts what is answered, and gives figures.
    prefix
        ``/services/academy/``.
    cookie_secret
        Signs the cookies of staff who use the page.
    trail
        Keeps who did what.
    courses
        The academy's own course, and others.
    delivery
        What goes to learning platforms; None where none is registered.
    cookies
        How the cookie of forms is set (`tornado.web.RequestHandler.set_cookie`).
    servers
        Tells how many servers run; None while that is not known.
    """
    routes = [
        *routes_of(courses, OF_A_COURSE),
        ("learners/([^/]+)", LearnerPage),
        ("cohorts", CohortsPage),
        ("audit", AuditPage),
        ("usage", UsagePage),
        (r"usage\.csv", UsageCsv),
        ("status", StatusPage),
        ("oauth_callback", HubOAuthCallbackHandler),
        ("health", Health),
        ("ready", Ready),
        ("api/metrics", Metrics),
        ("api/me", Me),
        ("api/notice", Notice),
        ("api/choices", Choices),
        ("api/courses", Courses),
        ("api/courses/mine", MyCourses),
        ("api/profile", Profile),
        ("api/grades", Grades),
        ("api/checkpoints/([^/]+)/([^/]+)", Checkpoint),
        ("api/learners", Learners),
        *PATH_ROUTES,
        *HINT_ROUTES,
        *PLACEMENT_ROUTES,
        *work_routes(courses),
        ("api/.*", NothingToAsk),
    ]
    return web.Application(
        [(prefix + path, *handler) for path, *handler in routes]
        + [(prefix + r"static/(.*)", web.StaticFileHandler, {"path": str(FOLDER / "static")})],
        default_handler_class=NoPage,
        academy=academy,
        courses=courses,
        office=courses[0].office if courses else None,
        accounts=accounts,
        delivery=delivery,
        standings=lambda: standings(academy, accounts.all()),
        shown=lambda name: found.shown if (found := accounts.find(name)) else name,
        known=lambda name: accounts.find(name) is not None,
        prefix=prefix,
        cookie_secret=cookie_secret,
        xsrf_cookie_kwargs=dict(cookies or {}),
        watched=watched,
        trail=trail,
        status=Status(watched, delivery, servers),
        log_function=partial(_log, watched),
        template_path=str(FOLDER),
    )


def _log(watched: Watched, handler: web.RequestHandler) -> None:
    """Count an answer, and log it as the hub does, which leaves tokens and codes out."""
    watched.answered(handler)
    log_request(handler)


def _servers() -> list[Server]:
    """Return the servers that run, asked of the hub that started this service."""
    return running(os.environ["JUPYTERHUB_API_URL"], os.environ["JUPYTERHUB_API_TOKEN"])


def _stop_hub(deployment: Deployment, servers: bool) -> None:
    drain.stop_hub(os.environ["JUPYTERHUB_API_URL"], deployment.secret("drain-service-token"), servers)


async def serve(deployment: Deployment, listening: socket.socket) -> None:
    """Serve who connects until SIGTERM, and look after exchange and gradebook meanwhile."""
    chosen = settings.read(deployment.data)
    courses = open_courses(deployment, chosen)
    further = [one.proofs for one in courses[1:] if one.is_ours]
    academy = Academy(deployment.store_url, catalogue.load(), CourseGradebook(deployment), further=further)
    accounts = Accounts(deployment.accounts)
    settle(deployment, chosen.lti)
    prefix = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
    trail = Trail(deployment.oversight_url)
    watched = Watched(deployment, academy, trail, (one.office for one in courses if one.office))
    delivery = Delivery(deployment, academy.catalogue, chosen.lti, courses) if chosen.lti else None
    usage = Usage(trail, _servers, chosen.servers.gpus)
    secret = deployment.secret("cookie-secret")
    cookies = json.loads(os.environ["JUPYTERHUB_COOKIE_OPTIONS"])
    app = application(
        academy,
        accounts,
        watched,
        prefix,
        secret,
        trail=trail,
        courses=courses,
        delivery=delivery,
        cookies=cookies,
        servers=lambda: usage.servers,
    )
    HTTPServer(app, max_body_size=MOST_BODY_BYTES, xheaders=True).add_socket(listening)
    # what was loaded stays: so the collector does not look through all of it in the middle of a plan
    academy.choices()
    gc.collect()
    gc.freeze()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    tasks = [
        *(Caretaker(one, academy.ingest_gradebook, chosen.submissions).go_on(stopping) for one in courses),
        *(Watch(one.at, trail, not one.office, one.gradebook.stamp).go_on(stopping) for one in courses),
        usage.go_on(stopping),
        app.settings["status"].go_on(stopping),
        drain.Drainer(deployment, partial(_stop_hub, deployment)).go_on(stopping),
    ]
    if delivery:
        tasks.append(delivery.go_on(stopping))
    looking = asyncio.gather(*tasks)
    await stopping.wait()
    await looking
    academy.close()
    trail.close()
    for course in courses:
        course.close()
