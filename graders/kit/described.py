"""A figure together with its words, for who cannot see it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def described(figure: Figure, words: str = "") -> Any:
    """Return a figure as a picture whose words screen readers say and every export keeps.

    Parameters
    ----------
    figure
        What :func:`draw_access` made, or any other.
    words
        What it shows; by default the figure's label, which :func:`draw_access` writes.

    Returns
    -------
    IPython.display.Image
        As the last line of a cell it shows the figure, once.

    Raises
    ------
    ValueError
        When there are no words.

    Examples
    --------
    In a lesson::

        kit.described(kit.draw_access(moved))
    """
    import matplotlib.pyplot as plt
    from IPython.display import Image

    words = words or str(figure.get_label())
    if not words:
        raise ValueError("the figure has no label: say in a sentence what it shows")
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    plt.close(figure)
    return Image(picture.getvalue(), format="png", alt=words)
