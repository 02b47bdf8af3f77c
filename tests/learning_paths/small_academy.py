"""A small academy beside the real framework: two courses with their labs, and a teacher with a gradebook."""

import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from catalogue import load

COURSES = {
    "3-computing/python-start": """
title: {en: Python from the first line, zh: 从第一行开始学 Python}
promise: {en: "You write small programs.", zh: "你能写小程序。"}
tracks: [infrastructure, data, model, application]
teaches: [programming-basics@B, programming-basics@I]
assesses: [programming-basics@I]
lessons:
  - {slug: 01-values, title: {en: Values, zh: 值}, minutes: 60, teaches: [programming-basics@B]}
  - {slug: 02-loops, title: {en: Loops, zh: 循环}, minutes: 60, teaches: [programming-basics@I]}
labs: [first-programs]
""",
    "1-mathematics/numerics-information": """
title: {en: Numerics and information, zh: 数值与信息}
promise: {en: "You compute stably.", zh: "你能稳定地计算。"}
tracks: [infrastructure, data, model]
teaches: [numerics-information@B, numerics-information@I]
assesses: [numerics-information@I]
uses: [programming-basics@B]
lessons:
  - slug: 01-floating-point
    title: {en: Floating point, zh: 浮点数}
    minutes: 55
    teaches: [numerics-information@B]
  - slug: 02-stable-algorithms
    title: {en: Stable algorithms, zh: 稳定算法}
    minutes: 60
    teaches: [numerics-information@I]
  - slug: 03-entropy
    title: {en: Entropy, zh: 熵}
    minutes: 50
    teaches: [numerics-information@I]
labs: [stable-softmax]
""",
}
RIVAL = """
title: {en: Numbers in machines, zh: 机器中的数}
promise: {en: "You compute stably.", zh: "你能稳定地计算。"}
tracks: [infrastructure, data, model]
teaches: [numerics-information@B, numerics-information@I]
uses: [programming-basics@B]
lessons:
  - {slug: 01-bits, title: {en: Bits, zh: 比特}, minutes: 65, teaches: [numerics-information@B]}
  - {slug: 02-sums, title: {en: Sums, zh: 求和}, minutes: 120, teaches: [numerics-information@I]}
"""
"""Teaches what *numerics and information* teaches, with Chinese texts and twenty minutes longer."""
CHECKPOINTS = """
overflow:
  lesson: 01-floating-point
  kind: choice
  prompt: {en: "What is exp(89) in float32?", zh: "float32 中 exp(89) 是多少？"}
  choices: {a: {en: infinity, zh: 无穷大}, b: {en: "4.5e38", zh: "4.5e38"}}
  answer: a
  explanations:
    a: {en: "Right: 88.7 is the limit.", zh: "对：上限是 88.7。"}
    b: {en: "Too large for float32.", zh: "超出 float32。"}
bits:
  lesson: 01-floating-point
  kind: number
  prompt: {en: "How many bits has bf16?", zh: "bf16 有几位？"}
  answer: {value: 16, tolerance: 0}
  right: {en: "Sixteen.", zh: "十六位。"}
  explanations: [{when: "= 32", en: "That is fp32.", zh: "那是 fp32。"}]
  otherwise: {en: "Count its name.", zh: "看它的名字。"}
"""
LABS = {
    "first-programs": ("programming-basics@I", {"read-table": ["check-read-table"]}),
    "stable-softmax": (
        "numerics-information@I",
        {"log-sum-exp": ["check-lse", "check-lse-hidden"], "sums": ["check-sums"]},
    ),
}
POINTS = 5.0


def notebook(title: str, grade_ids: tuple[str, ...] = ()) -> str:
    """A notebook with a title and graded cells."""
    cells = [
        nbformat.v4.new_markdown_cell(f"# {title}", id="title"),
        nbformat.v4.new_code_cell("1 + 1", id="sum"),
    ]
    for grade_id in grade_ids:
        mark = {
            "grade_id": grade_id,
            "grade": True,
            "solution": False,
            "locked": True,
            "task": False,
            "points": POINTS,
            "schema_version": 3,
            "cell_type": "code",
        }
        cells.append(nbformat.v4.new_code_cell("assert True", id=grade_id, metadata={"nbgrader": mark}))
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=metadata))


def write_tree(root: Path) -> None:
    """Write the small academy's material."""
    for place, text in COURSES.items():
        folder = root / "courses" / place
        folder.mkdir(parents=True)
        (folder / "course.yml").write_text(text, encoding="utf-8")
    numerics = root / "courses/1-mathematics/numerics-information"
    (numerics / "checkpoints.yml").write_text(CHECKPOINTS, encoding="utf-8")
    (numerics / "data").mkdir()
    (numerics / "data" / "loss.csv").write_text("step,loss\n1,2.5\n", encoding="utf-8")
    (numerics / "01-floating-point.zh.ipynb").write_text(notebook("浮点数"), encoding="utf-8")
    for course in load(root).courses.values():
        for lesson in course.lessons:
            path = (root / course.file).with_name(f"{lesson.slug}.ipynb")
            path.write_text(notebook(lesson.title.en), encoding="utf-8")
            path.with_suffix(".py").write_text("# the source\n", encoding="utf-8")
    for lab, (skill, tasks) in LABS.items():
        (root / "labs/authoring" / lab).mkdir(parents=True)
        (root / "labs/source" / lab).mkdir(parents=True)
        lines = [
            f"  - {{id: {name}, title: {{en: {name}, zh: 任务 {name}}}, proves: [{skill}], grades: {ids},"
            f" hints: [First of {name}., Second of {name}., Third of {name}.]}}"
            for name, ids in tasks.items()
        ]
        (root / "labs/authoring" / lab / "lab.yml").write_text(
            f"title: {{en: Lab {lab}, zh: 实验 {lab}}}\npromise: {{en: Proof., zh: 证明。}}\nminutes: 60\n"
            "limits: {seconds: 50, memory_mib: 2048}\ntasks:\n" + "\n".join(lines) + "\n",
            encoding="utf-8",
        )
        ids = tuple(grade for one in tasks.values() for grade in one)
        (root / "labs/source" / lab / f"{lab}.ipynb").write_text(notebook(lab, ids), encoding="utf-8")


def write_rival(root: Path) -> None:
    """Write a second course that teaches the same as the first, and has Chinese texts."""
    folder = root / "courses/1-mathematics/numbers-in-machines"
    folder.mkdir()
    (folder / "course.yml").write_text(RIVAL, encoding="utf-8")
    for lesson in ("01-bits", "02-sums"):
        (folder / f"{lesson}.zh.md").write_text("文本\n", encoding="utf-8")


@dataclass
class Clock:
    """A clock that a test turns."""

    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        """Move on."""
        self.now += timedelta(**span)


@dataclass
class Teacher:
    """Writes a real gradebook through nbgrader's own API."""

    path: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def grade(
        self, learner: str, lab: str, scores: dict[str, float], at: datetime, *, due: datetime | None = None
    ) -> None:
        """Enter a submission's scores; the same learner and time again is a re-grade."""
        # nbgrader 0.9 adds children to objects that SQLAlchemy 2 does not hold yet, and is warned of it
        with warnings.catch_warnings(category=SAWarning, action="ignore"), Gradebook(self.url) as book:
            book.update_or_create_student(learner)
            book.update_or_create_assignment(lab, duedate=due.replace(tzinfo=None) if due else None)
            handed_in = book.update_or_create_submission(lab, learner, timestamp=at.replace(tzinfo=None))
            for grade_id, score in scores.items():
                grade = book.find_grade(grade_id, lab, handed_in.assignment.name, learner)
                grade.auto_score = score
                grade.needs_manual_grade = False
            book.db.commit()

    def override(self, learner: str, lab: str, grade_id: str, score: float) -> None:
        """Grade a cell by hand."""
        with Gradebook(self.url) as book:
            book.find_grade(grade_id, lab, lab, learner).manual_score = score
            book.db.commit()
