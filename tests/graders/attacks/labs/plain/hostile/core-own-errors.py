# The engine's own errors, raised by an answer: a refusal, the end of time, a process that is gone, its notes.
# %% grade_id="clamp"
from graders import errors


def named(module, name):
    return type(name, (Exception,), {"__module__": module, "academy_where": "nowhere", "academy_says": "well"})


def clamp(value, low, high):
    raise named("graders.engine.standins", "CannotCross")("all is well")
# %% grade_id="tally"
def tally(words):
    raise named("graders.engine.session", "CallTooLong")
# %% grade_id="age"
def age(text):
    raise named("__main__", "CallTimeout")
# %% grade_id="standardise"
def standardise(x):
    raise errors.Refusal("please do not grade this")
# %% grade_id="account"
class Account:
    def __init__(self):
        raise named("graders.engine.session", "LearnerGone")
# %% grade_id="report"
def write_report(rows, path):
    raise named("graders.kit.failures", "CheckFailed")
