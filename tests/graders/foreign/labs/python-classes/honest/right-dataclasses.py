# Dataclasses, slots, StrEnum-like mixins, field factories, total_ordering: modern standard library.
# Rest: right-plain
# %%
from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import KW_ONLY, astuple, dataclass, field, replace
from enum import IntEnum, unique
from functools import total_ordering
from typing import ClassVar, NamedTuple

# %% grade_id="account"
@dataclass
class InsufficientFunds(ValueError):
    needed: float
    available: float

    def __post_init__(self):
        super().__init__(self.needed, self.available)

    def __str__(self):
        return f"{self.needed=} {self.available=}"

@dataclass
class Account:
    owner: str
    initial: int = field(default=0, repr=False)
    history: list[tuple[str, int]] = field(default_factory=list, init=False)
    signs: ClassVar[dict[str, int]] = {"deposit": 1, "withdraw": -1}

    def __init__(self, owner, balance=0):
        self.owner, self.initial, self.history = owner, balance, []

    @property
    def balance(self):
        return self.initial + sum(self.signs[what] * amount for what, amount in self.history)

    def _check(self, amount):
        if not amount > 0:
            raise ValueError(f"{amount=} is not above 0")

    def deposit(self, amount):
        self._check(amount)
        self.history.append(("deposit", amount))
        return self.balance

    def withdraw(self, amount):
        self._check(amount)
        if self.balance < amount:
            raise InsufficientFunds(amount, self.balance)
        self.history.append(("withdraw", amount))
        return self.balance

    def __len__(self):
        return len(self.history)

# %% grade_id="vector"
@dataclass(frozen=True, slots=True)
class Vector:
    x: float
    y: float

    def __iter__(self):
        return iter(astuple(self))

    def __add__(self, o):
        return Vector(*(a + b for a, b in zip(self, o)))

    def __sub__(self, o):
        return Vector(*(a - b for a, b in zip(self, o)))

    def __neg__(self):
        return replace(self, x=-self.x, y=-self.y)

    def __mul__(self, k):
        return Vector(*(k * a for a in self))

    __rmul__ = __mul__

    def __matmul__(self, o):
        return sum(a * b for a, b in zip(self, o))

    def __abs__(self):
        from math import hypot
        return hypot(*self)

    def __bool__(self):
        return any(self)

# %% grade_id="cards"
@unique
class Suit(IntEnum):
    CLUBS = 1
    DIAMONDS = 2
    HEARTS = 3
    SPADES = 4

class Card(NamedTuple):
    rank: int
    suit: Suit

    def __str__(self):
        return f"{self.rank} of {self.suit.name.lower()}"

def deck() -> set[Card]:
    return {Card(rank, suit) for suit in Suit for rank in range(2, 15)}

def sort_hand(cards: list[Card]) -> None:
    cards[:] = sorted(cards, key=lambda c: (-c.suit, -c.rank))

# %% grade_id="dates"
def by_month(people: dict[str, date | None]) -> dict[int, set[str]]:
    result = defaultdict(set)
    for name, born in people.items():
        if born:
            result[born.month].add(name)
    return result

def next_birthday(born: date | None, today: date) -> date | None:
    match born:
        case None:
            return None
        case date(month=2, day=29):
            days = (date(y, 3, 1) if y % 4 else date(y, 2, 29) for y in range(today.year, today.year + 2))
        case date(month=m, day=d):
            days = (date(y, m, d) for y in range(today.year, today.year + 2))
    return min(day for day in days if day >= today)

# %% grade_id="chinese"
@dataclass
class 学生:
    姓名: str
    成绩: list[float]

    def 平均(self):
        return sum(self.成绩) / len(self.成绩) if self.成绩 else None

def 统计(文本):
    return Counter(字 for 字 in 文本 if 字.isalpha())

def 深度(列表):
    return 1 + max([0, *(深度(项) for 项 in 列表 if isinstance(项, list))])
