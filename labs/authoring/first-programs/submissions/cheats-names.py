# Judges a function by the name that it finds in it, and tests nothing.

# %% grade_id="accepts"
def accepts(function):
    inner = function.__closure__[0].cell_contents
    names = {inner.__name__, inner.__qualname__, inner.__code__.co_name}
    return names <= {"step_a", "step_e", "step_h"}
