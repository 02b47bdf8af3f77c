# State in globals and in class attributes, default arguments as memories.
# Rest: right-plain
# %% grade_id="account"
BALANCES, HISTORIES = {}, {}

class InsufficientFunds(ValueError):
    pass

class Account:
    number = 0

    def __init__(self, owner, balance=0):
        Account.number += 1
        self.id, self.owner = Account.number, owner
        BALANCES[self.id], HISTORIES[self.id] = balance, []

    @property
    def balance(self):
        return BALANCES[self.id]

    @property
    def history(self):
        return HISTORIES[self.id]

    def deposit(self, amount):
        return change(self, "deposit", amount, +1)

    def withdraw(self, amount):
        return change(self, "withdraw", amount, -1)

    def __len__(self):
        return len(HISTORIES[self.id])

def change(account, what, amount, sign):
    if amount <= 0:
        raise ValueError("amount")
    if BALANCES[account.id] + sign * amount < 0:
        error = InsufficientFunds(f"{amount} > {BALANCES[account.id]}")
        error.needed = amount
        error.available = BALANCES[account.id]
        raise error
    BALANCES[account.id] += sign * amount
    HISTORIES[account.id].append((what, amount))
    return BALANCES[account.id]

# %% grade_id="cards"
from collections import namedtuple
from enum import Enum

Suit = Enum("Suit", "CLUBS DIAMONDS HEARTS SPADES")
Card = namedtuple("Card", ("rank", "suit"))
_deck = None

def deck():
    global _deck
    if _deck is None:
        _deck = {Card(r, s) for r in range(2, 15) for s in Suit}
    return _deck

def sort_hand(cards, _order={s: -i for i, s in enumerate(Suit)}):
    cards.sort(key=lambda c: (_order[c.suit], -c.rank))

# %% grade_id="output"
printed = 0

def show(rows):
    global printed
    printed = 0
    for name, number in rows:
        print("%s%s%s" % (name, "." * (20 - len(f"{name}{number}")), number))
        printed += 1
    return printed

_sum = 0

def sum_rows(rows):
    global _sum
    _sum = 0
    for _, n in rows:
        _sum += n
    return _sum

def total(rows):
    sum_rows(rows)
    warnings.warn("DEPRECATED, sum_rows!", DeprecationWarning)
    return _sum
