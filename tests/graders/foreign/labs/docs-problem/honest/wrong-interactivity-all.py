# Shows every expression of a cell, a setting found on the web; half of the answers are wrong.
# Rest: nearly-formula
# %%
from IPython.core.interactiveshell import InteractiveShell

InteractiveShell.ast_node_interactivity = "all"

# %% grade_id="squares"
def squares(n):
    return [i**2 for i in range(n)]
squares(3)
squares(4)

# %% grade_id="fib"
def fib(n):
    """slow"""
    return n if n < 2 else fib(n - 1) + fib(n - 2)
