# A process that leaves the session by a double fork, and one that is started anew.
# %% grade_id="clamp"
import os
import subprocess
import sys
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        try:
            open("/proc/self/comm", "w").write("@LEFT@")
        except OSError:
            pass
        for fd in range(1024):
            try:
                os.close(fd)
            except OSError:
                pass
        time.sleep(60)
    os._exit(0)
for command in ([sys.executable, "-c", "import time; time.sleep(60)", "@LEFT@"], ["sh", "-c", "sleep 60 # @LEFT@"]):
    try:
        subprocess.Popen(command, start_new_session=True, env={**os.environ, "MARK": "@LEFT@"})
    except OSError:
        pass


def clamp(value, low, high):
    return None
