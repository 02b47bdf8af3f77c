"""The bank of placement items: ``items/<competency>.yml``, read and held against the catalogue.

``python -m learning_paths.bank [FILE…]`` checks the files and prints every item drawn twice.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from catalogue import Catalogue, CatalogueError, InvalidFile, Problem, load
from catalogue.errors import suggest
from catalogue.folders import CHECKOUT
from catalogue.reading import line_of, read_value, validate
from learning_paths.drawing import LANGUAGES, Drawn, cases, derive, draw, fill
from learning_paths.errors import BankError
from learning_paths.item_schema import HOLE, KINDS, NAME, ChoiceItem, Item, NumberItem

FOLDER = CHECKOUT / "items"
"""Outside the packages: every wall shows those, and no learner may read the answers."""
LEAST_ITEMS = 3
LONGEST = 1.2
"""A right option that is longer than every other by this factor gives itself away."""


@dataclass(frozen=True)
class Bank:
    """All items.

    Parameters
    ----------
    items
        By ``competency/id``, in the order of the catalogue and the files.
    """

    items: Mapping[str, Item]

    @cached_property
    def by_competency(self) -> Mapping[str, tuple[Item, ...]]:
        """The items of each competency that has any."""
        found: dict[str, list[Item]] = {}
        for item in self.items.values():
            found.setdefault(item.competency, []).append(item)
        return {name: tuple(items) for name, items in found.items()}

    def draw(self, key: str, variant: int) -> Drawn:
        """Draw an item by its name.

        Raises
        ------
        BankError
            When the bank no longer has it.
        """
        if key not in self.items:
            raise BankError("no-item", key=repr(key))
        return draw(self.items[key], variant)


def load_bank(catalogue: Catalogue, folder: Path = FOLDER) -> Bank:
    """Read all items.

    Raises
    ------
    InvalidFile
        With every fault of every file: line, item, value, and what would be right.
    """
    return _load(catalogue, folder)


@lru_cache(maxsize=4)
def _load(catalogue: Catalogue, folder: Path) -> Bank:
    problems: list[Problem] = []
    found: dict[str, tuple[Item, ...]] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            found[path.stem] = read_items(path, catalogue)
        except InvalidFile as error:
            problems += error.problems
    if problems:
        raise InvalidFile(problems)
    ordered = (item for name in catalogue.competencies for item in found.get(name, ()))
    return Bank({item.key: item for item in ordered})


def read_items(path: Path, catalogue: Catalogue) -> tuple[Item, ...]:
    """Read the items of a competency, each tried with all its values.

    Raises
    ------
    InvalidFile
        With every fault.
    """
    shown = Path(*path.parts[-2:])
    if path.stem not in catalogue.competencies:
        mend = (
            f"a file is called as its competency; {suggest(path.stem, catalogue.competencies, 'competency')}"
        )
        raise InvalidFile([Problem(f"unknown competency {path.stem!r}", shown, mend=mend)])
    items: list[Item] = []
    problems: list[Problem] = []
    for number, entry in enumerate(_entries(path, shown)):
        try:
            item = _item(path, shown, number, entry)
            if any(item.id == other.id for other in items):
                line = line_of(path, (number, "id"))
                raise InvalidFile([Problem(f"the id {item.id!r} stands here a second time", shown, line)])
        except InvalidFile as error:
            problems += error.problems
            continue
        items.append(item)
        for where, what in faults(item):
            line = line_of(path, (number, *(int(key) if key.isdigit() else key for key in where.split("."))))
            problems.append(Problem(f"{item.id}: {what}", shown, line))
    if problems:
        raise InvalidFile(problems)
    return tuple(items)


def faults(item: Item) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with an item in one of its draws: where, and what."""
    try:
        every = cases(item)
    except BankError as error:
        yield "draws", str(error)
        return
    named = {name for _, template in item.templates() for name, _ in HOLE.findall(template)}
    for _, expression in item.expressions():
        named.update(re.findall(NAME, str(expression)))
    for name in every[0]:
        if name not in named:
            yield "draws", f"draws {name!r} and uses it nowhere; leave it out"
    told: set[str] = set()
    for case in every:
        for where, what in _faults_of(item, case):
            if where not in told:
                told.add(where)
                drawn = ", ".join(f"{name} {value}" for name, value in case.items())
                yield where, f"{what}{f' (with {drawn})' if drawn else ''}"


def notes(items: Sequence[Item]) -> Iterator[str]:
    """Yield what is allowed and worth a second look in a competency's items."""
    if len(items) < LEAST_ITEMS:
        yield f"{len(items)} items; at least {LEAST_ITEMS}"
    for item in items:
        if not isinstance(item, ChoiceItem):
            continue
        values = derive(item, cases(item)[0])
        for language in LANGUAGES:
            right, *wrong = (len(fill(one.text(language), values, language)) for one in item.options)
            if right > 12 and right > LONGEST * max(wrong):
                yield f"{item.id}: the right option is the longest by far ({language})"


def _faults_of(item: Item, case: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    try:
        values = derive(item, case)
        if isinstance(item, NumberItem):
            _ = Drawn(item, values, ()).answer
    except BankError as error:
        where, _, what = str(error).partition(": ")
        yield where, what
        return
    for where, template in (*item.templates(), ("why", item.why.en), ("why", item.why.zh)):
        try:
            fill(template, values, "en")
        except BankError as error:
            yield where, str(error)
            return
    shown = (
        () if isinstance(item, NumberItem) else item.options if isinstance(item, ChoiceItem) else item.steps
    )
    for language in LANGUAGES:
        texts = [fill(one.text(language), values, language) for one in shown]
        for place, text in enumerate(texts):
            if text in texts[:place]:
                where = f"wrong.{place - 1}" if isinstance(item, ChoiceItem) else f"steps.{place}"
                yield where, f"two options read the same: {text!r}"


def _entries(path: Path, shown: Path) -> list[Any]:
    value = read_value(path, shown)
    if not isinstance(value, list):
        raise InvalidFile([Problem("holds no list", shown, 1, "it must be a list of items: - id: …")])
    return value


def _item(path: Path, shown: Path, number: int, entry: Any) -> Item:
    if not isinstance(entry, dict) or entry.get("kind") not in KINDS:
        kind = entry.get("kind") if isinstance(entry, dict) else entry
        line = line_of(path, (number, "kind"))
        name = entry.get("id", f"item {number + 1}") if isinstance(entry, dict) else f"item {number + 1}"
        raise InvalidFile(
            [Problem(f"{name}: unknown kind {kind!r}", shown, line, f"known: {', '.join(KINDS)}")]
        )
    whole = {**entry, "competency": path.stem}
    try:
        return validate(KINDS[entry["kind"]], whole, path, shown, (number,))
    except InvalidFile as error:
        name = entry.get("id", f"item {number + 1}")
        told = [Problem(f"{name}: {one.what}", one.file, one.line, one.mend) for one in error.problems]
        raise InvalidFile(told) from error


def main(argv: Sequence[str] | None = None) -> int:
    """Check files and print every item drawn twice, in both languages, for whoever writes them."""
    parser = argparse.ArgumentParser(
        prog="python -m learning_paths.bank", description="Check placement items and print them drawn."
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="items/*.yml; all when left out")
    parser.add_argument("--no-key", action="store_true", help="leave right answers and reasons out")
    parser.add_argument("--quiet", action="store_true", help="only faults, notes and counts")
    given = parser.parse_args(argv)
    known = load()
    wrong, counts = 0, Counter[str]()
    for path in given.files or sorted(FOLDER.glob("*.yml")):
        try:
            items = read_items(path.resolve(), known)
        except CatalogueError as error:
            print(error, file=sys.stderr)
            wrong += 1
            continue
        counts.update(items=len(items), drawn=sum(len(cases(item)) > 1 for item in items))
        counts.update(f"{item.kind}s" for item in items)
        counts.update(str(item.level) for item in items)
        for note in notes(items):
            print(f"{path.name}: {note}", file=sys.stderr)
        for item in () if given.quiet else items:
            print("\n".join(_printed(item, key=not given.no_key)))
    print(", ".join(f"{count} {name}" for name, count in counts.items()), f"; {wrong} files with faults")
    return 1 if wrong else 0


def _printed(item: Item, *, key: bool) -> Iterator[str]:
    yield f"== {item.key} {item.level}, {item.kind}, {item.seconds} s, {len(cases(item))} cases"
    first = draw(item, 1)
    others = (draw(item, variant) for variant in range(2, 40))
    second = next((one for one in others if one.values != first.values), draw(item, 2))
    for variant, drawn in enumerate((first, second), 1):
        shown, told = drawn.shown(), drawn.told()
        for language in LANGUAGES:
            yield f"-- {variant} {language}: {shown['ask'][language]}"
            if "code" in shown:
                yield "\n".join(f"      {line}" for line in shown["code"][language].splitlines())
            for place, option in enumerate(shown.get("options", ())):
                reason = told.get("because", {})
                because = reason[place] if key and reason else None
                yield f"   {place}: {option[language]}" + (f"    [{because[language]}]" if because else "")
            unit = f" {shown['unit'][language]}" if shown.get("unit") else ""
            if key:
                yield f"   = {told['right']}{unit}: {told['why'][language]}"
            elif unit:
                yield f"   = …{unit}"


if __name__ == "__main__":
    sys.exit(main())
