# Plausible: the mean instead of the interval, a cache without the values, the reserve on the weights only, devices rounded down
# by speed, and the device with the cheapest hour.

# %% grade_id="shortlist"
shortlist = """
dominates: quality_a > quality_b and ms_a < ms_b and gb_a < gb_b
feasible: quality_a > min_quality and ms_a < max_ms and gb_a < max_gb
"""

# %% grade_id="evidence"
evidence = """
standard_error: deviation / sqrt(folds)
low: mean - t * standard_error
high: mean + t * standard_error
not_worse: mean < margin
errors: 365 * items_a_day * (1 - quality) * dollars_an_error
compute: 365 * items_a_day * seconds / 3600 * dollars_an_hour
cost: errors + compute
"""

# %% grade_id="memory"
memory = """
parameters: layers * (2 * width * heads * head_size + 2 * width * kv_heads * head_size + 3 * width * inner + 2 * width) + copies * words * width + width
weights_gb: parameters * weight_bytes / 10 ** 9
token_bytes: layers * kv_heads * head_size * cache_bytes
cache_gb: users * context * token_bytes / 10 ** 9
serving_gb: weights_gb * (1 + reserve) + cache_gb
training_gb: 16 * parameters / 10 ** 9
"""

# %% grade_id="speed"
speed = """
read_seconds: (parameters * weight_bytes + users * context * token_bytes) / (bandwidth_gbs * 10 ** 9)
compute_seconds: 2 * parameters * users / (tflops * 10 ** 12)
step_seconds: read_seconds + compute_seconds
by_memory: ceil(serving_gb / memory_gb)
by_speed: ceil(step_seconds * wanted)
devices: max(by_memory, by_speed)
dollars_a_month: devices * dollars_an_hour * 720
"""

# %% grade_id="offer"
offer = """
use_small: 1
a100: 0
h100: 0
h200: 0
l40s: 2
dollars_a_month: 1296
kw: 0.7
"""
