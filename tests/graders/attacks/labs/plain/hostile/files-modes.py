# Modes, times and lengths of what lies outside are changed, which takes no right to open it; others' limits too.
# %% grade_id="clamp"
import os
import resource

for path in ("@COURSE@", "@COURSE@/gradebook.db", "@COURSE@/graded.db", "@COURSE@/source/plain/plain.ipynb", "@DATA@/secrets"):
    for change in (
        lambda: os.truncate(path, 0),
        lambda: os.setxattr(path, "user.x", b"x"),
        lambda: os.utime(path, (0, 0)),
        lambda: os.chmod(path, 0),
        lambda: os.rename(path, path + "x"),
    ):
        try:
            change()
        except OSError:
            pass
others = [int(name) for name in os.listdir("/proc") if name.isdecimal()]
for pid in {os.getppid(), *others} - {0, os.getpid()}:
    for limit in (resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):
        try:
            resource.prlimit(pid, limit, (0, 0))
        except (OSError, ValueError):
            pass
    try:
        os.setpriority(os.PRIO_PROCESS, pid, 19)
        os.sched_setaffinity(pid, {0})
    except OSError:
        pass


def clamp(value, low, high):
    return None
