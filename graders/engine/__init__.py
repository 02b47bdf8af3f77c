"""From a submission to scores: repair by the master, run behind a wall, read the points."""
