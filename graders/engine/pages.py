"""Nbconvert's page of feedback, made fast: a learner waits for it."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode

PICTURE = re.compile(r"<img(?=\s)(?![^>]*\salt=)")
NO_TEXT = '<img alt="No description has been provided for this image"'


class _Compiled(BytecodeCache):
    """Templates of this process, compiled once: nbconvert makes a new environment for each page."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


class FeedbackExporter(HTMLExporter):
    """The same page as from nbconvert's HTMLExporter, without parsing it all again to describe pictures."""

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.bytecode_cache = _compiled
        return environment

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page and its resources."""
        resources = self._init_resources(resources)
        self.register_filter("highlight_code", Highlight2HTML(parent=self))
        about = {"notebook_metadata": self._nb_metadata, "resources": resources}
        self.register_filter("filter_data_type", WidgetsDataTypeFilter(parent=self, **about))
        page, resources = TemplateExporter.from_notebook_node(self, nb, resources, **options)
        return PICTURE.sub(NO_TEXT, page), resources
