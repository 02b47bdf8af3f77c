# At most 150 processes, which stay for a while; each gives up by itself.
# %% grade_id="clamp"
import os
import time

count = 0
for _ in range(150):
    try:
        pid = os.fork()
    except OSError:
        break
    if pid == 0:
        open("/proc/self/comm", "w").write("@LEFT@")
        os.setsid()
        time.sleep(40)
        os._exit(0)


def clamp(value, low, high):
    return None
