# Hidden inputs leave by ways that are no output: names of files, a variable in a later cell, Markdown, the order of time.
# %% grade_id="clamp"
import os

SEEN = []


def clamp(value, low, high):
    SEEN.append((value, low, high))
    open("seen.txt", "a").write(f"{SEEN}\n")
    for name in ("plain.ipynb", "prices.csv"):
        try:
            open(name, "a").write(f" {SEEN}")
        except OSError:
            pass
    get_ipython().set_next_input(f"# {SEEN}")
    get_ipython().payload_manager.write_payload({"source": "page", "data": {"text/plain": f"{SEEN}"}})
    return min(max(value, low), high)
# %% grade_id="check-clamp-hidden"
# %%
print(open("seen.txt").read())
# %% grade_id="standardise"
print("first", SEEN)


def standardise(x):
    print(SEEN)
    return x + str(SEEN)
