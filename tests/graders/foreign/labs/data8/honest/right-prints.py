# Prints tables and progress while it is checked.
# Rest: right-plain-python
# %% grade_id="q3"
def to_minutes(text):
    print("parsing", text)
    h, m = 0, 0
    for piece in text.split(" "):
        if piece[-1] == "h":
            h = int(piece.rstrip("h"))
        else:
            m = int(piece.rstrip("m"))
    print(h, "hours", m, "minutes")
    return h * 60 + m

def add_minutes(table):
    print("before:", table.shape)
    table["minutes"] = table.apply(lambda row: to_minutes(row["duration"]), axis=1)
    print("after:", table.shape)
    display(table.head(2))
    table.info()

add_minutes(trips)

# %% grade_id="q5"
def minutes_histogram(table):
    print(table["minutes"].describe())
    table.hist(column="minutes", bins=np.arange(0, 121, 15))
    ax = plt.gca()
    ax.set_title("how long")
    ax.set_xlabel("minutes")
    display("here is the plot", 3)
    return ax

# %% grade_id="q8"
def tvd(p, q):
    d = [abs(x - y) for x, y in zip(p, q)]
    print(d)
    return sum(d) / 2

def p_value(observed, simulate, repetitions=1000):
    hits = []
    for i in range(repetitions):
        r = simulate()
        hits.append(r >= observed)
        if i % 100 == 0:
            print(i, "of", repetitions, end="... ")
    print("done")
    return np.array(hits).mean()
