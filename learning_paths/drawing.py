"""A placement item drawn once: its numbers, its words for the learner, and whether an answer is right.

A variant is a whole number; item and variant together give the same draw and the same shuffle for ever. What
`Drawn.shown` returns is all that a learner may see: the right answer follows from none of it.
"""

import itertools
import math
import random
import re
import reprlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from simpleeval import SimpleEval

from catalogue import Text
from learning_paths.errors import BadAnswer, BankError
from learning_paths.item_schema import HOLE, ChoiceItem, Expression, Item, NumberItem, OrderItem, Value
from learning_paths.refusals import in_turn

LANGUAGES = ("en", "zh")
MOST_CASES = 2000
NUMBER_GUESS = 0.02
"""Chance of hitting a number without knowing how: our choice, until answers tell."""
EXACT = 1e-9
"""Relative tolerance where the author asks for an exact number: rounding of floating point only."""
FUNCTIONS = {
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
    "abs": abs,
    "min": min,
    "max": max,
}

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?"
_READABLE = re.compile(rf"({_NUMBER})(?:/({_NUMBER}))?(%?)")
_GROUPED = re.compile(r"(?<![\d.,])([1-9]\d{0,2}(?:,\d{3})+)(?![\d,])")


def cases(item: Item) -> tuple[Mapping[str, Value], ...]:
    """Return every combination of an item's drawn values; one empty case where nothing is drawn.

    Raises
    ------
    BankError
        When there are more than ``MOST_CASES``.
    """
    if isinstance(item.draws, Mapping):
        count = math.prod(map(len, item.draws.values()))
        if count > MOST_CASES:
            raise BankError("many-cases", count=count, most=MOST_CASES)
        return tuple(
            dict(zip(item.draws, values, strict=True)) for values in itertools.product(*item.draws.values())
        )
    return item.draws or ({},)


def guess(item: Item) -> float:
    """Return the chance that somebody without the knowledge gets the item right."""
    if isinstance(item, ChoiceItem):
        return 1 / len(item.options)
    if isinstance(item, OrderItem):
        # somebody who lacks the knowledge still sees how some steps must follow
        return max(NUMBER_GUESS, 1 / math.factorial(len(item.steps)))
    return NUMBER_GUESS


@dataclass(frozen=True)
class Drawn:
    """An item with one set of values and one shuffle.

    Parameters
    ----------
    item
        What its author wrote.
    values
        What its expressions and texts may name, drawn and derived.
    order
        Options or steps as they are shown: positions in the author's order.
    """

    item: Item
    values: Mapping[str, Value]
    order: tuple[int, ...]

    @cached_property
    def answer(self) -> float:
        """The right number; for a number item only.

        Raises
        ------
        BankError
            When the expression cannot be worked out.
        """
        assert isinstance(self.item, NumberItem)
        value = evaluate(self.item.answer, self.values, "answer")
        if isinstance(value, str) or not math.isfinite(value):
            raise BankError("no-finite", expression=repr(self.item.answer), value=repr(value))
        return float(value)

    @property
    def right(self) -> Any:
        """The right answer as a learner would send it: a number, an option's place, or places in order."""
        if isinstance(self.item, NumberItem):
            return self.answer
        if isinstance(self.item, ChoiceItem):
            return self.order.index(0)
        return [self.order.index(step) for step in range(len(self.order))]

    def shown(self) -> dict[str, Any]:
        """Return what a learner sees, in both languages; nothing in it tells the right answer."""
        item = self.item
        sent: dict[str, Any] = {
            "kind": item.kind,
            "seconds": item.seconds,
            "ask": {language: fill(item.ask[language], self.values, language) for language in LANGUAGES},
        }
        if item.code is not None:
            sent["code"] = {language: fill(item.code, self.values, language) for language in LANGUAGES}
        if isinstance(item, NumberItem):
            sent["unit"] = item.unit and {"en": item.unit.en, "zh": item.unit.zh}
        else:
            texts = item.options if isinstance(item, ChoiceItem) else item.steps
            sent["options"] = [
                {language: fill(texts[place].text(language), self.values, language) for language in LANGUAGES}
                for place in self.order
            ]
        return sent

    def told(self) -> dict[str, Any]:
        """Return what staff see besides: right answer, why, and the mistake behind each wrong option."""
        item = self.item
        told: dict[str, Any] = {
            "right": self.right,
            "why": {language: fill(item.why[language], self.values, language) for language in LANGUAGES},
        }
        if isinstance(item, ChoiceItem):
            told["because"] = [
                None if place == 0 else item.wrong[place - 1].because.model_dump() for place in self.order
            ]
        return told

    def score(self, answer: Any) -> bool:
        """Tell whether an answer is right.

        Parameters
        ----------
        answer
            For a number, a number or what somebody typed (`read_number`); for a choice, the place of the
            option as shown, from 0; for an order, the places as shown in the order that was chosen.

        Raises
        ------
        BadAnswer
            When it is no answer to this kind of question; what would be one is said.
        """
        item = self.item
        if isinstance(item, NumberItem):
            unit = item.unit
            given = read_number(answer, () if unit is None else (unit.en, unit.zh))
            return abs(given - self.answer) <= max(item.within, EXACT) * abs(self.answer) + 1e-12
        count = len(self.order)
        if isinstance(item, ChoiceItem):
            if not _is_place(answer, count):
                raise BadAnswer("no-option", answer=repr(answer), last=count - 1)
            return self.order[answer] == 0
        if not (
            isinstance(answer, list | tuple)
            and all(_is_place(place, count) for place in answer)
            and sorted(answer) == list(range(count))
        ):
            raise BadAnswer("no-order", answer=repr(answer), last=count - 1)
        return [self.order[place] for place in answer] == list(range(count))


def draw(item: Item, variant: int) -> Drawn:
    """Draw an item: the same variant gives the same values and the same shuffle.

    Raises
    ------
    BankError
        When a derived value cannot be worked out.
    """
    chance = random.Random(f"{item.key}/{variant}")
    return Drawn(item, derive(item, chance.choice(cases(item))), _shuffled(item, chance))


def derive(item: Item, case: Mapping[str, Value]) -> dict[str, Value]:
    """Return a case's values with those that ``let`` adds.

    Raises
    ------
    BankError
        When an expression is faulty, or gives something else than a number or a text.
    """
    values = dict(case)
    for name, expression in item.let.items():
        values[name] = evaluate(expression, values, f"let.{name}")
    return values


def evaluate(expression: Expression, values: Mapping[str, Value], where: str) -> int | float | str:
    """Work an expression out.

    Raises
    ------
    BankError
        Naming place and expression.
    """
    if not isinstance(expression, str):
        return expression
    names = {name: value for name, value in values.items() if not isinstance(value, Text)}
    try:
        value = SimpleEval(functions=FUNCTIONS, names=names).eval(expression)
    except Exception as error:  # whatever the arithmetic raises
        raise BankError(
            "no-arithmetic",
            where=where,
            expression=repr(expression),
            why=error,
            names=in_turn(names) if names else {"en": "numbers", "zh": "数"},
            functions=in_turn(FUNCTIONS),
        ) from error
    if not isinstance(value, int | float | str):
        raise BankError("no-value", where=where, expression=repr(expression), value=repr(value))
    return value


def fill(template: str, values: Mapping[str, Value], language: str) -> str:
    """Put values into a template's holes.

    Raises
    ------
    BankError
        When a hole names what there is not, or its format does not suit the value.
    """

    def put(hole: re.Match[str]) -> str:
        name, form = hole.group(1), hole.group(2)
        if name not in values:
            raise BankError(
                "no-such-value",
                name=name,
                known=in_turn(values) if values else {"en": "no values", "zh": "无"},
            )
        value = values[name]
        if isinstance(value, Text):
            return value[language]
        try:
            return written(value) if form is None else format(value, form)
        except (ValueError, TypeError) as error:
            raise BankError("bad-format", name=name, form=form, why=error, value=repr(value)) from error

    return HOLE.sub(put, template)


def written(value: int | float | str) -> str:
    """Write a value plainly: no digits behind a whole number, six significant ones otherwise."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"
    return str(value)


def read_number(answer: Any, units: Sequence[str] = ()) -> float:
    """Read a number as people type it.

    ``1.5``, ``1,5``, ``3/2``, ``2e3``, ``1 500``, ``1,500`` (a comma before exactly three digits groups
    thousands, except after a zero), ``50%`` (0.5, or 50 where the unit is %), full-width digits, and the unit
    behind the number.

    Raises
    ------
    BadAnswer
        When it is none.
    """
    refusal = BadAnswer("no-number", answer=reprlib.repr(answer))
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        try:
            value = float(answer)
        except OverflowError:
            raise refusal from None
        if math.isfinite(value):
            return value
    if not isinstance(answer, str) or len(answer) > 60:
        raise refusal
    text = unicodedata.normalize("NFKC", answer).replace("−", "-").strip().lower()
    for unit in units:
        plain = unicodedata.normalize("NFKC", unit).strip().lower()
        if plain and text.endswith(plain):
            text = text[: -len(plain)]
            break
    text = re.sub(r"[\s_]", "", text)
    text = _GROUPED.sub(lambda found: found.group(1).replace(",", ""), text).replace(",", ".")
    found = _READABLE.fullmatch(text)
    if found is None:
        raise refusal
    over, under, percent = found.groups()
    try:
        value = float(over) / float(under or 1) / (100 if percent else 1)
    except ZeroDivisionError:
        raise refusal from None
    if not math.isfinite(value):
        raise refusal
    return value


def _is_place(answer: Any, count: int) -> bool:
    return isinstance(answer, int) and not isinstance(answer, bool) and 0 <= answer < count


def _shuffled(item: Item, chance: random.Random) -> tuple[int, ...]:
    if isinstance(item, NumberItem):
        return ()
    count = len(item.options if isinstance(item, ChoiceItem) else item.steps)
    places = list(range(count))
    chance.shuffle(places)
    if isinstance(item, OrderItem) and places == list(range(count)):
        places = places[1:] + places[:1]  # the right order is never what is shown
    return tuple(places)
