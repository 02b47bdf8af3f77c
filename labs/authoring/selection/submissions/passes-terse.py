# As few lines as the sheets allow.

# %% grade_id="shortlist"
shortlist = """
dominates: min(quality_a - quality_b, ms_b - ms_a, gb_b - gb_a) >= 0 and max(quality_a - quality_b, ms_b - ms_a, gb_b - gb_a) > 0
feasible: min_quality <= quality_a and ms_a <= max_ms and gb_a <= max_gb
"""

# %% grade_id="evidence"
evidence = """
standard_error: sqrt(deviation ** 2 / folds)
low: mean - t * sqrt(deviation ** 2 / folds)
high: mean + t * sqrt(deviation ** 2 / folds)
not_worse: mean + t * sqrt(deviation ** 2 / folds) < margin
errors: 365 * items_a_day * dollars_an_error * (1 - quality)
compute: 365 * items_a_day * seconds * dollars_an_hour / 3600
cost: 365 * items_a_day * (dollars_an_error * (1 - quality) + seconds * dollars_an_hour / 3600)
"""

# %% grade_id="memory"
memory = """
parameters: layers * width * (2 * head_size * (heads + kv_heads) + 3 * inner + 2) + width * (copies * words + 1)
weights_gb: parameters * weight_bytes / 1000000000
token_bytes: 2 * layers * kv_heads * head_size * cache_bytes
cache_gb: users * context * token_bytes / 1000000000
serving_gb: (1 + reserve) * (weights_gb + cache_gb)
training_gb: parameters * 16 / 1000000000
"""

# %% grade_id="speed"
speed = """
read_seconds: (parameters * weight_bytes + users * context * token_bytes) / (bandwidth_gbs * 1e9)
compute_seconds: parameters * users / (tflops * 5e11)
step_seconds: max(read_seconds, compute_seconds)
by_memory: ceil(serving_gb / memory_gb)
by_speed: ceil(step_seconds * wanted)
devices: max(by_memory, by_speed)
dollars_a_month: 720 * devices * dollars_an_hour
"""

# %% grade_id="offer"
offer = "{use_small: 1, a100: 1, h100: 0, h200: 0, l40s: 0, dollars_a_month: 1152, kw: 0.4}"
