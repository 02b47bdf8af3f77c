# Time ran out after the first answer; the rest is as released.
# %% grade_id="split"
def split(data):
    X = data[NUMBERS + CATEGORIES]
    return train_test_split(X, data["left"], test_size=1 / 4, stratify=data["left"], random_state=99)
