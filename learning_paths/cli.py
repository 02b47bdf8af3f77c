"""The verbs about learners' paths on the command line: parsing, errors in one line, exit codes."""

import argparse
import os
import sys
from collections.abc import Sequence

from catalogue import CatalogueError
from learning_paths.commands import evidence, hours, place, plan, refit
from learning_paths.errors import BadProfile, PlanError

VERBS = (plan, place, evidence, hours, refit)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb.

    Parameters
    ----------
    argv
        The words after the program's name; those of the process when left out.

    Returns
    -------
    int
        0 when it is done, 2 when something that was given is wrong.
    """
    given = _parser().parse_args(argv)
    try:
        code = given.run(given)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # `| head` has seen enough; nothing is left to flush at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (PlanError, CatalogueError) as error:
        print(f"academy: {_with_options(error, given.language)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="academy", description="What learners know and what comes next.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for verb in VERBS:
        verb.add_parser(verbs)
    return parser


def _with_options(error: Exception, language: str) -> str:
    """Name the option that is wrong, where the error knows its field; the catalogue speaks English."""
    said = error.said[language] if isinstance(error, PlanError) else str(error)
    if not isinstance(error, BadProfile):
        return said
    if error.kind == "no-goal":
        return (
            f"{said}; see ./academy plan --help" if language == "en" else f"{said}；见 ./academy plan --help"
        )
    option = "--target" if error.field == "competencies" else f"--{error.field}"
    return f"{option}: {said}"


if __name__ == "__main__":
    sys.exit(main())
