# A regular expression that backtracks for ever holds the interpreter's lock: no signal handler gets a turn.
# %% grade_id="age"
import re


def age(text):
    re.match(r"(a+)+$", "a" * 60 + "b")
    return 41
