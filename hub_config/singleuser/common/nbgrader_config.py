"""nbgrader as every person's server sees it; the places come from the wall (hub_config.walls)."""

import os
from pathlib import Path

from graders.exchange_steps import plug

c = get_config()  # noqa: F821 (nbgrader puts it there)

if course := os.environ.get("ACADEMY_COURSE"):
    from graders.configuration import configure  # seconds, which only a grader's server spends

    configure(c, Path(course))
else:
    if not plug(c):  # the service lists all of a person's courses, a folder has one
        c.CourseDirectory.course_id = os.environ["ACADEMY_COURSE_ID"]
        c.Exchange.root = os.environ["ACADEMY_EXCHANGE"]
    # the exchange's own folder is not the learner's to write, only the inbound one: do not ask for it
    c.CourseDirectory.groupshared = True
    # said at submit time, where the learner can still do something about it
    c.CourseDirectory.max_dir_size = int(os.environ["ACADEMY_SUBMISSION_KB"])
