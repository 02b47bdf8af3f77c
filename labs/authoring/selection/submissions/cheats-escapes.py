# Tries to reach Python from a sheet, and to hand in something that is not text.

# %% grade_id="shortlist"
shortlist = """
dominates: __import__('os').system('true') == 0
feasible: (lambda: True)()
"""


# %% grade_id="evidence"
class Text(str):
    def __contains__(self, item):
        return False


evidence = Text("standard_error: !!python/object/apply:os.getcwd []")

# %% grade_id="memory"
memory = {"parameters": 172}

# %% grade_id="speed"
speed = """
read_seconds: read_seconds
"""

# %% grade_id="offer"
offer = """
use_small: 1
a100: 0.5
h100: 0
h200: 0
l40s: 0
dollars_a_month: 576
kw: 0.2
"""
