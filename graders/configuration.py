"""The nbgrader course's settings; its ``nbgrader_config.py`` calls :func:`configure` and nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import ClearMetadataPreprocessor, CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import AssignLatePenalties, GetGrades, IgnorePattern, LimitOutput

from catalogue.folders import gradebook_url

from .book import share
from .collecting import Collect
from .engine.converter import take_turns
from .engine.execute import WarmExecute
from .engine.feedback import SafeFeedback
from .engine.pages import FeedbackExporter
from .engine.sanitize import RepairByMaster
from .engine.save import SaveScores
from .exchange_steps import course_id, plug
from .titles import name_tasks


def configure(c: Any, course: Path) -> None:
    """Set up nbgrader for a course folder.

    Parameters
    ----------
    c
        The traitlets configuration of an ``nbgrader_config.py``.
    course
        Root of the course folder; the exchange lies beside it.
    """
    # nbgrader starts alembic by its name to make the gradebook.
    binaries = str(Path(sys.executable).parent)
    if binaries not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([binaries, os.environ.get("PATH", "")])
    root = str(course)
    c.CourseDirectory.course_id = course_id(course)
    c.CourseDirectory.root = root
    c.CourseDirectory.db_url = gradebook_url(course)
    c.Exchange.root = str(course.parent / "exchange")
    # Instructors may share the folders under a user of their own, which nbgrader takes for a stranger's.
    c.CourseDirectory.groupshared = True
    # Who submitted is the hub's word (each learner has an inbound folder), not the owner of the files.
    c.ExchangeCollect.check_owner = False
    c.ExchangeFactory.collect = Collect
    # The repair gives the master's own cells, points and metadata: nothing is left to overwrite or validate.
    c.Autograde.sanitize_preprocessors = [RepairByMaster]
    c.Autograde.autograde_preprocessors = [
        WarmExecute,
        IgnorePattern,
        ClearMetadataPreprocessor,
        LimitOutput,
        SaveScores,
        AssignLatePenalties,
    ]
    c.GenerateFeedback.exporter_class = FeedbackExporter
    c.GenerateFeedback.preprocessors = [GetGrades, SafeFeedback, CSSHTMLHeaderPreprocessor]
    plug(c)
    name_tasks(c, course)
    share()
    take_turns()
    for part in (c.WarmExecute, c.RepairByMaster, c.SafeFeedback):
        part.course = root
