# One line each: lambdas, map, filter, reduce, partial.
# %%
from functools import partial, reduce
from itertools import accumulate, repeat, takewhile
import operator

def fail(kind, text):
    raise kind(text)

# %% grade_id="squares"
squares = lambda n: list(map(lambda i: i**2, range(1, n + 1))) if n >= 1 else fail(ValueError, "n < 1")

# %% grade_id="sum_of_squares"
sum_of_squares = lambda n: reduce(operator.add, squares(n))

# %% grade_id="plot_squares"
plot_squares = lambda n: (plt.plot([*range(1, n + 1)], squares(n)), plt.xlabel("i"), plt.ylabel("i squared"), plt.title("λ"))

# %% grade_id="fib"
fib = lambda n: reduce(lambda pair, _: (pair[1], sum(pair)), repeat(None, n), (0, 1))[0]
fib.__doc__ = "Return the nth number of Fibonacci."

# %% grade_id="primes"
primes = lambda n: filter(lambda p: all(map(partial(operator.mod, p), range(2, p))), range(2, n + 1))

# %% grade_id="ask_age"
say = lambda age: print(f"Next year you will be {age + 1}.") or age
ask_age = lambda: say(int(next(filter(str.isdigit, map(str.strip, iter(partial(input, "age? "), None))))))

# %% grade_id="caesar"
move = lambda key, first, c: chr((ord(c) - first + key) % 26 + first)
caesar = lambda text, key=3: "".join(move(key, 97, c) if "a" <= c <= "z" else move(key, 65, c) if "A" <= c <= "Z" else c for c in text)
CODEBOOK = dict(map(lambda c: (c, caesar(c)), map(chr, range(97, 123))))
