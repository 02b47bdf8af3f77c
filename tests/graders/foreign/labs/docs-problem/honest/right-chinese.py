# Thinks and names in Chinese.
# %% grade_id="squares"
def 平方(数):
    """返回一个数的平方。"""
    return 数 * 数

def squares(n):
    """从 1 到 n 的平方。"""
    if n < 1:
        raise ValueError("n 必须大于等于 1")
    结果 = []
    for 数 in range(1, n + 1):
        结果.append(平方(数))
    return 结果

# %% grade_id="sum_of_squares"
def sum_of_squares(n):
    总和 = 0
    for 项 in squares(n):
        总和 += 项
    print(f"前 {n} 个平方之和是 {总和}")
    return 总和

# %% [markdown] grade_id="sum_of_squares_equation"
# 平方和：$\sum_{i=1}^n i^2$

# %% grade_id="plot_squares"
def plot_squares(n):
    横轴 = list(range(1, n + 1))
    plt.plot(横轴, squares(n))
    plt.xlabel("i")
    plt.ylabel("i squared")
    plt.title("Squares / pingfang")

# %% grade_id="fib"
缓存 = {0: 0, 1: 1}

def fib(n):
    """第 n 个斐波那契数。"""
    if n not in 缓存:
        缓存[n] = fib(n - 1) + fib(n - 2)
    return 缓存[n]

# %% grade_id="primes"
class 素数表(list):
    def 加入(self, 数):
        if all(数 % 除数 for 除数 in self):
            self.append(数)

def primes(n):
    表 = 素数表()
    for 数 in range(2, n + 1):
        表.加入(数)
    return 表

# %% grade_id="ask_age"
def ask_age():
    while True:
        回答 = input("你几岁？").strip()
        if 回答.isdigit():
            年龄 = int(回答)
            print(f"Next year you will be {年龄 + 1}.")
            return 年龄
        print("请输入一个数")

# %% grade_id="caesar"
字母 = "abcdefghijklmnopqrstuvwxyz"

def caesar(text, key=3):
    密文 = ""
    for 字 in text:
        if 字 in 字母:
            密文 += 字母[(字母.index(字) + key) % 26]
        elif 字.lower() in 字母:
            密文 += 字母[(字母.index(字.lower()) + key) % 26].upper()
        else:
            密文 += 字
    return 密文

CODEBOOK = {字: caesar(字) for 字 in 字母}
