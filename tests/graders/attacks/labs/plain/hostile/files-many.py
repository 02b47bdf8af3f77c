# Ten thousand small files, and names that a copy stumbles over.
# %% grade_id="report"
import os

for i in range(10_000):
    open(f"f{i}", "w").close()
for name in ("-rf", "a\nb", b"\xff\xfe", "..x", " ", "$(touch @LEFT@)", "x" * 250):
    try:
        open(name, "w").close()
    except OSError:
        pass


def write_report(rows, path):
    open(path, "w").write("")
