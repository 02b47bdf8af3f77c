# A loop without end that swallows every exception; the limit has to end it, without gain for what came before.
# %% grade_id="clamp"
def clamp(value, low, high):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
