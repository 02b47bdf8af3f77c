"""Grading a course: collect, repair, run, score, one learner after the other, none stopping the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from catalogue.folders import data_folder

from .batch import Ahead, Lab, Ran, cores
from .book import Marks, marks
from .configuration import COURSE_ID
from .course import Course, make
from .engine.converter import GradeExecuted
from .engine.master import read_limits, read_master
from .engine.reference import honest
from .engine.scores import plain, refusals, scores
from .errors import GradingError, LabError, Refusal, Unreadable
from .ledger import Entry, Ledger
from .lock import alone
from .result import Result
from .seeds import grading_key
from .steps import autograded, done, nbgrader


def grade(
    *labs: str,
    learners: Sequence[str] | None = None,
    data: Path | None = None,
    source: Path | None = None,
    collect: bool = True,
    feedback: bool = False,
    force: bool = False,
    workers: int | None = None,
    seed: str = "",
    expect: Callable[[str, int], None] = lambda lab, count: None,
    tell: Callable[[str], None] = lambda line: None,
) -> Iterator[Result]:
    """Grade what learners submitted, and put the scores into nbgrader's gradebook.

    What is graded already and depends on nothing that changed is not graded again. Grading again gives the
    same: scores are replaced, a person's own grades and comments stay. Stopped at any moment, it goes on
    where it was when it is called again.

    Parameters
    ----------
    labs
        Names; every released lab when none is given.
    learners
        Only these; everybody who submitted by default.
    data, source
        The data folder; where the labs lie.
    collect
        Fetch new submissions from the exchange first.
    feedback
        Make and hand out feedback afterwards, where the learner has not been told the same before.
    force
        Grade also what is graded already, and hand out its feedback anew.
    workers
        Submissions that run at the same time; as many as there are cores by default.
    seed
        The same seed for every check, for tests; the installation's key gives it otherwise.
    expect
        Called with a lab and how many results of it will come.
    tell
        Called with a line when another grader works in the folder and has to be waited for.

    Yields
    ------
    Result
        One for each submission, as soon as it is there.

    Raises
    ------
    LabError
        When a lab is unknown or not released, or none is.
    """
    course = make(data_folder(data), source)
    wanted = list(labs) or course.released()
    if not wanted:
        raise LabError(
            f"no lab is released in {course.root}; ./academy release, or choose another with --data"
        )
    missing = [lab for lab in wanted if lab not in course.released()]
    if missing:
        raise LabError(f"lab {', '.join(missing)} is not released; ./academy release {' '.join(missing)}")
    doing = " ".join(("academy grade", *labs))
    with nbgrader(course) as api, alone(course.root, doing, tell=tell), Ledger(course.root) as ledger:
        batch = _Batch(course, api, ledger, seed, workers or cores(), force, feedback)
        for lab in wanted:
            if collect:
                _collect(course, api, lab)
            yield from batch.results(lab, learners, expect)


def _collect(course: Course, api: object, lab: str) -> None:
    inbound = course.exchange / "academy" / "inbound"
    if inbound.is_dir():
        done(f"collecting {lab}", api.collect, lab, update=True)


@dataclass(frozen=True)
class _Batch:
    """The gradebook's side of grading: one thread, one submission at a time."""

    course: Course
    api: Any
    ledger: Ledger
    seed: str
    workers: int
    force: bool
    feedback: bool

    def results(
        self, lab: str, learners: Sequence[str] | None, expect: Callable[[str, int], None]
    ) -> Iterator[Result]:
        """Yield the results of one lab."""
        folders = (self.course.root / "submitted").glob(f"*/{lab}")
        submitted = sorted(path.parent.name for path in folders)
        chosen = [name for name in submitted if learners is None or name in learners]
        absent = sorted(set(learners or ()) - set(submitted))
        expect(lab, len(absent) + len(chosen))
        for name in absent:
            yield Result(name, lab, "refused", reason=f"{name} submitted nothing for {lab}")
        if not chosen:
            return
        root = self.course.root
        master = read_master(root / "source" / lab, read_limits(root, lab))
        try:
            reference = honest(root, master)
        except Refusal as error:
            yield from (Result(name, lab, "refused", reason=str(error)) for name in chosen)
            return
        entries = self._holding(lab)
        kept = {} if self.force else {name: entry.basis for name, entry in entries.items()}
        about = Lab(root, master, reference, grading_key(self.course.data), self.seed)
        with Ahead(about, kept, self.workers) as ahead:
            for ran in ahead.run(chosen):
                yield self._booked(lab, ran, entries.get(ran.learner))

    def _holding(self, lab: str) -> dict[str, Entry]:
        """Return the earlier results that the gradebook and the graded notebooks still agree with."""
        booked, folder = self._marks(lab), self.course.root / "autograded"
        return {
            name: entry
            for name, entry in self.ledger.entries(lab).items()
            if name in booked
            and plain(entry.result.scores).items() <= booked[name].automatic.items()
            and (folder / name / lab / f"{lab}.ipynb").is_file()
        }

    def _marks(self, lab: str, learner: str | None = None) -> dict[str, Marks]:
        return marks(self.api.coursedir.db_url, COURSE_ID, lab, learner)

    def _booked(self, lab: str, ran: Ran, earlier: Entry | None) -> Result:
        """Put one submission's scores into the gradebook, then into the ledger, and hand out its feedback."""
        begun = time.perf_counter()
        try:
            if ran.error is not None:
                raise ran.error
            if ran.notebook is None:
                entry = earlier
            else:
                self.ledger.forget(lab, ran.learner)
                step = GradeExecuted(coursedir=self.api.coursedir, parent=self.api, executed=ran.notebook)
                autograded(self.api, step, lab, ran.learner)
                entry = Entry(ran.basis, _result(lab, ran.learner, step.graded))
                self.ledger.keep(entry)
            result = self._told(entry) if self.feedback else entry.result
            return replace(result, seconds=round(ran.seconds + time.perf_counter() - begun, 3))
        except Unreadable as error:
            return Result(ran.learner, lab, "unreadable", reason=str(error))
        except GradingError as error:
            return Result(ran.learner, lab, "refused", reason=str(error))
        except Exception as error:  # noqa: BLE001 - one submission stops no other: it is a refusal with its name
            return Result(ran.learner, lab, "refused", reason=f"{type(error).__name__}: {error}")

    def _told(self, entry: Entry) -> Result:
        """Hand feedback out, unless its learner has it; where it fails the marks stay, with the reason."""
        result = entry.result
        told = self._marks(result.lab, result.learner)[result.learner].digest
        if entry.feedback == told and not self.force:
            return result
        try:
            give_feedback(self.api, result.lab, result.learner)
        except GradingError as error:
            return replace(result, reason="; ".join(filter(None, (result.reason, f"no feedback: {error}"))))
        self.ledger.keep(replace(entry, feedback=told))
        return result


def _result(lab: str, learner: str, notebook: NotebookNode) -> Result:
    refused = refusals(notebook)
    reason = "; ".join(f"{name}: {why}" for name, why in refused.items())
    status = "partial" if refused else "graded"
    return Result(learner, lab, status, reason=reason, refused_cells=list(refused), scores=scores(notebook))


def give_feedback(api: object, lab: str, learner: str) -> None:
    """Make one learner's feedback and put it into the exchange, under a name that only they can tell."""
    done(f"feedback for {learner}, {lab}", api.generate_feedback, lab, learner, force=True)
    done(f"feedback for {learner}, {lab}", api.release_feedback, lab, learner)
