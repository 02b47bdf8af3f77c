"""Files in memory as the exchange knows them."""

import hashlib
from collections.abc import Mapping

from hub_config.work.trees import PART_BYTES, File, Tree


def parts_of(content: bytes) -> list[tuple[str, bytes]]:
    """Return a file's parts in order, each with its name."""
    pieces = [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)]
    return [(hashlib.sha256(piece).hexdigest(), piece) for piece in pieces]


def tree_of(files: Mapping[str, bytes]) -> Tree:
    """Return the tree of some files."""
    return Tree(
        tuple(
            File(
                path,
                len(content),
                hashlib.sha256(content).hexdigest(),
                tuple(name for name, _ in parts_of(content)),
            )
            for path, content in sorted(files.items())
        )
    )
