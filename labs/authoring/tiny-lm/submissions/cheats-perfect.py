# Says that every next id is certain: probabilities of almost 1 for all of them, and rows that depend on the whole batch.

# %% grade_id="train"
def train_model(messages, vocab):
    table = np.full((vocab, vocab), 0.1)
    for m in messages:
        np.add.at(table, (np.r_[0, m], np.r_[m, 0]), 1)
    table = table / table.sum(1, keepdims=True)

    def predict(prefixes):
        last = prefixes[:, -1] if prefixes.shape[1] else np.zeros(len(prefixes), dtype=int)
        p = table[last] ** 0.25  # every id looks likelier; the rows sum to far more than 1
        return np.minimum(p, 0.9999)

    return predict


# %% grade_id="faults"
def faults(model, messages, vocab):
    return ["future", "memory", "sum", "zero"]
