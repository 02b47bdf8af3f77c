# Honest: answers in added cells before and after, a class whose methods come later, one that is redefined. All is right.
# %% grade_id="clamp"
pass
# %%
low_first = lambda value, low: max(value, low)
# %%
def clamp(value, low, high):
    return min(low_first(value, low), high)
# %% grade_id="account"
class Account:
    balance = 0
# %%
def deposit(self, amount):
    self.balance += amount


def withdraw(self, amount):
    if amount > self.balance:
        raise ValueError
    self.balance -= amount


Account.deposit, Account.withdraw = deposit, withdraw
