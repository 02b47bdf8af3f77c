# %% [markdown] id="files-errors-and-finding-faults"
# # Files, errors and finding faults
#
# **You will be able to** read a real file line by line, meet its faults without crashing or lying, and find
# out where a wrong number comes from. **65 minutes.** You need lessons 1 and 2: values, `if`, `for`, functions.
#
# At the end you can
#
# 1. open a text file and cut its lines into values;
# 2. read a traceback: what, where, and which line of yours;
# 3. handle an expected fault with `try` / `except`, narrowly, and report where it was;
# 4. raise an error of your own that says what to mend;
# 5. write a test that a wrong program fails, and use it to find a fault.

# %% [markdown] id="before-you-start"
# ## Before you start
#
# What does this function give for `[4, 2]`? `def f(xs):` / `    total = 0` / `    for x in xs:` /
# `        total = total + x` / `    return total / len(xs)`. (3.0, the mean.) And what happens for an empty list?
# (Division by zero: an error.) If the first was not clear, go through lesson 2 of this course again.

# %% id="4f794b1b"
import matplotlib
import matplotlib.pyplot as plt
import pandas as pd

from graders import kit

path = matplotlib.get_data_path() + "/sample_data/Stocks.csv"  # source: finance.yahoo.com, by matplotlib

# %% [markdown] id="a-question-first"
# ## A question first
#
# In lessons 1 and 2 the table came clean. Somebody had cleaned it. Here is the file itself, its first lines:

# %% id="80fc145f"
with open(path) as file:
    lines = file.read().splitlines()

for line in lines[:6]:
    print(line[:70])
print("…", len(lines), "lines")

# %% [markdown] id="a3178aad"
# `with open(path) as file:` opens the file and closes it again at the end of the indented lines, whatever
# happens. `splitlines` makes a list, one text a line, and `lines[:6]` are the first six of them.
#
# > **The question.** What was the mean monthly price of Google (GOOGL) from its listing to June 2022? Three
# > colleagues computed it from this very file, and got **three different numbers**. Who is right, and what happened
# > to the other two?

# %% id="d76dc75d"
def first_colleague():
    table = pd.read_csv(path, comment="#")
    return table["GOOGL"].fillna(0).mean()  # "empty is zero"


def second_colleague():
    table = pd.read_csv(path, comment="#")
    return table["GOOGL"].mean()  # "pandas will know"


def third_colleague():
    table = pd.read_csv(path, comment="#", parse_dates=["Date"])
    months = table[table["Date"].dt.day == 1]
    return months["GOOGL"].mean()


three = [first_colleague(), second_colleague(), third_colleague()]
for number in three:
    print(f"{number:8.2f} dollars")

# %% id="2cfc8df9"
assert three[0] < three[2] < three[1] and three[1] - three[2] > 1

# %% id="f9ccccf3"
kit.checkpoint("three-numbers")

# %% [markdown] id="from-a-line-to-values"
# ## From a line to values
#
# A line of a CSV file (*comma-separated values*) is a text. `split(",")` cuts it at the commas.

# %% id="44530388"
header = lines[1].split(",")
row = lines[2].split(",")
print(header)
print(row)

# %% [markdown] id="5b90ce7b"
# Ten columns of prices (eight companies, two market indices), but where is Google's price? There is nothing between two commas: an **empty text** `""`. In
# January 1990 there was no Google. And everything is text still, as in lesson 1. So: find the column, convert.

# %% id="eb66df33"
column = header.index("IBM")
float(row[column])

# %% [markdown] id="3b59a9f0"
# Let us go through the file. `enumerate` gives each item together with its number, so the loop has two names. The cell
# after the next fails on purpose. Before you run it: which line of the file will be the
# first to make trouble? The printout above has it.

# %% id="11a6f6c0"
kit.checkpoint("first-trouble")

# %% tags=["raises-exception"] id="af600ebd"
ibm = []
for number, line in enumerate(lines[2:], start=3):  # start=3: the number that an editor shows for this line
    cells = line.split(",")
    ibm.append(float(cells[column]))

# %% [markdown] id="read-a-traceback"
# ## Read a traceback
#
# From the bottom up, three things:
#
# 1. **what**: `ValueError: could not convert string to float: ''`: the text between the last two quotes is empty;
# 2. **which line of yours**: the arrow points at `ibm.append(float(cells[column]))`;
# 3. **with which values**: the traceback does not say. Ask: the names still hold what they held at that moment.

# %% id="a51a65c7"
print("line", number, "is", repr(line))
assert number == 5
kit.recall("first-trouble")

# %% [markdown] id="f71e5a7b"
# `repr` shows a text with its quotes, so that an empty one can be seen. Line 5 has a date and no price at all, most
# likely a day on which a dividend was paid and of which only the date was left. A true file is never just "the
# data": it also holds what somebody's program left behind.

# %% [markdown] id="handle-what-you-expect-and-only"
# ## Handle what you expect, and only that
#
# `try` runs lines that may fail; `except ValueError` says what to do for *that kind* of error. Anything else still
# stops the program, and it should.

# %% id="c932db89"
def price_or_none(text):
    """Return the number in a text, None for an empty one; anything else is an error."""
    if text == "":
        return None
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"expected a price, found {text!r}") from None


assert price_or_none("12.5") == 12.5
assert price_or_none("") is None
kit.raises(ValueError, price_or_none, "12,5", match="12,5")

# %% [markdown] id="30273f0e"
# `None` is Python's "nothing here". It is not 0: a price of zero is a price. `raise` makes an error of our own. A good
# one says **what** is wrong, **where**, and with which **value**. (`{text!r}` in an f-text is `repr(text)`; `from None` leaves
# out the story of the first error.) The one above cannot know where; whoever goes through the lines can. So the reader
# adds it.
#
# Two forms are new. `[x for x in items if ...]` makes a list in one line: it is the loop with `append` of lesson 2. And
# `(cells[0], price)`, values in round brackets, is a **tuple**: a few values that belong together. A function may return
# one, and `for date, price in pairs` takes each apart again.

# %% id="3ff39855"
def read_prices(lines, company):
    """Return the (date, price) pairs of a company, without the lines that have no price.

    `lines` are the lines of the file: comments begin with #, the first other line has the names.
    """
    rows = [(number, line) for number, line in enumerate(lines, start=1) if not line.startswith("#")]
    names = rows[0][1].split(",")
    if company not in names:
        raise ValueError(f"no column {company!r}; there are {', '.join(names[1:])}")
    column = names.index(company)
    found = []
    for number, line in rows[1:]:
        cells = line.split(",")
        try:
            price = price_or_none(cells[column])
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        if price is not None:
            found.append((cells[0], price))
    return found


toy = ["# a comment", "Date,A,B", "2020-01-01,10,1", "2020-01-15,,", "2020-02-01,12,", "2020-03-01,9,3"]
print(read_prices(toy, "A"))
print(read_prices(toy, "B"))
print(sorted([(2, "b"), (1, "z"), (1, "a")]))  # tuples are ordered by their first values, then by the second

# %% id="9709ec02"
assert read_prices(toy, "A") == [("2020-01-01", 10.0), ("2020-02-01", 12.0), ("2020-03-01", 9.0)]
assert read_prices(toy, "B") == [("2020-01-01", 1.0), ("2020-03-01", 3.0)]
kit.raises(ValueError, read_prices, toy, "C", match="no column 'C'")
kit.raises(ValueError, read_prices, [*toy, "2020-04-01,n/a,4"], "A", match="line 7")

# %% [markdown] id="8c2cdc63"
# Six lines that one can check by hand came first; now the real file.

# %% id="96090dde"
google = read_prices(lines, "GOOGL")
print(len(google), "prices, from", google[0][0], "to", google[-1][0])

# %% [markdown] id="look-before-you-compute"
# ## Look before you compute
#
# Is there one price a month? A **set** keeps each value once; text can be cut with `[:7]` (the first seven characters).

# %% id="29f75e67"
months = [date[:7] for date, price in google]
twice = sorted({month for month in months if months.count(month) > 1})
print(len(months), "prices in", len(set(months)), "months; twice:", twice)
print(google[-2:])

# %% id="354c3e17"
assert twice == ["2022-06"] and google[-1] == ("2022-06-28", google[-2][1])

# %% [markdown] id="0fea36ed"
# The last price stands there twice: once for June, and once for the day on which the file was made. That small
# duplicate shifts every mean. So we keep one row a month: the first.

# %% id="017c9f7e"
def one_a_month(pairs):
    """Keep the first pair of each month."""
    seen = set()
    kept = []
    for date, price in pairs:
        month = date[:7]
        if month not in seen:
            seen.add(month)
            kept.append((date, price))
    return kept


clean = one_a_month(google)
mean = sum(price for date, price in clean) / len(clean)
print(f"{mean:.2f} dollars over {len(clean)} months")

# %% id="567c097f"
assert abs(mean - third_colleague()) < 1e-9  # from scratch and with the library: the same
assert len(clean) == 214
kit.recall("three-numbers")

# %% [markdown] id="c87dd716"
# The third colleague is right. The first took "empty" for zero: more than half of the file has no Google, so the mean
# is far too low. The second kept the duplicate: the mean is a little too high. **Nobody got an error message.**

# %% id="bc5b818e"
empty_share = 1 - len(google) / (len(lines) - 2)
assert empty_share > 0.5
print(f"rows without a Google price: {empty_share:.0%}")

# %% [markdown] id="turn-a-knob"
# ## Turn a knob
#
# Switch the cleaning steps on and off and see what each of them repairs. Which step matters for IBM, which was listed all
# the time? Why so little for the duplicate, and when would it matter more?

# %% id="81bce012"
from ipywidgets import Checkbox, Dropdown, interact


def mean_after(company, drop_empty, drop_duplicate):
    """Return the mean price and how many prices it rests on."""
    table = pd.read_csv(path, comment="#")
    column = table[["Date", company]]
    if drop_empty:
        column = column.dropna()
    else:
        column = column.fillna(0)
    if drop_duplicate:
        column = column[~column["Date"].str[:7].duplicated()]
    return column[company].mean(), len(column)


def show_steps(company="GOOGL", drop_empty=False, drop_duplicate=False):
    """Draw the mean that comes out beside the right one."""
    right, _ = mean_after(company, True, True)
    found, rows = mean_after(company, drop_empty, drop_duplicate)
    figure, axes = plt.subplots(figsize=(7, 2.2))
    axes.barh(["right", "with these steps"], [right, found], color=["#009E73", "#0072B2"])
    axes.set(title=f"{company}: {found:.2f} from {rows} rows, {found / right - 1:+.1%} off", xlabel="mean price (dollars)")
    plt.show()


interact(
    show_steps,
    company=Dropdown(options=["GOOGL", "IBM", "AMZN", "DELL"], value="GOOGL", description="company"),
    drop_empty=Checkbox(value=False, description="leave out empty cells"),
    drop_duplicate=Checkbox(value=False, description="one row a month"),
);

# %% [markdown] id="159302e3"
# *In words, unturned: the blue bar, the mean with nothing cleaned, is less than half as long as the green one.*
#
# For IBM the empty cells are the rows of other days, a quarter of the file, and they count as zeros too. The duplicate is one row of
# hundreds: its weight grows when the rows are few, or when it stands there many times.

# %% id="ec43b050"
right, rows = mean_after("GOOGL", True, True)
raw, _ = mean_after("GOOGL", False, False)
assert rows == 214 and raw < right / 2
ibm_right, _ = mean_after("IBM", True, True)
ibm_duplicate, _ = mean_after("IBM", True, False)
assert abs(ibm_duplicate / ibm_right - 1) < 0.01
ibm_raw, rows = mean_after("IBM", False, False)
assert 0.7 < mean_after("IBM", True, False)[1] / rows < 0.8 and ibm_raw < 0.8 * ibm_right

# %% [markdown] id="how-it-goes-wrong"
# ## How it goes wrong
#
# The most expensive line in Python is `except: pass`: *whatever happens, go on*. It makes the red messages go away, and
# the faults stay. Watch:

# %% id="02d7d799"
def quiet_mean(lines, column):
    total = 0
    count = 0
    for line in lines:
        try:
            count = count + 1
            total = total + float(line.split(",")[column])
        except:
            pass
    return total / count


broken = ["2020-01-01,100", "2020-02-01,1OO", "2020-03-01,100"]  # the second has two letters O for zeros
print(quiet_mean(broken, 1))
assert round(quiet_mean(broken, 1), 1) == 66.7

# %% [markdown] id="2e18b8ca"
# Three prices of 100, and a mean of 66.7. No message. How would you find it? **Test with a case whose answer you know**,
# then **halve**: does the first half already have the fault? If not, it is in the second. Go on with that half. (`while` repeats
# as long as its condition holds; `//` divides and drops the rest, `%` gives the rest.)

# %% id="1bac468c"
def find_bad_line(lines, column):
    """Return the position of a line whose price cannot be read, by halving; None when there is none."""

    def readable(part):
        try:
            for line in part:
                float(line.split(",")[column])
        except ValueError:
            return False
        return True

    low, high = 0, len(lines)
    if readable(lines):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if readable(lines[low:middle]):
            low = middle  # the fault is in the second half
        else:
            high = middle
    return low


print("the fault is in position", find_bad_line(broken, 1))
assert find_bad_line(broken, 1) == 1 and find_bad_line(broken[:1], 1) is None
assert 2**9 < 1000 <= 2**10 and 2**19 < 1_000_000 <= 2**20  # how often a thousand and a million can be halved

# %% [markdown] id="405a23dc"
# Each step halves what is left: a thousand lines need ten steps, a million twenty. The mending is what we did above:
# count only what was read, catch only `ValueError`, and name the line. Which of these would have made the fault
# *impossible to overlook*?

# %% id="1d866c91"
kit.checkpoint("bare-except")

# %% [markdown] id="a-test-is-a-program-that-tries-to"
# ## A test is a program that tries to prove you wrong
#
# `assert` says nothing when the condition holds and stops when it does not. A test is worth something only if a **wrong**
# program fails it. So try it on one. (A function is a value too: `weak_test(median)` hands it over, and `weak_test` calls it.)

# %% id="f991ed21"
def median(values):
    """Return the middle value; the mean of the two middle ones when their number is even."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def forgets_to_sort(values):
    middle = len(values) // 2
    if len(values) % 2 == 1:
        return values[middle]
    return (values[middle - 1] + values[middle]) / 2


def weak_test(function):
    return function([1, 2, 3]) == 2


def strong_test(function):
    return function([1, 2, 3]) == 2 and function([9, 1, 5]) == 5 and function([4, 1, 3, 2]) == 2.5


for function in (median, forgets_to_sort):
    print(f"{function.__name__:16} weak test: {weak_test(function)}   strong test: {strong_test(function)}")

# %% id="24cf0c57"
assert weak_test(forgets_to_sort) and not strong_test(forgets_to_sort) and strong_test(median)

# %% [markdown] id="39628cb9"
# The weak test is passed by a program that forgets to sort, because its example happened to be sorted already. Choose
# examples that *tell wrong from right*: out of order, of even and odd number, negative, with equal values, a single one.

# %% [markdown] id="at-scale"
# ## At scale
#
# `file.read()` takes the whole file into memory. This one has a few dozen kilobytes. A day's log of a cluster may have a
# terabyte. Going line by line (`for line in file:`) holds **one** line at a time:

# %% id="6c3e2816"
import os

size = os.path.getsize(path)
longest = max(len(line) for line in lines)
terabyte_lines = 10**12 / (size / len(lines))
print(f"{size / 1024:.0f} KiB; at once {size} bytes in memory, line by line at most {longest}")
print(f"a terabyte of such lines: {terabyte_lines:.1e} lines, still {longest} bytes at a time")
assert size < 100_000 and longest < 250 and terabyte_lines > 1e9

# %% [markdown] id="38c99add"
# And a rule such as "one in a million lines is broken" that never shows in a test of a hundred lines gives thousands of
# broken lines there. That is why the error has to name its line.

# %% id="7f8afb6e"
expected_broken = terabyte_lines / 1e6
assert expected_broken > 5000
print(f"about {expected_broken:,.0f} broken lines")
kit.recall("bare-except")

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Without computing: write down which kind of error each of these raises. Replace the dots by the name of the
# error, as text: `"ValueError"`, `"TypeError"`, `"ZeroDivisionError"`, `"IndexError"` or `"KeyError"`.

# %% id="a30669c6"
errors = {
    'float("12,5")': ...,
    "[1, 2][2]": ...,
    '"3" + 4': ...,
    "1 / len([])": ...,
    '{"IBM": 1}["ibm"]': ...,
}

# %% id="e6363f2e"
if any(name is ... for name in errors.values()):
    print("not tried yet: replace all five dots")
else:
    for code, name in errors.items():
        try:
            eval(code)
        except Exception as error:
            kit.equal(name, type(error).__name__, because=f"{code} raises: {error}")
    print("all five right")

# %% [markdown] id="0c33b015"
# **2. Modify.** `one_a_month` keeps the *first* row of each month. Write `last_of_month`, which keeps the *last*, in the
# order of the file. (A dictionary keeps the place of a key when its value is replaced.)

# %% id="6dd85dc6"
def last_of_month(pairs):
    ...


# %% id="14eb4efc"
if last_of_month([]) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    pairs = [("2020-01-01", 1.0), ("2020-01-20", 2.0), ("2020-02-01", 3.0), ("2020-02-28", 4.0)]
    kit.equal(
        last_of_month(pairs),
        [("2020-01-20", 2.0), ("2020-02-28", 4.0)],
        known_wrong={"you keep the first of each month": one_a_month(pairs), "you keep only the very last": [pairs[-1]]},
    )
    kit.equal(last_of_month([]), [], because="no rows, no months")
    print("right")

# %% [markdown] id="a23f5f67"
# **3. Build.** Four programs claim to compute the range of a list (largest minus smallest). Three are wrong. Write
# `is_right(function)`: it returns `True` for the right one and `False` for the wrong ones, by *testing* them. An error
# in a program also makes it wrong.

# %% id="53352138"
def is_right(function):
    ...


# %% id="b4692145"
def range_right(values):
    return max(values) - min(values)


def range_ends(values):
    return values[-1] - values[0]


def range_from_zero(values):
    high, low = 0, 0
    for value in values:
        high, low = max(high, value), min(low, value)
    return high - low


def range_one_too_far(values):
    ordered = sorted(values)
    return ordered[len(ordered)] - ordered[0]


if is_right(range_right) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    kit.equal(is_right(range_right), True, because="your test turns the right program down")
    kit.equal(is_right(range_ends), False, because="this one only takes last minus first: try a list that is not in order")
    kit.equal(is_right(range_from_zero), False, because="this one starts at zero: try a list that does not reach zero")
    kit.equal(is_right(range_one_too_far), False, because="this one raises an IndexError: catch it, and call the program wrong")
    print("your tests tell right from wrong")

# %% [markdown] id="84ef8695"
# **4. Transfer.** Take a file of your own work (or `lines` above), choose one column and list *every* kind of fault that you
# find in it before you compute anything. What would each have done to a mean?
#
# Now the lab: `first-programs`. It uses all three lessons.

# %% [markdown] id="summary"
# ## Summary
#
# - A file is text: cut, convert, and expect holes. `None` is not zero.
# - A traceback is read from the bottom: what, which line of mine, with which values.
# - Catch only the error that you expect, and say which line it was. Never `except: pass`.
# - Look before you compute: how many, which are missing, which are twice?
# - A test is good when wrong programs fail it; a fault is found by halving.
#
# | term | 中文 |
# |---|---|
# | file, path, line | 文件，路径，行 |
# | comma-separated values (CSV) | 逗号分隔值 |
# | exception, to raise, to catch | 异常，抛出，捕获 |
# | traceback | 回溯信息 |
# | missing value, duplicate | 缺失值，重复值 |
# | test, bisection | 测试，二分查找 |
#
# **Read on.** Python Software Foundation, *The Python Tutorial* (Python 3.11), sections 7.2 "Reading and Writing Files" and 8
# "Errors and Exceptions". · Allen B. Downey, *Think Python*, 3rd edition, 2024, chapter 13. · Andreas Zeller, *Why
# Programs Fail*, 2nd edition, 2009, chapters 1 and 5. · Hadley Wickham, "Tidy Data", *Journal of Statistical Software* 59
# (10), 2014, section 3.
