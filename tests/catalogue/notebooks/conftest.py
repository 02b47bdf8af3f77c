"""A small root with a course, its checkpoints, its Chinese text and a lab, as an author writes them."""

import json
from pathlib import Path

import pytest

LESSON = """\
# %% [markdown]
# # Floating point
#
# Where does $e^x$ end?

# %% tags=["parameters"]
%matplotlib inline
n = 1

# %%
from graders import kit

# %%
kit.checkpoint("overflow")

# %% [markdown] id="reveal"
# Now look.

# %%
print(n + 1)
"""
CHINESE = """\
<!-- cell: floating-point -->
# 浮点数

$e^x$ 到哪里为止？

<!-- cell: reveal -->
现在来看。
"""
CHECKPOINTS = """\
overflow:
  lesson: 01-floating-point
  kind: number
  prompt: {en: "from which x on?", zh: "从哪个 x 开始？"}
  answer: {value: 88.7, tolerance: 0.5}
  explanations:
    - {when: "> 700", en: "that is float64", zh: "那是 float64"}
  right: {en: "exp(88.7) is the end of float32", zh: "exp(88.7) 是 float32 的尽头"}
  otherwise: {en: "take the logarithm", zh: "取对数"}
"""
LAB = """\
# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Stable softmax

# %% nbgrader={"grade_id": "softmax", "solution": true}
def softmax(x):
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-softmax", "grade": true, "points": 3}
assert softmax(1) == 1
### BEGIN HIDDEN TESTS
assert softmax(2) == 2
### END HIDDEN TESTS
"""


@pytest.fixture
def root(tmp_path) -> Path:
    """The folder with ``courses`` and ``labs``; nothing is built yet."""
    course = tmp_path / "courses" / "1-mathematics" / "numerics"
    course.mkdir(parents=True)
    (course / "01-floating-point.py").write_text(LESSON, encoding="utf-8")
    (course / "01-floating-point.zh.md").write_text(CHINESE, encoding="utf-8")
    (course / "checkpoints.yml").write_text(CHECKPOINTS, encoding="utf-8")
    authoring = tmp_path / "labs" / "authoring" / "softmax"
    authoring.mkdir(parents=True)
    (authoring / "softmax.py").write_text(LAB, encoding="utf-8")
    return tmp_path


@pytest.fixture
def course(root) -> Path:
    """The course's folder."""
    return root / "courses" / "1-mathematics" / "numerics"


@pytest.fixture
def edit():
    """Change a file's text, or a notebook's JSON in place, as an editor does."""

    def changed(path: Path, change) -> None:
        if path.suffix == ".ipynb":
            notebook = json.loads(path.read_text(encoding="utf-8"))
            change(notebook)
            path.write_text(json.dumps(notebook), encoding="utf-8")
        else:
            before = path.read_text(encoding="utf-8")
            after = change(before)
            assert after != before
            path.write_text(after, encoding="utf-8")

    return changed
