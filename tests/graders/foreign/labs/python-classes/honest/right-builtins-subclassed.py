# Subclasses of tuple, list, dict, set, float, str, Exception groups of its own.
# Rest: right-plain
# %% grade_id="account"
class BankError(Exception):
    pass

class InsufficientFunds(BankError, ValueError):
    needed = property(lambda self: self.args[0])
    available = property(lambda self: self.args[1])

class Euro(float):
    def __repr__(self):
        return f"{float(self):.2f} €"

class History(list):
    def note(self, what, amount):
        self.append((what, amount))
        return self

class Account:
    balance = property(lambda self: self._Account__balance)

    def __init__(self, owner, balance=0):
        self.owner, self.__balance, self.history = owner, Euro(balance), History()

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError(amount)
        self.__balance = Euro(self.__balance + amount)
        self.history.note("deposit", amount)
        return self.balance

    def withdraw(self, amount):
        if amount <= 0:
            raise ValueError(amount)
        if amount > self.__balance:
            raise InsufficientFunds(amount, self.__balance)
        self.__balance = Euro(self.__balance - amount)
        self.history.note("withdraw", amount)
        return self.balance

    def __len__(self):
        return self.history.__len__()

# %% grade_id="vector"
class Vector(tuple):
    __slots__ = ()

    def __new__(cls, x, y):
        return tuple.__new__(cls, (x, y))

    x = property(lambda self: self[0])
    y = property(lambda self: self[1])

    def __add__(self, o):
        return Vector(self.x + o.x, self.y + o.y)

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __sub__(self, o):
        return self + (-o)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __matmul__(self, o):
        return self.x * o.x + self.y * o.y

    def __abs__(self):
        return (self @ self) ** 0.5

    def __bool__(self):
        return self != (0, 0)

    def __repr__(self):
        return "Vector(%r, %r)" % self

# %% grade_id="dates"
class Months(dict):
    def __missing__(self, month):
        self[month] = Names()
        return self[month]

class Names(set):
    pass

def by_month(people):
    months = Months()
    for name, born in people.items():
        if born is not None:
            months[born.month].add(name)
    return months

def next_birthday(born, today):
    if born is None:
        return
    day = today
    while (day.month, day.day) != (born.month, born.day):
        if (born.month, born.day) == (2, 29) and (day.month, day.day) == (3, 1) and (day - timedelta(1)).day == 28:
            return day
        day += timedelta(days=1)
    return day

# %% grade_id="chinese"
class 学生(object):
    def __init__(self, 姓名, 成绩):
        self.姓名, self.成绩 = 名字(姓名), 成绩单(成绩)

    def 平均(self):
        return self.成绩.平均

class 名字(str):
    pass

class 成绩单(list):
    @property
    def 平均(self):
        try:
            return sum(self) / len(self)
        except ZeroDivisionError:
            return None

class 计数(dict):
    def __missing__(self, 字):
        return 0

def 统计(文本):
    表 = 计数()
    for 字 in 文本:
        if 字 not in set("，。！？") and 字.strip():
            表[字] += 1
    return 表

def 深度(列表):
    层, 这层 = 0, [列表]
    while 这层:
        层 += 1
        这层 = [项 for 表 in 这层 for 项 in 表 if isinstance(项, list)]
    return 层
