"""What the service answers about hints: one after the other, to tasks of labs that are handed out."""

from tornado import web

from learning_paths.errors import UnknownHint

from .courses import OpenCourse
from .handlers import ApiHandler
from .lti.offer import is_released


class Hints(ApiHandler):
    """Hints of the learner who asks."""

    @web.authenticated
    async def get(self) -> None:
        """Answer those that were asked for, by lab and task."""
        await self.answer(self.academy.hints.shown, self.person)


class Hint(ApiHandler):
    """The hints of one task."""

    @web.authenticated
    async def post(self, lab: str, task: str) -> None:
        """Give the hint whose ``number`` is sent; answer all of the task that were asked for so far."""
        number = self.body().get("number")
        if not any(self._hands_out(course, lab) for course in self.settings["courses"]):
            raise UnknownHint("no-handed-lab", lab=repr(lab))
        await self.answer(self.academy.hints.ask, self.person, lab, task, number)

    def _hands_out(self, course: OpenCourse, lab: str) -> bool:
        """Tell whether a course hands out a lab of the catalogue to who asks."""
        name, said = lab.rpartition("/")[2], course.said
        groups = self.current_user.get("groups", ())
        takes_part = said is None or any(group.startswith(f"{said.id}:") for group in groups)
        return takes_part and course.is_ours and course.at.lab(name) == lab and is_released(course.at, name)


HINT_ROUTES = [("api/hints", Hints), ("api/hints/(.+)/([^/]+)", Hint)]
