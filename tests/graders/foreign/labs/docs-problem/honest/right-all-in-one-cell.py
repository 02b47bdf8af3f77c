# Wrote every answer in the first cell and left a remark in the others.
# %% grade_id="squares"
def squares(n):
    if n < 1: raise ValueError()
    return [k*k for k in range(1,n+1)]
def sum_of_squares(n): return sum(squares(n))
def plot_squares(n):
    plt.plot(range(1,n+1), squares(n)); plt.xlabel('i'); plt.ylabel('i squared'); plt.title('squares')
def fib(n, _known={0: 0, 1: 1}):
    '''fib with a dict as default argument'''
    if n not in _known: _known[n] = fib(n-1) + fib(n-2)
    return _known[n]
def primes(n):
    numbers = list(range(2, n+1))
    for p in numbers:
        for m in numbers[:]:
            if m > p and m % p == 0: numbers.remove(m)
    return numbers
def ask_age():
    s = input()
    while not s.strip().isdigit(): s = input()
    print('Next year you will be ' + str(int(s)+1) + '.')
    return int(s)
def caesar(text, key=3):
    return ''.join(chr((ord(c)-b+key)%26+b) if c.isascii() and c.isalpha() and (b := 97 if c.islower() else 65) else c for c in text)
CODEBOOK = {chr(97+i): chr(97+(i+3)%26) for i in range(26)}

# %% grade_id="sum_of_squares"
# see the first cell

# %% grade_id="plot_squares"
# see the first cell

# %% grade_id="fib"
pass

# %% grade_id="primes"

# %% grade_id="ask_age"
...

# %% grade_id="caesar"
"done above"
