# Plain classes and loops, as in a first course.
# %% grade_id="account"
class InsufficientFunds(ValueError):
    def __init__(self, needed, available):
        self.needed = needed
        self.available = available

    def __str__(self):
        return "you want " + str(self.needed) + " but have " + str(self.available)

class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.__balance = balance
        self.history = []

    @property
    def balance(self):
        return self.__balance

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("amount must be positive")
        self.__balance += amount
        self.history.append(("deposit", amount))
        return self.__balance

    def withdraw(self, amount):
        if amount <= 0:
            raise ValueError("amount must be positive")
        if amount > self.__balance:
            raise InsufficientFunds(amount, self.__balance)
        self.__balance -= amount
        self.history.append(("withdraw", amount))
        return self.__balance

    def __len__(self):
        return len(self.history)

# %% grade_id="vector"
class Vector:
    def __init__(self, x, y):
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "y", y)

    def __setattr__(self, name, value):
        raise AttributeError("vectors do not change")

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y)

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __mul__(self, k):
        return Vector(k * self.x, k * self.y)

    def __rmul__(self, k):
        return self * k

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __abs__(self):
        return (self.x**2 + self.y**2) ** 0.5

    def __eq__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return (self.x, self.y) == (other.x, other.y)

    def __hash__(self):
        return hash((self.x, self.y))

    def __bool__(self):
        return bool(self.x or self.y)

    def __iter__(self):
        return iter((self.x, self.y))

    def __repr__(self):
        return f"Vector({self.x!r}, {self.y!r})"

# %% grade_id="cards"
from collections import namedtuple
from enum import Enum

class Suit(Enum):
    CLUBS = 1
    DIAMONDS = 2
    HEARTS = 3
    SPADES = 4

Card = namedtuple("Card", "rank suit")

def deck():
    cards = set()
    for suit in Suit:
        for rank in range(2, 15):
            cards.add(Card(rank, suit))
    return cards

def sort_hand(cards):
    # bubble sort
    for i in range(len(cards)):
        for j in range(len(cards) - 1):
            a, b = cards[j], cards[j + 1]
            if (a.suit.value, a.rank) < (b.suit.value, b.rank):
                cards[j], cards[j + 1] = b, a

# %% grade_id="iterators"
def chunks(iterable, n):
    part = []
    for item in iterable:
        part.append(item)
        if len(part) == n:
            yield tuple(part)
            part = []
    if part:
        yield tuple(part)

def merge(a, b):
    a, b = iter(a), iter(b)
    end = object()
    x, y = next(a, end), next(b, end)
    while x is not end and y is not end:
        if y < x:
            yield y
            y = next(b, end)
        else:
            yield x
            x = next(a, end)
    while x is not end:
        yield x
        x = next(a, end)
    while y is not end:
        yield y
        y = next(b, end)

# %% grade_id="wrappers"
from functools import wraps

class Tracker:
    def __init__(self, log):
        self.log = log
        self.caught = None

    def __enter__(self):
        self.log.append("enter")
        return self

    def __exit__(self, exc_type, exc, tb):
        self.log.append("exit")
        if exc_type is not None and issubclass(exc_type, KeyError):
            self.caught = exc
            return True

def retry(times, on=Exception):
    def decorator(f):
        @wraps(f)
        def inner(*args, **kwargs):
            left = times
            while True:
                try:
                    return f(*args, **kwargs)
                except on:
                    left -= 1
                    if left == 0:
                        raise
        return inner
    return decorator

# %% grade_id="dates"
def by_month(people):
    result = {}
    for name in people:
        if people[name] is None:
            continue
        month = people[name].month
        if month not in result:
            result[month] = set()
        result[month].add(name)
    return result

def next_birthday(born, today):
    if born == None:
        return None
    def in_year(year):
        if (born.month, born.day) == (2, 29):
            leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
            return date(year, 2, 29) if leap else date(year, 3, 1)
        return date(year, born.month, born.day)
    this = in_year(today.year)
    return this if this >= today else in_year(today.year + 1)

# %% grade_id="async"
async def run_all(jobs, limit):
    results = [None] * len(jobs)
    todo = list(enumerate(jobs))
    async def worker():
        while todo:
            i, job = todo.pop(0)
            results[i] = await job()
    await asyncio.gather(*[worker() for _ in range(limit)])
    return results

# %% grade_id="output"
def show(rows):
    n = 0
    for name, number in rows:
        dots = "." * (20 - len(name) - len(str(number)))
        print(name, dots, number, sep="")
        n += 1
    return n

def sum_rows(rows):
    s = 0
    for row in rows:
        s += row[1]
    return s

def total(rows):
    warnings.warn("use sum_rows instead", DeprecationWarning)
    return sum_rows(rows)

# %% grade_id="files"
import os

def save(path, records):
    f = open(path, "w", encoding="utf-8")
    f.write(repr(records))
    f.close()
    return os.stat(path).st_size

def load(path):
    if not os.path.exists(path):
        return None
    f = open(path, encoding="utf-8")
    text = f.read()
    f.close()
    return eval(text)

def count_lines(path):
    n = 0
    with open(path, encoding="utf-8") as f:
        for line in f.readlines():
            if line.strip() != "" and line[0] != "#":
                n = n + 1
    return n

# %% grade_id="chinese"
class 学生:
    def __init__(self, 姓名, 成绩):
        self.姓名 = 姓名
        self.成绩 = 成绩

    def 平均(self):
        if len(self.成绩) == 0:
            return None
        总分 = 0
        for 分 in self.成绩:
            总分 += 分
        return 总分 / len(self.成绩)

def 统计(文本):
    结果 = {}
    for 字 in 文本:
        if 字 in " \n\t，。！？":
            continue
        if 字 in 结果:
            结果[字] += 1
        else:
            结果[字] = 1
    return 结果

def 深度(列表):
    最深 = 0
    for 项 in 列表:
        if type(项) == list:
            最深 = max(最深, 深度(项))
    return 最深 + 1
