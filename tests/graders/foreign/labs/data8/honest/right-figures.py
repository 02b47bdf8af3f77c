# Subplots, twin axes, figures left open; returns Axes made in three ways.
# Rest: right-pandas
# %% grade_id="q5"
first_figure, all_axes = plt.subplots(1, 2, figsize=(8, 3))

def minutes_histogram(table):
    fig, (left, right) = plt.subplots(1, 2)
    right.boxplot(table["minutes"])
    counts_, edges_, bars_ = left.hist(table["minutes"], bins=np.linspace(0, 120, 9), density=True, edgecolor="white")
    left.axvline(table["minutes"].mean(), color="k")
    left.set(xlabel="minutes", ylabel="share of a minute", title="How long?")
    for figure in range(3):
        plt.figure()
    return left

minutes_histogram(trips)
minutes_histogram(trips)
plt.show()

# %%
minutes_histogram(trips[trips.rider == "casual"]).set_title("casual")
