"""The academy for one caller after another: profile, plan, checkpoints, grades. No web framework in here."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from catalogue import Catalogue
from catalogue.notebooks.checkpoint_file import read_checkpoints
from catalogue.notebooks.checkpoints import AnswerError, judge_entry
from learning_paths import evidence
from learning_paths.changes import changes
from learning_paths.choices import choices
from learning_paths.curriculum import Ground
from learning_paths.errors import BadProfile, NoProfile, PlanError, UnknownCheckpoint
from learning_paths.evidence import Gradebook, Submission
from learning_paths.fitted import active
from learning_paths.goals import goal_of
from learning_paths.grades import graded
from learning_paths.hints import Hints
from learning_paths.intervals import interval
from learning_paths.marking import Marking
from learning_paths.offered import courses
from learning_paths.placing import Placing
from learning_paths.plan import Standing, make, picture_of
from learning_paths.profiles import LANGUAGES, Learner, check
from learning_paths.progress import log, progress
from learning_paths.sayings import listed
from learning_paths.store import Evidence, Prediction, Profile, Snapshot, Store
from learning_paths.what_if import what_if


def _now() -> datetime:
    return datetime.now(UTC)


class Academy:
    """What the academy service answers, as plain dictionaries that JSON can carry.

    Safe to call from several threads: each call opens its own connections.

    Parameters
    ----------
    store_url
        SQLAlchemy URL of the store; its schema is brought up to date.
    catalogue
        What there is to learn.
    gradebook
        nbgrader's gradebook: SQLAlchemy URL or path, which may not exist yet, or the gradebook itself.
    clock
        Gives the present moment.
    further
        Each gives the submissions, of one learner or of all, that were graded in another course in labs of
        the catalogue: evidence, too.

    Raises
    ------
    StoreError
        When the store cannot be opened.
    """

    def __init__(
        self,
        store_url: str,
        catalogue: Catalogue,
        gradebook: str | Path | Gradebook,
        clock: Callable[[], datetime] = _now,
        further: Iterable[Callable[[str | None], list[Submission]]] = (),
    ):
        self.catalogue = catalogue
        self.store = Store(store_url)
        self.ground = Ground(catalogue, active(self.store))
        self.gradebook = gradebook if isinstance(gradebook, Gradebook) else Gradebook(gradebook)
        self._further = tuple(further)
        self._clock = clock
        self.marking = Marking(self.store, self.ground, clock)
        self.hints = Hints(self.store, catalogue, clock)
        self.placing = Placing(self.store, self.ground, clock)

    def close(self) -> None:
        """Let go of both databases."""
        self.store.close()
        self.gradebook.close()

    def choices(self) -> dict[str, Any]:
        """Return what the start page's form offers, in both languages."""
        return self._choices

    def courses(self) -> list[dict[str, Any]]:
        """Return what can be learned here: `offered.courses`, with the gradebook's due times.

        Raises
        ------
        GradebookError
            When the gradebook is there and cannot be read.
        """
        return courses(self.catalogue, self.gradebook.due())

    def profile(self, user: str) -> dict[str, Any] | None:
        """Return what a learner said last, with its version; None when nothing was said yet."""
        found = self.store.profile(user)
        return None if found is None else {**found.data, "version": found.version}

    def save_profile(self, user: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Keep what a learner says, as a new version.

        Raises
        ------
        BadProfile
            Naming the field that is wrong; nothing is kept then.
        """
        learner = check(self.catalogue, {key: value for key, value in data.items() if key != "version"})
        saved = self.store.save_profile(user, learner.data(), self._clock())
        return {**saved.data, "version": saved.version}

    def plan(self, user: str) -> dict[str, Any]:
        """Return a learner's plan with what changed since the plan before.

        Grades that came in since are taken up first. A new snapshot is kept whenever profile, evidence or
        marks are new; ``changes`` compares the last two, so that it can be read again until something else
        happens. ``marks`` are those that hold; each unit has its own as ``mark``, or None.

        Raises
        ------
        NoProfile
            When the learner has not filled in the form yet.
        """
        profile, learner, standing, now = self._known(user)
        goal, marks = learner.goal(self.catalogue), self.marking.held(user)
        made = make(self.ground, learner, goal, standing, marks, self._weeks_before(user, now))
        made["marks"] = self.marking.told(user)
        of_unit = {mark["unit"]: mark for mark in made["marks"]}
        for unit in made["units"]:
            unit["mark"] = of_unit.get(unit["id"])
        previous = self._snapshot(user, profile, made, now)
        made["profile"] = {**profile.data, "version": profile.version}
        made["changes"] = (
            [] if previous is None else self._changes(user, learner, previous, made, standing, now)
        )
        return made

    def what_if(self, user: str, role: str) -> dict[str, Any]:
        """Return how the way to another role or migration target compares with the present one.

        Raises
        ------
        NoProfile
            When the learner has not filled in the form yet.
        BadProfile
            When the role is unknown; with the nearest names.
        """
        _, learner, standing, now = self._known(user)
        goal, other = learner.goal(self.catalogue), goal_of(self.catalogue, role)
        marks, before = self.marking.held(user), self._weeks_before(user, now)
        return what_if(self.ground, learner, goal, other, standing, marks, before)

    def progress(self, user: str) -> dict[str, Any]:
        """Return where a learner stands in every competency, by stage, and the work that moved it.

        Raises
        ------
        NoProfile
            When the learner has not filled in the form yet.
        """
        _, learner, standing, now = self._known(user)
        history = self.store.evidence(user, history=True)
        return {
            "stages": progress(self.ground, learner, standing, self.marking.held(user)),
            "log": log(self.ground, standing.prior, history, now),
        }

    def picture(self, user: str, unit: str, language: str) -> dict[str, str]:
        """Return the way of a unit of a learner's plan as ``svg``.

        Raises
        ------
        NoProfile
            When the learner has not filled in the form yet.
        UnknownUnit
            When the plan has no such unit.
        BadProfile
            When the language is unknown.
        """
        if language not in LANGUAGES:
            raise BadProfile("language", "no-language", language=repr(language))
        _, learner, standing, now = self._known(user)
        known = (learner, learner.goal(self.catalogue), standing)
        marks, before = self.marking.held(user), self._weeks_before(user, now)
        return {"svg": picture_of(self.ground, *known, unit, language, marks, before)}

    def checkpoint(self, user: str, course: str, name: str, answer: Any) -> dict[str, Any]:
        """Judge an answer to a lesson's checkpoint and keep it.

        Raises
        ------
        UnknownCheckpoint
            When the course has no such checkpoint.
        PlanError
            When the answer cannot be judged: not one of the choices, no number.
        """
        entry = self._checkpoint(course, name)
        try:
            verdict = judge_entry(entry, answer)
        except AnswerError as error:
            raise PlanError(f"checkpoint-{entry['kind']}", why=error) from error
        kept = self.store.add_prediction(user, course, name, answer, verdict.correct, self._clock())
        return _judged(kept, verdict.explanation)

    def prediction(self, user: str, course: str, name: str) -> dict[str, Any] | None:
        """Return a learner's first answer to a checkpoint, as `checkpoint` did; None before there is one."""
        entry = self._checkpoint(course, name)
        found = self.store.predictions(user, course, name)
        return _judged(found[0], judge_entry(entry, found[0].answer).explanation) if found else None

    def grades(self, user: str) -> list[dict[str, Any]]:
        """Return the scores of a learner's labs by task; a lab that still waits for grading says so."""
        found = self.gradebook.submissions(user)
        return [graded(one, self.catalogue.labs[one.lab]) for one in found if one.lab in self.catalogue.labs]

    def ingest_gradebook(self, user: str | None = None) -> int:
        """Take grades up as evidence, of one learner or of all; doing it twice changes nothing.

        Returns
        -------
        int
            How many grades were new or changed.

        Raises
        ------
        GradebookError
            When the gradebook is there and cannot be read.
        """
        now = self._clock()
        found = [one for graded in (self.gradebook.submissions, *self._further) for one in graded(user)]
        rows = list(evidence.rows(found, self.catalogue, now))
        return self.store.add_evidence(rows, now) if rows else 0

    @cached_property
    def _choices(self) -> dict[str, Any]:
        return choices(self.ground)

    @cached_property
    def _checkpoints(self) -> dict[str, dict[str, dict[str, Any]]]:
        root = self.catalogue.root
        found = {}
        for course in self.catalogue.courses.values():
            path = (root / course.file).with_name("checkpoints.yml")
            found[course.slug] = read_checkpoints(path, path.relative_to(root))
        return found

    def _checkpoint(self, course: str, name: str) -> dict[str, Any]:
        entry = self._checkpoints.get(course, {}).get(name)
        if entry is None:
            there = self.catalogue.courses.get(course)
            called = listed([{"en": there.title.en, "zh": there.title.zh}]) if there else repr(course)
            raise UnknownCheckpoint("no-checkpoint", name=repr(name), course=called)
        return entry

    def _read_lessons(self, user: str) -> frozenset[str]:
        """Return the lessons whose checkpoints the learner has all answered, right or wrong."""
        answered = {(one.course, one.checkpoint) for one in self.store.predictions(user)}
        asked: dict[str, list[bool]] = {}
        for course, entries in self._checkpoints.items():
            for name, entry in entries.items():
                asked.setdefault(f"lesson:{course}/{entry['lesson']}", []).append((course, name) in answered)
        return frozenset(lesson for lesson, each in asked.items() if all(each))

    def _known(self, user: str) -> tuple[Profile, Learner, Standing, datetime]:
        """Return what is known of a learner now; grades that came in since are taken up first."""
        profile = self.store.profile(user)
        if profile is None:
            raise NoProfile("no-profile", user=user)
        self.ingest_gradebook(user)
        learner = check(self.catalogue, profile.data)
        now = self._clock()
        standing = self._standing(learner, self.store.evidence(user), self._read_lessons(user), now)
        return profile, learner, standing, now

    def _standing(
        self, learner: Learner, known: list[Evidence], read: frozenset[str], now: datetime
    ) -> Standing:
        prior = self.ground.prior(learner.degree, learner.job, learner.years)
        seen = evidence.observations(known, self.ground, now)
        today = evidence.days(now)
        mastery = self.ground.posterior(prior, seen, today)
        bounds = interval(self.ground, prior, mastery, seen, today)
        return Standing(prior, mastery, evidence.shown(known, self.ground), read, bounds)

    def _snapshot(self, user: str, profile: Profile, made: dict[str, Any], now: datetime) -> Snapshot | None:
        """Keep the plan if profile, evidence or marks are new; return the snapshot before it."""
        newest = max((row.id for row in self.store.evidence(user, history=True)), default=0)
        last = self.store.last_plans(user)
        marks = [{"id": mark["id"], "title": mark["title"]} for mark in made["marks"]]
        stands_on = (profile.version, newest, marks)
        if (
            last
            and (last[0].profile_version, last[0].evidence_id, last[0].plan.get("marks", [])) == stands_on
        ):
            return last[1] if len(last) > 1 else None
        short = {
            "units": [{name: unit[name] for name in ("id", "title", "week")} for unit in made["units"]],
            "marks": marks,
            "total_hours": made["total_hours"],
            "weeks": made["weeks"],
        }
        self.store.add_plan(user, profile.version, newest, short, now)
        return last[0] if last else None

    def _weeks_before(self, user: str, now: datetime) -> dict[str, int] | None:
        """Return in which week, counted from now, each unit of the plan before stood."""
        last = self.store.last_plans(user, 1)
        if not last:
            return None
        passed = max(0, (now - last[0].made_at).days // 7)
        return {unit["id"]: unit.get("week", 1) - passed for unit in last[0].plan["units"]}

    def _changes(
        self,
        user: str,
        learner: Learner,
        previous: Snapshot,
        made: dict[str, Any],
        standing: Standing,
        now: datetime,
    ) -> list[dict[str, Any]]:
        history = self.store.evidence(user, history=True)
        before = self._standing(
            learner, self.store.evidence(user, up_to=previous.evidence_id), standing.read, now
        )
        fresh = [row for row in history if row.id > previous.evidence_id]
        return changes(self.ground, fresh, before.mastery, standing.mastery, previous, made)


def _judged(prediction: Prediction, explanation: dict[str, str]) -> dict[str, Any]:
    return {
        "answer": prediction.answer,
        "correct": prediction.correct,
        "explanation": explanation,
        "number": prediction.number,
        "answered_at": prediction.answered_at.isoformat(),
    }
