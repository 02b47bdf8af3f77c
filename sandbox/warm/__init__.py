"""A warm process: it has imported the libraries, and forks a child for each run of cells."""
