"""A small real task for the small model: which type has a documented parameter?

The phrases are the first sentences that scikit-learn, SciPy and pandas (all BSD-3-Clause) write about their
parameters, read from the installed packages: ``n_jobs : int``, "Number of jobs to run in parallel." gives the
phrase and the answer ``int``. Nothing is imported or downloaded; a package takes about 0.3 s.
"""

import functools
import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .models import small_tokenizer

if TYPE_CHECKING:
    import torch

TYPES = ("array", "bool", "float", "int", "str")
# words that are one token each: what a form may call the five types
_CODE_WORDS = "red blue green black white north south east west gold silver iron stone wood water fire"
CODES = tuple(_CODE_WORDS.split())

_PARAMETER = re.compile(
    r"^(?P<indent> *)\w+(?:, \w+)* ?: (?P<type>[^\n]+)\n(?P<text>(?:(?P=indent) +\S[^\n]*\n)+)", re.MULTILINE
)
_SENTENCE_END = re.compile(r"(?<=\.)\s|\.\. \w+::")
_DEFAULT = re.compile(r",?\s*\(?(?:default|optional)\b.*")
_KINDS = (
    ("bool", re.compile(r"bool(ean)?")),
    ("int", re.compile(r"int(eger)?( or none)?")),
    ("float", re.compile(r"float( or none)?")),
    ("str", re.compile(r"str(ing)?( or none)?|\{\s*['\"`].*\}( or none)?")),
    ("array", re.compile(r"(ndarray|array|\{array|array_like|sparse matrix).*")),
)
_NOT_DOCUMENTATION = {"tests", "externals", "_lib", "array_api_compat", "_vendored"}


class Phrase(NamedTuple):
    """One sentence about a parameter, and the type that its documentation gives it."""

    text: str
    type: str


@functools.cache
def phrases(package: str = "sklearn", shortest: int = 20, longest: int = 70) -> tuple[Phrase, ...]:
    """Return what an installed package says about its parameters, each sentence once.

    The same sentence stands in many places ("Number of jobs to run in parallel."): kept once, or copies of
    the training phrases would be found among the held-out ones.

    Parameters
    ----------
    package
        Name of an installed package that documents parameters in numpydoc style.
    shortest, longest
        Length of a sentence in characters.

    Raises
    ------
    ModuleNotFoundError
        If the package is not installed.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"no package {package!r} to read phrases from; install it first")
    root = Path(spec.submodule_search_locations[0])
    found: dict[str, Phrase] = {}
    for path in sorted(root.rglob("*.py")):
        if _NOT_DOCUMENTATION.isdisjoint(path.relative_to(root).parts):
            for match in _PARAMETER.finditer(path.read_text(encoding="utf-8")):
                kind = _kind(match["type"])
                text = _SENTENCE_END.split(" ".join(match["text"].split()), maxsplit=1)[0].strip()
                if kind and shortest <= len(text) <= longest:
                    found.setdefault(re.sub(r"\W+", " ", text.lower()), Phrase(text, kind))
    return tuple(found.values())


def _kind(declared: str) -> str | None:
    """Return which of the five types a declaration such as ``int or None, default=3`` means, if one."""
    words = _DEFAULT.sub("", declared.lower()).strip(" ,")
    return next((name for name, pattern in _KINDS if pattern.fullmatch(words)), None)


def phrase_task(
    rng: np.random.Generator,
    sizes: Sequence[int] = (400, 100, 300),
    package: str = "sklearn",
    codes: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Draw one customer's task: phrases to sort into five types, each with a code word as its answer.

    Each type has the same share (give or take one), so that guessing is right for one phrase in five.

    Parameters
    ----------
    rng
        Chooses the phrases and, if ``codes`` is not given, the code words.
    sizes
        How many phrases to train on, to validate on, to hold out.
    package
        Where the phrases come from.
    codes
        Five different words of :data:`CODES` or :data:`TYPES`, for the types in the order of :data:`TYPES`.

    Returns
    -------
    dict
        ``vocabulary``: ids of the tokens that occur, in rising order, for ``small_model(vocabulary=…)``;
        ``words``: the five code words; ``codes``: int64 tensor (5,), their rows in the vocabulary;
        ``train``, ``validation``, ``held_out``: each a dict with ``text`` (list of n sentences),
        ``ids`` int64 (n, time), rows in the vocabulary, ``mask`` int64 (n, time), 1 where a token is and 0
        where padding is (on the right), ``labels`` int64 (n,), 0 to 4.

    Raises
    ------
    ValueError
        If a code word is not one token, or a type has too few phrases.
    """
    import torch

    tokenizer = small_tokenizer()
    chosen = list(codes) if codes is not None else [str(word) for word in rng.choice(CODES, 5, replace=False)]
    drawn = _balanced(phrases(package), sum(sizes), rng)
    tokens = tokenizer([phrase.text for phrase in drawn]).input_ids  # drawn: the types in turns
    words = [tokenizer(" " + word).input_ids for word in chosen]
    if any(len(word) != 1 for word in words):
        raise ValueError(f"code words must be one token each: choose from {', '.join(CODES + TYPES)}")
    vocabulary = sorted({token for row in tokens + words for token in row})
    row_of = {token: row for row, token in enumerate(vocabulary)}
    task: dict[str, Any] = {
        "vocabulary": vocabulary,
        "words": chosen,
        "codes": torch.tensor([row_of[word[0]] for word in words]),
    }
    start = 0
    for name, size in zip(("train", "validation", "held_out"), sizes, strict=True):
        order = start + rng.permutation(size)  # or a phrase's place would tell its type
        task[name] = _padded([drawn[i] for i in order], [[row_of[t] for t in tokens[i]] for i in order])
        start += size
    return task


def _balanced(pool: Sequence[Phrase], count: int, rng: np.random.Generator) -> list[Phrase]:
    """Draw phrases in turns over the types, and refuse where a type has too few."""
    columns = []
    for kind in TYPES:
        of_kind = [phrase for phrase in pool if phrase.type == kind]
        need = -(-count // len(TYPES))
        if need > len(of_kind):
            raise ValueError(f"{need} phrases of type {kind} asked for, {len(of_kind)} there; ask for fewer")
        columns.append([of_kind[i] for i in rng.choice(len(of_kind), need, replace=False)])
    return [phrase for row in zip(*columns, strict=True) for phrase in row][:count]


def _padded(drawn: Sequence[Phrase], rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    import torch

    ids = torch.zeros(len(rows), max(map(len, rows), default=0), dtype=torch.int64)  # (n, time)
    mask = torch.zeros_like(ids)  # (n, time)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    labels = torch.tensor([TYPES.index(phrase.type) for phrase in drawn], dtype=torch.int64)  # (n,)
    return {"text": [phrase.text for phrase in drawn], "ids": ids, "mask": mask, "labels": labels}


def phrase_logits(
    model: "torch.nn.Module", ids: "torch.Tensor", mask: "torch.Tensor", codes: "torch.Tensor"
) -> "torch.Tensor":
    r"""Score the five code words for each phrase: the tied head on the mean of the phrase's last states.

    .. math:: z_{nc} = \frac{1}{4}\, e_c \cdot \frac{\sum_t m_{nt} h_{nt}}{\sum_t m_{nt}}

    A cut model has not yet gathered a phrase in its last token, so the mean is taken. The quarter keeps the
    untrained scores small: the states are about four times as large as what the head expects of them.

    Parameters
    ----------
    model
        A ``LlamaForCausalLM``, adapted or not.
    ids, mask
        Shape (n, time).
    codes
        Shape (5,): rows of the code words in the model's vocabulary.

    Returns
    -------
    torch.Tensor
        Shape (n, 5).
    """
    width = int(mask.sum(dim=1).max())  # columns of padding only are left out
    ids, mask = ids[:, :width], mask[:, :width]
    states = model.model(
        input_ids=ids, attention_mask=mask, use_cache=False
    ).last_hidden_state  # (n, time, 576)
    weights = mask[:, :, None].to(states.dtype)  # (n, time, 1)
    mean = (states * weights).sum(dim=1) / weights.sum(dim=1)  # (n, 576)
    return mean @ model.lm_head.weight[codes].T / 4  # (n, 5)
