"""nbgrader as every person's server sees it; the places come from the wall (hub_config.walls)."""

import os

c = get_config()  # noqa: F821 (nbgrader puts it there)

c.CourseDirectory.course_id = "academy"
c.Exchange.root = os.environ["ACADEMY_EXCHANGE"]
# Said at submit time, where the learner can still do something about it
c.CourseDirectory.max_dir_size = 50_000  # kB
