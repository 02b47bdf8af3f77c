"""The verbs that grade: ``release``, ``grade``, ``prove``, ``mutate``."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from catalogue.folders import course_folder, courses, data_folder

from .course import Course
from .errors import CourseError, GradingError, LabError, Refusal
from .owners import owner

if TYPE_CHECKING:
    from rich.status import Status

    from .grading import Result

RAW = argparse.RawDescriptionHelpFormatter
FINE, FAILED, BAD_INPUT, REFUSED, INTERRUPTED = 0, 1, 2, 3, 130


def main(argv: list[str] | None = None) -> int:
    """Run one verb and return its exit code: 0 fine, 1 a check failed, 2 bad input, 3 something refused."""
    arguments = _parser().parse_args(argv)
    try:
        return _run(arguments, sys.argv[1:] if argv is None else argv)
    except Refusal as error:
        print(f"academy: {error}", file=sys.stderr)
        return REFUSED
    except GradingError as error:
        print(f"academy: {error}", file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        # a full disk, a right that is missing; every file is written whole or not at all
        where = error.filename2 or error.filename
        said = f"{error.strerror or error}{f', {where}' if where else ''}"
        print(f"academy: {said}; free some space or mend its rights, then run again", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(arguments: argparse.Namespace, argv: list[str]) -> int:
    """Run a verb, what is done in a course's folder as the user whose that is."""
    if arguments.act in (_release, _grade) and not getattr(arguments, "master", None):
        course = Course(data_folder(_data(arguments)))
        if owner(course.root) is not None:
            from .staff import run

            again = [sys.executable, "-m", "graders.cli", *argv, "--data", str(data_folder(arguments.data))]
            return run(course, again, getattr(arguments, "cluster", ""))
    return arguments.act(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="academy", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    _add_release(verbs)
    _add_grade(verbs)
    _add_prove(verbs)
    _add_mutate(verbs)
    return parser


def _add_release(verbs: argparse._SubParsersAction) -> None:
    verb = verbs.add_parser(
        "release",
        help="hand labs out to learners",
        description="Make the learner's version of labs, note their points, hand them out.",
        epilog="example:\n  ./academy release stable-softmax",
        formatter_class=RAW,
    )
    verb.add_argument("labs", nargs="*", metavar="LAB", help="all labs when none is named")
    _add_data(verb)
    verb.set_defaults(act=_release)


def _add_grade(verbs: argparse._SubParsersAction) -> None:
    verb = verbs.add_parser(
        "grade",
        usage="academy grade [LAB …] [options], or --master FILE --submissions DIR [options]",
        help="collect and grade what learners submitted",
        description=(
            "Collect submissions to these labs, or to all that are released, grade each behind a wall, put"
            " the scores into the gradebook. What is graded and unchanged is not graded again; stopped at any"
            " moment, it goes on where it was."
        ),
        epilog=(
            "examples:\n  ./academy grade stable-softmax --learner ada --feedback\n"
            "  ./academy grade --master ps1.ipynb --submissions submitted --json"
        ),
        formatter_class=RAW,
    )
    verb.add_argument("labs", nargs="*", metavar="LAB", help=argparse.SUPPRESS)
    verb.add_argument("--learner", action="append", metavar="NAME", help="only this one; may be repeated")
    verb.add_argument("--feedback", action="store_true", help="make and hand out feedback too")
    verb.add_argument("--no-collect", action="store_true", help="grade what is there, collect nothing new")
    verb.add_argument("--force", action="store_true", help="grade also what is graded and unchanged")
    verb.add_argument("--watch", action="store_true", help="stay, and grade what arrives at once")
    verb.add_argument("--workers", type=_positive, metavar="N", help="submissions at a time; one a core")
    verb.add_argument(
        "--cluster",
        default="",
        metavar="ADDRESS",
        help="Dask scheduler whose workers run them, or kubernetes:FILE for a pod each",
    )
    verb.add_argument("--json", action="store_true", help="one line of JSON for each submission")
    _add_data(verb)
    of = verb.add_argument_group("any nbgrader lab, from files alone")
    of.add_argument("--master", type=Path, metavar="FILE", help="instructor's notebook, LAB.ipynb")
    of.add_argument("--submissions", type=Path, metavar="DIR", help="holds LEARNER/LAB.ipynb")
    of.add_argument(
        "--together",
        action="store_true",
        help="what cannot be checked apart too; finds tampering",
    )
    of.add_argument("--seed", default="", help="the same for all; by default new for each run")
    of.add_argument("--seconds", type=_positive, default=60, metavar="N", help="for one cell")
    of.add_argument("--memory", type=_positive, default=2048, metavar="MIB", help="for one learner")
    verb.set_defaults(act=_grade, usage=verb.error)


def _add_prove(verbs: argparse._SubParsersAction) -> None:
    verb = verbs.add_parser(
        "prove",
        help="grade each lab's own submissions against their expected scores",
        description=(
            "Grade every lab's shipped submissions and compare with submissions/expected.yml; run the "
            "reference on ten seeds; change it in up to 40 places, of which the checks have to notice nine "
            "in ten; make each mistake that lab.yml names. What comes of it is kept in proof.json until "
            "something that it depends on changes."
        ),
        epilog="examples:\n  ./academy prove stable-softmax\n  ./academy prove --all",
        formatter_class=RAW,
    )
    verb.add_argument("labs", nargs="*", metavar="LAB", help="all labs when none is named")
    which = verb.add_mutually_exclusive_group()
    which.add_argument("--changed", action="store_true", help="only what is not proved yet: the default")
    which.add_argument("--all", action="store_true", help="prove also what is proved already")
    verb.add_argument("--gpu", action="store_true", help="time the lab's kernels on this machine's GPU too")
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(act=_prove)


def _add_mutate(verbs: argparse._SubParsersAction) -> None:
    verb = verbs.add_parser(
        "mutate",
        help="how many small wrong changes a lab's checks notice",
        description=(
            "Change a lab's reference solution one small step at a time and see whether its checks notice. "
            "At least nine of ten that change behaviour have to be noticed; those that change none are "
            "declared in lab.yml under equivalent_mutants, each with the reason. Nothing is kept."
        ),
        epilog="example:\n  ./academy mutate stable-softmax",
        formatter_class=RAW,
    )
    verb.add_argument("labs", nargs="+", metavar="LAB")
    verb.add_argument("--most", type=_positive, metavar="N", help="try only N, each statement's first")
    verb.add_argument("--workers", type=_positive, metavar="N", help="mutants at a time; one a core")
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(act=_mutate)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def _add_data(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--data", type=Path, metavar="FOLDER", help="the data folder (ACADEMY_DATA)")
    verb.add_argument("--course", metavar="ID", help="another course of the hub than the academy's own")


def _data(arguments: argparse.Namespace) -> Path | None:
    """Return the data folder of the course that is asked for."""
    if arguments.course is None:
        return arguments.data
    data = data_folder(arguments.data)
    known = courses(data)
    if arguments.course not in known:
        raise CourseError(
            f"no course {arguments.course!r} (there: {', '.join(known) or 'none'});"
            " name it in academy.yml and start the hub, which makes it"
        )
    return course_folder(data, arguments.course)


def _release(arguments: argparse.Namespace) -> int:
    from .releasing import release

    with _progress("releasing"):
        released = release(*arguments.labs, data=_data(arguments), warn=_warn)
    for lab in released:
        print(f"{lab} is released")
    if not released:
        print("there are no labs; ./academy notebooks build makes them", file=sys.stderr)
    return FINE


def _grade(arguments: argparse.Namespace) -> int:
    if arguments.master or arguments.submissions:
        return _grade_folder(arguments)
    if arguments.together:
        arguments.usage("--together is for --master alone: a course's labs have checks that cross")
    from .progress import watching, what_to_do

    with watching() as watch, closing(_results(arguments, watch.expect)) as results:
        try:
            for result in results:
                watch.count(result)
                print(result.line() if arguments.json else _told(result), flush=True)
        except KeyboardInterrupt:
            if not arguments.watch:
                raise
    if not watch.pace.done:
        print("nobody submitted anything yet", file=sys.stderr)
        return FINE
    print(watch.pace.summary(), file=sys.stderr)
    for line in what_to_do(watch.refused):
        print(line, file=sys.stderr)
    return REFUSED if watch.refused else FINE


def _results(arguments: argparse.Namespace, expect: Callable[[str, int], None]) -> Iterator[Result]:
    given = {name: getattr(arguments, name) for name in ("feedback", "workers", "cluster")}
    given["data"] = _data(arguments)
    if not arguments.watch:
        from .grading import grade

        given |= {
            "learners": arguments.learner,
            "collect": not arguments.no_collect,
            "force": arguments.force,
        }
        return grade(*arguments.labs, **given, expect=expect, tell=_warn)
    from .watch import watch

    if arguments.learner or arguments.no_collect or arguments.force:
        arguments.usage("--watch grades everything that arrives: no --learner, --no-collect or --force")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's Ctrl-C
    return watch(*arguments.labs, **given, expect=expect, tell=_warn)


def _grade_folder(arguments: argparse.Namespace) -> int:
    from .engine.master import LabLimits
    from .foreign import grade_folder

    if not (arguments.master and arguments.submissions):
        arguments.usage("--master and --submissions belong together")
    of_courses = ("labs", "data", "course", "feedback", "no_collect", "watch", "cluster")
    if any(getattr(arguments, name) for name in of_courses):
        arguments.usage(
            "--master grades from files alone, on this machine: no LAB, --data, --course, --feedback, "
            "--no-collect, --watch or --cluster"
        )
    if arguments.force:
        arguments.usage("--master keeps no results and grades everything each time: leave --force out")
    results = []
    with _progress("grading") as progress:
        for result in grade_folder(
            arguments.master,
            arguments.submissions,
            learners=arguments.learner,
            seed=arguments.seed,
            limits=LabLimits(arguments.seconds, arguments.memory),
            together=arguments.together,
            workers=arguments.workers,
            tell=progress.update,
            warn=_warn,
        ):
            results.append(result)
            if arguments.json:
                print(result.line(), flush=True)
    if not arguments.json:
        _show_table(results)
    return REFUSED if any(result.status != "graded" for result in results) else FINE


def _show_table(results: list[Result]) -> None:
    """Print one row a learner, and below it what is not graded, with the reason."""
    from rich.console import Console
    from rich.table import Table

    table = Table("learner", "marks", "by hand", "status", title=results[0].lab)
    for result in results:
        given = [value for value in result.scores.values() if value["score"] is not None]
        open_ = [n for n, v in result.scores.items() if v["score"] is None and n not in result.refused_cells]
        marks = f"{sum(v['score'] for v in given):g} of {sum(v['max'] for v in given):g}" if given else ""
        how = f"{result.status}, {result.mode}" if result.mode == "together" else result.status
        table.add_row(result.learner, marks, str(len(open_) or ""), how)
    console = Console()
    console.print(table)
    for result in results:
        if result.status != "graded":
            console.print(f"{result.learner}: {result.reason}", markup=False, highlight=False)


def _told(result: object) -> str:
    if result.status != "graded":
        return f"{result.lab}  {result.learner}  {result.status}: {result.reason}"
    earned = sum(value["score"] or 0 for value in result.scores.values())
    most = sum(value["max"] for value in result.scores.values())
    return f"{result.lab}  {result.learner}  {earned:g} of {most:g}"


def _prove(arguments: argparse.Namespace) -> int:
    from .engine.lint import faults
    from .mutation import proved, told
    from .proof import labs_to_prove, master_of, prove

    labs = {}
    with _progress("proving") as progress:
        for lab in arguments.labs or labs_to_prove():
            proof = prove(lab, force=arguments.all, tell=progress.update)
            for fault in faults(master_of(lab)):
                _warn(f"{lab}: {fault}")
            mutation = proved(lab, force=arguments.all, tell=progress.update)
            holds = proof.holds and mutation.holds
            labs[lab] = {**asdict(proof), "mutation": _as_json(mutation), "holds": holds}
            if not arguments.json:
                print("\n".join([*_proved(proof), *told(mutation)]), flush=True)
            if arguments.gpu and labs[lab]["holds"]:
                for line in _timed(lab):
                    print(line, file=sys.stderr if arguments.json else sys.stdout, flush=True)
    holds = all(lab["holds"] for lab in labs.values())
    if arguments.json:
        print(json.dumps({"labs": labs, "holds": holds}, indent=1, ensure_ascii=False))
    return FINE if holds else FAILED


def _as_json(mutation: object) -> dict[str, object]:
    return {**asdict(mutation), "score": mutation.score, "holds": mutation.holds}


def _timed(lab: str) -> Iterator[str]:
    from .gpu import timings
    from .kit import CheckFailed
    from .proof import master_of

    try:
        yield from timings(master_of(lab))
    except CheckFailed as error:
        raise LabError(f"{lab}: {error}") from None


def _proved(proof: object) -> Iterator[str]:
    if proof.holds:
        how = "proved before" if proof.cached else f"proved in {proof.seconds:g} s"
        yield f"{proof.lab}: {len(proof.submissions)} submissions, {len(proof.seeds)} seeds, {how}"
    for name, differences in proof.wrong.items():
        for check, found in differences.items():
            yield f"{proof.lab}: {name}: {check} got {found['got']}, expected {found['expected']:g}"
            yield from (f"    {line}" for line in found["says"].splitlines()[:12])
    for seed, checks in proof.failed_seeds.items():
        yield f"{proof.lab}: the reference is short of full marks on seed {seed} in {', '.join(checks)}"


def _mutate(arguments: argparse.Namespace) -> int:
    from .mutation import mutate, told

    results = []
    with _progress("mutating") as progress:
        for lab in arguments.labs:
            results.append(mutate(lab, most=arguments.most, workers=arguments.workers, tell=progress.update))
            if not arguments.json:
                print("\n".join(told(results[-1])), flush=True)
    if arguments.json:
        print(json.dumps({"labs": {r.lab: _as_json(r) for r in results}}, indent=1, ensure_ascii=False))
    return FINE if all(result.holds for result in results) else FAILED


def _warn(fault: str) -> None:
    print(f"academy: {fault}", file=sys.stderr)


@contextmanager
def _progress(doing: str) -> Iterator[Status]:
    """Show on stderr what is being done; results go to stdout."""
    from rich.console import Console

    with Console(stderr=True).status(f"{doing} …") as status:
        yield status


def run(argv: Sequence[str] | None = None) -> None:
    """Run as a program."""
    sys.exit(main(list(argv) if argv is not None else None))


if __name__ == "__main__":
    run()
