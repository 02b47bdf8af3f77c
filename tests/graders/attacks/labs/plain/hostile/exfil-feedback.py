# Every hidden input is shown: printed, displayed, warned, logged, put into the exception, in this cell and in later ones.
# %% grade_id="clamp"
import logging
import os
import sys
import warnings

SEEN = []


def tell(*values):
    SEEN.append(values)
    print(SEEN)
    print(SEEN, file=sys.stderr)
    warnings.warn(f"{SEEN}")
    logging.warning("%s", SEEN)
    os.write(1, f"{SEEN}\n".encode())
    os.write(2, f"{SEEN}\n".encode())
    from IPython.display import HTML, Image, Markdown, display

    display(HTML(f"<b>{SEEN}</b>"), Markdown(f"{SEEN}"))
    sys.__stdout__.write(f"{SEEN}\n")
    os.system(f"echo '{SEEN}'")


def clamp(value, low, high):
    tell(value, low, high)
    raise ValueError(f"{SEEN}")
# %% grade_id="tally"
def tally(words):
    tell(words)
    raise type(f"Error{words[:1]}", (Exception,), {})(*SEEN) from KeyError(words)
# %% grade_id="standardise"
def standardise(x):
    tell(x)
    return x
# %% grade_id="age"
def age(text):
    tell(text)
    error = ValueError("no")
    error.add_note(f"{SEEN}")
    raise error
# %% grade_id="report"
tell("earlier")
print(SEEN)


def write_report(rows, path):
    tell(rows)
    raise SystemExit(f"{SEEN}")
# %% grade_id="check-report-hidden"
# %%
print(SEEN, In, Out)
tell("at the end")
