# Threads that go on, native ones too, and a pool that is never closed.
# %% grade_id="smooth"
import multiprocessing
import threading
import time


def burn():
    open("/proc/thread-self/comm", "w").write("@LEFT@")
    end = time.time() + 60
    while time.time() < end:
        torch.zeros(1000, 1000).sum()
        time.sleep(0.05)


for _ in range(4):
    threading.Thread(target=burn, daemon=False).start()
try:
    pool = multiprocessing.get_context("fork").Pool(2, initializer=burn)
    pool.apply_async(burn)
except Exception:
    pass


def smooth(x, width):
    return x
