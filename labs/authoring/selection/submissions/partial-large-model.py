# Plausible: equal candidates dominate each other, all query heads are cached, and the larger model is offered to be safe.

# %% grade_id="shortlist"
shortlist = """
dominates: quality_a >= quality_b and ms_a <= ms_b and gb_a <= gb_b
feasible: quality_a >= min_quality and ms_a <= max_ms and gb_a <= max_gb
"""

# %% grade_id="evidence"
evidence = """
standard_error: deviation / folds
low: mean - t * standard_error
high: mean + t * standard_error
not_worse: high < margin
errors: 365 * items_a_day * (1 - quality) * dollars_an_error
compute: 365 * items_a_day * seconds / 3600 * dollars_an_hour
cost: errors + compute
"""

# %% grade_id="memory"
memory = """
parameters: layers * (2 * width * heads * head_size + 2 * width * kv_heads * head_size + 2 * width * inner + 2 * width) + copies * words * width + width
weights_gb: parameters * weight_bytes / 10 ** 9
token_bytes: 2 * layers * heads * head_size * cache_bytes
cache_gb: users * context * token_bytes / 10 ** 9
serving_gb: (weights_gb + cache_gb) * (1 + reserve)
training_gb: 16 * parameters / 10 ** 9
"""

# %% grade_id="speed"
speed = """
read_seconds: (parameters * weight_bytes + users * context * token_bytes) / (bandwidth_gbs * 10 ** 9)
compute_seconds: 2 * parameters * users / (tflops * 10 ** 12)
step_seconds: max(read_seconds, compute_seconds)
by_memory: floor(serving_gb / memory_gb)
by_speed: ceil(step_seconds * wanted)
devices: max(by_memory, by_speed)
dollars_a_month: devices * dollars_an_hour * 720
"""

# %% grade_id="offer"
offer = """
use_small: 0
a100: 0
h100: 0
h200: 0
l40s: 6
dollars_a_month: 3888
kw: 2.10
"""
