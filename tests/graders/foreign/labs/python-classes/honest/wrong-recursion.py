# Recursion without end in __repr__, __eq__, __getattr__, and in a generator.
# Rest: right-plain
# %% grade_id="account"
class InsufficientFunds(ValueError):
    pass

class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    @property
    def balance(self):
        return self.balance

    @balance.setter
    def balance(self, value):
        self.balance = value

# %% grade_id="vector"
class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, o):
        return Vector(self.x + o.x, self.y + o.y)

    def __eq__(self, o):
        return self == o

    def __repr__(self):
        return f"Vector({self})"

    def __getattr__(self, name):
        return getattr(self, name)

# %% grade_id="chinese"
class 学生:
    def __init__(self, 姓名, 成绩):
        self.姓名, self.成绩 = 姓名, 成绩

    def 平均(self):
        return self.平均() / len(self.成绩)

def 统计(文本):
    return {字: 文本.count(字) for 字 in 文本}

def 深度(列表):
    return 1 + max(深度(项) for 项 in 列表)
