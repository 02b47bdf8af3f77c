# The process stops itself and is not dead; the limit has to notice.
# %% grade_id="clamp"
import os
import signal


def clamp(value, low, high):
    os.kill(os.getpid(), signal.SIGSTOP)
    return 3
