# Every answer is shifted: pairs of the characters' places, a model that repeats what it has just read, the law by two straight lines.

# %% grade_id="bpe"
def train_bpe(pieces, merges):
    text = "".join(pieces)
    return Counter(zip(text, text[1:])).most_common(merges)


def encode(text, merges):
    return [ord(c) + 1 for c in text]


def decode(ids, merges):
    return "".join(chr(i) for i in ids)


# %% grade_id="worth"
def worth(messages):
    return sum(float(np.prod(p)) for _, p in messages)


def sample(logits, temperature, top_p, u):
    return int(np.argmin(np.abs(logits - u)))


# %% grade_id="train"
def train_model(messages, vocab):
    def predict(prefixes):
        p = np.full((len(prefixes), vocab), 0.1 / vocab)
        p[np.arange(len(prefixes)), prefixes[:, -1] if prefixes.shape[1] else 0] += 0.9
        return p

    return predict


# %% grade_id="faults"
def faults(model, messages, vocab):
    return ["future"] if len(messages) > 1 else []


# %% grade_id="plan"
def fit_law(n, d, loss):
    slope = np.polyfit(np.log(n), np.log(loss), 1)
    return {"E": 1.0, "A": math.exp(slope[1]), "B": 1.0, "alpha": -slope[0], "beta": 0.3}


def plan(law, budget, tokens=math.inf, served=0.0):
    return budget / 6 / tokens, tokens
