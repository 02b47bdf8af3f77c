# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Small things
# Six functions, with plain asserts. `prices.csv` holds four rows of numbers.

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

prices = np.loadtxt("prices.csv", delimiter=",")

# %% nbgrader={"grade_id": "clamp", "solution": true}
def clamp(value, low, high):
    """The value, but not below low and not above high."""
    ### BEGIN SOLUTION
    return min(max(value, low), high)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-clamp", "grade": true, "points": 2}
assert clamp(5, 0, 3) == 3
assert clamp(-1, 0, 3) == 0
assert clamp(2, 0, 3) == 2

# %% nbgrader={"grade_id": "check-clamp-hidden", "grade": true, "points": 4}
earned = 0
### BEGIN HIDDEN TESTS
for low, high in [(48611, 48619), (-73907, 48611), (0.5, 48611.5), (7, 7)]:
    results = [clamp(v, low, high) for v in (low - 1, high + 1, low, high)]
    if results == [low, high, low, high]:
        earned += 1
### END HIDDEN TESTS
earned

# %% nbgrader={"grade_id": "standardise", "solution": true}
def standardise(x):
    """Each column of x, shape (rows, columns), with mean 0 and standard deviation 1."""
    ### BEGIN SOLUTION
    return (x - x.mean(axis=0)) / x.std(axis=0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-standardise", "grade": true, "points": 2}
z = standardise(prices)
assert z.shape == prices.shape
assert np.allclose(z.mean(axis=0), 0)
assert np.allclose(z.std(axis=0), 1)

# %% nbgrader={"grade_id": "check-standardise-hidden", "grade": true, "points": 3}
### BEGIN HIDDEN TESTS
hidden = np.array([[48611.0, 2.0, 5.0], [48613.0, 4.0, -5.0], [48619.0, 9.0, 73907.0]])
wanted = (hidden - hidden.mean(axis=0)) / hidden.std(axis=0)
got = standardise(hidden.copy())
assert got.shape == wanted.shape
assert np.allclose(got, wanted)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "check-standardise-file", "grade": true, "points": 1}
### BEGIN HIDDEN TESTS
again = np.loadtxt("prices.csv", delimiter=",")
assert np.allclose(standardise(again), (again - again.mean(axis=0)) / again.std(axis=0))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "tally", "solution": true}
def tally(words):
    """How often each word stands in a list, in lower case, as a dict."""
    ### BEGIN SOLUTION
    counts = {}
    for word in words:
        counts[word.lower()] = counts.get(word.lower(), 0) + 1
    return counts
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-tally", "grade": true, "points": 2}
assert tally(["a", "b", "A"]) == {"a": 2, "b": 1}
assert tally([]) == {}

# %% nbgrader={"grade_id": "check-tally-hidden", "grade": true, "points": 3}
### BEGIN HIDDEN TESTS
assert tally(["Zqhidden", "zqhidden", "x"]) == {"zqhidden": 2, "x": 1}
words = ["zqhidden", "B", "b", "B"]
assert sorted(tally(words).items()) == [("b", 3), ("zqhidden", 1)]
assert words == ["zqhidden", "B", "b", "B"]
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "account", "solution": true}
class Account:
    """Begins at 0; deposit(amount) and withdraw(amount) change balance; withdraw below 0 raises ValueError."""

    ### BEGIN SOLUTION
    def __init__(self):
        self.balance = 0

    def deposit(self, amount):
        self.balance += amount

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError("not enough")
        self.balance -= amount
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-account", "grade": true, "points": 2}
account = Account()
account.deposit(10)
account.withdraw(4)
assert account.balance == 6

# %% nbgrader={"grade_id": "check-account-hidden", "grade": true, "points": 3}
### BEGIN HIDDEN TESTS
first, second = Account(), Account()
first.deposit(48611)
first.deposit(2)
second.deposit(5)
first.withdraw(13)
assert first.balance == 48600
assert second.balance == 5
try:
    second.withdraw(6)
except ValueError:
    refused = True
else:
    refused = False
assert refused
assert second.balance == 5
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "age", "solution": true}
def age(text):
    """The age in years that a text holds; ValueError when it is no whole number from 0 to 150."""
    ### BEGIN SOLUTION
    years = int(text)
    if not 0 <= years <= 150:
        raise ValueError(f"{years} is no age")
    return years
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-age", "grade": true, "points": 2}
assert age("41") == 41
try:
    age("old")
except ValueError:
    raised = True
else:
    raised = False
assert raised

# %% nbgrader={"grade_id": "check-age-hidden", "grade": true, "points": 3}
### BEGIN HIDDEN TESTS
assert age("0") == 0
assert age(" 150") == 150
for text in ("48611", "-1", "zqhidden", "4.5", ""):
    try:
        age(text)
    except ValueError:
        raised = True
    else:
        raised = False
    assert raised
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "report", "solution": true}
def write_report(rows, path):
    """Write one line `name: amount` for each (name, amount) of rows, and a last line `total: sum`."""
    ### BEGIN SOLUTION
    with open(path, "w") as file:
        for name, amount in rows:
            file.write(f"{name}: {amount}\n")
        file.write(f"total: {sum(amount for _, amount in rows)}\n")
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-report", "grade": true, "points": 2}
write_report([("tea", 2), ("bread", 3)], "report.txt")
with open("report.txt") as file:
    text = file.read()
assert text == "tea: 2\nbread: 3\ntotal: 5\n"

# %% nbgrader={"grade_id": "check-report-hidden", "grade": true, "points": 3}
### BEGIN HIDDEN TESTS
write_report([("zqhidden", 48611), ("b", 8)], "hidden.txt")
with open("hidden.txt") as file:
    lines = file.read().splitlines()
assert lines == ["zqhidden: 48611", "b: 8", "total: 48619"]
### END HIDDEN TESTS
