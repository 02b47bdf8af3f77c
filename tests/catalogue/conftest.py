"""A small tree of one course and its lab that is right in every way, to be spoilt one way at a time."""

import json
from pathlib import Path

import pytest

from catalogue import Catalogue, load

COURSE = """\
title: {en: Numerics and information, zh: 数值与信息}
promise: {en: "You keep sums right.", zh: "你能把和算对。"}
tracks: [model]
teaches: [numerics-information@B, numerics-information@I]
assesses: [numerics-information@I]
uses: [programming-basics@B]
lessons:
  - slug: 01-floating-point
    title: {en: Floating point, zh: 浮点数}
    minutes: 55
    teaches: [numerics-information@B]
    knobs: ["exponent bits against range: the number line thins out"]
  - slug: 02-stable
    title: {en: Stable algorithms, zh: 稳定算法}
    minutes: 60
    teaches: [numerics-information@I]
    uses: [programming-basics@I]
labs: [stable-softmax]
"""
LAB = """\
title: {en: Stable softmax, zh: 稳定的 softmax}
promise: {en: "Your softmax holds.", zh: "你的 softmax 不会溢出。"}
minutes: 60
limits: {seconds: 50, memory_mib: 2048}
tasks:
  - id: log-sum-exp
    title: {en: Log-sum-exp, zh: 对数和指数}
    proves: [numerics-information@I]
    grades: [check-log-sum-exp, check-log-sum-exp-hidden]
    hints: ["What does exp do to 1000?", "Nothing changes when …", "log sum exp(x) = m + log sum exp(x - m)"]
    misconceptions: {"subtracts nothing": "overflows above 709: subtract the maximum first"}
"""


class Tree:
    """A folder with courses and labs.

    Parameters
    ----------
    root
        The folder.
    """

    def __init__(self, root: Path):
        self.root = root

    def course(self, slug: str = "numerics-information", stage: str = "1-mathematics") -> Path:
        return self.root / "courses" / stage / slug / "course.yml"

    def lab(self, slug: str = "stable-softmax") -> Path:
        return self.root / "labs" / "authoring" / slug / "lab.yml"

    def notebook(self, slug: str = "stable-softmax") -> Path:
        return self.root / "labs" / "source" / slug / f"{slug}.ipynb"

    def write(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def spoil(self, path: Path, old: str, new: str) -> int:
        """Replace text in a file; return the line on which it stood."""
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def build(self, points: dict[str, float], slug: str = "stable-softmax") -> Path:
        """Write a built notebook with graded cells of these points."""
        marks = [{"grade_id": name, "grade": True, "points": value} for name, value in points.items()]
        cells = [{"cell_type": "markdown", "metadata": {}}]
        cells += [{"cell_type": "code", "metadata": {"nbgrader": mark}} for mark in marks]
        built = {"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}
        return self.write(self.notebook(slug), json.dumps(built))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Return the small tree; its framework is the package's own."""
    tree = Tree(tmp_path)
    tree.write(tree.course(), COURSE)
    for slug in ("01-floating-point", "02-stable"):
        tree.write(tree.course().parent / f"{slug}.py", "# %%\n")
    tree.write(tree.lab(), LAB)
    tree.build({"check-log-sum-exp": 3, "check-log-sum-exp-hidden": 2})
    return tree


@pytest.fixture(scope="session")
def framework(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Return the package's framework with no course beside it."""
    return load(tmp_path_factory.mktemp("no-courses"))
