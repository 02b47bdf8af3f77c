# Thousands of figures, one with a million points whose picture runs scripts, one that draws for ever.
# %% grade_id="curve"
import warnings

warnings.simplefilter("ignore")


class Slow(plt.Line2D):
    def draw(self, renderer):
        while True:
            pass


def curve(x, y, title):
    for _ in range(300):
        plt.figure(figsize=(1, 1))
    figure = plt.figure(figsize=(400, 400), dpi=400)
    figure.add_artist(Slow([0, 1], [0, 1]))
    plt.title("<script>@SCRIPT@()</script>$\\frac{1}{0}$")
    plt.plot(range(10**6))
