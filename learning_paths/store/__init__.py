"""What is known of learners, in one database: one URL, one transaction a change.

Nothing derived is kept that cannot be worked out again: mastery and plans follow from profiles and evidence.
Nothing is overwritten either: a profile gets a new version and a grade that changed a new revision.
"""

from learning_paths.store.database import MIGRATIONS
from learning_paths.store.evidence import EvidenceTable, last_revisions
from learning_paths.store.hints import HintTable
from learning_paths.store.history import HistoryTables
from learning_paths.store.marks import MarkTable
from learning_paths.store.models import ModelTable
from learning_paths.store.people import People
from learning_paths.store.placements import PlacementTables
from learning_paths.store.records import (
    Answer,
    Evidence,
    Mark,
    Model,
    Placement,
    Prediction,
    Profile,
    Snapshot,
)

__all__ = [
    "MIGRATIONS",
    "Answer",
    "Evidence",
    "Mark",
    "Model",
    "Placement",
    "Prediction",
    "Profile",
    "Snapshot",
    "Store",
    "last_revisions",
]


class Store(HistoryTables, EvidenceTable, PlacementTables, MarkTable, HintTable, ModelTable, People):
    """The database of learners; see `Database` for the URL and what can go wrong."""
