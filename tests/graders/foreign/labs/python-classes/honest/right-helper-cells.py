# Helpers in added cells, tries between the checks, a class extended after its check.
# Rest: right-dataclasses
# %% after="setup"
def positive(amount):
    if amount <= 0:
        raise ValueError(f"{amount} is not positive")
    return amount

# %% grade_id="account"
class Account:
    def __init__(self, owner, balance=0):
        self.owner, self._balance, self.history = owner, balance, []

    balance = property(lambda self: self._balance)

    def deposit(self, amount):
        self._balance += positive(amount)
        self.history.append(("deposit", amount))
        return self._balance

    def withdraw(self, amount):
        enough(positive(amount), self._balance)
        self._balance -= amount
        self.history.append(("withdraw", amount))
        return self._balance

    def __len__(self):
        return len(self.history)

# %%
class InsufficientFunds(ValueError):
    def __init__(self, needed, available):
        super().__init__("needed %s, available %s" % (needed, available))
        self.__dict__.update(needed=needed, available=available)

# %%
def enough(amount, available):
    if amount > available:
        raise InsufficientFunds(amount, available)

# %%
a = Account("me", 3)
a.deposit(1), a.withdraw(2), a.history

# %%
try:
    a.withdraw(100)
except InsufficientFunds as e:
    print(e, e.needed)

# %% after="check-account-errors"
Account.__str__ = lambda self: f"{self.owner} has {self.balance}"
print(a)

# %% grade_id="wrappers"
import functools
from contextlib import ContextDecorator

class Tracker(ContextDecorator):
    def __init__(self, log):
        self.log = log
        self.caught = None
    __enter__ = lambda self: note(self, "enter")
    def __exit__(self, kind, error, tb):
        note(self, "exit")
        return swallow(self, error)

# %%
def note(tracker, what):
    tracker.log.append(what)
    return tracker

def swallow(tracker, error):
    if isinstance(error, KeyError):
        tracker.caught = error
    return tracker.caught is not None

# %%
def retry(times, on=Exception):
    def decorate(f):
        return functools.update_wrapper(functools.partial(again, f, times, on), f)
    return decorate

def again(f, times, on, *args, **kwargs):
    for left in reversed(range(times)):
        try:
            return f(*args, **kwargs)
        except on:
            if not left:
                raise

# %%
log = []
with Tracker(log):
    raise KeyError("tried")
log
