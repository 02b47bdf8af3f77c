# Hidden inputs in messages, prints, displayed things, kept for later cells, and in a file.
# %% grade_id="smooth"
SEEN = []


def smooth(x, width):
    SEEN.append(x.tolist())
    print(SEEN)
    open("seen.txt", "a").write(f"{SEEN}")
    raise ValueError(f"{SEEN}")
# %% grade_id="banner"
def banner(text):
    SEEN.append(text)
    print(SEEN)
    raise ValueError(f"{SEEN}")
# %% grade_id="ratio"
print(SEEN)


def ratio(a, b):
    SEEN.append((a, b))
    import sys

    print(SEEN, file=sys.__stdout__)
    print(SEEN, file=sys.__stderr__)
    error = ValueError(f"zero {SEEN}")
    error.add_note(f"{SEEN}")
    raise error
# %% grade_id="fit"
print(open("seen.txt").read() if SEEN else "")
raise RuntimeError(f"{SEEN}")
