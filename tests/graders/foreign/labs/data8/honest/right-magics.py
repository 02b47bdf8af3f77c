# Magics in answers and around them.
# Rest: right-pandas
# %%
# %config InlineBackend.figure_format = "png"
# !head -3 trips.csv
lines = !wc -l < trips.csv
print(int(lines[0]))

# %% grade_id="q2"
# %%time
trips = pd.read_csv("trips.csv")
trips = trips.drop_duplicates()
trips = trips[~trips["duration"].isnull()]
trips.index = np.arange(len(trips))
trips["start"] = trips["start"].apply(str.strip)
# trailing remark

# %%
# %timeit -n 2 -r 1 pd.read_csv("trips.csv")
trips?

# %% grade_id="q4"
# %pprint
busiest = trips["start"].value_counts().keys().to_list()
by_day = pd.pivot_table(trips, "minutes", "day", "rider")
# %precision 2
by_day
