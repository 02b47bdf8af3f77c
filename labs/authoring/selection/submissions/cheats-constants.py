# Types in the numbers of the visible examples. Only the offer, which is a single artefact, could be copied; here it is guessed.

# %% grade_id="shortlist"
shortlist = """
dominates: ms_b == 25 and gb_a == 4 and quality_a < 0.94 and ms_a == 20
feasible: (quality_a == 0.95 and ms_a == 20 and gb_a == 3) or quality_a == 0.9
"""

# %% grade_id="evidence"
evidence = """
standard_error: 0.01
low: 0.01
high: 0.05
not_worse: 0
errors: 73
compute: 1825
cost: 1898
"""

# %% grade_id="memory"
memory = """
parameters: 134515008
weights_gb: 141.107412992
token_bytes: 327680
cache_gb: 83.88608
serving_gb: 236.243168
training_gb: 1128.859304
"""

# %% grade_id="speed"
speed = """
read_seconds: 0.0671622367
compute_seconds: 0.0045656595
step_seconds: 0.0671622367
by_memory: 3
by_speed: 1
devices: 3
dollars_a_month: 5616
"""

# %% grade_id="offer"
offer = """
use_small: 0
a100: 8
h100: 0
h200: 0
l40s: 0
dollars_a_month: 1
kw: 0.1
"""
