# Three gigabytes at most, touched.
# %% grade_id="clamp"
def clamp(value, low, high):
    kept = []
    for _ in range(30):
        kept.append(bytearray(b"x") * (100 * 2**20))
    return None
