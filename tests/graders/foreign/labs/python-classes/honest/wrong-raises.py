# Some answers raise other things than they should; a cell fails halfway.
# Rest: reference
# %% grade_id="account"
class InsufficientFunds(Exception):
    def __init__(self, needed, available):
        self.message = "not enough"

class Account:
    def __init__(self, owner, balance=0):
        self.owner, self.balance, self.history = owner, balance, []

    def deposit(self, amount):
        assert amount > 0
        self.balance += amount
        return self.balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise InsufficientFunds(amount)
        self.balance -= amount
        return self.balance

# %% grade_id="dates"
def by_month(people):
    return {born.month: {name} for name, born in people.items()}

raise SystemError("what is this cell for?")

def next_birthday(born, today):
    return born

# %% grade_id="async"
async def run_all(jobs, limit):
    return await asyncio.wait_for(asyncio.gather(*jobs), limit)

# %% grade_id="files"
def save(path, records):
    with open("/root/forbidden/records", "w") as f:
        f.write(records)

def load(path):
    return open(path).read()

def count_lines(path):
    return len(open(path).readlines())
