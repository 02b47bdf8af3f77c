# One small line after the other, many intermediate results.

# %% grade_id="shortlist"
shortlist = """
q_ok: quality_a >= quality_b
ms_ok: ms_a <= ms_b
gb_ok: gb_a <= gb_b
same: quality_a == quality_b and ms_a == ms_b and gb_a == gb_b
dominates: q_ok and ms_ok and gb_ok and not same
feasible: not (quality_a < min_quality or ms_a > max_ms or gb_a > max_gb)
"""

# %% grade_id="evidence"
evidence = """
standard_error: deviation / folds ** 0.5
half: t * standard_error
low: mean - half
high: mean + half
not_worse: margin - high > 0
a_year: 365 * items_a_day
wrong: a_year * (1 - quality)
errors: wrong * dollars_an_error
hours: a_year * seconds / 3600
compute: hours * dollars_an_hour
cost: errors + compute
"""

# %% grade_id="memory"
memory = """
giga: 10 ** 9
query_output: 2 * width * heads * head_size
key_value: 2 * width * kv_heads * head_size
norms: 2 * width
layer: query_output + key_value + 3 * width * inner + norms
parameters: layers * layer + words * width * copies + width
weights_gb: parameters * weight_bytes / giga
token_bytes: 2 * layers * kv_heads * head_size * cache_bytes
cache_gb: token_bytes * users * context / giga
serving_gb: weights_gb + cache_gb + reserve * (weights_gb + cache_gb)
training_gb: (2 + 2 + 12) * parameters / giga
"""

# %% grade_id="speed"
speed = """
bytes_read: parameters * weight_bytes + users * context * token_bytes
read_seconds: bytes_read / bandwidth_gbs / 10 ** 9
operations: 2 * parameters * users
compute_seconds: operations / tflops / 10 ** 12
step_seconds: max(compute_seconds, read_seconds)
by_memory: ceil(serving_gb / memory_gb)
by_speed: ceil(wanted * step_seconds)
devices: max(by_speed, by_memory)
dollars_a_month: 24 * 30 * devices * dollars_an_hour
"""

# %% grade_id="offer"
offer = """
use_small: 1
a100: 1
h100: 0
h200: 0
l40s: 0
dollars_a_month: 720 * 1.60
kw: 0.4
"""
