# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Model and machine for a request
#
# **You deliver** four worksheets and an offer: the sheets choose model and hardware for *any* request, the offer answers *one*. **80 minutes.** No program is
# asked of you. A worksheet is a list of lines `name: formula`, as in a spreadsheet. **It proves** `model-selection` and `hardware-selection` at the level professional. You need
# the course *Solution architecture*; no network.
#
# *The situation.* You are the solution architect of an integrator. Requests arrive every week, and each time somebody starts from an empty spreadsheet; two offers last
# year were too small by a factor of two. You write the sheet that everybody will use, and your first offer with it.
#
# **How it is scored.** 27 points. Each check works your sheet out on examples that you see, and, after you submit, on requests that you do not see, drawn anew for
# you. Each property has points of its own. Relative errors up to 10⁻⁶ are fine; round nothing but devices.
#
# **How to write a sheet.** Between the three quotes, one line each:
#
# ```
# area: width * length
# price: 12.50 * area
# ```
#
# A line may use the inputs that the task names and the lines above it. Allowed are numbers, `+ - * / **`, brackets, `< <= > >= == !=`, `and`, `or`, `not`, and
# `min max abs ceil floor sqrt`. You may add lines of your own for intermediate results. Replace the two lines between the quotes in each answer cell.

# %% nbgrader={"grade_id": "setup", "locked": true}
from graders import kit

DEVICES = {  # GB, GB/s, dense 16-bit TFLOP/s, kW, dollars an hour (the last an assumption of this lab)
    "A100": {"memory_gb": 80, "bandwidth_gbs": 2039, "tflops": 312, "kw": 0.40, "dollars_an_hour": 1.60},
    "H100": {"memory_gb": 80, "bandwidth_gbs": 3350, "tflops": 989, "kw": 0.70, "dollars_an_hour": 2.60},
    "H200": {"memory_gb": 141, "bandwidth_gbs": 4800, "tflops": 989, "kw": 0.70, "dollars_an_hour": 3.40},
    "L40S": {"memory_gb": 48, "bandwidth_gbs": 864, "tflops": 362, "kw": 0.35, "dollars_an_hour": 0.90},
}  # sources: NVIDIA's data sheets
MODELS = {  # shapes as published for Llama 3 (Grattafiori et al., 2024) and SmolLM2
    "8B": {"layers": 32, "width": 4096, "heads": 32, "kv_heads": 8, "head_size": 128, "inner": 14336, "words": 128256, "copies": 2},
    "70B": {"layers": 80, "width": 8192, "heads": 64, "kv_heads": 8, "head_size": 128, "inner": 28672, "words": 128256, "copies": 2},
    "135M": {"layers": 30, "width": 576, "heads": 9, "kv_heads": 3, "head_size": 64, "inner": 1536, "words": 49152, "copies": 1},
}

# %% [markdown] nbgrader={"grade_id": "task-shortlist", "locked": true}
# ## 1. Who stays on the list (5 points)
#
# Inputs of this sheet are the properties of two candidates, `quality_a`, `ms_a`, `gb_a` and `quality_b`, `ms_b`, `gb_b` (share right, milliseconds an answer, memory in GB), and the
# limits of a request, `min_quality`, `max_ms`, `max_gb`. Write two lines, each of which is true or false:
#
# - `dominates`: candidate a dominates candidate b;
# - `feasible`: candidate **a** keeps all three limits (a limit that is met exactly is kept).
#
# A toy: a = (0.93, 20 ms, 4 GB) dominates b = (0.93, 25 ms, 4 GB), and two equal candidates do not dominate each other.

# %% nbgrader={"grade_id": "shortlist", "solution": true}
shortlist = """
### BEGIN SOLUTION
at_least_as_good: quality_a >= quality_b and ms_a <= ms_b and gb_a <= gb_b
better_somewhere: quality_a > quality_b or ms_a < ms_b or gb_a < gb_b
dominates: at_least_as_good and better_somewhere
feasible: quality_a >= min_quality and ms_a <= max_ms and gb_a <= max_gb
### END SOLUTION
"""


# %% nbgrader={"grade_id": "check-shortlist", "grade": true, "points": 5}
def pair(a, b, limits=(0.5, 100, 100)):
    """The inputs of the sheet for two candidates (quality, ms, gb) and the limits."""
    names = ("quality_a", "ms_a", "gb_a", "quality_b", "ms_b", "gb_b", "min_quality", "max_ms", "max_gb")
    return dict(zip(names, (*a, *b, *limits)))


def moved(candidate):
    """The same candidate with another quality, speed and size: who dominates whom stays as it was."""
    step = int(kit.rng("moved").integers(2, 1000))
    quality, ms, gb = candidate
    return quality - step / 4096, ms + step, gb + 2 * step


score = kit.Score(5)
with score.part(1, "who dominates: the toy, a tie, and a mixed case"):
    sheet = kit.Sheet(shortlist, lines=("dominates", "feasible"))
    for a, b, expected, why in [
        ((0.93, 20, 4), (0.93, 25, 4), True, "equal in two, faster: that is enough"),
        ((0.93, 20, 4), (0.93, 20, 4), False, "two equal candidates do not dominate each other"),
        ((0.95, 30, 4), (0.93, 25, 4), False, "better but slower: neither dominates"),
    ]:
        kit.equal(bool(sheet.work_out(**pair(a, b))["dominates"]), expected, because=f"a = {a}, b = {b}: {why}")
        a, b = moved(a), moved(b)
        kit.equal(bool(sheet.work_out(**pair(a, b))["dominates"]), expected, because=f"a = {a}, b = {b}: {why}")
with score.part(1, "who is feasible: inside, on a limit, and outside by one of the three"):
    sheet = kit.Sheet(shortlist, lines=("dominates", "feasible"))
    limits = (0.9, 25, 4)
    for a, expected in [((0.95, 20, 3), True), ((0.9, 25, 4), True), ((0.89, 20, 3), False), ((0.95, 26, 3), False), ((0.95, 20, 4.1), False)]:
        kit.equal(bool(sheet.work_out(**pair(a, (0.5, 1, 1), limits))["feasible"]), expected, because=f"a = {a} with the limits {limits}")
        kit.equal(bool(sheet.work_out(**pair(moved(a), (0.5, 1, 1), moved(limits)))["feasible"]), expected, because=f"a = {moved(a)} with the limits {moved(limits)}")
### BEGIN HIDDEN TESTS
def table(r):
    """A few candidates with many equal values, so that ties happen."""
    return [(float(r.integers(80, 99)) / 100, float(r.integers(1, 6) * 10), float(r.integers(1, 6))) for _ in range(8)]


def is_better(a, b):
    return a != b and a[0] >= b[0] and a[1] <= b[1] and a[2] <= b[2]


with score.part(2, "the Pareto front of other tables of candidates, ties included", hidden=True):
    sheet = kit.Sheet(shortlist, lines=("dominates", "feasible"))
    for candidates in kit.examples(table, n=8, name="front"):
        for a in candidates:
            for b in candidates:
                kit.equal(bool(sheet.work_out(**pair(a, b))["dominates"]), is_better(a, b))
            for worse in ((a[0] - 0.01, a[1], a[2]), (a[0], a[1] + 10, a[2]), (a[0], a[1], a[2] + 1)):  # in one thing only
                kit.equal(bool(sheet.work_out(**pair(a, worse))["dominates"]), True)
                kit.equal(bool(sheet.work_out(**pair(worse, a))["dominates"]), False)
with score.part(1, "who is feasible under other limits", hidden=True):
    sheet = kit.Sheet(shortlist, lines=("dominates", "feasible"))
    for candidates in kit.examples(table, n=8, name="limits"):
        for a in candidates:
            for limits in candidates:
                expected = a[0] >= limits[0] and a[1] <= limits[1] and a[2] <= limits[2]
                kit.equal(bool(sheet.work_out(**pair(a, candidates[0], limits))["feasible"]), expected)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-evidence", "locked": true}
# ## 2. How sure and how dear (6 points)
#
# A candidate is compared with the best one on the same `folds`. Inputs: `mean` and `deviation` of the differences *best minus candidate* (share right; the standard deviation of a sample),
# `folds`, `t` (the value of Student's distribution for 95 %), `margin` (how much worse is still fine); and for the money `quality`, `seconds` (for one item), `items_a_day`,
# `dollars_an_error`, `dollars_an_hour`. Lines:
#
# - `standard_error` of the mean difference;
# - `low` and `high`: the ends of the 95 % interval;
# - `not_worse`: true when the candidate is, at 95 %, worse by **less than** the margin;
# - `errors` and `compute`: dollars a year (365 days) for errors and for machine time;
# - `cost`: both.
#
# A toy: mean 0.03, deviation 0.02, 4 folds, t 2 give a standard error of 0.01 and the interval 0.01 to 0.05.

# %% nbgrader={"grade_id": "evidence", "solution": true}
evidence = """
### BEGIN SOLUTION
standard_error: deviation / sqrt(folds)
low: mean - t * standard_error
high: mean + t * standard_error
not_worse: high < margin
errors: 365 * items_a_day * (1 - quality) * dollars_an_error
compute: 365 * items_a_day * seconds / 3600 * dollars_an_hour
cost: errors + compute
### END SOLUTION
"""

# %% nbgrader={"grade_id": "check-evidence", "grade": true, "points": 6}
EVIDENCE = ("standard_error", "low", "high", "not_worse", "errors", "compute", "cost")
toy = dict(mean=0.03, deviation=0.02, folds=4, t=2.0, margin=0.04, quality=0.99, seconds=3600.0, items_a_day=10, dollars_an_error=2.0, dollars_an_hour=0.5)


score = kit.Score(6)
with score.part(1, "the interval of the toy", inputs=toy):
    worked = kit.Sheet(evidence, lines=EVIDENCE).work_out(**toy)
    kit.close(worked["standard_error"], 0.01, rtol=1e-6, known_wrong={"divide by the square root of the number of folds": 0.005, "that is the deviation itself": 0.02})
    kit.close((worked["low"], worked["high"]), (0.01, 0.05), rtol=1e-6)
    k = int(kit.rng("spread").integers(2, 50))
    wider = kit.Sheet(evidence, lines=EVIDENCE).work_out(**{**toy, "deviation": 0.02 * k})
    kit.close((wider["standard_error"], wider["high"]), (0.01 * k, 0.03 + 0.02 * k), rtol=1e-6, because=f"a deviation {k} times as large")
with score.part(1, "not worse: with the margin 0.04 it cannot be said, with 0.06 it can", inputs=toy):
    sheet = kit.Sheet(evidence, lines=EVIDENCE)
    kit.equal(bool(sheet.work_out(**toy)["not_worse"]), False, because="the mean, 0.03, lies below the margin, but the upper end, 0.05, does not")
    kit.equal(bool(sheet.work_out(**{**toy, "margin": 0.06})["not_worse"]), True, because="even the upper end, 0.05, lies below 0.06")
with score.part(1, "the money of the toy: 73 dollars of errors, 1 825 of compute", inputs=toy):
    worked = kit.Sheet(evidence, lines=EVIDENCE).work_out(**toy)
    kit.close(worked["errors"], 73.0, rtol=1e-6, known_wrong={"the share of errors is 1 - quality": 7227.0, "a year has 365 days": 0.2})
    kit.close(worked["compute"], 1825.0, rtol=1e-6, known_wrong={"an hour has 3600 seconds": 6_570_000.0})
    kit.close(worked["cost"], 1898.0, rtol=1e-6)
    k = int(kit.rng("items").integers(2, 50))
    more = kit.Sheet(evidence, lines=EVIDENCE).work_out(**{**toy, "items_a_day": 10 * k})
    kit.close((more["errors"], more["compute"]), (73.0 * k, 1825.0 * k), rtol=1e-6, because=f"{k} times as many items a day")
### BEGIN HIDDEN TESTS
def a_case(r):
    return dict(
        mean=float(r.uniform(-0.01, 0.03)), deviation=float(r.uniform(0.001, 0.03)), folds=int(r.integers(3, 30)), t=float(r.uniform(1.9, 4.4)), margin=float(r.uniform(0.005, 0.04)),
        quality=float(r.uniform(0.6, 0.999)), seconds=float(10 ** r.uniform(-4, 1)), items_a_day=int(r.integers(10, 10**6)), dollars_an_error=float(10 ** r.uniform(-3, 1)), dollars_an_hour=float(r.uniform(0.05, 4)),
    )


def evidence_of(c):
    error = c["deviation"] / c["folds"] ** 0.5
    high = c["mean"] + c["t"] * error
    a_year = 365 * c["items_a_day"]
    errors, compute = a_year * (1 - c["quality"]) * c["dollars_an_error"], a_year * c["seconds"] / 3600 * c["dollars_an_hour"]
    return dict(standard_error=error, low=c["mean"] - c["t"] * error, high=high, not_worse=high < c["margin"], errors=errors, compute=compute, cost=errors + compute)


with score.part(1, "the interval of other comparisons", hidden=True):
    sheet = kit.Sheet(evidence, lines=EVIDENCE)
    for case in kit.examples(a_case, name="interval"):
        kit.close([sheet.work_out(**case)[k] for k in EVIDENCE[:3]], [evidence_of(case)[k] for k in EVIDENCE[:3]], rtol=1e-6)
with score.part(1, "whether a candidate is not worse, in other comparisons", hidden=True):
    sheet = kit.Sheet(evidence, lines=EVIDENCE)
    for case in kit.examples(a_case, n=60, name="margin"):
        kit.equal(bool(sheet.work_out(**case)["not_worse"]), bool(evidence_of(case)["not_worse"]))
    on_the_margin = {**toy, "mean": 0.5, "deviation": 0.25, "margin": 0.75}  # exact in binary: the upper end is the margin
    kit.equal(bool(sheet.work_out(**on_the_margin)["not_worse"]), False)
with score.part(1, "the money of other requests", hidden=True):
    sheet = kit.Sheet(evidence, lines=EVIDENCE)
    for case in kit.examples(a_case, name="money"):
        kit.close([sheet.work_out(**case)[k] for k in EVIDENCE[4:]], [evidence_of(case)[k] for k in EVIDENCE[4:]], rtol=1e-6)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-memory", "locked": true}
# ## 3. What lies in memory (6 points)
#
# For a decoder of the Llama kind. Inputs: `layers`, `width`, `heads`, `kv_heads`, `head_size`, `inner`, `words`, `copies` (2 when input and output have word vectors of their own, 1 when they
# share them), `weight_bytes` and `cache_bytes` (bytes a number), `users` at once, `context` (tokens each), `reserve` (a share, for buffers). GB are 10⁹ bytes. Lines:
#
# - `parameters`: attention, inner part (three matrices), two norms in each layer; word vectors; the last norm;
# - `weights_gb`; `token_bytes`: bytes of the cache for one token; `cache_gb`: for all users;
# - `serving_gb`: weights and cache, and on top of both the reserve;
# - `training_gb`: 16 bytes a parameter, without activations.
#
# The toy of the lesson: 1 layer, width 4, 2 heads and 2 key-value heads of 2, inner 8, no words: 168 in the layer and 4 in the last norm.

# %% nbgrader={"grade_id": "memory", "solution": true}
memory = """
### BEGIN SOLUTION
attention: 2 * width * heads * head_size + 2 * width * kv_heads * head_size
a_layer: attention + 3 * width * inner + 2 * width
parameters: layers * a_layer + copies * words * width + width
weights_gb: parameters * weight_bytes / 10 ** 9
token_bytes: 2 * layers * kv_heads * head_size * cache_bytes
cache_gb: users * context * token_bytes / 10 ** 9
serving_gb: (weights_gb + cache_gb) * (1 + reserve)
training_gb: 16 * parameters / 10 ** 9
### END SOLUTION
"""

# %% nbgrader={"grade_id": "check-memory", "grade": true, "points": 6}
MEMORY = ("parameters", "weights_gb", "token_bytes", "cache_gb", "serving_gb", "training_gb")
USE = dict(weight_bytes=2, cache_bytes=2, users=32, context=8000, reserve=0.05)


score = kit.Score(6)
with score.part(1, "parameters of the toy and of a real model, counted to the last one", model=MODELS["135M"]):
    sheet = kit.Sheet(memory, lines=MEMORY)
    toy = dict(layers=1, width=4, heads=2, kv_heads=2, head_size=2, inner=8, words=0, copies=2)
    kit.close(sheet.work_out(**toy, **USE)["parameters"], 172, rtol=1e-9, known_wrong={"the last norm is missing": 168, "the inner part has three matrices": 140})
    kit.close(sheet.work_out(**MODELS["135M"], **USE)["parameters"], 134_515_008, rtol=1e-9, because="SmolLM2-135M has 134 515 008 parameters, and shares its word vectors")
    k = int(kit.rng("layers").integers(2, 50))
    kit.close(sheet.work_out(**{**toy, "layers": k}, **USE)["parameters"], 168 * k + 4, rtol=1e-9, because=f"the toy with {k} layers")
with score.part(1, "the cache of the hospital: 84 GB", model=MODELS["70B"], use=USE):
    worked = kit.Sheet(memory, lines=MEMORY).work_out(**MODELS["70B"], **USE)
    kit.close(worked["token_bytes"], 327_680, rtol=1e-6, known_wrong={"a key and a value: times two": 163_840, "only key-value heads are cached, not query heads": 2_621_440})
    kit.close(worked["cache_gb"], 83.88608, rtol=1e-6)
    k = int(kit.rng("users").integers(2, 50))
    more = kit.Sheet(memory, lines=MEMORY).work_out(**MODELS["70B"], **{**USE, "users": 32 * k, "cache_bytes": 1})
    kit.close((more["token_bytes"], more["cache_gb"]), (163_840, 83.88608 * k / 2), rtol=1e-6, because=f"{k} times as many users, a cache of one byte a number")
with score.part(1, "serving and training of the hospital's model", model=MODELS["70B"], use=USE):
    worked = kit.Sheet(memory, lines=MEMORY).work_out(**MODELS["70B"], **USE)
    kit.close(worked["serving_gb"], 236.243168, rtol=1e-6, known_wrong={"the reserve comes on top of the weights and the cache": 224.993493, "the reserve is missing on the cache": 232.048864})
    kit.close(worked["training_gb"], 1128.859304, rtol=1e-6, known_wrong={"sixteen bytes a parameter, and not two": 141.107413})
    k = int(kit.rng("more").integers(2, 50))
    more = kit.Sheet(memory, lines=MEMORY).work_out(**MODELS["135M"], **{**USE, "users": k, "reserve": 0.1})
    kit.close(more["serving_gb"], 1.1 * (0.269030016 + 0.36864 * k / 2), rtol=1e-6, because=f"the 135M model for {k} users, a reserve of 10 %")
    kit.close(more["training_gb"], 2.152240128, rtol=1e-6, because="the 135M model")
### BEGIN HIDDEN TESTS
def memory_of(c):
    layer = 2 * c["width"] * c["head_size"] * (c["heads"] + c["kv_heads"]) + 3 * c["width"] * c["inner"] + 2 * c["width"]
    parameters = c["layers"] * layer + c["copies"] * c["words"] * c["width"] + c["width"]
    token = 2 * c["layers"] * c["kv_heads"] * c["head_size"] * c["cache_bytes"]
    weights, cache = parameters * c["weight_bytes"] / 1e9, token * c["users"] * c["context"] / 1e9
    return dict(parameters=parameters, weights_gb=weights, token_bytes=token, cache_gb=cache, serving_gb=(1 + c["reserve"]) * (weights + cache), training_gb=16 * parameters / 1e9)


def a_model(r):
    kv = int(r.integers(1, 9))
    return dict(
        layers=int(r.integers(2, 100)), width=int(r.integers(2, 70)) * 64, heads=kv * int(r.integers(2, 9)), kv_heads=kv, head_size=int(r.choice([32, 64, 128])), inner=int(r.integers(5, 300)) * 64,
        words=int(r.integers(1000, 200_000)), copies=int(r.integers(1, 3)), weight_bytes=float(r.choice([0.5, 1, 2])), cache_bytes=int(r.choice([1, 4])), users=int(r.integers(1, 200)),
        context=int(r.integers(100, 30_000)), reserve=float(r.uniform(0.01, 0.2)),
    )


with score.part(1, "parameters and weights of other shapes", hidden=True):
    sheet = kit.Sheet(memory, lines=MEMORY)
    for case in kit.examples(a_model, name="shapes"):
        kit.close([sheet.work_out(**case)[k] for k in MEMORY[:2]], [memory_of(case)[k] for k in MEMORY[:2]], rtol=1e-6)
with score.part(1, "the cache of other shapes, users and number formats", hidden=True):
    sheet = kit.Sheet(memory, lines=MEMORY)
    for case in kit.examples(a_model, name="caches"):
        kit.close([sheet.work_out(**case)[k] for k in MEMORY[2:4]], [memory_of(case)[k] for k in MEMORY[2:4]], rtol=1e-6)
with score.part(1, "serving and training of other shapes", hidden=True):
    sheet = kit.Sheet(memory, lines=MEMORY)
    for case in kit.examples(a_model, name="sums"):
        kit.close([sheet.work_out(**case)[k] for k in MEMORY[4:]], [memory_of(case)[k] for k in MEMORY[4:]], rtol=1e-6)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-speed", "locked": true}
# ## 4. What limits the speed (5 points)
#
# One step produces one token for each of `users` conversations. Inputs: `parameters`, `weight_bytes`, `token_bytes`, `users`, `context`, `serving_gb`; the device `memory_gb`, `bandwidth_gbs`, `tflops`, `dollars_an_hour`; and
# `wanted`, the tokens a second that each user shall have at least. Assume that $k$ devices read and compute $k$ times as fast as one, and that any whole number of them can be
# used together. Lines:
#
# - `read_seconds`: one device reads all weights once, and the cache of each conversation;
# - `compute_seconds`: one device does two operations a parameter for each conversation;
# - `step_seconds`: what one device needs at least for the step;
# - `by_memory`, `by_speed`: whole devices needed so that everything fits, and so that each user has `wanted` tokens a second;
# - `devices`: both satisfied; `dollars_a_month`: for 720 hours.

# %% nbgrader={"grade_id": "speed", "solution": true}
speed = """
### BEGIN SOLUTION
read_seconds: (parameters * weight_bytes + users * context * token_bytes) / (bandwidth_gbs * 10 ** 9)
compute_seconds: 2 * parameters * users / (tflops * 10 ** 12)
step_seconds: max(read_seconds, compute_seconds)
by_memory: ceil(serving_gb / memory_gb)
by_speed: ceil(step_seconds * wanted)
devices: max(by_memory, by_speed)
dollars_a_month: devices * dollars_an_hour * 720
### END SOLUTION
"""

# %% nbgrader={"grade_id": "check-speed", "grade": true, "points": 5}
SPEED = ("read_seconds", "compute_seconds", "step_seconds", "by_memory", "by_speed", "devices", "dollars_a_month")


score = kit.Score(5)
hospital = dict(parameters=70_553_706_496, weight_bytes=2, token_bytes=327_680, users=32, context=8000, serving_gb=236.243168, wanted=10, memory_gb=80, bandwidth_gbs=3350, tflops=989, dollars_an_hour=2.60)
with score.part(1, "the times of the hospital on one H100", inputs=hospital):
    worked = kit.Sheet(speed, lines=SPEED).work_out(**hospital)
    kit.close(worked["read_seconds"], 0.0671622367, rtol=1e-6, known_wrong={"each conversation has a cache of its own": 0.0429041352, "the weights are read once, not once for each user": 1.3729323271})
    kit.close(worked["compute_seconds"], 0.0045656595, rtol=1e-6, known_wrong={"two operations a parameter": 0.0022828297, "for each of the users": 0.00014267686})
    kit.close(worked["step_seconds"], 0.0671622367, rtol=1e-6, known_wrong={"the slower of the two sets the pace, not the sum": 0.0717278962})
    k = int(kit.rng("faster").integers(20, 50))
    faster = kit.Sheet(speed, lines=SPEED).work_out(**{**hospital, "bandwidth_gbs": 3350 * k})
    kit.close(faster["read_seconds"], 0.0671622367 / k, rtol=1e-6, because=f"a bandwidth {k} times as high")
    kit.close(faster["step_seconds"], 0.0045656595, rtol=1e-6, because="now the arithmetic limits the step")
with score.part(1, "the devices of the hospital: three H100", inputs=hospital):
    worked = kit.Sheet(speed, lines=SPEED).work_out(**hospital)
    kit.close((worked["by_memory"], worked["by_speed"], worked["devices"]), (3, 1, 3), rtol=1e-9, known_wrong={"a part of a device cannot be bought: round up": (2, 0, 2)})
    kit.close(worked["dollars_a_month"], 5616.0, rtol=1e-6)
    kit.close(kit.Sheet(speed, lines=SPEED).work_out(**{**hospital, "wanted": 70})["devices"], 5, rtol=1e-9, because="70 tokens a second for each take five devices")
    k = int(kit.rng("larger").integers(4, 50))
    kit.close(kit.Sheet(speed, lines=SPEED).work_out(**{**hospital, "serving_gb": 80 * k - 1})["dollars_a_month"], 1872.0 * k, rtol=1e-6, because=f"{k} devices by memory")
### BEGIN HIDDEN TESTS
def speed_inputs(model, device, use, wanted):
    """What the sheet gets for a model, a device and a use; the memory is the grader's own."""
    worked = memory_of({**model, **use})
    numbers = {k: device[k] for k in ("memory_gb", "bandwidth_gbs", "tflops", "dollars_an_hour")}
    return dict(
        parameters=worked["parameters"], weight_bytes=use["weight_bytes"], token_bytes=worked["token_bytes"], users=use["users"], context=use["context"],
        serving_gb=worked["serving_gb"], wanted=wanted, **numbers,
    )


def speed_of(c):
    read = (c["parameters"] * c["weight_bytes"] + c["users"] * c["context"] * c["token_bytes"]) / (c["bandwidth_gbs"] * 1e9)
    compute = 2 * c["parameters"] * c["users"] / (c["tflops"] * 1e12)
    step = max(read, compute)
    memory_count, speed_count = -int(-c["serving_gb"] // c["memory_gb"]), -int(-(step * c["wanted"]) // 1)
    devices = max(memory_count, speed_count)
    return dict(read_seconds=read, compute_seconds=compute, step_seconds=step, by_memory=memory_count, by_speed=speed_count, devices=devices, dollars_a_month=devices * c["dollars_an_hour"] * 720)


def a_request(r):
    device = dict(memory_gb=int(r.integers(16, 200)), bandwidth_gbs=int(r.integers(300, 8000)), tflops=int(r.integers(40, 2500)), dollars_an_hour=float(r.uniform(0.3, 9)))
    model = a_model(r)
    use = {k: model[k] for k in USE}
    if r.random() < 0.5:
        use["users"], use["context"] = int(r.integers(2000, 9000)), int(r.integers(1, 50))  # arithmetic limits these
    return speed_inputs(model, device, use, float(r.uniform(1, 60)))


with score.part(1, "times of other models and devices, where reading or arithmetic limits", hidden=True):
    sheet = kit.Sheet(speed, lines=SPEED)
    for case in kit.examples(a_request, name="times"):
        kit.close([sheet.work_out(**case)[k] for k in SPEED[:3]], [speed_of(case)[k] for k in SPEED[:3]], rtol=1e-6)
with score.part(1, "device counts by memory and by speed, for other requests", hidden=True):
    sheet = kit.Sheet(speed, lines=SPEED)
    for case in kit.examples(a_request, name="counts"):
        kit.close([sheet.work_out(**case)[k] for k in SPEED[3:5]], [speed_of(case)[k] for k in SPEED[3:5]], rtol=1e-9)
with score.part(1, "devices and dollars for other requests", hidden=True):
    sheet = kit.Sheet(speed, lines=SPEED)
    for case in kit.examples(a_request, name="dollars"):
        kit.close([sheet.work_out(**case)[k] for k in SPEED[5:]], [speed_of(case)[k] for k in SPEED[5:]], rtol=1e-6)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-offer", "locked": true}
# ## 5. An offer that holds (5 points)
#
# A bank asks for an assistant for its call centre. It measured both models on 400 of its own questions, in ten folds, and wants **16-bit weights and cache**, 120 agents at once with 3 000 tokens each, a reserve of 5 %, at least 12 tokens a second
# for each agent, at most 3.5 kW for the devices. It takes the 8B model only if, at 95 % ($t$ = 2.262), that is worse than the 70B model by less than 3 points (0.03).
#
# | | mean difference 70B − 8B | deviation | folds |
# |---|---|---|---|
# | share of questions answered rightly | 0.018 | 0.0145 | 10 |
#
# Your offer, one line each (here the value is a name or a number, not a formula that needs inputs):
#
# - `use_small`: 1 to offer the 8B model, 0 to offer the 70B model;
# - `a100`, `h100`, `h200`, `l40s`: how many of each device (one kind only; the others 0);
# - `dollars_a_month` and `kw` of the offer.
#
# The cheapest offer that keeps every condition is wanted. Your worksheets from above work it out: the next cell shows all devices for both models, as soon as sheets 3 and 4 are written. An offer whose number of devices your own
# sheets do not give gets at most three of the five points.

# %% nbgrader={"grade_id": "overview", "locked": true}
BANK = dict(weight_bytes=2, cache_bytes=2, users=120, context=3000, reserve=0.05)

try:
    for name in ("8B", "70B"):
        in_memory = kit.Sheet(memory, MEMORY).work_out(**MODELS[name], **BANK)
        for device, d in DEVICES.items():
            given = {k: in_memory[k] for k in ("parameters", "token_bytes", "serving_gb")}
            use = {k: BANK[k] for k in ("weight_bytes", "users", "context")}
            numbers = {k: d[k] for k in ("memory_gb", "bandwidth_gbs", "tflops", "dollars_an_hour")}
            row = kit.Sheet(speed, SPEED).work_out(**given, **use, **numbers, wanted=12)
            print(f"{name:>4} {device:5} {row['devices']:3} devices {row['dollars_a_month']:9,.0f} dollars a month {row['devices'] * d['kw']:6.2f} kW")
except (kit.CheckFailed, NameError) as problem:
    print("sheets 3 and 4 are not ready:", problem)

# %% nbgrader={"grade_id": "offer", "solution": true}
offer = """
### BEGIN SOLUTION
use_small: 1
a100: 1
h100: 0
h200: 0
l40s: 0
dollars_a_month: 1152
kw: 0.40
### END SOLUTION
"""

# %% nbgrader={"grade_id": "check-offer", "grade": true, "points": 5}
OFFER = ("use_small", "a100", "h100", "h200", "l40s", "dollars_a_month", "kw")


def offered():
    """Read the offer: the model's name, the device and how many of it."""
    worked = kit.Sheet(offer, lines=OFFER).work_out()
    kinds = {name: worked[name.lower()] for name in DEVICES if worked[name.lower()]}
    kit.require(len(kinds) == 1, f"the offer has {len(kinds)} kinds of device, exactly one is asked for")
    device, count = next(iter(kinds.items()))
    kit.require(worked["use_small"] in (0, 1), "use_small is 0 or 1")
    kit.require(count == int(count) and count > 0, f"{count} devices cannot be bought")
    return worked, "8B" if worked["use_small"] else "70B", device, int(count)


score = kit.Score(5)
with score.part(1, "the offer can be read, and its dollars and kilowatts are those of its devices"):
    worked, model, device, count = offered()
    kit.close(float(worked["dollars_a_month"]), count * DEVICES[device]["dollars_an_hour"] * 720, rtol=1e-3)
    kit.close(float(worked["kw"]), count * DEVICES[device]["kw"], rtol=1e-3)
### BEGIN HIDDEN TESTS
def needed(model, device):
    """How many devices of a kind the bank's request takes."""
    return speed_of(speed_inputs(MODELS[model], DEVICES[device], BANK, 12))["devices"]


def own_count(model, device):
    """How many devices the learner's own sheets 3 and 4 say."""
    in_memory = kit.Sheet(memory, lines=MEMORY).work_out(**MODELS[model], **BANK)
    inputs = {**speed_inputs(MODELS[model], DEVICES[device], BANK, 12), **{k: in_memory[k] for k in ("parameters", "token_bytes", "serving_gb")}}
    return kit.Sheet(speed, lines=SPEED).work_out(**inputs)["devices"]


with score.part(2, "everything fits, each agent has the tokens, the power stays within the limit", hidden=True):
    worked, model, device, count = offered()
    kit.close(float(worked["dollars_a_month"]), count * DEVICES[device]["dollars_an_hour"] * 720, rtol=1e-3)
    kit.require(count >= needed(model, device), "too few devices")
    kit.require(count * DEVICES[device]["kw"] <= 3.5, "too much power")
    kit.require(count <= 4 * needed(model, device), "far more devices than anybody needs")
with score.part(2, "the model is right by the measurement, your own sheets 3 and 4 give the number of devices, and no cheaper offer keeps the conditions", hidden=True):
    worked, model, device, count = offered()
    small_is_fine = 0.018 + 2.262 * 0.0145 / 10**0.5 < 0.03
    kit.equal(model, "8B" if small_is_fine else "70B")
    kit.close(own_count(model, device), count, rtol=1e-9)
    kit.require(count >= needed(model, device), "too few devices")
    models = ["8B", "70B"] if small_is_fine else ["70B"]
    kept = [(needed(m, d), d) for m in models for d in DEVICES if needed(m, d) * DEVICES[d]["kw"] <= 3.5]
    best = min(n * DEVICES[d]["dollars_an_hour"] * 720 for n, d in kept)
    kit.require(count * DEVICES[device]["dollars_an_hour"] * 720 <= best * 1.02, "there is a cheaper one")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more, then submit. Keep the sheets: they are yours for the next request.
