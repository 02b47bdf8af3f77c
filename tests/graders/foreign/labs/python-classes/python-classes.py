# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Assessment: Python with classes
#
# Ten short tasks. The standard library is allowed, all of it. 只用标准库。

# %% nbgrader={"grade_id": "setup", "locked": true}
import asyncio
import io
import inspect
import tempfile
import warnings
from contextlib import redirect_stdout
from datetime import date, timedelta
from pathlib import Path

# %% [markdown] id="1-state-and-exceptions-4-points"
# ## 1. State and exceptions (4 points)
#
# `Account(owner, balance=0)` with `deposit(amount)` and `withdraw(amount)`, which return the new balance; a read-only property `balance`; `history`, the
# list of `(what, amount)` pairs such as `("deposit", 5)`; `len(account)` is the number of them. An amount that is not above 0 raises a
# `ValueError`. Too large a withdrawal raises your own `InsufficientFunds` (a `ValueError`) with the attributes `needed` and `available`, and changes
# nothing.

# %% nbgrader={"grade_id": "account", "solution": true}
### BEGIN SOLUTION
class InsufficientFunds(ValueError):
    """There is less than what was asked for."""

    def __init__(self, needed, available):
        super().__init__(f"{needed} needed, {available} available")
        self.needed = needed
        self.available = available


class Account:
    """An account with a memory."""

    def __init__(self, owner, balance=0):
        self.owner = owner
        self._balance = balance
        self.history = []

    @property
    def balance(self):
        return self._balance

    def deposit(self, amount):
        return self._book("deposit", amount, amount)

    def withdraw(self, amount):
        if amount > self._balance:
            raise InsufficientFunds(amount, self._balance)
        return self._book("withdraw", amount, -amount)

    def _book(self, what, amount, change):
        if amount <= 0:
            raise ValueError(f"not above 0: {amount}")
        self._balance += change
        self.history.append((what, amount))
        return self._balance

    def __len__(self):
        return len(self.history)
### END SOLUTION

# %% nbgrader={"grade_id": "check-account", "grade": true, "points": 2}
account = Account("Ada", 10)
assert account.owner == "Ada" and account.balance == 10
assert account.deposit(5) == 15 and account.withdraw(2) == 13
assert account.history == [("deposit", 5), ("withdraw", 2)]
assert len(account) == 2 and account.history[-1][0] == "withdraw"
other = Account(owner="Bob")
assert other.balance == 0 and other.history == [] and len(other) == 0, "accounts share their state"
try:
    account.balance = 1000
except AttributeError:
    pass
else:
    assert False, "the balance can be set"

# %% nbgrader={"grade_id": "check-account-errors", "grade": true, "points": 2}
assert issubclass(InsufficientFunds, ValueError) and InsufficientFunds is not ValueError
account = Account("Ada", 10)
try:
    account.withdraw(25)
except InsufficientFunds as err:
    assert err.needed == 25 and err.available == 10
    assert "25" in str(err)
else:
    raise AssertionError("nothing was raised")
assert account.balance == 10 and account.history == []
for amount in (0, -3):
    try:
        account.deposit(amount)
        raise AssertionError(f"deposit({amount}) went through")
    except ValueError as err:
        assert not isinstance(err, InsufficientFunds)
### BEGIN HIDDEN TESTS
class Savings(Account):
    """A check's own subclass of the learner's class."""

    def deposit(self, amount):
        return super().deposit(2 * amount)

savings = Savings("Eve")
assert savings.deposit(3) == 6 and savings.balance == 6 and isinstance(savings, Account)
try:
    savings.withdraw(7)
except Exception as err:
    assert type(err) is InsufficientFunds and (err.needed, err.available) == (7, 6)
assert vars(savings)["owner"] == "Eve"
### END HIDDEN TESTS

# %% [markdown] id="2-operators-3-points"
# ## 2. Operators (3 points)
#
# `Vector(x, y)` cannot be changed and has `x`, `y`; `v + w`, `v - w`, `-v`, `3 * v`, `v * 3`, `v @ w` (scalar product), `abs(v)`, `v == w`, `bool(v)`, unpacking
# (`x, y = v`), `repr` as one would type it, and it can be a key of a dict. Half a point for each of six groups.

# %% nbgrader={"grade_id": "vector", "solution": true}
### BEGIN SOLUTION
from dataclasses import dataclass


@dataclass(frozen=True)
class Vector:
    """A vector of the plane."""

    x: float
    y: float

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __sub__(self, other):
        return self + -other

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor)

    __rmul__ = __mul__

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __abs__(self):
        return (self @ self) ** 0.5

    def __bool__(self):
        return self.x != 0 or self.y != 0

    def __iter__(self):
        yield self.x
        yield self.y
### END SOLUTION

# %% nbgrader={"grade_id": "check-vector", "grade": true, "points": 3}
def passes(test):
    try:
        test()
        return 0.5
    except Exception as e:
        print(test.__name__, "->", type(e).__name__, e)
        return 0

def sums():
    assert Vector(1, 2) + Vector(3, 4) == Vector(4, 6) and Vector(1, 2) - Vector(3, 4) == Vector(-2, -2)
    assert -Vector(1, -2) == Vector(-1, 2) and sum([Vector(1, 1)] * 3, Vector(0, 0)) == Vector(3, 3)

def products():
    assert 3 * Vector(1, 2) == Vector(1, 2) * 3 == Vector(3, 6)
    assert Vector(1, 2) @ Vector(3, 4) == 11 and abs(Vector(3, 4)) == 5.0

def equality():
    assert Vector(1, 2) != Vector(2, 1) and not Vector(1, 2) == (5, 5) and Vector(1, 2) != None
    assert Vector(1, 2) in [Vector(0, 0), Vector(1, 2)]

def keys():
    places = {Vector(1, 2): "a", Vector(0, 0): "b"}
    assert places[Vector(1, 2)] == "a" and len({Vector(1, 2), Vector(1, 2)}) == 1

def shape():
    x, y = Vector(7, 8)
    assert (x, y) == (7, 8) and repr(Vector(1, -2)).replace("x=", "").replace("y=", "") == "Vector(1, -2)"
    assert Vector(0, 1) and not Vector(0, 0) and eval(repr(Vector(1, 2))) == Vector(1, 2)

def fixed():
    v = Vector(1, 2)
    try:
        v.x = 5
    except AttributeError:
        assert v.x == 1
    else:
        raise AssertionError("x can be set")

sum(map(passes, [sums, products, equality, keys, shape, fixed]))

# %% [markdown] id="3-enums-named-tuples-lists-in"
# ## 3. Enums, named tuples, lists in place (3 points)
#
# `Suit` is an `Enum` with `CLUBS` = 1, `DIAMONDS`, `HEARTS`, `SPADES` = 4. `Card` is a named tuple with the fields `rank` (2 to 14) and `suit`. `deck()` returns the
# **set** of all 52. `sort_hand(cards)` sorts a **list in place**, by suit and then by rank, both descending, and returns `None`.

# %% nbgrader={"grade_id": "cards", "solution": true}
### BEGIN SOLUTION
from collections import namedtuple
from enum import Enum

Suit = Enum("Suit", ["CLUBS", "DIAMONDS", "HEARTS", "SPADES"])
Card = namedtuple("Card", ["rank", "suit"])


def deck():
    return {Card(rank, suit) for rank in range(2, 15) for suit in Suit}


def sort_hand(cards):
    cards.sort(key=lambda card: (card.suit.value, card.rank), reverse=True)
### END SOLUTION

# %% nbgrader={"grade_id": "check-cards", "grade": true, "points": 3}
from enum import Enum
assert issubclass(Suit, Enum) and len(Suit) == 4
assert [suit.name for suit in Suit] == ["CLUBS", "DIAMONDS", "HEARTS", "SPADES"]
assert Suit.SPADES.value == 4 and Suit["HEARTS"] is Suit(3)
assert isinstance(Card(2, Suit.CLUBS), tuple) and Card._fields == ("rank", "suit")
assert Card(14, Suit.SPADES) == (14, Suit.SPADES) and Card(2, Suit.CLUBS)._replace(rank=3).rank == 3
assert isinstance(deck(), set) and len(deck()) == 52 and Card(14, Suit.HEARTS) in deck()
hand = [Card(3, Suit.CLUBS), Card(14, Suit.HEARTS), Card(2, Suit.SPADES), Card(5, Suit.HEARTS)]
alias = hand
assert sort_hand(hand) is None
assert hand is alias and [(c.rank, c.suit.value) for c in hand] == [(2, 4), (14, 3), (5, 3), (3, 1)]
### BEGIN HIDDEN TESTS
everything = list(deck())
sort_hand(everything)
assert everything[0] == Card(14, Suit.SPADES) and everything[-1] == Card(2, Suit.CLUBS) and len(set(everything)) == 52
empty = []
sort_hand(empty)
assert empty == []
### END HIDDEN TESTS

# %% [markdown] id="4-iterators-3-points"
# ## 4. Iterators (3 points)
#
# `chunks(iterable, n)` yields tuples of `n` items, the last may be shorter; it reads only what it needs for the next tuple. `merge(a, b)` yields the items of two sorted
# iterables in order, without reading further ahead than one item of each; either may be endless.

# %% nbgrader={"grade_id": "iterators", "solution": true}
def chunks(iterable, n):
    """Yield tuples of n items."""
    ### BEGIN SOLUTION
    iterator = iter(iterable)
    while True:
        chunk = []
        for item in iterator:
            chunk.append(item)
            if len(chunk) == n:
                break
        if not chunk:
            return
        yield tuple(chunk)
    ### END SOLUTION


def merge(a, b):
    """Yield the items of both in order."""
    ### BEGIN SOLUTION
    import heapq
    yield from heapq.merge(a, b)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-chunks", "grade": true, "points": 2}
assert list(chunks("abcdefg", 3)) == [("a", "b", "c"), ("d", "e", "f"), ("g",)]
assert list(chunks([], 2)) == [] and list(chunks(iter([1, 2]), 2)) == [(1, 2)]
taken = []
def source():
    for i in range(10):
        taken.append(i)
        yield i
parts = chunks(source(), 4)
assert taken == [], "nothing should be read before the first chunk is asked for"
assert next(parts) == (0, 1, 2, 3)
assert len(taken) == 4, f"{len(taken)} items were read for the first 4"
assert list(parts) == [(4, 5, 6, 7), (8, 9)]
assert next(parts, None) is None

# %% nbgrader={"grade_id": "check-merge", "grade": true, "points": 1}
### BEGIN HIDDEN TESTS
from itertools import count, islice
assert list(merge([1, 4, 6], (2, 3, 9))) == [1, 2, 3, 4, 6, 9]
assert list(islice(merge(count(0, 2), count(1, 2)), 6)) == [0, 1, 2, 3, 4, 5]
reads = {"a": 0, "b": 0}
def counted(name, step):
    for i in count(0, step):
        reads[name] += 1
        yield i
merged = merge(counted("a", 3), counted("b", 5))
assert [next(merged) for _ in range(5)] == [0, 0, 3, 5, 6]
assert reads["a"] <= 5 and reads["b"] <= 4
assert list(merge([], [])) == [] and list(merge([], "ab")) == ["a", "b"]
### END HIDDEN TESTS

# %% [markdown] id="5-context-managers-and-decorators"
# ## 5. Context managers and decorators (3 points)
#
# `with Tracker(log) as t:` appends `"enter"` and `"exit"` to the given list, swallows a `KeyError` (then `t.caught` is the exception, otherwise it stays `None`), and lets all else
# through. `retry(times, on=Exception)` is a decorator: it calls the function again when it raises `on`, at most `times` times in all; the last error comes out. Name and docstring stay.

# %% nbgrader={"grade_id": "wrappers", "solution": true}
### BEGIN SOLUTION
import functools


class Tracker:
    """Notes when a block begins and ends."""

    def __init__(self, log):
        self.log = log
        self.caught = None

    def __enter__(self):
        self.log.append("enter")
        return self

    def __exit__(self, kind, error, trace):
        self.log.append("exit")
        if isinstance(error, KeyError):
            self.caught = error
            return True
        return False


def retry(times, on=Exception):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except on:
                    if attempt == times - 1:
                        raise

        return wrapper

    return decorate
### END SOLUTION

# %% nbgrader={"grade_id": "check-wrappers", "grade": true, "points": 3}
log = ["before"]
with Tracker(log) as t:
    log.append("inside")
assert log == ["before", "enter", "inside", "exit"] and t.caught is None
with Tracker(log) as t:
    {}["missing"]
assert isinstance(t.caught, KeyError) and t.caught.args == ("missing",)
try:
    with Tracker(log):
        raise ZeroDivisionError
except ZeroDivisionError:
    assert log[-1] == "exit"
else:
    raise AssertionError("all but KeyError goes through")
tries = []
@retry(3, on=OSError)
def flaky(n, *, fail=2):
    """Fail at first."""
    tries.append(n)
    if len(tries) <= fail:
        raise OSError(len(tries))
    return n * 2
assert flaky(21) == 42 and tries == [21, 21, 21]
assert flaky.__name__ == "flaky" and flaky.__doc__ == "Fail at first."
### BEGIN HIDDEN TESTS
tries.clear()
try:
    flaky(1, fail=99)
except OSError as e:
    assert e.args == (3,) and len(tries) == 3
else:
    raise AssertionError("the last error has to come out")
@retry(5, on=(KeyError, IndexError))
def other():
    tries.append("x")
    raise TypeError
tries.clear()
try:
    other()
except TypeError:
    assert tries == ["x"]
assert retry(1)(lambda: 7)() == 7
### END HIDDEN TESTS

# %% [markdown] id="6-dates-sets-dicts-with-integer"
# ## 6. Dates, sets, dicts with integer keys, None (2 points)
#
# `by_month(people)`: `people` is a dict from name to `date` or `None`; return a dict from month (1 to 12) to the **set** of names, without empty months. `next_birthday(born, today)` returns the `date` of
# the next birthday, today included; 29 February is kept on 1 March in other years; `None` for `None`.

# %% nbgrader={"grade_id": "dates", "solution": true}
def by_month(people):
    """Return the names by month of birth."""
    ### BEGIN SOLUTION
    found = {}
    for name, born in people.items():
        if born is not None:
            found.setdefault(born.month, set()).add(name)
    return found
    ### END SOLUTION


def next_birthday(born, today):
    """Return the date of the next birthday."""
    ### BEGIN SOLUTION
    if born is None:
        return None
    for year in (today.year, today.year + 1):
        try:
            day = born.replace(year=year)
        except ValueError:
            day = date(year, 3, 1)
        if day >= today:
            return day
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-dates", "grade": true, "points": 2}
people = {"Ada": date(1815, 12, 10), "Alan": date(1912, 6, 23), "Grace": date(1906, 12, 9), "X": None}
before = dict(people)
assert by_month(people) == {12: {"Ada", "Grace"}, 6: {"Alan"}}
assert by_month({}) == {} and people == before and all(isinstance(k, int) for k in by_month(people))
assert next_birthday(date(1912, 6, 23), date(2024, 6, 23)) == date(2024, 6, 23)
assert next_birthday(date(1912, 6, 23), date(2024, 6, 24)) - date(2024, 6, 23) == timedelta(365)
assert next_birthday(None, date.today()) is None
### BEGIN HIDDEN TESTS
assert next_birthday(date(2000, 2, 29), date(2023, 1, 1)) == date(2023, 3, 1)
assert next_birthday(date(2000, 2, 29), date(2023, 3, 2)) == date(2024, 2, 29)
assert type(next_birthday(date(2000, 1, 1), date(2023, 6, 1))) is date
### END HIDDEN TESTS

# %% [markdown] id="7-async-2-points"
# ## 7. Async (2 points)
#
# `run_all(jobs, limit)` is a coroutine function; `jobs` are coroutine functions without arguments. It runs at most `limit` of them at the same time, and returns their results as a list in the order of
# `jobs`.

# %% nbgrader={"grade_id": "async", "solution": true}
async def run_all(jobs, limit):
    """Run the jobs and return their results."""
    ### BEGIN SOLUTION
    gate = asyncio.Semaphore(limit)

    async def one(job):
        async with gate:
            return await job()

    return list(await asyncio.gather(*(one(job) for job in jobs)))
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-async", "grade": true, "points": 2}
assert inspect.iscoroutinefunction(run_all)
running, most = 0, 0
def job(i):
    async def work():
        global running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01 * (5 - i))
        running -= 1
        return i * i
    return work
results = await run_all([job(i) for i in range(5)], limit=2)
assert results == [0, 1, 4, 9, 16]
assert most == 2, f"{most} at the same time"
### BEGIN HIDDEN TESTS
most = 0
assert await run_all([job(i) for i in range(5)], 5) == [0, 1, 4, 9, 16] and most == 5
assert await run_all([], 3) == []
### END HIDDEN TESTS

# %% [markdown] id="8-printing-and-warning-2-points"
# ## 8. Printing and warning (2 points)
#
# `show(rows)` prints each `(name, number)` as a line: the name, at least one dot, and the number, each line 20 characters long (`apples............12`), and returns how many lines. `total(rows)` still works, but issues
# a `DeprecationWarning` that mentions `sum_rows`; it returns the sum of the numbers; `sum_rows(rows)` does that without a warning.

# %% nbgrader={"grade_id": "output", "solution": true}
### BEGIN SOLUTION
def show(rows):
    lines = [name + str(number).rjust(20 - len(name), ".") for name, number in rows]
    for line in lines:
        print(line)
    return len(lines)


def sum_rows(rows):
    return sum(number for _, number in rows)


def total(rows):
    warnings.warn("total is old, use sum_rows", DeprecationWarning, stacklevel=2)
    return sum_rows(rows)
### END SOLUTION

# %% nbgrader={"grade_id": "check-output", "grade": true, "points": 2}
rows = [("apples", 12), ("pears", 3)]
out = io.StringIO()
with redirect_stdout(out):
    assert show(rows) == 2
assert out.getvalue() == "apples............12\npears..............3\n"
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    assert sum_rows(rows) == 15 and caught == []
    assert total(rows) == 15
assert len(caught) == 1 and issubclass(caught[0].category, DeprecationWarning)
assert "sum_rows" in str(caught[0].message)
### BEGIN HIDDEN TESTS
with warnings.catch_warnings():
    warnings.simplefilter("error")
    assert sum_rows(iter(rows)) == 15
    try:
        total(rows)
    except DeprecationWarning:
        pass
    else:
        raise AssertionError("no warning")
### END HIDDEN TESTS

# %% [markdown] id="9-files-2-points"
# ## 9. Files (2 points)
#
# `save(path, records)` writes a list of dicts (text to text or number) to a file of your own format and returns its size in bytes; `load(path)` reads it again, and returns `None` when there is no such file. `count_lines(path)` counts the
# lines of a text file that are neither empty nor begin with `#`.

# %% nbgrader={"grade_id": "files", "solution": true}
### BEGIN SOLUTION
import json
import os


def save(path, records):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(records, file, ensure_ascii=False)
    return os.path.getsize(path)


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def count_lines(path):
    with open(path, encoding="utf-8") as file:
        return sum(1 for line in file if line.strip() and not line.startswith("#"))
### END SOLUTION

# %% nbgrader={"grade_id": "check-files", "grade": true, "points": 2}
records = [{"name": "Ada", "born": 1815}, {"name": "图灵", "score": 2.5}]
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "records.dat"
    assert load(path) is None
    size = save(path, records)
    assert path.exists() and size == path.stat().st_size > 0
    assert load(str(path)) == records
    save(path, [])
    assert load(path) == [] and list(Path(folder).iterdir()) == [path]
    text = Path(folder, "text.txt")
    text.write_text("# head\n\none\n  two\n   \nthree # not a comment\n", encoding="utf-8")
    assert count_lines(text) == 3
    text.write_text("")
    assert count_lines(str(text)) == 0
save("kept.dat", records[:1])
assert Path("kept.dat").read_bytes() and load("kept.dat") == records[:1]

# %% [markdown] id="10-1-point"
# ## 10. 中文 (1 point)
#
# 类 `学生(姓名, 成绩)`：属性 `姓名`、`成绩`（列表）；方法 `平均()` 返回平均分，没有成绩时返回 `None`。函数 `统计(文本)` 返回每个字出现次数的字典，不计空白和标点 `，。！？`。函数 `深度(列表)` 返回嵌套列表的深度：`[]` 是 1，`[[1], 2]` 是 2。

# %% nbgrader={"grade_id": "chinese", "solution": true}
### BEGIN SOLUTION
class 学生:
    def __init__(self, 姓名, 成绩):
        self.姓名 = 姓名
        self.成绩 = list(成绩)

    def 平均(self):
        return sum(self.成绩) / len(self.成绩) if self.成绩 else None


def 统计(文本):
    次数 = {}
    for 字 in 文本:
        if not 字.isspace() and 字 not in "，。！？":
            次数[字] = 次数.get(字, 0) + 1
    return 次数


def 深度(列表):
    return 1 + max((深度(项) for 项 in 列表 if isinstance(项, list)), default=0)
### END SOLUTION

# %% nbgrader={"grade_id": "check-chinese", "grade": true, "points": 1}
小明 = 学生("小明", [90, 80])
assert 小明.姓名 == "小明" and 小明.平均() == 85
assert 学生("小红", []).平均() is None
assert 统计("好好学习，天天向上。") == {"好": 2, "学": 1, "习": 1, "天": 2, "向": 1, "上": 1}
assert 深度([]) == 1 and 深度([[1], 2, [[3]]]) == 3
### BEGIN HIDDEN TESTS
小明.成绩.append(100)
assert 小明.平均() == 90
嵌套 = []
for _ in range(200):
    嵌套 = [嵌套]
assert 深度(嵌套) == 201
### END HIDDEN TESTS
