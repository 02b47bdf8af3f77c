# All in one cell, tersely; the other answer cells are empty.
# %% grade_id="account"
import functools, heapq, json, os, re
from collections import Counter, namedtuple
from enum import Enum
class InsufficientFunds(ValueError):
    def __init__(self, needed, available): super().__init__(needed, available); self.needed, self.available = needed, available
class Account:
    def __init__(self, owner, balance=0): self.owner, self._b, self.history = owner, balance, []
    balance = property(lambda s: s._b)
    __len__ = lambda s: len(s.history)
    def _do(self, what, a, d):
        if a <= 0: raise ValueError(a)
        if self._b + d < 0: raise InsufficientFunds(a, self._b)
        self._b += d; self.history.append((what, a)); return self._b
    def deposit(self, a): return self._do('deposit', a, a)
    def withdraw(self, a): return self._do('withdraw', a, -a)
class Vector(namedtuple('Vector', 'x y')):
    __add__ = lambda s, o: Vector(s.x+o.x, s.y+o.y)
    __sub__ = lambda s, o: Vector(s.x-o.x, s.y-o.y)
    __neg__ = lambda s: Vector(-s.x, -s.y)
    __mul__ = __rmul__ = lambda s, k: Vector(s.x*k, s.y*k)
    __matmul__ = lambda s, o: s.x*o.x+s.y*o.y
    __abs__ = lambda s: (s@s)**.5
    __bool__ = lambda s: tuple(s) != (0, 0)
Suit = Enum('Suit', dict(CLUBS=1, DIAMONDS=2, HEARTS=3, SPADES=4))
Card = namedtuple('Card', 'rank,suit')
def deck(): return set(Card(i % 13 + 2, Suit(i // 13 + 1)) for i in range(52))
def sort_hand(c): c.sort(key=lambda k: k.rank); c.sort(key=lambda k: k.suit.value); c.reverse()
def chunks(it, n):
    it = iter(it)
    while c := tuple(x for _, x in zip(range(n), it)): yield c
def merge(a, b): return heapq.merge(a, b)
class Tracker:
    caught = None
    def __init__(s, log): s.log = log
    def __enter__(s): s.log.append('enter'); return s
    def __exit__(s, k, e, t): s.log.append('exit'); s.caught = e if k and issubclass(k, KeyError) else None; return bool(s.caught)
def retry(times, on=Exception):
    def d(f):
        @functools.wraps(f)
        def g(*a, **k):
            for _ in range(times-1):
                try: return f(*a, **k)
                except on: pass
            return f(*a, **k)
        return g
    return d
def by_month(p): return {m: {n for n, b in p.items() if b and b.month == m} for m in {b.month for b in p.values() if b}}
def next_birthday(b, t):
    if b: return min(d for d in (date(y, b.month, b.day) if b.strftime('%m%d') != '0229' or y % 4 == 0 else date(y, 3, 1) for y in (t.year, t.year+1)) if d >= t)
async def run_all(jobs, limit):
    s = asyncio.Semaphore(limit)
    async def one(j):
        async with s: return await j()
    return await asyncio.gather(*map(one, jobs))
def show(r): print(*[f'{n}{str(k):.>{20-len(n)}}' for n, k in r], sep='\n'); return len(r)
def sum_rows(r): return sum(k for n, k in r)
def total(r): warnings.warn('sum_rows', DeprecationWarning); return sum_rows(r)
def save(p, r): return Path(p).write_bytes(json.dumps(r).encode())
def load(p): return json.loads(Path(p).read_bytes()) if Path(p).exists() else None
def count_lines(p): return len(re.findall(r'^(?!#).*\S.*$', Path(p).read_text(encoding='utf-8'), re.M))
class 学生:
    def __init__(self, 姓名, 成绩): self.姓名 = 姓名; self.成绩 = 成绩
    def 平均(self): return sum(self.成绩)/len(self.成绩) if self.成绩 else None
def 统计(文本): return dict(Counter(re.sub(r'[\s，。！？]', '', 文本)))
def 深度(l): return 1+max([深度(x) for x in l if isinstance(x, list)] or [0])

# %% grade_id="vector"

# %% grade_id="cards"

# %% grade_id="iterators"

# %% grade_id="wrappers"

# %% grade_id="dates"

# %% grade_id="async"

# %% grade_id="output"

# %% grade_id="files"

# %% grade_id="chinese"
