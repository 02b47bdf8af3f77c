# One balance for all accounts, one answer for both: state that is shared where it must not be.
# %% grade_id="account"
class Account:
    balance = 0

    def deposit(self, amount):
        Account.balance += amount

    def withdraw(self, amount):
        Account.balance -= amount
