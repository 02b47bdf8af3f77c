"""The learner's screens in JupyterLab: the start page, and the small server side that it talks to."""
