"""How far a batch is, on stderr: a line that moves in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from .result import Result

PLAIN_SECONDS = 10.0  # between two plain lines
WHAT_TO_DO = {
    "refused": "mend what the reason names, then ./academy grade {lab} --learner {learner}",
    "partial": "a person gives these marks in formgrader, or the check is mended and the lab proved again",
    "unreadable": "the learner opens the notebook in Lab, saves it and submits it again",
}


class Pace:
    """Counts results, with the rate and the time that is left.

    Parameters
    ----------
    clock
        Seconds, for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._begun = clock, clock()
        self.expected = self.done = self.kept = 0

    def count(self, result: Result) -> None:
        """Count one result."""
        self.done += 1
        self.kept += result.kept

    def told(self) -> str:
        """Return the state in words: ``40 of 120, 3.2 a second, 0:00:25 left, 12 unchanged``."""
        seconds = max(self._clock() - self._begun, 1e-9)
        words = [f"{self.done} of {self.expected}"]
        if worked := self.done - self.kept:
            rate = worked / seconds
            left = timedelta(seconds=round((self.expected - self.done) / rate))
            words += [f"{rate:.1f} a second", f"{left} left"]
        if self.kept:
            words.append(f"{self.kept} unchanged")
        return ", ".join(words)

    def summary(self) -> str:
        """Return what was done, at the end."""
        seconds = self._clock() - self._begun
        return (
            f"{self.done} submissions in {timedelta(seconds=round(seconds))}, {self.kept} of them unchanged"
        )


class Watch:
    """Shows the pace of a batch, and at its end what was refused."""

    def __init__(self, progress: Progress | None) -> None:
        self.pace = Pace()
        self.refused: list[Result] = []
        self._progress = progress
        self._task = progress.add_task("grading", total=None, pace="") if progress else None
        self._last = time.monotonic()

    def expect(self, lab: str, count: int) -> None:
        """Take note that so many results of a lab will come."""
        self.pace.expected += count
        self._show(f"{lab}: {count} submissions")

    def count(self, result: Result) -> None:
        """Take note of a result."""
        self.pace.count(result)
        if result.status != "graded":
            self.refused.append(result)
        self._show(f"{result.lab}: {result.learner}")

    def _show(self, doing: str) -> None:
        if self._progress is not None:
            pace = self.pace
            self._progress.update(
                self._task, description=doing, completed=pace.done, total=pace.expected, pace=pace.told()
            )
        elif time.monotonic() - self._last > PLAIN_SECONDS:
            self._last = time.monotonic()
            print(f"{doing}; {self.pace.told()}", file=sys.stderr, flush=True)


@contextmanager
def watching() -> Iterator[Watch]:
    """Show on stderr how far a batch is."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Watch(None)
        return
    columns = TextColumn("{task.description}"), BarColumn(20), TextColumn("{task.fields[pace]}")
    with Progress(*columns, console=console, transient=True) as progress:
        yield Watch(progress)


def what_to_do(refused: Sequence[Result]) -> Iterator[str]:
    """Yield a line for each result without all its marks: whose, why, what to do."""
    if refused:
        yield f"not graded, or not wholly: {len(refused)}"
    for result in refused:
        todo = WHAT_TO_DO[result.status].format(lab=result.lab, learner=result.learner)
        yield f"  {result.lab}  {result.learner}  {result.status}: {result.reason}; {todo}"
