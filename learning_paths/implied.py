"""What passing one thing says about the things that it needs."""

from collections.abc import Sequence

from learning_paths.mastery import LEVELS, Node

IMPLIED = 0.3
"""Weight of a pass as evidence for a direct prerequisite; halves with each further step of needs."""


def implications(needs: Sequence[tuple[Node, Node]]) -> dict[Node, dict[Node, float]]:
    """Return what passing each node says about the nodes that it needs, directly and further down.

    Parameters
    ----------
    needs
        Pairs ``(node, needed node)`` between different competencies. A node also has the needs of the lower
        levels of its own competency.

    Returns
    -------
    dict
        For each node its prerequisites with weights: ``IMPLIED`` for direct ones, halved with each step.
    """
    direct: dict[Node, set[Node]] = {}
    for (competency, level), needed in needs:
        for above in range(level, LEVELS):
            direct.setdefault((competency, above), set()).add(needed)
    found = {}
    for node in direct:
        weights: dict[Node, float] = {}
        reached, weight = direct[node], IMPLIED
        while reached:
            weights.update({other: weight for other in reached})
            step = {further for other in reached for further in direct.get(other, ())}
            reached, weight = (
                {other for other in step if other not in weights and other[0] != node[0]},
                weight / 2,
            )
        found[node] = weights
    return found
