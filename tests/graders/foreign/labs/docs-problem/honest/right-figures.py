# Figures: opens them, leaves them open, returns them, sets styles; object-oriented matplotlib.
# Rest: right-beginner
# %% grade_id="plot_squares"
plt.style.use("ggplot")
plt.rcParams["figure.figsize"] = (4, 3)

def plot_squares(n):
    fig, ax = plt.subplots()
    ax.plot(np.linspace(1, n, n), squares(n), label="squares")
    ax.set_xlabel("i")
    ax.set_ylabel("i squared")
    ax.set_title("Squares $i^2$")
    ax.axis([0, n + 1, 0, None])
    ax.legend(loc="upper left")
    fig.tight_layout()
    return fig

# %%
for n in range(2, 5):
    fig = plot_squares(n)
plt.show()

# %%
figure_left_open = plot_squares(9)
