"""What a training task is checked on: which weights learn, and which must not move."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from .failures import CheckFailed
from .sides import beside

if TYPE_CHECKING:
    import torch


@beside
def parameters(model: torch.nn.Module) -> dict[str, int]:
    """Return how many weights are trained and how many are frozen; a shared weight counts once.

    Examples
    --------
    >>> import torch
    >>> parameters(torch.nn.Linear(3, 2))
    {'trained': 8, 'frozen': 0}
    """
    counts = {"trained": 0, "frozen": 0}
    for weight in model.parameters():
        counts["trained" if weight.requires_grad else "frozen"] += weight.numel()
    return counts


@beside
def snapshot(model: torch.nn.Module) -> dict[str, str]:
    """Return a fingerprint of every parameter and buffer by name, to compare after training.

    Examples
    --------
    >>> import torch
    >>> sorted(snapshot(torch.nn.Linear(3, 2)))
    ['bias', 'weight']
    """
    return {name: _fingerprint(tensor) for name, tensor in model.state_dict().items()}


def _fingerprint(tensor: torch.Tensor) -> str:
    import torch

    flat = tensor.detach().cpu().contiguous().reshape(-1)
    if not flat.is_floating_point():
        flat = flat.to(torch.int64)
    digest = hashlib.sha256(flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b"")
    digest.update(repr((tuple(tensor.shape), str(tensor.dtype))).encode())
    return digest.hexdigest()


def frozen_unchanged(
    before: Mapping[str, str], model: torch.nn.Module, names: str | Iterable[str] | None = None
) -> None:
    """Check that weights are exactly as they were at the snapshot.

    Parameters
    ----------
    before
        From :func:`snapshot`, taken before training.
    model
        The model after training. Names may have changed where a layer was wrapped (``q_proj.weight`` to
        ``q_proj.base.weight``): weights are found again by their values.
    names
        Which names of ``before`` have to stay, with ``*`` and ``?``; all of them by default.

    Raises
    ------
    CheckFailed
        Naming the first weights that moved or are gone.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Linear(3, 2)
    >>> frozen_unchanged(snapshot(model), model, ["weight"])
    """
    patterns = ["*"] if names is None else [names] if isinstance(names, str) else list(names)
    wanted = [n for n in before if any(fnmatchcase(n, p) for p in patterns)]
    if not wanted:
        raise CheckFailed(f"no weight of the snapshot is named like {patterns}")
    after = snapshot(model)
    values = set(after.values())
    moved = [n for n in wanted if (after[n] != before[n] if n in after else before[n] not in values)]
    if moved:
        more = f" and {len(moved) - 3} more" if len(moved) > 3 else ""
        raise CheckFailed(
            f"{len(moved)} of {len(wanted)} frozen weights changed: {', '.join(moved[:3])}{more}",
            look="requires_grad_(False) before the optimiser is made, and which parameters it is given",
        )
