"""The verbs ``catalogue show|check|graph``, and those of ``catalogue.notebooks``."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from catalogue.checks import Gap, check, gaps
from catalogue.errors import CatalogueError, Problem
from catalogue.folders import CHECKOUT
from catalogue.graph import closure
from catalogue.graph_svg import describe, draw
from catalogue.ids import Skill
from catalogue.loading import load, read
from catalogue.model import Catalogue
from catalogue.notebooks import cli as notebooks_cli
from catalogue.show import counts, find, graph_data, overview
from catalogue.writing import write_whole

_MEND_DISK = "free some space or mend its rights, then run the command again"
OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(argv: list[str] | None = None) -> int:
    """Run a verb and return the exit code: 0 fine, 1 checks failed, 2 bad input."""
    arguments = _parser().parse_args(argv)
    try:
        code = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except CatalogueError as error:
        for problem in error.problems:
            print(f"academy: {problem}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:  # `| head` has seen enough; nothing is left to flush at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except (
        OSError
    ) as error:  # a full disk, a right that is missing; every file is written whole or not at all
        where = error.filename2 or error.filename
        print(
            f"academy: {error.strerror or error}{f', {where}' if where else ''}; {_MEND_DISK}",
            file=sys.stderr,
        )
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="academy", description="What there is to learn, and its notebooks.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    catalogue = verbs.add_parser(
        "catalogue",
        help="show, check and draw what there is to learn",
        epilog="hours, the fourth, says what each role takes: ./academy catalogue hours --help. "
        "example: ./academy catalogue show role:data-engineer",
    )
    parts = catalogue.add_subparsers(required=True, metavar="VERB")

    show = _verb(parts, "show", _show, "what there is: roles, competencies, courses, and all about an id")
    show.add_argument(
        "id", nargs="?", help="a list (roles), a part (talent), or an id (lab:lora, data-engineer)"
    )
    show.add_argument("--json", action="store_true", help="one JSON document")
    show.epilog = "example: ./academy catalogue show role:operator-developer"

    checks = _verb(parts, "check", _check, "check the catalogue as a whole; gaps are listed and forgiven")
    checks.add_argument("--strict", action="store_true", help="gaps count as errors")
    checks.add_argument("--json", action="store_true", help="one JSON document")
    checks.epilog = "example: ./academy catalogue check --strict"

    graph = _verb(parts, "graph", _graph, "draw the competency graph as SVG")
    graph.add_argument("--role", metavar="ID", help="only what this role or migration target leads back to")
    graph.add_argument(
        "--output", "-o", type=Path, metavar="FILE", help="write here; standard output otherwise"
    )
    form = graph.add_mutually_exclusive_group()
    form.add_argument("--text", action="store_true", help="the same in words")
    form.add_argument("--json", action="store_true", help="nodes and needs as one JSON document")
    graph.epilog = "example: ./academy catalogue graph --role operator-developer -o kernels.svg"

    notebooks_cli.add_verbs(verbs)
    return parser


def _verb(
    parts: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    about: str,
) -> argparse.ArgumentParser:
    parser = parts.add_parser(name, help=about, description=about[:1].upper() + about[1:] + ".")
    parser.add_argument(
        "--root", type=Path, default=CHECKOUT, help="the folder with courses/ and labs/ (this checkout)"
    )
    parser.set_defaults(run=run)
    return parser


def _show(arguments: argparse.Namespace) -> int:
    catalogue = load(_folder(arguments.root))
    data = find(catalogue, arguments.id) if arguments.id else overview(catalogue)
    if arguments.json:
        _print_json(data)
    else:
        print(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110), end="")
    return OK


def _check(arguments: argparse.Namespace) -> int:
    reading = read(_folder(arguments.root))
    errors: tuple[Problem, ...] = reading.problems
    missing: tuple[Gap, ...] = ()
    if reading.catalogue is not None:
        report = check(reading.catalogue)
        errors, missing = errors + report.errors, report.gaps
    numbers = counts(reading.catalogue)
    if arguments.json:
        _print_json(
            {**numbers, "errors": list(map(_error_data, errors)), "gaps": list(map(_gap_data, missing))}
        )
    else:
        for problem in errors:
            print(f"error: {problem}")
        for gap in missing:
            print(f"gap: {gap}")
        print(", ".join(f"{number} {name.replace('_', ' ')}" for name, number in numbers.items()))
        print(f"{len(errors)} errors, {len(missing)} gaps")
    return FAILED if errors or (arguments.strict and missing) else OK


def _graph(arguments: argparse.Namespace) -> int:
    catalogue = load(_folder(arguments.root))
    names, title = _drawn(catalogue, arguments.role)
    shown = {name: one for name, one in catalogue.competencies.items() if name in names}
    if arguments.json:
        text = json.dumps(graph_data(shown), ensure_ascii=False) + "\n"
    elif arguments.text:
        text = describe(catalogue, shown) + "\n"
    else:
        text = draw(catalogue, names, title, {gap.skill.competency for gap in gaps(catalogue)})
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        _write(arguments.output, text)
    return OK


def _drawn(catalogue: Catalogue, role: str | None) -> tuple[set[str], str]:
    if role is None:
        return set(catalogue.competencies), "Competency graph 能力图谱"
    goal = catalogue.goal(role)
    skills = closure(
        catalogue.competencies, (Skill(name, level) for name, level in goal.competencies.items())
    )
    return {skill.competency for skill in skills}, str(goal.title)


def _folder(root: Path) -> Path:
    if not root.is_dir():
        raise CatalogueError(
            [Problem(f"--root {root} is no folder", mend="give the folder with courses/ and labs/")]
        )
    return root


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    try:
        write_whole(path, text)
    except OSError as error:
        raise CatalogueError(
            [Problem(f"cannot write {path}: {error.strerror}", mend="choose another -o")]
        ) from error


def _error_data(problem: Problem) -> dict[str, Any]:
    file = None if problem.file is None else problem.file.as_posix()
    return {"what": problem.what, "file": file, "line": problem.line, "mend": problem.mend}


def _gap_data(gap: Gap) -> dict[str, Any]:
    return {
        "competency": str(gap.skill),
        "untaught": gap.untaught,
        "unproved": gap.unproved,
        "asked_by": list(gap.asked_by),
    }


def _print_json(data: object) -> None:
    print(json.dumps(data, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
