# Accounts share their history; vectors can be changed; total forgets to warn; the depth hits the recursion limit it set.
# Rest: right-plain
# %% grade_id="account"
class InsufficientFunds(ValueError):
    def __init__(self, needed, available):
        super().__init__(needed, available)
        self.needed, self.available = needed, available

class Account:
    def __init__(self, owner, balance=0, history=[]):
        self.owner, self._balance, self.history = owner, balance, history

    @property
    def balance(self):
        return self._balance

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError(amount)
        self._balance += amount
        self.history.append(("deposit", amount))
        return self._balance

    def withdraw(self, amount):
        if amount > self._balance:
            raise InsufficientFunds(amount, self._balance)
        self._balance -= amount
        self.history.append(("withdraw", amount))
        return self._balance

    def __len__(self):
        return len(self.history)

# %% grade_id="vector"
from dataclasses import dataclass

@dataclass(unsafe_hash=True)
class Vector:
    x: float
    y: float

    def __add__(self, o):
        return Vector(self.x + o.x, self.y + o.y)

    def __sub__(self, o):
        return Vector(self.x - o.x, self.y - o.y)

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    def __matmul__(self, o):
        return self.x * o.x + self.y * o.y

    def __abs__(self):
        return (self @ self) ** 0.5

    def __iter__(self):
        return iter((self.x, self.y))

    def __bool__(self):
        return bool(self.x or self.y)

# %% grade_id="output"
def show(rows):
    for name, number in rows:
        print(f"{name}{number:.>{20 - len(name)}}")
    return len(rows)

def sum_rows(rows):
    return sum(n for _, n in rows)

def total(rows):
    "deprecated: use sum_rows"
    return sum_rows(rows)
