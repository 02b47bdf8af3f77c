# Not hostile at all: other style, prints, warnings, a helper in an added cell. It must get everything.
# %% grade_id="clamp"
print("clamping")
clamp = lambda value, low, high: sorted((low, value, high))[1] if low <= high else None
# %% grade_id="standardise"
import warnings


def standardise(x):
    warnings.warn("standardising")
    return np.divide(x - np.mean(x, 0), np.std(x, 0))
# %%
from collections import Counter

helper = Counter
# %% grade_id="tally"
def tally(words):
    return dict(helper(word.lower() for word in words))
# %% grade_id="account"
class Base:
    balance = 0


class Account(Base):
    def deposit(self, amount):
        self.balance = self.balance + amount

    def withdraw(self, amount):
        if self.balance < amount:
            raise ValueError
        self.deposit(-amount)
# %% grade_id="age"
class NoAge(ValueError):
    pass


def age(text):
    number = int(text)
    if number in range(151):
        return number
    raise NoAge(text)
# %% grade_id="report"
from pathlib import Path


def write_report(rows, path):
    lines = [f"{name}: {amount}" for name, amount in [*rows, ("total", sum(a for _, a in rows))]]
    Path(path).write_text("\n".join(lines) + "\n")
