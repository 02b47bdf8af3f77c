"""What plans are made of: lessons, labs, and gaps where nothing is taught."""

from dataclasses import dataclass

Node = tuple[int, int]
"""A competency at a level: row and column."""
LEVELS = 4


@dataclass(frozen=True, slots=True)
class Unit:
    """A lesson or a lab.

    Parameters
    ----------
    id
        Typed id, ``lesson:rag/01-chunks`` or ``lab:rag``.
    minutes
        What a learner needs, 1 or more.
    course
        The course it belongs to.
    place
        Where it stands among all units; ties in the order are broken by it. Its first number is the row of
        the first competency that its course teaches, then come course and position.
    teaches
        Nodes that a lesson teaches; empty for a lab.
    proves
        Nodes that a lab proves; empty for a lesson.
    uses
        Nodes that it takes as known.
    languages
        Those of its text.
    """

    id: str
    minutes: int
    course: str
    place: tuple[int, int, int]
    teaches: tuple[Node, ...] = ()
    proves: tuple[Node, ...] = ()
    uses: tuple[Node, ...] = ()
    languages: tuple[str, ...] = ("en",)

    def __hash__(self) -> int:
        return hash(self.id)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the curriculum does not teach, or teaches and does not prove.

    Parameters
    ----------
    node
        What is missing.
    place
        As of a unit: the competency's row, then a number behind all courses, then the level.
    """

    node: Node
    place: tuple[int, int, int]

    @property
    def course(self) -> str:
        """A name that no course has: a gap's levels follow each other like a course's lessons."""
        return f"gap:{self.node[0]}"


Item = Unit | Gap
