# Comes from Java: each function is an object of a class with __call__.
# %%
from abc import ABC, abstractmethod

class Function(ABC):
    """A function of one number."""

    def __call__(self, n):
        self.validate(n)
        return self.compute(n)

    def validate(self, n):
        pass

    @abstractmethod
    def compute(self, n): ...

# %% grade_id="squares"
class Squares(Function):
    def validate(self, n):
        if n < 1:
            raise ValueError("n must be greater than or equal to 1")

    def compute(self, n):
        return [self.square(i) for i in range(1, n + 1)]

    @staticmethod
    def square(i):
        return i.__pow__(2)

squares = Squares()

# %% grade_id="sum_of_squares"
class SumOfSquares(Function):
    def compute(self, n):
        return sum(squares(n))

sum_of_squares = SumOfSquares()

# %% grade_id="plot_squares"
class Plotter(Function):
    def compute(self, n):
        self.axes = plt.gca()
        self.axes.plot(list(range(1, n + 1)), squares(n))
        self.axes.set_xlabel("i")
        self.axes.set_ylabel("i squared")
        self.axes.set_title(type(self).__name__)

plot_squares = Plotter()

# %% grade_id="fib"
class Fib(Function):
    """The numbers of Fibonacci, with a memory."""

    def __init__(self):
        self.known = [0, 1]

    def compute(self, n):
        while len(self.known) <= n:
            self.known.append(self.known[-2] + self.known[-1])
        return self.known[n]

fib = Fib()

# %% grade_id="primes"
class Primes:
    """The primes up to n; can be walked through again and again."""

    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return (p for p in range(2, self.n + 1) if p in self)

    def __contains__(self, p):
        return all(p % d for d in range(2, int(p**0.5) + 1))

primes = Primes

# %% grade_id="ask_age"
class Conversation:
    def __call__(self):
        while True:
            try:
                self.age = self.parse(input("How old are you? "))
            except ValueError as e:
                print(e)
            else:
                print(f"Next year you will be {self.age + 1}.")
                return self.age

    def parse(self, text):
        age = int(text)
        if age < 0:
            raise ValueError("negative")
        return age

ask_age = Conversation()

# %% grade_id="caesar"
class Cipher:
    def __init__(self, key):
        small = "abcdefghijklmnopqrstuvwxyz"
        k = key % 26
        self.table = str.maketrans(small + small.upper(), small[k:] + small[:k] + (small[k:] + small[:k]).upper())

    def __call__(self, text):
        return text.translate(self.table)

def caesar(text, key=3):
    return Cipher(key)(text)

CODEBOOK = {chr(k): chr(v) for k, v in Cipher(3).table.items() if chr(k).islower()}
