# Prints while it is checked: every method tells what it does.
# Rest: right-plain
# %% grade_id="account"
class InsufficientFunds(ValueError):
    def __init__(self, needed, available):
        super().__init__(f"InsufficientFunds: {needed} > {available}")
        self.needed, self.available = needed, available
        print("creating", self)

class Account:
    count = 0

    def __init__(self, owner, balance=0):
        Account.count += 1
        print(f"account {Account.count} for {owner}")
        self.owner, self._b, self.history = owner, balance, []

    def __repr__(self):
        return f"<{self.owner}: {self._b}>"

    def __len__(self):
        print("len?")
        return len(self.history)

    @property
    def balance(self):
        print("balance asked")
        return self._b

    def deposit(self, amount):
        print(self, "+", amount)
        if amount <= 0:
            print("refused")
            raise ValueError(f"cannot deposit {amount}")
        self._b += amount
        self.history += [("deposit", amount)]
        return self._b

    def withdraw(self, amount):
        print(self, "-", amount)
        if amount <= 0:
            raise ValueError(f"cannot withdraw {amount}")
        if self._b < amount:
            raise InsufficientFunds(amount, self._b)
        self._b -= amount
        self.history += [("withdraw", amount)]
        return self._b

# %% grade_id="iterators"
def chunks(iterable, n):
    print("chunks starts")
    it = iter(iterable)
    while True:
        part = ()
        while len(part) < n:
            try:
                part += (next(it),)
                print("read", part[-1])
            except StopIteration:
                if part:
                    yield part
                print("chunks ends")
                return
        yield part

def merge(a, b):
    import heapq
    for item in heapq.merge(a, b):
        print("->", item)
        yield item

# %% grade_id="wrappers"
import functools

class Tracker:
    def __init__(self, log):
        self.log, self.caught = log, None
    def __enter__(self):
        print(">>>")
        self.log.append("enter")
        return self
    def __exit__(self, kind, error, tb):
        print("<<<", kind)
        self.log.append("exit")
        if kind is KeyError:
            self.caught = error
        return kind is KeyError

def retry(times, on=Exception):
    def deco(f):
        @functools.wraps(f)
        def g(*a, **k):
            for i in range(1, times + 1):
                print(f"try {i} of {times}: {f.__name__}{a}")
                try:
                    return f(*a, **k)
                except on as e:
                    print("failed:", repr(e))
                    if i == times:
                        raise
        return g
    return deco
