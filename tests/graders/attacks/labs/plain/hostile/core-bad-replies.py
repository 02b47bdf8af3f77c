# Replies whose parts have forms that they cannot have, a new one each time.
# %% grade_id="clamp"
import gc
import itertools

BAD = itertools.cycle(
    [
        {"warned": 5},
        {"warned": [[[["builtins", "Warning"]], "x"]] * 10000},
        {"warned": [[1]]},
        {"left": {"args": [[0, {"l": []}], [10**9, None]]}},
        {"left": {"args": 7}},
        {"tensors": [[1, 2, 3, 4]]},
        {"shared": [[1, {"l": []}]]},
        {"files": [[["lab"]], 5]},
        {"files": [[], [["lab", "prices.csv"]]]},
        {"e": 5},
        {"e": {"lineage": [["builtins", "KeyError"], 7]}},
        {"e": {"lineage": [["builtins", "UnicodeDecodeError"]], "args": [{"t": [1]}]}},
        {"e": {"lineage": [["asyncio", "CancelledError"]]}},
        {"v": {"R": {"id": 0, "label": "x", "can": ["eq"] * 9, "lineage": [[1, 2]]}}},
        {"v": {"sh": [1, {"l": []}]}},
        {"v": {"back": 1}},
        {"v": {"x": ["float32", [3], 0, True, {"graph": "a"}]}},
        {"v": {"n": ["Decimal", "sNaN"]}},
        {"v": {"am": [{"l": [1]}, True]}},
        {"v": {"a": ["<f8", [10**12], 0]}},
        {"v": {"xv": "cuda:99"}},
        {"v": {"nt": ["x", ["a", "a"], [1, 2]]}},
        {"v": {"unpack": [1]}},
        {"out": {"a": 1}},
        {"out": "x" * 10**7},
    ]
)


def forge():
    worker = next(o for o in gc.get_objects() if type(o).__name__ == "Side" and hasattr(o, "channel"))
    plain = worker.reply

    def reply(message, parts, buffers):
        plain(message, {**parts, **next(BAD)} if message.get("op") == "call" else parts, buffers)

    worker.reply = reply


try:
    forge()
except Exception:
    pass


def clamp(value, low, high):
    return None
# %% grade_id="tally"
def tally(words):
    return None
# %% grade_id="age"
def age(text):
    return None
# %% grade_id="standardise"
def standardise(x):
    return None
