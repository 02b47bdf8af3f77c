"""What a person sees while notebooks run, and at the end: on standard error."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from .outcome import Outcome
from .report import size

_COLOURS = {"passed": "green", "unchanged": "dim", "failed": "bold red"}


class Progress:
    """A bar with a line for each notebook that has run; use it as a context manager.

    Parameters
    ----------
    count
        How many notebooks there are.
    """

    def __init__(self, count: int):
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Bar(*columns, console=self._console, transient=True)
        self._task = self._bar.add_task("notebooks", total=count)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def done(self, outcome: Outcome) -> None:
        """Say what came of one notebook; what is unchanged is only counted."""
        self._bar.advance(self._task)
        if outcome.unchanged:
            return
        said = f"{outcome.status:<9} {outcome.name}  {outcome.seconds:.1f} s  {size(outcome.bytes)}"
        self._console.print(f"[{_COLOURS[outcome.status]}]{escape(said)}[/]")
        if outcome.failure:
            self._console.print(escape(outcome.failure.traceback), style="dim")

    def summary(self, outcomes: Sequence[Outcome], report: Path) -> None:
        """Say what failed and where, what should be better, and where the report lies."""
        for outcome in outcomes:
            for warning in outcome.warnings:
                self._console.print(escape(f"academy: {outcome.name} {warning}"), style="yellow")
        for outcome in outcomes:
            if outcome.failure:
                self._console.print(escape(f"academy: {outcome.name}: {outcome.failure.told}"), style="red")
        counts = {status: sum(outcome.status == status for outcome in outcomes) for status in _COLOURS}
        told = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
        self._console.print(escape(f"{len(outcomes)} notebooks: {told}; see {report}"))
