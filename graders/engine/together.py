"""Checks that cannot be graded apart, graded in the learner's own process: where an instructor chooses that.

What runs there may change what a check finds. So each check runs several times, each time in a fork of its
own that nothing tells from the others: as it is, in other words, and as twins that a right answer must fail.
Whose code passes those is not scored: a person has to look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from nbformat import NotebookNode

from sandbox import CellResult, SandboxError

from ..errors import EngineFailed, Refusal
from ..seeds import Seeds
from .master import Master
from .reference import Reference
from .repair import repaired
from .run import ENDS, MOST_RUNS, WATCHED, Ended, settle
from .servers import server_for
from .submission import read_submission
from .twins import MOST, Draw, Spot, kinds_in, noting, spots, twin

AS_IT_IS, IN_OTHER_WORDS, ALL_CHANGED = "as it is", "in other words", "all changed"
TELL = "_noted.tell()"


class Tampered(Refusal):
    """The learner's code passes what a right answer fails: a person has to look."""


class _Unfit(Exception):
    """A check cannot be graded together either; the text says why."""


@dataclass(frozen=True)
class Twins:
    """What is known of a check that is graded together.

    Attributes
    ----------
    text
        The check.
    found
        Its spots.
    kinds
        What the reference solution has on expected sides, by spot.
    usable
        The spots whose twin the reference solution fails.
    left
        Points that it gets where every expected value is another one.
    """

    text: str
    found: tuple[Spot, ...]
    kinds: dict[int, str]
    usable: tuple[Spot, ...]
    left: float

    @property
    def equal(self) -> list[Spot]:
        """The usable spots whose expected value can be changed."""
        return [spot for spot in self.usable if spot.equal]

    def words(self, wrong: list[Spot], draw: Draw) -> str:
        """Return a twin of the check."""
        return twin(self.text, self.found, self.kinds, wrong, draw)


@dataclass(frozen=True)
class Together:
    """The checks of a lab that are graded together.

    Attributes
    ----------
    checks
        By grade id.
    reasons
        Why the others that are refused apart stay refused, by grade id.
    """

    checks: dict[str, Twins]
    reasons: dict[str, str]

    def grade(self, master: Master, notebook: NotebookNode, seeds: Seeds, files: Mapping[str, bytes]) -> None:
        """Put outputs of checks that are graded together into a submission that was executed apart.

        Parameters
        ----------
        master
            The lab.
        notebook
            Repaired and executed.
        seeds, files
            As in :func:`~graders.engine.run.execute`.

        Raises
        ------
        Tampered
            When the submission passes a twin that a right answer fails.
        EngineFailed
            When the engine itself failed.
        """
        runs = Runs(master, notebook, seeds, files)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if name in self.checks:
                cell.outputs = _judged(runs, name, self.checks[name]).outputs


def prepare(master: Master, known: Reference, workers: int = 1) -> Together:
    """Find out which of the checks that are refused apart can be graded together.

    The reference solution must get full marks in them there, and fail their twins.

    Parameters
    ----------
    master
        The lab.
    known
        What its reference solution gets apart.
    workers
        Runs at the same time.

    Raises
    ------
    EngineFailed
        When the engine itself failed.
    """
    if not known.short:
        return Together({}, {})
    notebook = repaired(master, read_submission(master.folder / f"{master.lab}.ipynb")).notebook
    runs = Runs(master, notebook, Seeds(fixed="0"), {})
    checks, reasons = {}, {}
    for name in known.short:
        try:
            checks[name] = _twins(runs, name, workers)
        except _Unfit as error:
            reasons[name] = f"{known.refused[name]}; together neither: {error}"
    return Together(checks, reasons)


def _twins(runs: Runs, name: str, workers: int) -> Twins:
    """Return what the twins of a check are, after the reference solution has met each."""
    master, most = runs.master, runs.master.points[name]
    text = master.cells[name].source
    ended = runs.check(name, text)
    if ended.score < most:
        raise _Unfit(f"its own reference solution gets {ended.score:g} of {most:g}")
    found = spots(text, master.bound, scored=name in master.scored)
    kinds = kinds_in(runs.outputs(name, noting(text, found), TELL)[1])
    found = [spot for spot in found if spot.kind != "value" or spot.place in kinds]
    twins = Twins(text, tuple(found), kinds, (), most)
    if runs.check(name, twins.words([], Draw())).score < most:
        raise _Unfit("its own reference solution does not pass it in other words")

    tried = Draw().sample(found, min(len(found), 2 * MOST))

    def fails(spot: Spot) -> bool:
        return _is_failure(runs.check(name, twins.words([spot], Draw(smallest=True))), most)

    with ThreadPoolExecutor(workers) as pool:
        kept = [spot for spot, is_kept in zip(tried, pool.map(fails, tried), strict=True) if is_kept]
    twins = Twins(text, tuple(found), kinds, tuple(kept), most)
    if not kept:
        raise _Unfit("it compares nothing in a way that a twin could turn round")
    if name in master.scored:
        left = runs.check(name, twins.words(twins.equal, Draw())).score if twins.equal else most
        if left >= most:
            raise _Unfit("its parts compare nothing whose expected value could be another")
        twins = Twins(text, tuple(found), kinds, tuple(kept), left)
    return twins


# these say that a twin's text does not fit the values there, not that something is untrue
_MISFITS = frozenset({"TypeError", "ValueError", "NameError", "SyntaxError", "AttributeError", *ENDS})


def _is_failure(ended: Ended, most: float) -> bool:
    names = {output.ename for output in ended.outputs if output.output_type == "error"}
    return ended.score < most and not names & _MISFITS


def _judged(runs: Runs, name: str, twins: Twins) -> Ended:
    """Return how a check ended, unless its twins show that this says nothing."""
    most, draw = runs.master.points[name], Draw()
    drawn = draw.sample(twins.usable, min(MOST, len(twins.usable)))
    to_run: list[str | Spot] = [AS_IT_IS, IN_OTHER_WORDS, *drawn]
    to_run += [ALL_CHANGED] if twins.equal and name in runs.master.scored else []
    draw.shuffle(to_run)  # nothing tells a submission which of them it meets
    ended: dict[str | Spot, Ended] = {}
    for one in to_run:
        ended[one] = runs.check(name, _text(twins, one, draw))
        if one == AS_IT_IS and ended[one].score == 0:
            return ended[one]
    real = ended[AS_IT_IS]

    def again(one: str, differs: Callable[[float], bool]) -> bool:
        """Tell whether a run differs, and once more: chance in an answer is no tampering."""
        return differs(ended[one].score) and differs(runs.check(name, _text(twins, one, draw)).score)

    passed = [spot for spot in drawn if real.score == most == ended[spot].score]
    if passed:
        where = f"line {passed[0].line}, `{passed[0].text}`"
        raise Tampered(_told(name, f"it passes the check and also a twin of it in which {where} is not so"))
    if ALL_CHANGED in ended and again(ALL_CHANGED, lambda score: score > twins.left):
        raise Tampered(_told(name, "it gets points from a twin that expects other values everywhere"))
    if again(IN_OTHER_WORDS, lambda score: score != real.score):
        other = ended[IN_OTHER_WORDS].score
        raise Tampered(_told(name, f"the same check in other words gives {other:g}, not {real.score:g}"))
    return real


def _text(twins: Twins, one: str | Spot, draw: Draw) -> str:
    if one == AS_IT_IS:
        return twins.text
    wrong = {IN_OTHER_WORDS: [], ALL_CHANGED: twins.equal}
    return twins.words(wrong[one] if isinstance(one, str) else [one], draw)


def _told(name: str, what: str) -> str:
    return f"{name}: {what}, which no honest answer does: look at the submission, and give its marks by hand"


class Runs:
    """Runs one submission up to one of its checks, whatever stands there, each time in a fresh process."""

    def __init__(
        self,
        master: Master,
        notebook: NotebookNode,
        seeds: Seeds,
        files: Mapping[str, bytes],
    ) -> None:
        self.master, self.seeds, self.files = master, seeds, files
        self.cells = [
            (cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell.source)
            for cell in notebook.cells
            if cell.cell_type == "code"
        ]

    def check(self, name: str, text: str) -> Ended:
        """Return how a check with this text ends."""
        return Ended(self.master, name, self.outputs_of(name, text), {})

    def outputs(self, name: str, *texts: str) -> list[list[dict]]:
        """Return the outputs of several cells in a check's place; fewer where the process ended."""
        return [result.outputs if result else [] for result in self._run(name, texts)]

    def outputs_of(self, name: str, text: str) -> CellResult | None:
        """Return what a cell in a check's place did, or None where it did not come to it."""
        return self._run(name, (text,))[0]

    def _run(self, name: str, texts: tuple[str, ...]) -> list[CellResult | None]:
        cells = self._up_to(name, texts)
        seconds, first = self.master.limits.seconds, len(cells) - len(texts)
        for run in range(MOST_RUNS):
            try:
                results = server_for(self.master).together(cells, seconds)
            except SandboxError as error:
                if run == 0:  # a neighbour may have taken the warm process with it
                    continue
                raise EngineFailed(f"the submission could not be run: {error}") from None
            ended = len(results) - 1
            if ended < 0 or ended >= first or not any(o.get("ename") in ENDS for o in results[-1].outputs):
                break
            cells[ended] = ""  # it took its process with it: the others run again without it
        return [results[place] if place < len(results) else None for place in range(first, len(cells))]

    def _up_to(self, name: str, texts: tuple[str, ...]) -> list[str]:
        cells = [settle(self.master, self.files) + WATCHED]
        for place, source in self.cells:
            if place not in self.master.checks:
                cells.append(source)
                continue
            seed = self.seeds.of(place) if place in self.master.hides else "0"
            cells.append(BEFORE.format(seed=seed))
            if place == name:
                return [*cells, *texts]
            cells.append(source)
        raise EngineFailed(f"the submission has no check {name}")


BEFORE = (
    "__import__('graders.engine.guard').engine.guard.restore(get_ipython())\n"
    "__import__('os').environ['ACADEMY_SEED'] = {seed!r}\n"
)
