# Lists for tuples and sets, strings for dates, text for numbers, dicts for classes.
# Rest: right-plain
# %% grade_id="cards"
Suit = {"CLUBS": 1, "DIAMONDS": 2, "HEARTS": 3, "SPADES": 4}

def Card(rank, suit):
    return {"rank": rank, "suit": suit}

def deck():
    return [Card(r, s) for r in range(2, 15) for s in Suit]

def sort_hand(cards):
    return sorted(cards, key=lambda c: c["rank"])

# %% grade_id="iterators"
def chunks(iterable, n):
    iterable = list(iterable)
    return [iterable[i : i + n] for i in range(0, len(iterable), n)]

def merge(a, b):
    return sorted(list(a) + list(b)) if hasattr(a, "__len__") and hasattr(b, "__len__") else None

# %% grade_id="dates"
def by_month(people):
    return {str(born.month): [name] for name, born in people.items() if born}

def next_birthday(born, today):
    return f"{today.year}-{born.month}-{born.day}" if born else None

# %% grade_id="async"
def run_all(jobs, limit):
    return [job() for job in jobs]

# %% grade_id="output"
def show(rows):
    return "\n".join(f"{n}...{k}" for n, k in rows)

def sum_rows(rows):
    return str(sum(k for _, k in rows))

def total(rows):
    print("Warning: deprecated, use sum_rows")
    return sum_rows(rows)
