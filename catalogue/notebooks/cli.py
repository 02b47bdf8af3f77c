"""The verbs ``notebooks build|pull|check|execute`` and ``new course|lesson|lab``."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from catalogue.errors import CatalogueError
from catalogue.folders import CHECKOUT
from catalogue.reading import parse

from .units import find

FAILED, USAGE = 1, 2
_REPORT = "where the report goes (default: notebooks/report in the data folder)"


def add_verbs(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs ``notebooks`` and ``new``; each sets ``run``, from arguments to an exit code.

    Parameters
    ----------
    subparsers
        Of the command line that they belong to.
    """
    notebooks = subparsers.add_parser(
        "notebooks",
        help="build, pull, check and execute notebooks",
        epilog="example: ./academy notebooks build courses/1-mathematics",
    )
    verbs = notebooks.add_subparsers(dest="notebooks_verb", required=True, metavar="VERB")
    _add_build(verbs)
    _add_pull(verbs)
    _add_check(verbs)
    _add_execute(verbs)
    new = subparsers.add_parser(
        "new",
        help="start a course, a lesson or a lab",
        epilog="example: ./academy new lesson --help",
    )
    _add_new(new.add_subparsers(dest="new_verb", required=True, metavar="KIND"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the verbs of this package alone."""
    parser = argparse.ArgumentParser(prog="academy")
    add_verbs(parser.add_subparsers(required=True, metavar="VERB"))
    arguments = parser.parse_args(argv)
    try:
        return arguments.run(arguments)
    except CatalogueError as error:
        for problem in error.problems:
            print(f"academy: {problem}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return 130


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    about: str,
    example: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(
        name,
        help=about,
        description=about[0].upper() + about[1:] + ".",
        epilog=f"example: ./academy {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--root",
        type=lambda given: Path(given).absolute(),
        default=CHECKOUT,
        help="the folder that holds courses/ and labs/ (default: this checkout)",
    )
    parser.set_defaults(run=run)
    return parser


def _add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="texts, notebooks or folders of them (default: all)",
    )


def _add_build(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    example = "notebooks build courses/1-mathematics"
    parser = _verb(verbs, "build", "make notebooks from their texts", example, _build)
    _add_paths(parser)
    parser.add_argument(
        "--force", action="store_true", help="also over edits in a notebook that were never pulled"
    )


def _add_pull(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    example = "notebooks pull courses/1-mathematics/numerics-information/01-floating-point.ipynb"
    parser = _verb(verbs, "pull", "bring edits made in Lab back to the texts", example, _pull)
    _add_paths(parser)


def _add_check(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "hold every notebook against its text, and every checkpoint against its entry"
    parser = _verb(verbs, "check", about, "notebooks check --json", _check)
    _add_paths(parser)
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")


def _add_execute(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "run every lesson and every lab's solution; what has not changed is not run again"
    parser = _verb(verbs, "execute", about, "notebooks execute --jobs 2 courses/3-computing", _execute)
    _add_paths(parser)
    parser.add_argument("--kernel", action="store_true", help="a real kernel for each, instead of warm forks")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="how many at a time"
    )
    parser.add_argument("--report", type=lambda given: Path(given).absolute(), metavar="DIR", help=_REPORT)
    parser.add_argument("--again", action="store_true", help="run also what has not changed")
    parser.add_argument(
        "--parameters",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="for the cell tagged `parameters`; values are YAML",
    )


def _add_new(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    example = "new course linux-systems --stage 3-computing --title Linux --teaches linux-systems@B"
    course = _verb(verbs, "course", "start a course with its first lesson", example, _new_course)
    course.add_argument("slug", metavar="NAME", help="its folder, a-few-words")
    course.add_argument("--stage", required=True, help="1-mathematics, 2-artificial-intelligence, …")
    example = "new lesson gpu-programming/04-occupancy --title Occupancy --teaches gpu-programming@I"
    lesson = _verb(verbs, "lesson", "add a lesson to a course", example, _new_lesson)
    lesson.add_argument("name", metavar="COURSE/NN-NAME", help="the course and the lesson's file")
    for parser in (course, lesson):
        parser.add_argument("--teaches", required=True, metavar="COMPETENCY@LEVEL", help="what it teaches")
    example = "new lab softmax --course numerics-information --title Softmax --proves numerics-information@I"
    lab = _verb(verbs, "lab", "start a graded lab", example, _new_lab)
    lab.add_argument("slug", metavar="NAME", help="its folder, a-few-words")
    lab.add_argument("--course", required=True, metavar="NAME", help="the course that it belongs to")
    lab.add_argument("--proves", required=True, metavar="COMPETENCY@LEVEL", help="what it proves")
    for parser in (course, lesson, lab):
        parser.add_argument("--title", required=True, help="in English")


def _new_course(arguments: argparse.Namespace) -> int:
    from .scaffold import new_course

    given = (arguments.slug, arguments.stage, arguments.title, arguments.teaches)
    return _started(arguments, new_course(arguments.root, *given))


def _new_lesson(arguments: argparse.Namespace) -> int:
    from .scaffold import new_lesson

    return _started(arguments, new_lesson(arguments.root, arguments.name, arguments.title, arguments.teaches))


def _new_lab(arguments: argparse.Namespace) -> int:
    from .scaffold import new_lab

    given = (arguments.slug, arguments.course, arguments.title, arguments.proves)
    return _started(arguments, new_lab(arguments.root, *given))


def _started(arguments: argparse.Namespace, written: Sequence[Path]) -> int:
    for path in written:
        print(f"wrote {path.relative_to(arguments.root)}")
    print("fill in what TODO(author) asks for, then run ./academy notebooks build", file=sys.stderr)
    return 0


def _build(arguments: argparse.Namespace) -> int:
    from .build import build

    return _each(arguments, lambda unit: build(unit, force=arguments.force), "built")


def _pull(arguments: argparse.Namespace) -> int:
    from .pull import pull

    return _each(arguments, pull, "pulled")


def _execute(arguments: argparse.Namespace) -> int:
    from .execute import execute
    from .jobs import Way, jobs
    from .progress import Progress
    from .report import write_report

    if arguments.jobs < 1:
        raise CatalogueError(f"--jobs {arguments.jobs} is not a number of notebooks; give 1 or more")
    todo = jobs(find(arguments.root, arguments.paths))
    if not todo:
        raise CatalogueError("no notebook is built there; run ./academy notebooks build")
    way = Way(arguments.kernel, _parameters(arguments.parameters), arguments.report, arguments.again)
    with Progress(len(todo)) as progress:
        outcomes = execute(todo, way, arguments.jobs, progress.done)
    report = write_report(outcomes, way.folder)
    progress.summary(outcomes, report)
    return FAILED if any(outcome.failure for outcome in outcomes) else 0


def _parameters(given: Sequence[str]) -> dict[str, Any]:
    found = {}
    for item in given:
        name, separator, value = item.partition("=")
        if not separator or not name.isidentifier():
            raise CatalogueError(f"--parameters {item!r} is no NAME=VALUE; write it like n=100")
        try:
            found[name] = parse(value)
        except yaml.YAMLError as error:
            raise CatalogueError(f"--parameters {item!r}: the value is no YAML ({error})") from None
    return found


def _each(arguments: argparse.Namespace, act: Callable, done: str) -> int:
    """Act on every unit; one that fails is reported and stops no other."""
    failed = 0
    units = find(arguments.root, arguments.paths, without_text=done == "pulled")
    for unit in units:
        try:
            for path in act(unit):
                print(f"{done} {unit.shown(path)}")
        except CatalogueError as error:
            failed += 1
            for problem in error.problems:
                print(f"academy: {problem}", file=sys.stderr)
    print(f"{len(units) - failed} of {len(units)} lessons and labs are {done}", file=sys.stderr)
    return FAILED if failed else 0


def _check(arguments: argparse.Namespace) -> int:
    from .check import check

    units = find(arguments.root, arguments.paths)
    problems = check(arguments.root, units if arguments.paths else None)
    if arguments.json:
        told = [
            {"what": p.what, "file": str(p.file) if p.file else None, "line": p.line, "mend": p.mend}
            for p in problems
        ]
        print(json.dumps({"notebooks": len(units), "problems": told}, ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            print(f"academy: {problem}", file=sys.stderr)
        if not problems:
            print(f"{len(units)} lessons and labs: every notebook is what its text gives")
    return FAILED if problems else 0


if __name__ == "__main__":
    sys.exit(main())
