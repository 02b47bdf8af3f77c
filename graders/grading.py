"""Grading a course: collect, repair, run, score, one learner after the other, none stopping the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import temp_attrs

from catalogue.folders import data_folder

from .batch import Ahead, Lab, Ran, cores
from .book import Marks, marks
from .course import Course, make
from .engine.converter import GradeExecuted
from .engine.master import read_limits, read_master
from .engine.reference import honest
from .engine.scores import plain, refusals, scores
from .errors import CourseError, GradingError, LabError, Refusal, Unreadable
from .ledger import Entry, Ledger
from .lock import alone
from .result import Result
from .seeds import grading_key
from .steps import autograded, done, nbgrader

KUBERNETES = "kubernetes:"  # begins the address of a cluster in which each submission gets a pod
Executor = Callable[[Lab, Mapping[str, str]], AbstractContextManager[Any]]


def grade(
    *labs: str,
    learners: Sequence[str] | None = None,
    data: Path | None = None,
    source: Path | None = None,
    collect: bool = True,
    feedback: bool = False,
    force: bool = False,
    workers: int | None = None,
    cluster: str = "",
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
    cluster
        What runs them instead: a Dask scheduler's workers, ``tcp://host:port``, or a pod each in Kubernetes,
        ``kubernetes:FILE`` with what :class:`~graders.pods.Place` says.
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
    wanted = released(course, labs)
    doing = " ".join(("academy grade", *labs))
    with nbgrader(course) as api, alone(course.root, doing, tell=tell), Ledger(course.root) as ledger:
        batch = Batch(course, api, ledger, executor(workers, cluster), seed, force, feedback)
        for lab in wanted:
            if collect:
                batch.collect(lab)
            yield from batch.results(lab, learners, expect)


def released(course: Course, labs: Sequence[str]) -> list[str]:
    """Return these labs, or all that are released when none is named.

    Raises
    ------
    LabError
        When one is not released, or none is.
    """
    there = course.released()
    if not there and not labs:
        raise LabError(
            f"no lab is released in {course.root}; ./academy release, or choose another with --data"
        )
    missing = [lab for lab in labs if lab not in there]
    if missing:
        raise LabError(f"lab {', '.join(missing)} is not released; ./academy release {' '.join(missing)}")
    return list(labs) or there


def executor(workers: int | None, cluster: str) -> Executor:
    """Return what runs submissions: threads of this process, workers of Dask, or pods of Kubernetes.

    Raises
    ------
    CourseError
        When there is no Dask or no Kubernetes client for a cluster.
    """
    if not cluster:
        return partial(Ahead, workers=workers or cores())
    try:
        if cluster.startswith(KUBERNETES):
            from .kubernetes import Pods

            return partial(Pods, place=Path(cluster.removeprefix(KUBERNETES)))
        from .cluster import Cluster
    except ModuleNotFoundError as error:
        raise CourseError(f"a cluster needs {error.name}: pip install 'zhisuan-academy[cluster]'") from None
    return partial(Cluster, address=cluster)


@dataclass(frozen=True)
class Batch:
    """The gradebook's side of grading: one thread, one submission at a time.

    Attributes
    ----------
    course, api, ledger
        Where; nbgrader there; what was graded before.
    executor
        What runs the submissions of a lab, from :func:`executor`.
    seed, force, feedback
        As in :func:`grade`.
    """

    course: Course
    api: Any
    ledger: Ledger
    executor: Executor
    seed: str = ""
    force: bool = False
    feedback: bool = False

    def collect(self, lab: str, learner: str = "*") -> None:
        """Fetch what is new in the exchange, of one learner or of all."""
        if self.course.inbound.is_dir():
            with temp_attrs(self.api.coursedir, student_id=learner):
                done(f"collecting {lab}", self.api.collect, lab, update=True)

    def results(
        self,
        lab: str,
        learners: Sequence[str] | None = None,
        expect: Callable[[str, int], None] = lambda lab, count: None,
    ) -> Iterator[Result]:
        """Yield the results of one lab; see :func:`grade`."""
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
        entries = self._holding(lab, chosen)
        kept = {} if self.force else {name: entry.basis for name, entry in entries.items()}
        about = Lab(root, master, reference, grading_key(self.course.data), self.seed)
        with self.executor(about, kept) as ahead:
            for ran in ahead.run(chosen):
                yield self._booked(lab, ran, entries.get(ran.learner))

    def _holding(self, lab: str, learners: Sequence[str]) -> dict[str, Entry]:
        """Return the earlier results that the gradebook and the graded notebooks still agree with."""
        one = learners[0] if len(learners) == 1 else None  # who submits now need not wait for a look at all
        booked, folder = self._marks(lab, one), self.course.root / "autograded"
        return {
            name: entry
            for name, entry in self.ledger.entries(lab, one).items()
            if name in booked
            and plain(entry.result.scores).items() <= booked[name].automatic.items()
            and (folder / name / lab / f"{lab}.ipynb").is_file()
        }

    def _marks(self, lab: str, learner: str | None = None) -> dict[str, Marks]:
        return marks(self.api.coursedir.db_url, self.course.id, lab, learner)

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
