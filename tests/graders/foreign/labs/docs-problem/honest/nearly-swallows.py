# Defensive: catches everything, also its own ValueError, and returns None; age by a bare except.
# Rest: right-beginner
# %% grade_id="squares"
def squares(n):
    try:
        if n < 1:
            raise ValueError("n < 1")
        return [i * i for i in range(1, n + 1)]
    except Exception as error:
        print("error:", error)
        return None

# %% grade_id="plot_squares"
def plot_squares(n):
    plt.scatter(range(1, n + 1), squares(n))
    plt.xlabel("i")
    plt.ylabel("i squared")
    plt.title("points, not a line")
