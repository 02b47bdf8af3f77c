# A progress bar of its own on stderr, as tqdm does: stock nbgrader takes it for failure.
# Rest: right-numpy
# %%
import sys

def progress(iterable):
    for i, item in enumerate(iterable):
        if i % 100 == 0:
            print(f"\r{i}", end="", file=sys.stderr)
        yield item

# %% grade_id="q6"
def bootstrap(values, statistic, repetitions):
    values = np.asarray(values)
    return np.array([statistic(np.random.choice(values, size=values.size)) for _ in progress(range(repetitions))])

def interval(estimates, level=95):
    return list(np.percentile(estimates, ((100 - level) / 2, 100 - (100 - level) / 2)))

ci = interval(bootstrap(trips["minutes"], np.mean, 2000))
