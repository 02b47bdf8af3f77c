"""`academy course`: which courses there are beside the academy's own, and who takes part in them."""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

from catalogue.errors import suggest

from .accounts import Accounts
from .deployment import Deployment
from .enrolments import PARTS, Enrolments
from .errors import FINE, HubError, exit_code
from .lti.book import Book
from .oversight.account_changes import noted
from .oversight.deeds import who_types
from .settings import Course, Settings, read

RAW = argparse.RawDescriptionHelpFormatter
FROM_NOW_ON = "holds from the person's next sign-in, and after some minutes for who is signed in"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb and return its exit code: 0 fine, 2 bad input."""
    options = _parser().parse_args(argv)
    return exit_code(lambda: options.act(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="academy", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    course = verbs.add_parser(
        "course",
        help="courses beside the academy's own, and who takes part",
        description="Show the courses that academy.yml names, enrol people in one, let them leave it.",
        epilog=(
            "examples:\n"
            "  ./academy course list\n"
            "  ./academy course enrol deep-learning-2027 ada alan\n"
            "  ./academy course enrol deep-learning-2027 grace --as instructor\n"
            "  ./academy course enrol deep-learning-2027 --from names.txt --dry-run\n"
            '  ./academy course enrol deep-learning-2027 --cohort "Deep learning"\n'
            "  ./academy course leave deep-learning-2027 alan\n"
            '  ./academy course leave deep-learning-2027 --cohort "Deep learning" --dry-run'
        ),
        formatter_class=RAW,
    )
    do = course.add_subparsers(dest="do", required=True)
    listing = do.add_parser("list", help="all courses, or who takes part in one")
    listing.add_argument("course", nargs="?", metavar="ID")
    listing.set_defaults(act=_list)
    enrol = do.add_parser("enrol", help="let people take part")
    enrol.add_argument(
        "--as", dest="part", choices=PARTS, default=PARTS[0], help="learner, or instructor: who grades"
    )
    enrol.set_defaults(act=_enrol)
    leave = do.add_parser("leave", help="let people take part no longer; what they handed in stays")
    leave.set_defaults(act=_leave)
    for verb in (enrol, leave):
        verb.add_argument("course", metavar="ID")
        verb.add_argument("names", nargs="*", metavar="NAME")
        verb.add_argument("--from", dest="file", type=Path, metavar="FILE", help="a file with a name a line")
        verb.add_argument("--cohort", metavar="NAME", help="all learners of a course at a learning platform")
        verb.add_argument("--dry-run", action="store_true", help="say who it would be, change nothing")
    for verb in (listing, enrol, leave):
        verb.add_argument("--data", metavar="FOLDER", help="the data folder (or ACADEMY_DATA)")
        verb.add_argument("--json", action="store_true", help="one JSON document")
    return parser


def _list(options: argparse.Namespace) -> int:
    deployment = Deployment.at(options.data)
    settings, enrolled = read(deployment.data), _enrolments(deployment).all()
    if options.course is not None:
        course = course_named(settings, options.course)
        here = [one for one in enrolled if one.course == course.id]
        if options.json:
            print(json.dumps([asdict(one) for one in here]))
            return FINE
        if said := _held(deployment, course):
            print(said)
        for one in here:
            print(f"{one.name:<32} {one.part}")
        return FINE
    told = []
    for course in settings.courses:
        parts = [one.part for one in enrolled if one.course == course.id]
        counts = {f"{part}s": parts.count(part) for part in PARTS}
        told.append({"id": course.id, "shown": course.shown, "shown_zh": course.shown_zh, **counts})
    if options.json:
        print(json.dumps(told, ensure_ascii=False))
        return FINE
    for one in told:
        people = f"{one['learners']} learners, {one['instructors']} instructors"
        print(f"{one['id']:<32} {one['shown']} · {one['shown_zh']}: {people}")
    if not told:
        print("academy.yml names no courses beside the academy's own", file=sys.stderr)
    return FINE


def _held(deployment: Deployment, course: Course) -> str | None:
    """Say which lessons a course has, at which version; None where its labs are this academy's."""
    if course.source is None:
        return None
    from .lab_source import held  # with nbgrader, which nothing else here needs

    at = f"{course.source} at {course.version or 'its default branch'}"
    return held(deployment.of(course.id).labs) or f"lessons and labs of {at}, brought when the hub starts"


def _enrol(options: argparse.Namespace) -> int:
    deployment, course, names, cohort = _asked(options)
    names += cohort
    enrolments, new = _enrolments(deployment), []
    if options.dry_run:
        known = [Accounts(deployment.accounts).get(name).name for name in names]
        new = [name for name in known if enrolments.of(name).get(course.id) != options.part]
    else:
        with noted(deployment, who_types()):
            new = enrolments.enrol(course.id, names, options.part)
    return _say(options, f"take part in {course.shown} as {options.part}", new, "nobody new")


def _leave(options: argparse.Namespace) -> int:
    deployment, course, names, cohort = _asked(options)
    enrolments = _enrolments(deployment)
    learners = {one.name for one in enrolments.all() if (one.course, one.part) == (course.id, "learner")}
    names += [name for name in cohort if name in learners]
    with nullcontext() if options.dry_run else noted(deployment, who_types()):
        gone = enrolments.leave(course.id, names, dry=options.dry_run)
    return _say(options, f"take part in {course.shown} no longer", gone, "nobody")


def _say(options: argparse.Namespace, what: str, names: list[str], nobody: str) -> int:
    if options.json:
        print(json.dumps({"dry": options.dry_run, "changed": names}))
        return FINE
    who = ", ".join(names) or nobody
    print(f"{'would ' if options.dry_run else ''}{what}: {who}")
    if names and not options.dry_run:
        print(FROM_NOW_ON)
    return FINE


def _asked(options: argparse.Namespace) -> tuple[Deployment, Course, list[str], list[str]]:
    """Return the course, who was named, and the learners of the cohort."""
    deployment = Deployment.at(options.data)
    names = list(options.names)
    if options.file is not None:
        try:
            names += options.file.read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError) as error:
            raise HubError(
                f"{options.file} cannot be read: {error}; give a text file, a name a line"
            ) from error
    if options.cohort is None and not names:
        raise HubError("name somebody, a file with names (--from FILE) or a cohort (--cohort NAME)")
    cohort = [] if options.cohort is None else _learners(deployment, options.cohort)
    return deployment, course_named(read(deployment.data), options.course), names, cohort


def _learners(deployment: Deployment, cohort: str) -> list[str]:
    """Return the learners of a cohort that are there, by its title or by what its platform calls it."""
    book = Book.of(deployment)
    contexts = book.contexts() if deployment.lti.exists() else []
    found = [one for one in contexts if cohort in (one.called, one.context)]
    if not found:
        known = [one.called for one in contexts]
        mend = suggest(cohort, known, "cohort") if known else "nobody has come in from a learning platform"
        raise HubError(f"there is no cohort {cohort!r}; {mend}")
    if len(found) > 1:
        told = ", ".join(f"{one.context} ({one.called})" for one in found)
        raise HubError(f"{cohort!r} is the name of several cohorts; write what its platform calls it: {told}")
    there = {one.name for one in Accounts(deployment.accounts).all()}
    return [name for name in book.learners(found[0].number) if name in there]


def _enrolments(deployment: Deployment) -> Enrolments:
    if not deployment.accounts.exists():
        raise HubError(f"no accounts yet, {deployment.accounts}; ./academy hub makes the first ones")
    return Enrolments(Accounts(deployment.accounts))


def course_named(settings: Settings, course: str) -> Course:
    """Return a course of `academy.yml`.

    Raises
    ------
    HubError
        When there is none of that id, with the nearest.
    """
    known = {one.id: one for one in settings.courses}
    if course not in known:
        near = suggest(course, list(known), "course") if known else "academy.yml names none"
        raise HubError(f"there is no course {course!r}; {near}")
    return known[course]


if __name__ == "__main__":
    sys.exit(main())
