# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # First programs
#
# **You deliver** five small programs that turn a file of share prices into a report, and that say what is wrong
# when something is wrong. **75 minutes.** You need the course *Python from the first line* and nothing else: no
# network, no library. **It proves** `programming-basics` at the levels basic and intermediate.
#
# *The situation.* Somebody in your company keeps a file of prices by hand. Each month someone else makes a report of
# it, by hand too, and last month the report was wrong without anybody noticing. You write the programs that make it.
#
# **How it is scored.** 26 points in five tasks. Each task has a contract, an answer cell, and a check cell. Run the
# check as often as you like: it says in words what is wrong, with the input that shows it. When you submit, more inputs
# are tried that you do not see, drawn anew for you; for those you are told only which property failed. Each property
# has its own points, so a partly right answer scores partly. Nothing depends on speed.
#
# Keep the names of the functions. Write as many lines and helper functions as you like. Where a contract shows round brackets,
# `(fall, position)`, it means a tuple; `0` does for `0.0`.

# %% nbgrader={"grade_id": "setup", "locked": true}
from graders import kit

TOY = ["# prices in dollars", "Date,A,B", "2020-01-01,10,", "2020-01-15,,", "2020-02-01,12,4", "2020-03-01,9,2", "2020-04-01,15,3"]


def another_toy(r):
    """Return lines like TOY with other prices and more comments, and the prices of A and B."""
    a = [round(float(p), 2) for p in r.uniform(1, 90, size=4)]
    b = [round(float(p), 2) for p in r.uniform(1, 90, size=3)]
    comments = ["# checked by hand"] * int(r.integers(1, 9))
    rows = ["Date,A,B", f"2020-01-01,{a[0]},", "2020-01-15,,", f"2020-02-01,{a[1]},{b[0]}", f"2020-03-01,{a[2]},{b[1]}"]
    return [*comments, *rows, f"2020-04-01,{a[3]},{b[2]}"], a, b


FIRSTS = ["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01"]  # the dates of A's prices; B begins with the second

# %% [markdown] nbgrader={"grade_id": "task-yearly-rate", "locked": true}
# ## 1. A formula becomes a function (5 points)
#
# `yearly_rate(start, end, years)` takes two prices (dollars, greater than 0) and the years between them (greater than 0)
# and returns the rate $r$ by which the price would have grown **each** year, had all years been alike:
#
# $$\text{start} \cdot (1 + r)^{\text{years}} = \text{end}$$
#
# From 100 to 121 in 2 years: 0.1. A price that did not change: 0. A fall gives a negative number. If a price or the
# years are not greater than 0, raise a `ValueError` whose text contains the bad value. A relative error of 10⁻⁹ is fine.

# %% nbgrader={"grade_id": "yearly-rate", "solution": true}
def yearly_rate(start, end, years):
    """Return the yearly rate of growth (no unit; 0.1 is ten per cent a year)."""
    ### BEGIN SOLUTION
    for value in (start, end, years):
        if value <= 0:
            raise ValueError(f"prices and years have to be greater than 0, found {value}")
    return (end / start) ** (1 / years) - 1
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-yearly-rate", "grade": true, "points": 5}
score = kit.Score(5)
with score.part(1, "100 to 121 in two years is 10 % a year", start=100, end=121, years=2):
    kit.close(
        yearly_rate(100, 121, 2),
        0.1,
        rtol=1e-9,
        known_wrong={
            "you divided the growth by the years; spreading it evenly is a root": 0.105,
            "you divided the first price by the last": (100 / 121) ** 0.5 - 1,
            "you forgot to subtract 1: this is the factor, not the rate": 1.1,
        },
    )
    for start, years in kit.examples(lambda r: (float(r.uniform(1, 99)), float(r.uniform(1, 9))), n=5, name="double"):
        kit.close(yearly_rate(start, 2 * start, years), 2 ** (1 / years) - 1, rtol=1e-9, because=f"{start} doubles in {years} years")
with score.part(1, "a fall gives a negative rate, no change gives zero", start=50, end=25, years=1):
    kit.close(yearly_rate(50, 25, 1), -0.5, rtol=1e-9)
    for start, part in kit.examples(lambda r: (float(r.uniform(1, 99)), float(r.uniform(0.1, 0.9))), n=5, name="fall"):
        kit.close(yearly_rate(start, part * start, 1), part - 1, rtol=1e-9, because=f"{start} falls to {part * start} in a year")
        kit.close(yearly_rate(start, start, 3), 0.0, atol=1e-12)
with score.part(1, "a bad value is refused, and named; a good one is not", start=-3, end=5, years=1):
    kit.raises(ValueError, yearly_rate, -3, 5, 1, match="-3")
    for bad in kit.examples(lambda r: -int(r.integers(1, 10**6)), n=3, name="refused"):
        kit.raises(ValueError, yearly_rate, bad, 5, 1, match=str(bad))
        kit.close(yearly_rate(-bad, -2 * bad, 1), 1.0, rtol=1e-9)
### BEGIN HIDDEN TESTS
with score.part(1, "the rate, applied again for all the years, gives the last price", hidden=True):
    for start, end, years in kit.examples(lambda r: (r.uniform(1, 900), r.uniform(1, 900), r.uniform(0.3, 30)), name="rates"):
        kit.close(start * (1 + yearly_rate(float(start), float(end), float(years))) ** years, end, rtol=1e-8)
with score.part(1, "zero and negative prices and years are refused, each with its value", hidden=True):
    for bad in kit.examples(lambda r: -round(float(r.uniform(1, 99)), 2), n=3, name="bad"):
        kit.raises(ValueError, yearly_rate, bad, 5.0, 1.0, match=str(bad))
        kit.raises(ValueError, yearly_rate, 5.0, bad, 1.0, match=str(bad))
        kit.raises(ValueError, yearly_rate, 5.0, 5.0, bad, match=str(bad))
    for position in range(3):
        arguments = [5, 5, 5]
        arguments[position] = 0
        kit.raises(ValueError, yearly_rate, *arguments, match="0")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-worst-fall", "locked": true}
# ## 2. A loop that remembers (6 points)
#
# `worst_fall(prices)` takes a list of prices (dollars, greater than 0) in which some may be missing (`None`), and returns
# **two** values, `(fall, position)`:
#
# - `fall`: the deepest fall below the highest price so far, `price / highest so far - 1`, from 0 down to −1;
# - `position`: where in the list (counted from 0) it is deepest; the **first** such place when there are several. When
#   the price never falls, the answer is `(0.0, None)`.
#
# Missing prices are skipped: they count neither as zero nor as the end. A list without a single price raises a
# `ValueError`.
#
# | position | 0 | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|---|
# | price | 10 | 12 | None | 9 | 15 |
# | highest so far | 10 | 12 | | 12 | 15 |
# | fall | 0 | 0 | | −0.25 | 0 |
#
# gives `(-0.25, 3)`. To see what your loop does, let it print a line like a column of this table in each turn.

# %% nbgrader={"grade_id": "worst-fall", "solution": true}
def worst_fall(prices):
    """Return the deepest fall below the highest price so far, and its position."""
    ### BEGIN SOLUTION
    highest = None
    deepest, where = 0.0, None
    for position, price in enumerate(prices):
        if price is None:
            continue
        if highest is None or price > highest:
            highest = price
        fall = price / highest - 1
        if fall < deepest:
            deepest, where = fall, position
    if highest is None:
        raise ValueError("there is no price in the list")
    return deepest, where
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-worst-fall", "grade": true, "points": 6}
score = kit.Score(6)
with score.part(1, "the example with a hole", prices=[10, 12, None, 9, 15]):
    kit.close(
        worst_fall([10, 12, None, 9, 15]),
        (-0.25, 3),
        rtol=1e-9,
        known_wrong={
            "you compared with the first price, not with the highest so far": (9 / 10 - 1, 3),
            "the missing price counts as zero": (-1.0, 2),
            "positions count from 0, and the hole has one too": (-0.25, 2),
            "positions count from 0": (-0.25, 4),
            "you returned the price at the deepest place, not its position": (-0.25, 9),
        },
    )
    for k in kit.examples(lambda r: int(r.integers(1, 50)), n=5, name="shift"):
        kit.close(worst_fall([None] * k + [10, 12, None, 9, 15]), (-0.25, 3 + k), rtol=1e-9, because=f"the same after {k} missing prices")
with score.part(1, "a price that never falls, and the same price with one dent", prices=[1, 2, 2, 3]):
    kit.close(worst_fall([1, 2, 2, 3]), (0.0, None), because="the contract says (0.0, None) when nothing ever falls")
    for n in kit.examples(lambda r: int(r.integers(3, 60)), n=5, name="rising"):
        rising = list(range(2, 2 * n, 2))
        kit.close(worst_fall(rising), (0.0, None))
        kit.close(worst_fall([*rising, n - 1]), (-0.5, n - 1), rtol=1e-9, because=f"2, 4, ... {2 * n - 2} and then half of that")
with score.part(1, "a list without a single price is refused; one with a price is not", prices=[None, None]):
    kit.raises(ValueError, worst_fall, [None, None])
    kit.raises(ValueError, worst_fall, [])
    for k in kit.examples(lambda r: int(r.integers(1, 50)), n=3, name="one"):
        kit.raises(ValueError, worst_fall, [None] * k)
        kit.close(worst_fall([None] * k + [4, 3]), (-0.25, k + 1), rtol=1e-9)
### BEGIN HIDDEN TESTS
def defined_fall(prices):
    """The definition, word for word: for each price the highest so far, nothing remembered."""
    falls = []
    for position, price in enumerate(prices):
        if price is not None:
            highest = max(p for p in prices[: position + 1] if p is not None)
            falls.append((price / highest - 1, position))
    deepest = min(fall for fall, _ in falls)
    if deepest == 0:
        return 0.0, None
    return deepest, next(position for fall, position in falls if fall == deepest)


def with_holes(r):
    prices = [round(float(p), 2) for p in r.uniform(1, 100, size=r.integers(2, 40))]
    return [None if r.random() < 0.25 else p for p in prices] + [50.0]


with score.part(1, "the fall is right on other lists, with holes at the beginning, in the middle and at the end", hidden=True):
    for prices in [*kit.examples(with_holes, name="falls"), [None, None, 7.0, 3.5], [7.0, 3.5, None], [5.0, 10.0, 8.0]]:
        kit.close(worst_fall(list(prices))[0], defined_fall(prices)[0], rtol=1e-9)
with score.part(1, "the position is right on other lists", hidden=True):
    for prices in [*kit.examples(with_holes, name="positions"), [None, None, 7.0, 3.5], [7.0, 3.5, None]]:
        kit.equal(worst_fall(list(prices))[1], defined_fall(prices)[1])
with score.part(1, "of several equally deep places the first one; the list itself stays as it was", hidden=True):
    kit.close(kit.unchanged(worst_fall, [8.0, 4.0, 8.0, None, 4.0]), (-0.5, 1), rtol=1e-9)
    kit.close(kit.unchanged(worst_fall, [4.0, 2.0, 10.0, 5.0, 20.0, 10.0]), (-0.5, 1), rtol=1e-9)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-read-prices", "locked": true}
# ## 3. A file with faults (6 points)
#
# `read_prices(lines, company)` takes the lines of a file (a list of texts, like `TOY` above) and the name of a column. It
# returns a list of pairs `(date, price)`: the date as the text in the file, the price as a `float`. The rules:
#
# 1. lines that begin with `#` are comments; the first other line has the names of the columns, the first being `Date`;
# 2. a row without a price in this column is left out;
# 3. of several rows of the same month (the first seven characters of the date), only the **first that has a price** counts;
# 4. an unknown company raises a `ValueError` that names it; `Date` is no company;
# 5. a price that is not a number raises a `ValueError` that contains the **number of the line** in the file (counted from 1,
#    comments included) and the bad text. (Whether you look at the price of a row that rule 3 leaves out is up to you.)
#
# `read_prices(TOY, "A")` is `[("2020-01-01", 10.0), ("2020-02-01", 12.0), ("2020-03-01", 9.0), ("2020-04-01", 15.0)]`.

# %% nbgrader={"grade_id": "read-prices", "solution": true}
def read_prices(lines, company):
    """Return the (date, price) pairs of one company, at most one a month."""
    ### BEGIN SOLUTION
    names = None
    months = set()
    found = []
    for number, line in enumerate(lines, start=1):
        if line.startswith("#"):
            continue
        cells = line.split(",")
        if names is None:
            names = cells
            if company not in names[1:]:
                raise ValueError(f"no company {company!r}; there are {', '.join(names[1:])}")
            continue
        text = cells[names.index(company)]
        if text == "":
            continue
        try:
            price = float(text)
        except ValueError:
            raise ValueError(f"line {number}: {text!r} is not a price") from None
        month = cells[0][:7]
        if month not in months:
            months.add(month)
            found.append((cells[0], price))
    return found
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-read-prices", "grade": true, "points": 6}
score = kit.Score(6)
with score.part(1, "the toy file, column A", lines=TOY, company="A"):
    kit.equal(
        read_prices(list(TOY), "A"),
        [("2020-01-01", 10.0), ("2020-02-01", 12.0), ("2020-03-01", 9.0), ("2020-04-01", 15.0)],
        because="five rows, one of them empty in this column",
    )
    lines, a, b = another_toy(kit.rng("toy A"))
    kit.equal(read_prices(lines, "A"), list(zip(FIRSTS, a)), because=f"the same file with other prices: {lines}")
with score.part(1, "the toy file, column B, which begins later", lines=TOY, company="B"):
    kit.equal(
        read_prices(list(TOY), "B"),
        [("2020-02-01", 4.0), ("2020-03-01", 2.0), ("2020-04-01", 3.0)],
        known_wrong={
            "an empty cell has no price: it is not zero": [("2020-01-01", 0.0), ("2020-02-01", 4.0), ("2020-03-01", 2.0), ("2020-04-01", 3.0)],
            "you read column A whatever is asked": [("2020-01-01", 10.0), ("2020-02-01", 12.0), ("2020-03-01", 9.0), ("2020-04-01", 15.0)],
        },
    )
    lines, a, b = another_toy(kit.rng("toy B"))
    kit.equal(read_prices(lines, "B"), list(zip(FIRSTS[1:], b)), because=f"the same file with other prices: {lines}")
with score.part(1, "a bad price is refused, with its line and its text; the same file without it is not", last_line="2020-05-01,1O,3"):
    kit.raises(ValueError, read_prices, [*TOY, "2020-05-01,1O,3"], "A", match="8")
    kit.raises(ValueError, read_prices, [*TOY, "2020-05-01,1O,3"], "A", match="1O")
    lines, a, b = another_toy(kit.rng("toy fault"))
    kit.raises(ValueError, read_prices, [*lines, "2020-05-01,1O,3"], "A", match=rf"\b{len(lines) + 1}\b")
    kit.equal(len(read_prices([*lines, "2020-05-01,10,3"], "A")), 5)
### BEGIN HIDDEN TESTS
def made_file(r):
    """A file with what real ones have, and what should come out of it."""
    names = [f"C{i}" for i in range(int(r.integers(1, 5)))]
    wanted = names[int(r.integers(len(names)))]
    lines, right, months = ["Date," + ",".join(names)], [], set()
    for month in range(1, int(r.integers(4, 13))):
        for day in ("01", "17", "28")[: int(r.integers(1, 4))]:
            cells = ["" if r.random() < 0.4 else f"{r.uniform(1, 900):.3f}" for _ in names]
            date, text = f"2021-{month:02}-{day}", cells[names.index(wanted)]
            lines.append(",".join([date, *cells]))
            if text and month not in months:
                months.add(month)
                right.append((date, float(text)))
    for _ in range(int(r.integers(0, 4))):
        lines.insert(int(r.integers(len(lines) + 1)), "# checked by hand")
    return lines, wanted, right


with score.part(1, "other files: any column, comments anywhere, empty cells, several rows a month", hidden=True):
    for lines, company, right in kit.examples(made_file, name="files"):
        kit.equal(read_prices(list(lines), company), right)
with score.part(1, "an unknown company is refused and named, Date is no company, a known one is read", hidden=True):
    for unknown in kit.examples(lambda r: f"Z{int(r.integers(10**6))}", n=3, name="unknown"):
        kit.raises(ValueError, read_prices, list(TOY), unknown, match=unknown)
        kit.equal(len(read_prices([line.replace("Date,A", f"Date,{unknown}") for line in TOY], unknown)), 4)
    kit.raises(ValueError, read_prices, list(TOY), "Date", match="Date")
with score.part(1, "the line of a bad price counts comments too, wherever they stand", hidden=True):
    for lines, company, _ in kit.examples(made_file, n=5, name="faults"):
        column = next(line for line in lines if line.startswith("Date")).split(",").index(company)
        row = ["2022-01-01", *["5"] * 9]
        row[column] = "n/a"
        kit.raises(ValueError, read_prices, [*lines, "# end", ",".join(row)], company, match=rf"\b{len(lines) + 2}\b")
        kit.raises(ValueError, read_prices, [*lines, "# end", ",".join(row)], company, match="n/a")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-accepts", "locked": true}
# ## 4. Tests that tell right from wrong (5 points)
#
# Several people wrote a function `largest_step(values)`. Its contract: *the largest absolute difference between two
# neighbouring numbers of a list; 0 for a list with fewer than two numbers.* For `[3, 5, 1, 2]` it is 4 (from 5 to 1).
#
# Most of them made a mistake. Write `accepts(function)`: it calls the function with examples of yours, and returns `True` when
# the function is right and `False` when it is wrong. A function that raises an error is wrong. You see three wrong ones here;
# others are tried when you submit, and right ones too, written in other ways.

# %% nbgrader={"grade_id": "samples", "locked": true}
def step_a(values):  # keeps the contract
    return max([abs(b - a) for a, b in zip(values, values[1:])], default=0)


def step_b(values):  # wrong: only rises
    return max([b - a for a, b in zip(values, values[1:])], default=0)


def step_c(values):  # wrong: from the first to the last
    return abs(values[-1] - values[0])


def step_d(values):  # wrong: stops early
    return max([abs(values[i + 1] - values[i]) for i in range(len(values) - 2)], default=0)


def blind(function):
    """Return the same function without its name: tests look at what it does."""
    function.__name__ = function.__qualname__ = "step"
    function.__code__ = function.__code__.replace(co_name="step", co_qualname="step")
    return lambda values: function(values)


# %% nbgrader={"grade_id": "accepts", "solution": true}
def accepts(function):
    """Return whether `function` keeps the contract of largest_step."""
    ### BEGIN SOLUTION
    examples = [
        ([], 0),
        ([7], 0),
        ([9, 0, 1], 9),  # the largest is first, and a fall
        ([1, 0, 9], 9),  # the largest is last, and between the second and the third
        ([-2, 1, 2], 3),  # across zero, and smaller than the range
    ]
    for values, right in examples:
        try:
            if function(values) != right:
                return False
        except Exception:
            return False
    return True
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-accepts", "grade": true, "points": 5}
score = kit.Score(5)
with score.part(1, "the right one is accepted, the three wrong ones are not"):
    kit.equal(accepts(blind(step_a)), True, because="step_a keeps the contract; one of your examples expects something else")
    kit.equal(accepts(blind(step_b)), False, because="it forgets abs: try a list whose largest step goes down")
    kit.equal(accepts(blind(step_c)), False, because="it looks at the ends only: try a list that comes back to where it began")
    kit.equal(accepts(blind(step_d)), False, because="it leaves out the last pair: put the largest step there")
### BEGIN HIDDEN TESTS
def step_e(values):  # right loop
    largest = 0
    for i in range(1, len(values)):
        step = values[i] - values[i - 1]
        if step < 0:
            step = -step
        if step > largest:
            largest = step
    return largest


def step_h(values):  # right recursive
    if len(values) < 2:
        return 0
    return max(abs(values[0] - values[1]), step_h(values[1:]))


def step_g(values):  # skips first
    return max([abs(b - a) for a, b in zip(values[1:], values[2:])], default=0)


def step_k(values):  # sorts first
    ordered = sorted(values)
    return max([b - a for a, b in zip(ordered, ordered[1:])], default=0)


def step_f(values):  # whole range
    return max(values) - min(values) if values else 0


def step_n(values):  # crashes when empty
    return max(abs(b - a) for a, b in zip(values, values[1:])) if values[0] is not None and len(values) > 1 else 0


def step_m(values):  # crashes on one
    return 0 if not values else max(abs(b - a) for a, b in zip(values, values[1:]))


def step_j(values):  # smallest step
    return min([abs(b - a) for a, b in zip(values, values[1:])], default=0)


def step_q(values):  # only falls
    return max([a - b for a, b in zip(values, values[1:])] + [0])


def step_p(values):  # mean step
    steps = [abs(b - a) for a, b in zip(values, values[1:])]
    return sum(steps) / len(steps) if steps else 0


def step_i(values):  # every second
    return max([abs(b - a) for a, b in zip(values[::2], values[1::2])], default=0)


def step_l(values):  # drops the sign
    return max([abs(abs(b) - abs(a)) for a, b in zip(values, values[1:])], default=0)


def step_o(values):  # last step only
    return abs(values[-1] - values[-2]) if len(values) > 1 else 0


with score.part(1, "right functions are accepted, however they are written, and the obvious wrong ones are not", hidden=True):
    for function in (step_a, step_e, step_h):
        kit.equal(accepts(blind(function)), True)
    kit.equal(accepts(blind(step_f)), False)
    kit.equal(accepts(blind(step_j)), False)
with score.part(1, "functions that fail on an empty list or on a single number are not accepted", hidden=True):
    for function in (step_n, step_m):
        kit.equal(accepts(blind(function)), False)
    for function in (step_e, step_h):
        kit.equal(accepts(blind(function)), True)
with score.part(1, "functions that leave out a pair are not accepted", hidden=True):
    for function in (step_g, step_i, step_o, step_d):
        kit.equal(accepts(blind(function)), False)
    for function in (step_e, step_h):
        kit.equal(accepts(blind(function)), True)
with score.part(1, "functions that mistake order, sign or the largest are not accepted", hidden=True):
    for function in (step_k, step_q, step_p, step_l):
        kit.equal(accepts(blind(function)), False)
    for function in (step_e, step_h):
        kit.equal(accepts(blind(function)), True)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-report", "locked": true}
# ## 5. All of it together (4 points)
#
# `report(lines)` returns one row for each company of the file that has at least two prices, as a tuple
#
# `(company, months, rate, fall)`
#
# - `months`: the months between its first and its last price, from their dates (`"2020-01-01"` to `"2020-04-01"`: 3; a hole in
#   between changes nothing);
# - `rate`: the yearly rate from its first to its last price over that time, where the years are `months / 12`;
# - `fall`: its worst fall.
#
# The rows are sorted by `fall`, the deepest first; companies with the same fall by name. Use your own functions from above, and
# then run it on the real file: the cell below does, once `report` is written. Does anything in it surprise you?

# %% nbgrader={"grade_id": "report", "solution": true}
def report(lines):
    """Return (company, months, rate, fall) for each company with at least two prices, deepest fall first."""
    ### BEGIN SOLUTION
    names = next(line for line in lines if not line.startswith("#")).split(",")[1:]
    rows = []
    for company in names:
        pairs = read_prices(lines, company)
        if len(pairs) < 2:
            continue
        (first, start), (last, end) = pairs[0], pairs[-1]
        months = 12 * (int(last[:4]) - int(first[:4])) + int(last[5:7]) - int(first[5:7])
        fall, _ = worst_fall([price for _, price in pairs])
        rows.append((company, months, yearly_rate(start, end, months / 12), fall))
    return sorted(rows, key=lambda row: (row[3], row[0]))
    ### END SOLUTION


# %% nbgrader={"grade_id": "real-file", "locked": true}
import matplotlib

with open(matplotlib.get_data_path() + "/sample_data/Stocks.csv") as file:  # source: finance.yahoo.com, by matplotlib
    real_lines = file.read().splitlines()

try:
    for company, months, rate, fall in report(real_lines):
        print(f"{company:>6} {months:4} months {rate:7.1%} a year, worst fall {fall:7.1%}")
except NotImplementedError:
    print("report is not written yet")

# %% nbgrader={"grade_id": "check-report", "grade": true, "points": 4}
score = kit.Score(4)
with score.part(1, "the toy file", lines=TOY):
    rows = report(list(TOY))
    kit.equal([row[:2] for row in rows], [("B", 2), ("A", 3)], known_wrong={
        "between n monthly prices lie n - 1 months": [("B", 3), ("A", 4)],
        "the deepest fall comes first: -0.5 before -0.25": [("A", 3), ("B", 2)],
    })
    kit.close([row[2:] for row in rows], [((3 / 4) ** 6 - 1, -0.5), (1.5**4 - 1, -0.25)], rtol=1e-9)
    for lines, a, b in kit.examples(another_toy, n=3, name="toy report"):
        rates = {row[0]: row[2] for row in report(lines)}
        kit.close(rates, {"A": (a[3] / a[0]) ** 4 - 1, "B": (b[2] / b[0]) ** 6 - 1}, rtol=1e-9, because=f"the file {lines}")
with score.part(1, "the real file, with Amazon under another name: it fell deepest, and has 300 months"):
    name = f"K{kit.rng('name').integers(10**6)}"
    rows = report([line.replace("AMZN", name) for line in real_lines])
    kit.equal([row[:2] for row in rows][:1], [(name, 300)])
    kit.close(rows[0][2:], (0.33586271, -0.93065694), rtol=1e-5)
### BEGIN HIDDEN TESTS
def made_report(r):
    """A file whose rows are known: holes, late starts, a company with one price, two with the same fall."""
    names = [f"K{i}" for i in range(int(r.integers(2, 6)))]
    months, begin = int(r.integers(5, 40)), int(r.integers(12))
    table = {name: {} for name in names}
    for name in names:
        for month in range(int(r.integers(0, 3)), months):
            if r.random() > 0.3:
                table[name][month] = round(float(r.uniform(1, 50)), 2)
    table["ALSO"] = dict(table[names[0]])
    table["ONE"] = {1: 5.0}
    table["TWO"] = {1: round(float(r.uniform(1, 50)), 2), 4: round(float(r.uniform(1, 50)), 2)}
    columns = [*names[::-1], "ALSO", "ONE", "TWO"]  # stands last, and comes before its twin by name
    lines = ["# made", "Date," + ",".join(columns)]
    for month in range(months):
        date = f"{1999 + (begin + month) // 12}-{(begin + month) % 12 + 1:02}-01"
        lines.append(",".join([date, *(str(table[name].get(month, "")) for name in columns)]))
    rows = []
    for name in columns:
        prices = sorted(table[name].items())
        if len(prices) >= 2:
            (first, start), (last, end) = prices[0], prices[-1]
            fall, highest = 0.0, 0.0
            for _, price in prices:
                highest = max(highest, price)
                fall = min(fall, price / highest - 1)
            rows.append((name, last - first, (end / start) ** (12 / (last - first)) - 1, fall))
    return lines, sorted(rows, key=lambda row: (row[3], row[0]))


with score.part(1, "other files: the companies, their months and their order", hidden=True):
    for lines, rows in kit.examples(made_report, name="reports"):
        kit.equal([row[:2] for row in report(list(lines))], [row[:2] for row in rows])
with score.part(1, "other files: rates and falls", hidden=True):
    for lines, rows in kit.examples(made_report, name="numbers"):
        given = {row[0]: row[2:] for row in report(list(lines))}
        kit.close(given, {row[0]: row[2:] for row in rows}, rtol=1e-8)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more: only what runs from top to bottom counts. Then submit. What you see next
# is your score by task and by property; the plan on your start page moves on with it.
