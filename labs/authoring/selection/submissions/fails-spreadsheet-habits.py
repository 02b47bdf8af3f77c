# Plausible: written as in a spreadsheet program, with = in front, semicolons, commas for decimals and cell names.

# %% grade_id="shortlist"
shortlist = """
dominates: =AND(A1>=B1; A2<=B2)
feasible: =A1>=C1
"""

# %% grade_id="evidence"
evidence = """
standard_error: =deviation/SQRT(folds)
low: mean - 2,26 * standard_error
"""

# %% grade_id="memory"
memory = """
parameters: layers x width
"""

# %% grade_id="speed"
speed = ""

# %% grade_id="offer"
offer = """
use_small: yes, if the customer agrees
a100: 1
h100: 1
h200: 0
l40s: 0
dollars_a_month: 1152
kw: 0.4
"""
