# Leans on globals: the table itself, a generator with a seed, a cache of resamples.
# Rest: right-pandas
# %% grade_id="q6"
SEED = 42
np.random.seed(SEED)
history = []

def bootstrap(values, statistic, repetitions):
    global history
    history = []
    values = np.asarray(values)
    while len(history) < repetitions:
        history.append(statistic(np.random.choice(values, values.shape)))
    return np.array(history)

def interval(estimates, level=95):
    global last_interval
    last_interval = np.percentile(estimates, [(100 - level) / 2, 100 - (100 - level) / 2])
    return last_interval

bootstrap(trips["minutes"], np.mean, 2000)
interval(history)
ci = last_interval

# %% grade_id="q7"
import re
_text, _words = None, None

def words(text):
    global _text, _words
    if text != _text:
        _text, _words = text, re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower())
    return _words

def counts(text):
    return {w: words(text).count(w) for w in dict.fromkeys(words(text))}

def longest(text):
    words(text)
    return next(w for w in _words if len(w) == max(map(len, _words)))
