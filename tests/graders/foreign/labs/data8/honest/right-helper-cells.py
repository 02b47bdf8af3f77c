# Explores in added cells before answering; displays and plots between the checks.
# Rest: right-pandas
# %% after="setup"
raw = pd.read_csv("trips.csv")
raw.describe(include="all")

# %%
raw["start"].unique(), raw.duration.isna().sum(), raw.duplicated().sum()

# %% grade_id="q2"
trips = tidy(raw) if "tidy" in globals() else None

# %%
def tidy(table):
    table = table.drop_duplicates()
    table = table.loc[table["duration"].notna()]
    return table.assign(start=table["start"].map(lambda s: s.strip())).reset_index(drop=True)

# %%
trips = tidy(raw)
display(trips.sample(3))

# %% after="check_q2_hidden"
trips.groupby("start").size().plot.bar()

# %% grade_id="q3"
HOURS = 60

# %%
def to_minutes(text):
    if text.count(" "):
        hour_part, minute_part = text.split()
        return HOURS * number(hour_part) + number(minute_part)
    return number(text) * (HOURS if text[-1] == "h" else 1)

# %%
def number(text):
    return int("".join(filter(str.isdigit, text)))

# %%
def add_minutes(table):
    table["minutes"] = list(map(to_minutes, table["duration"]))

to_minutes("1h 05m"), to_minutes("2h")

# %%
add_minutes(trips)
trips.plot.scatter("trip", "minutes")

# %% after="check_by_day"
by_day.plot.bar()
plt.ylabel("minutes")
