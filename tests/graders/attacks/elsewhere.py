"""Grade in a process of its own: a line of JSON for each batch on stdin, one with its results on stdout.

Started as another user, or with ``ACADEMY_WALL``, it grades as that user behind that kind of wall.
"""

import json
import sys
from pathlib import Path

from graders import grade


def main() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        found = grade(
            job["lab"],
            learners=job["learners"],
            data=Path(job["data"]),
            source=Path(job["labs"]),
            collect=False,
            feedback=True,
        )
        print(json.dumps([result.line() for result in found]), flush=True)


if __name__ == "__main__":
    main()
