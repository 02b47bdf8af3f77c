"""The verbs of the command line that are about learners' paths, one module each with ``add_parser``."""
