"""Hints to the tasks of labs: one after the other, each kept when it is asked for. They cost no points."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from catalogue import Catalogue
from learning_paths.errors import BadHint, UnknownHint
from learning_paths.store import Store


class Hints:
    """Gives hints, and tells which were given.

    Labs are named as beside those of other courses: ``LAB``, or ``COURSE/LAB``.

    Parameters
    ----------
    store
        Keeps what was asked for.
    catalogue
        Has the hints.
    clock
        Gives the present moment.
    """

    def __init__(self, store: Store, catalogue: Catalogue, clock: Callable[[], datetime]):
        self._store, self._labs, self._clock = store, catalogue.labs, clock

    def ask(self, learner: str, lab: str, task: str, number: Any) -> list[str]:
        """Return the hints of a task that a learner has asked for so far, this one among them.

        Raises
        ------
        UnknownHint
            When there is no such lab, task or hint.
        BadHint
            When the hint before it was not asked for yet.
        """
        if self._lab(lab) is None:
            raise UnknownHint("no-handed-lab", lab=repr(lab))
        texts = self._texts(lab).get(task)
        if texts is None:
            raise UnknownHint("no-task", lab=repr(lab), task=repr(task))
        if type(number) is not int or not 1 <= number <= len(texts):
            raise UnknownHint("no-hint", task=repr(task), number=repr(number), count=len(texts))
        asked = self._store.add_hint(learner, lab, task, number, self._clock())
        if number > asked:
            raise BadHint("hint-too-soon", number=number, next=asked + 1)
        return list(texts[:asked])

    def shown(self, learner: str) -> dict[str, dict[str, list[str]]]:
        """Return the hints that a learner has asked for, by lab and task."""
        found = self._store.hints(learner)
        return {
            lab: {task: list(self._texts(lab).get(task, ())[:count]) for task, count in tasks.items()}
            for lab, tasks in found.items()
        }

    def used(self, learner: str) -> list[dict[str, Any]]:
        """Return how many hints a learner has asked for in labs of the academy's own course, for staff.

        Returns
        -------
        list of dict
            ``lab``, ``title``, ``used``, ``all``: one for each lab where any was asked for.
        """
        return [
            {
                "lab": name,
                "title": {"en": lab.title.en, "zh": lab.title.zh},
                "used": sum(map(len, tasks.values())),
                "all": sum(map(len, self._texts(name).values())),
            }
            for name, tasks in sorted(self.shown(learner).items())
            if (lab := self._labs.get(name))
        ]

    def _lab(self, name: str) -> Any:
        return self._labs.get(name.rpartition("/")[2])

    def _texts(self, name: str) -> dict[str, tuple[str, ...]]:
        lab = self._lab(name)
        return {task.id: task.hints for task in lab.tasks} if lab else {}
