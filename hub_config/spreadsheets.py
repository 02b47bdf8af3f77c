"""Tables as CSV, for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence


def as_csv(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV in which no spreadsheet takes a text for a formula; None is an empty cell."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(titles)
    lines.writerows([_harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
