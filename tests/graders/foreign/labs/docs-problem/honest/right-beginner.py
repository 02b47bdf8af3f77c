# First weeks of Python: while loops, append, no library, everything spelt out.
# %% grade_id="squares"
def squares(n):
    """Compute the squares of numbers from 1 to n."""
    if n < 1:
        raise ValueError("n is too small")
    result = []
    i = 1
    while i <= n:
        result.append(i * i)
        i = i + 1
    return result

# %% grade_id="sum_of_squares"
def sum_of_squares(n):
    """Compute the sum of the squares of numbers from 1 to n."""
    total = 0
    for s in squares(n):
        total = total + s
    return total

# %% [markdown] grade_id="sum_of_squares_equation"
# The sum is $1 + 4 + 9 + \dots + n^2 = \sum_{i=1}^{n} i^2$.

# %% grade_id="plot_squares"
def plot_squares(n):
    """Plot i^2 against i for i from 1 to n."""
    xs = []
    for i in range(n):
        xs.append(i + 1)
    ys = squares(n)
    plt.plot(xs, ys, "r--")
    plt.title("My plot of squares")
    plt.xlabel("i")
    plt.ylabel("i squared")
    plt.show

# %% grade_id="fib"
def fib(n):
    """Return the nth number of Fibonacci."""
    numbers = [0, 1]
    while len(numbers) <= n:
        numbers.append(numbers[-1] + numbers[-2])
    return numbers[n]

# %% grade_id="primes"
def primes(n):
    """Return the primes up to n."""
    found = []
    for candidate in range(2, n + 1):
        prime = True
        for divisor in range(2, candidate):
            if candidate % divisor == 0:
                prime = False
                break
        if prime == True:
            found.append(candidate)
    return found

# %% grade_id="ask_age"
def ask_age():
    """Ask for the age until the answer makes sense."""
    age = -1
    while age < 0:
        try:
            age = int(input("Age? "))
        except ValueError:
            print("That is no number.")
    print("Next year you will be " + str(age + 1) + ".")
    return age

# %% grade_id="caesar"
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
def caesar(text, key=3):
    result = ""
    for letter in text:
        if letter in ALPHABET:
            result += ALPHABET[(ALPHABET.index(letter) + key) % 26]
        elif letter in ALPHABET.upper():
            result += ALPHABET.upper()[(ALPHABET.upper().index(letter) + key) % 26]
        else:
            result += letter
    return result
CODEBOOK = {}
for letter in ALPHABET:
    CODEBOOK[letter] = caesar(letter)
