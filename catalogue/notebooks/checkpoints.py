"""Predictions in lessons: sealing them into a notebook, opening the seal, judging an answer.

A seal is no secret: with the notebook alone one can try every choice. It keeps an answer from being *read*
by accident, so that a learner commits to a prediction first. Where the academy's service runs, it judges
from the YAML (`judge_entry`). Standard library only, because learners' kernels import this.
"""

import ast
import base64
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Text = Mapping[str, str]
KINDS = ("choice", "number", "code")
_BOUND = re.compile(r"(<=|>=|<|>|=)\s*(\S+)")
_RANGE = re.compile(r"(\S+?)\s*\.\.\s*(\S+)")


class AnswerError(ValueError):
    """An answer that cannot be judged: not one of the choices, not a number, empty."""


class SealError(ValueError):
    """Text that is no seal made by `seal`."""


@dataclass(frozen=True)
class Verdict:
    """What an answer is worth.

    Attributes
    ----------
    correct
        Whether the answer is right.
    explanation
        Why, by language: ``{"en": …, "zh": …}``.
    """

    correct: bool
    explanation: dict[str, str]


@dataclass(frozen=True)
class Sealed:
    """A checkpoint as a notebook carries it: the question readable, the answers not.

    Attributes
    ----------
    kind
        ``choice``, ``number`` or ``code`` (one line of text).
    prompt
        The question, by language.
    choices
        Key to text by language, in the order to show; empty unless `kind` is ``choice``.
    unit
        Unit of a number, possibly empty.
    salt
        What the hashes are salted with.
    right
        Salted hashes of the right answers.
    grid
        For a number: offset and width, as exact fractions, of the grid of intervals one of which is right
        (width 0: the number must be met exactly). It tells the value only up to a multiple of the width.
    reasons
        Hash of an answer to its explanation, enciphered by that answer.
    cases
        Explanations that depend on a condition, in the order to try; the last one has no condition.
    """

    kind: str
    prompt: dict[str, str]
    choices: dict[str, dict[str, str]]
    unit: str
    salt: str
    right: tuple[str, ...]
    grid: tuple[Fraction, Fraction] | None
    reasons: dict[str, str]
    cases: tuple[str, ...]


def seal(entry: Mapping[str, Any]) -> str:
    """Return a checkpoint's question and sealed answers as one line of ASCII text.

    The same entry gives the same text on every machine.

    Parameters
    ----------
    entry
        One valid entry of a ``checkpoints.yml`` (see `catalogue.notebooks.checkpoint_file`).
    """
    salt = hashlib.sha256(_canonical(entry).encode()).hexdigest()[:16]
    kind = entry["kind"]
    grid = _grid(entry["answer"]) if kind == "number" else None
    keys = _right_keys(entry, grid)
    reasons = {
        _hash(salt, key): _cipher(salt + key, _canonical(text)) for key, text in _reasons(entry, keys).items()
    }
    packed = {
        "kind": kind,
        "prompt": dict(entry["prompt"]),
        # a list keeps the authors' order of choices
        "choices": [[str(key), dict(text)] for key, text in (entry.get("choices") or {}).items()],
        "unit": entry["answer"].get("unit", "") if kind == "number" else "",
        "salt": salt,
        "right": sorted(_hash(salt, key) for key in keys),
        "grid": [str(number) for number in grid] if grid else None,
        "reasons": reasons,
        "cases": [_cipher(salt, _canonical(case)) for case in _cases(entry)],
    }
    # not compressed: zlib builds differ in their output, and built notebooks are compared byte for byte
    return base64.urlsafe_b64encode(_canonical(packed).encode()).decode()


def unseal(text: str) -> Sealed:
    """Open what `seal` made.

    Raises
    ------
    SealError
        When `text` is no seal.
    """
    try:
        packed = json.loads(base64.urlsafe_b64decode(text))
        return Sealed(
            kind=packed["kind"],
            prompt=packed["prompt"],
            choices={key: words for key, words in packed["choices"]},
            unit=packed["unit"],
            salt=packed["salt"],
            right=tuple(packed["right"]),
            grid=(Fraction(packed["grid"][0]), Fraction(packed["grid"][1])) if packed["grid"] else None,
            reasons=packed["reasons"],
            cases=tuple(packed["cases"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise SealError(
            "the checkpoint's seal is damaged; build the notebook again: ./academy notebooks build"
        ) from error


def judge(sealed: Sealed, answer: object) -> Verdict:
    """Judge an answer by what the notebook carries.

    Parameters
    ----------
    sealed
        From `unseal`.
    answer
        A choice's key, a number (or its text, such as ``"1e3"`` or ``"3/8"``), or a line of code.

    Raises
    ------
    AnswerError
        When the answer cannot be judged, with words for the learner.
    """
    keys = _answer_keys(sealed.kind, answer, sealed.choices, sealed.grid)
    hashes = [_hash(sealed.salt, key) for key in keys]
    for key, digest in zip(keys, hashes, strict=True):
        if digest in sealed.reasons:
            return Verdict(
                digest in sealed.right, json.loads(_decipher(sealed.salt + key, sealed.reasons[digest]))
            )
    cases = (json.loads(_decipher(sealed.salt, case)) for case in sealed.cases)
    return Verdict(any(digest in sealed.right for digest in hashes), _first_case(sealed.kind, cases, answer))


def judge_entry(entry: Mapping[str, Any], answer: object) -> Verdict:
    """Judge an answer from the entry of the ``checkpoints.yml`` itself, as the academy's service does.

    Raises
    ------
    AnswerError
        When the answer cannot be judged, with words for the learner.
    """
    return judge(unseal(seal(entry)), answer)


def number(answer: object) -> Fraction:
    """Read a learner's number exactly: ``88.7``, ``"1e3"``, ``"1,024"``, ``"3/8"``, ``"95 %"``.

    Raises
    ------
    AnswerError
        When it is not one finite number.
    """
    if isinstance(answer, bool) or answer is None:
        raise AnswerError(f"{answer!r} is not a number; write one such as 88.7 or 1e3")
    if isinstance(answer, float) and not math.isfinite(answer):
        raise AnswerError(f"{answer} is not a finite number; write one such as 88.7 or 1e3")
    text = str(answer).strip().replace("−", "-")
    scale = Fraction(1)
    if text.endswith("%"):
        text, scale = text[:-1].strip(), Fraction(1, 100)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    exponent = re.search(r"[eE]([+-]?\d+)$", text)
    if len(text) > 60 or (exponent and abs(int(exponent[1])) > 400):
        raise AnswerError("that number is out of range; write one such as 88.7 or 1e3")
    try:
        return Fraction(text) * scale
    except (ValueError, ZeroDivisionError):
        raise AnswerError(f"{str(answer)!r} is not a number; write one such as 88.7 or 1e3") from None


def normal_line(line: object) -> str:
    """Return a line of code in its normal form: spacing, quotes and needless brackets do not matter."""
    text = str(line).strip()
    try:
        return ast.unparse(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return " ".join(text.split())


def condition_holds(condition: str, value: Fraction) -> bool:
    """Tell whether a number meets a condition such as ``"> 700"``, ``"1 .. 5"`` or ``"> 0 and <= 1"``.

    Raises
    ------
    ValueError
        When the condition cannot be read.
    """
    return all(_holds(part.strip(), value) for part in condition.split(" and "))


def _holds(part: str, value: Fraction) -> bool:
    if match := _BOUND.fullmatch(part):
        sign, bound = match[1], number(match[2])
        order = (value > bound) - (value < bound)
        return {"<": order < 0, ">": order > 0, "=": order == 0, "<=": order <= 0, ">=": order >= 0}[sign]
    if match := _RANGE.fullmatch(part):
        return number(match[1]) <= value <= number(match[2])
    raise ValueError(
        f'{part!r} is no condition; write one such as "> 700", "= 0", "1 .. 5" or "> 0 and <= 1"'
    )


def _grid(answer: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    value, tolerance = number(answer["value"]), number(answer.get("tolerance", 0))
    width = 2 * tolerance
    return ((value - tolerance) % width, width) if width else (Fraction(0), Fraction(0))


def _cells_of(value: Fraction, grid: tuple[Fraction, Fraction]) -> list[str]:
    """Names of the grid's intervals, closed at both ends, that hold a number: one, or two on a border."""
    offset, width = grid
    if not width:
        return [str(value)]
    index, rest = divmod(value - offset, width)
    return [str(index)] if rest else [str(index), str(index - 1)]


def _right_keys(entry: Mapping[str, Any], grid: tuple[Fraction, Fraction] | None) -> list[str]:
    if entry["kind"] == "choice":
        return [str(entry["answer"])]
    if grid is not None:
        value, tolerance = number(entry["answer"]["value"]), number(entry["answer"].get("tolerance", 0))
        # the lower border of the right interval, which is the first of the two that hold it
        return [_cells_of(value - tolerance, grid)[0]]
    return [normal_line(line) for line in entry["answer"]]


def _reasons(entry: Mapping[str, Any], right: Sequence[str]) -> dict[str, dict[str, str]]:
    """Explanations that belong to one answer, by the answer's key."""
    if entry["kind"] == "choice":
        return {str(key): dict(text) for key, text in entry["explanations"].items()}
    found = {key: dict(entry["right"]) for key in right}
    if entry["kind"] == "code":
        for case in entry.get("explanations") or ():
            found.setdefault(normal_line(case["when"]), {"en": case["en"], "zh": case["zh"]})
    return found


def _cases(entry: Mapping[str, Any]) -> list[dict[str, str]]:
    if entry["kind"] == "choice":
        return []
    cases = [dict(case) for case in entry.get("explanations") or ()] if entry["kind"] == "number" else []
    return [*cases, dict(entry["otherwise"])]


def _first_case(kind: str, cases: Any, answer: object) -> dict[str, str]:
    for case in cases:
        condition = case.pop("when", None)
        if condition is None or (kind == "number" and condition_holds(condition, number(answer))):
            return case
    return {"en": "", "zh": ""}


def _answer_keys(
    kind: str, answer: object, choices: Mapping[str, Text], grid: tuple[Fraction, Fraction] | None
) -> list[str]:
    if kind == "choice":
        if str(answer) not in choices:
            raise AnswerError(f"{str(answer)[:40]!r} is not one of the choices: {', '.join(choices)}")
        return [str(answer)]
    if grid is not None:
        return _cells_of(number(answer), grid)
    if not str(answer or "").strip():
        raise AnswerError("the answer is empty; write one line of code")
    if len(str(answer)) > 500:
        raise AnswerError("the answer is longer than one line of code")
    return [normal_line(answer)]


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _hash(salt: str, key: str) -> str:
    return hashlib.sha256(f"{salt}:{key}".encode()).hexdigest()[:20]


def _stream(key: str, length: int) -> bytes:
    blocks = (hashlib.sha256(f"{key}:{i}".encode()).digest() for i in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def _cipher(key: str, text: str) -> str:
    data = text.encode()
    return base64.b85encode(bytes(a ^ b for a, b in zip(data, _stream(key, len(data)), strict=True))).decode()


def _decipher(key: str, text: str) -> str:
    data = base64.b85decode(text)
    return bytes(a ^ b for a, b in zip(data, _stream(key, len(data)), strict=True)).decode()
