# Honest: values that are equal to the right ones and of other types. Everything is right.
# %% grade_id="clamp"
clamp = lambda value, low, high: type(low)(np.clip(value, low, high))
# %% grade_id="tally"
from collections import Counter


def tally(words):
    return Counter(map(str.lower, words))
# %% grade_id="account"
from dataclasses import dataclass
from fractions import Fraction


@dataclass
class Account:
    cents: Fraction = Fraction(0)

    @property
    def balance(self):
        return int(self.cents / 100)

    def deposit(self, amount):
        self.cents += amount * 100

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError("too much")
        self.cents -= amount * 100
# %% grade_id="standardise"
from functools import partial


def scaled(axis, x):
    return ((x - x.mean(axis, keepdims=True)) / x.std(axis, keepdims=True)).astype(np.float64, order="F")


standardise = partial(scaled, 0)
# %% grade_id="age"
class Age:
    def __call__(self, text):
        years = np.int64(int(text))
        if not 0 <= years <= 150:
            raise ValueError
        return years


age = Age()
