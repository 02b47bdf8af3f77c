# Errors that cannot be told: names that are no names, texts without end, notes, groups, chains of themselves.
# %% grade_id="clamp"
def clamp(value, low, high):
    raise type("a\ud800 b\0<script>@SCRIPT@</script>", (Exception,), {"x": "y" * 100})("\ud800\0" * 1000)
# %% grade_id="tally"
class Long(Exception):
    def __str__(self):
        return "x" * 500_000_000


def tally(words):
    raise Long
# %% grade_id="age"
class Attributes(ValueError):
    def __dir__(self):
        return [f"a{i}" for i in range(10**6)]

    def __getattr__(self, name):
        return [[[[name]]]] * 1000


def age(text):
    raise Attributes
# %% grade_id="standardise"
def standardise(x):
    error = Exception()
    for _ in range(50_000):
        new = Exception()
        new.__cause__ = error
        error = new
    raise error
# %% grade_id="account"
class Account:
    def __init__(self):
        raise BaseExceptionGroup("g", [BaseException(), KeyboardInterrupt()])
