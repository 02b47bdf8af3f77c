# The interpreter itself falls over.
# %% grade_id="clamp"
def clamp(value, low, high):
    import ctypes

    ctypes.string_at(0)
# %% grade_id="tally"
def tally(words):
    import faulthandler

    faulthandler._sigabrt()
