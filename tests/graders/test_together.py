"""`grade --master … --together`: checks that do not cross, in the learner's process, beside twins."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from graders import cli
from graders.engine.repair import repaired
from graders.engine.servers import close_servers
from graders.engine.submission import read_submission
from graders.engine.together import Runs
from graders.foreign import grade_folder, opened
from graders.result import Result
from graders.seeds import Seeds
from tests.graders.plain import answered, instructors, write

DOUBLE = """def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
"""
COLLECT = """import asyncio
async def collect(jobs):
    ### BEGIN SOLUTION
    return list(await asyncio.gather(*jobs))
    ### END SOLUTION
"""
CHECK_COLLECT = """seen = []
async def job(i):
    seen.append(i)
    return i * i
got = await collect([job(1), job(2), job(3)])
assert got == [1, 4, 9]
assert sorted(seen) == [1, 2, 3]
### BEGIN HIDDEN TESTS
assert await collect([job(7)]) == [49]
assert isinstance(await collect([]), list)
### END HIDDEN TESTS
"""
CHECK_PARTS = """points = 0
async def word(w):
    return w
if await collect([word("a")]) == ["a"]:
    points += 1
if await collect([word("b"), word("c")]) == ["b", "c"]:
    points += 2
points
"""
CHECK_CLOSE = """import numpy as np
async def row(x):
    return x
rows = await collect([row(0.5), row(1.5)])
assert np.allclose(rows, [0.5, 1.5]) and len(rows) == 2
np.testing.assert_allclose(await collect([row(2.0)]), [2.0])
"""
MASTER = instructors(
    ("double", DOUBLE),
    ("check-double", "assert double(4) == 8", 1),
    ("collect", COLLECT),
    ("check-collect", CHECK_COLLECT, 3),
    ("check-parts", CHECK_PARTS, 3),
    ("check-close", CHECK_CLOSE, 2),
    ("check-nothing", "async def none(): pass\nawait collect([none()])", 1),
)
FULL = {"check-double": 1, "check-collect": 3, "check-parts": 3, "check-close": 2, "check-nothing": None}
UNEARNED = {"check-collect": 0, "check-parts": 0, "check-close": 0}
RIGHT = "def double(x):\n    return x + x\n"

HONEST = {
    "in a loop": (
        "async def collect(jobs):\n    print('working')\n    return [await job for job in jobs]",
        FULL,
    ),
    "in a group": (
        """import asyncio, warnings
async def collect(jobs):
    warnings.warn("honest")
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job) for job in jobs]
    return [task.result() for task in tasks]
""",
        FULL,
    ),
    "backwards": (
        "async def collect(jobs):\n    return [await job for job in jobs][::-1]",
        {**FULL, **UNEARNED, "check-parts": 1},
    ),
    "nothing": ("async def collect(jobs):\n    pass", {**FULL, **UNEARNED}),
    "raises": ("async def collect(jobs):\n    return 1 / 0", {**FULL, **UNEARNED}),
    "leaves": (
        "import sys\nasync def collect(jobs):\n    sys.exit(0)",
        {**FULL, **UNEARNED},
    ),
    "ends its process": (
        "import os\nasync def collect(jobs):\n    os._exit(0)",
        {**FULL, **UNEARNED},
    ),
    "ends an answer": (
        "async def collect(jobs):\n    return [await job for job in jobs]\nimport os\nos._exit(0)",
        {**FULL, **UNEARNED},
    ),
}
WAIT = "    for job in jobs:\n        await job\n"
FRAME = """
def frame_of(function):
    import sys
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_name != function:
        frame = frame.f_back
    return frame
"""
HOSTILE = {
    "an answer equal to everything": f"""class Yes(list):
    def __eq__(self, other):
        return True
async def collect(jobs):
{WAIT}    return Yes()
""",
    "an answer for each comparison": f"""class Yes(list):
    def __eq__(self, other):
        self[:] = other
        return True
async def collect(jobs):
{WAIT}    return Yes()
""",
    "asserts taken out of the tree": """import ast
class No(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
    def visit_If(self, node):
        node.test = ast.copy_location(ast.Constant(True), node.test)
        return node
def install(*_):
    get_ipython().ast_transformers[:] = [No()]
get_ipython().events.register("pre_run_cell", install)
async def collect(jobs):
    return [await job for job in jobs] and None
""",
    "asserts taken out of the text": """import re
kind = type(get_ipython().input_transformer_manager)
transform = kind.transform_cell
def transform_cell(self, cell):
    text = re.sub("^assert .*", "pass", transform(self, cell), flags=re.M)
    return re.sub("^if await .*", "if True:", text, flags=re.M)
kind.transform_cell = transform_cell
async def collect(jobs):
    return None
""",
    "a shell that runs no check": """
kind = next(k for k in type(get_ipython()).__mro__ if "run_cell_async" in vars(k))
run = kind.run_cell_async
async def run_cell_async(self, raw_cell, *rest, **more):
    if "assert" in raw_cell:
        raw_cell = "pass"
    if "points" in raw_cell:
        raw_cell = "3"
    more["transformed_cell"] = raw_cell
    return await run(self, raw_cell, *rest, **more)
kind.run_cell_async = run_cell_async
async def collect(jobs):
    return None
""",
    "a shell that forgives": """kind = next(k for k in type(get_ipython()).__mro__ if "run_code" in vars(k))
run = kind.run_code
async def run_code(self, code, result=None, **more):
    await run(self, code, result, **more)
    if result is not None:
        result.error_in_exec = result.error_before_exec = None
    return False
kind.run_code = run_code
kind.showtraceback = lambda *_, **__: None
async def collect(jobs):
    return None
""",
    "the check's names": FRAME
    + """
async def collect(jobs):
    names = frame_of("<module>").f_globals if frame_of("<module>") else get_ipython().user_ns
    names["points"] = 3
    names["sorted"] = lambda _: Yes()
    names["isinstance"] = lambda *_: True
    return Yes()
class Yes:
    def __eq__(self, other):
        return True
""",
    "a jump over the asserts": """import sys
def jump(frame, event, argument):
    if event == "line" and frame.f_code.co_name == "<module>" and frame.f_lineno in LINES:
        frame.f_lineno = LINES[frame.f_lineno]
    return jump
LINES = {}
def install(*_):
    text = (get_ipython().user_ns["In"] or [""])[-1].splitlines()
    asserts = [n for n, line in enumerate(text, 1) if line.startswith("assert")]
    LINES.clear()
    LINES.update({n: n + 1 for n in asserts[:-1]})
async def collect(jobs):
    install()
    frame = sys._getframe()
    while frame is not None:
        frame.f_trace = jump
        frame = frame.f_back
    sys.settrace(jump)
    class Last(list):
        def __eq__(self, other):
            return True
    return Last()
""",
    "forged replies": """
def forge():
    import os, sys
    from sandbox.warm import frames
    frame = sys._getframe()
    while "job" not in frame.f_locals or "number" not in frame.f_locals:
        frame = frame.f_back
    told = frame.f_locals
    for number in range(told["number"], len(told["job"]["cells"])):
        shown = {"output_type": "execute_result", "metadata": {}, "data": {"text/plain": "3"}}
        message = {"cell": number, "outputs": [{**shown, "execution_count": 1}], "captured": [],
                   "updates": {}, "execution_count": 1, "ok": True, "seconds": 0.1, "waited": 0.0}
        told["channel"].sendall(frames.pack(message))
    told["channel"].sendall(frames.pack({"done": True, "exit": False}))
    os._exit(0)
async def collect(jobs):
    forge()
""",
    "values read out of the check": """import ast
STEP = [0]
async def collect(jobs):
    tree = ast.parse(get_ipython().user_ns["In"][-1])
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Compare)
             and any(getattr(c.func, "id", "") == "collect" for c in ast.walk(n) if isinstance(c, ast.Call))]
    if "seen" in {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}:
        found.insert(0, next(n for n in ast.walk(tree) if isinstance(n, ast.Compare)
                             and ast.unparse(n.left) == "got"))
    for job in jobs:
        await job
    if not jobs:
        return []
    STEP[0] += 1
    return eval(ast.unparse(found[(STEP[0] - 1) % len(found)].comparators[0]))
""",
    "a thread that goes on": """import threading, time
def work(names):
    while True:
        names["points"] = 3
        names["got"] = [1, 4, 9]
        time.sleep(0)
threading.Thread(target=work, args=(get_ipython().user_ns,), daemon=True).start()
async def collect(jobs):
    return None
""",
    "comparisons replaced while they are used": """import builtins, numpy as np
async def collect(jobs):
    np.allclose = lambda *_, **__: True
    np.testing.assert_allclose = lambda *_, **__: None
    builtins.sorted = lambda _: [1, 2, 3]
    return [0] * len(jobs)
""",
    "another display": """kind = type(get_ipython().displayhook)
write = kind.write_format_data
def write_format_data(self, data, *rest):
    write(self, {"text/plain": "3"}, *rest)
kind.write_format_data = write_format_data
async def collect(jobs):
    return None
""",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with the lab and all submissions."""
    root = tmp_path_factory.mktemp("together")
    write(MASTER, root / "lab" / "lab.ipynb")
    for name, (text, _) in HONEST.items():
        write(answered(MASTER, double=RIGHT, collect=text), root / "in" / name / "lab.ipynb")
    for name, text in HOSTILE.items():
        write(answered(MASTER, double=RIGHT, collect=text), root / "in" / name / "lab.ipynb")
    yield root
    close_servers()


@pytest.fixture(scope="module")
def results(folder: Path) -> dict[str, Result]:
    """Return what came of each of them."""
    graded = grade_folder(folder / "lab" / "lab.ipynb", folder / "in", together=True)
    return {result.learner: result for result in graded}


RACE = "a thread that goes on"  # it wins at some times and not at others


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != RACE])
def test_each_of_them_would_gain_by_its_trick_without_twins(folder: Path, name: str) -> None:
    with opened(folder / "lab" / "lab.ipynb", folder / "in") as lab:
        notebook = repaired(lab, read_submission(folder / "in" / name / "lab.ipynb")).notebook
        runs = Runs(lab, notebook, Seeds(fixed="0"), {})
        got = {check: runs.check(check, lab.cells[check].source).score for check in UNEARNED}
        assert any(got[check] == lab.points[check] for check in UNEARNED)


def test_what_no_twin_finds_is_an_answer_that_knows_its_check(folder: Path, tmp_path: Path) -> None:
    knows = """async def collect(jobs):
    for job in jobs:
        job.close()
    return {1: ["a"], 2: ["b", "c"]}.get(len(jobs))
"""
    write(answered(MASTER, double=RIGHT, collect=knows), tmp_path / "ada" / "lab.ipynb")
    [result] = grade_folder(folder / "lab" / "lab.ipynb", tmp_path, together=True)
    assert plain(result) == {**FULL, "check-collect": 0, "check-close": 0}, "what it was not told"


def test_without_the_choice_nothing_is_graded_together(folder: Path) -> None:
    lab, learners = folder / "lab" / "lab.ipynb", ["in a loop", "backwards"]
    for result in grade_folder(lab, folder / "in", learners=learners):
        assert (result.status, result.mode) == ("partial", "apart")
        assert plain(result) == {"check-double": 1, **dict.fromkeys(list(FULL)[1:])}


def test_where_every_check_crosses_nothing_is_together(tmp_path: Path) -> None:
    master = instructors(("double", DOUBLE), ("check-double", "assert double(4) == 8", 1))
    write(master, tmp_path / "lab" / "lab.ipynb")
    write(answered(master, double=RIGHT), tmp_path / "in" / "ada" / "lab.ipynb")
    [result] = grade_folder(tmp_path / "lab" / "lab.ipynb", tmp_path / "in", together=True)
    assert (result.status, result.mode, plain(result)) == ("graded", "apart", {"check-double": 1})


def test_what_an_instructor_has_is_out_of_reach(folder: Path, tmp_path: Path) -> None:
    wanted = [folder / "lab" / "lab.ipynb", tmp_path / "in" / "bob" / "lab.ipynb"]
    look = f"""import glob, os
handed_in = {os.fspath(tmp_path / "in")!r}
reached = [name for _, _, names in os.walk(handed_in) for name in names]
for path in [*{list(map(os.fspath, wanted))!r}, *glob.glob("/tmp/academy-*/lab/lab.ipynb")]:
    try:
        reached.append(open(path).read())
    except OSError:
        pass
async def collect(jobs):
    assert not reached, reached
    return [await job for job in jobs]
"""
    write(answered(MASTER, double=RIGHT, collect=look), tmp_path / "in" / "ada" / "lab.ipynb")
    write(answered(MASTER), tmp_path / "in" / "bob" / "lab.ipynb")
    lab = folder / "lab" / "lab.ipynb"
    [result] = grade_folder(lab, tmp_path / "in", learners=["ada"], together=True)
    assert plain(result) == FULL, result


def test_the_command_says_how_marks_were_got(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["grade", "--master", str(folder / "lab" / "lab.ipynb"), "--submissions", str(folder / "in")]
    given += ["--together", "--learner", "in a loop", "--learner", "the check's names", "--workers", "2"]
    assert cli.main([*given, "--json"]) == 3
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(r["learner"], r["mode"], r["status"]) for r in shown] == [
        ("in a loop", "together", "partial"),
        ("the check's names", "together", "refused"),
    ]
    assert cli.main(given) == 3
    rows = [line for line in capsys.readouterr().out.splitlines() if "in a loop" in line]
    assert "9 of 9" in rows[0]
    assert "partial, together" in rows[0]


def plain(result: Result) -> dict[str, float | None]:
    return {name: value["score"] for name, value in result.scores.items()}


@pytest.mark.parametrize("name", HONEST)
def test_honest_work_gets_its_marks(results: dict[str, Result], name: str) -> None:
    assert plain(results[name]) == HONEST[name][1], results[name]
    assert results[name].mode == "together"
    assert results[name].status == "partial"
    assert results[name].refused_cells == ["check-nothing"]
    assert "together neither: it compares nothing" in results[name].reason


@pytest.mark.parametrize("name", HOSTILE)
def test_who_changes_the_check_is_refused_or_gets_nothing(results: dict[str, Result], name: str) -> None:
    result = results[name]
    if result.status == "refused":
        assert (result.scores, result.mode) == ({}, "together")
        assert result.reason.startswith(("check-collect: ", "check-parts: ", "check-close: ")), result
        assert "look at the submission" in result.reason
    else:
        got = plain(result)
        assert {check: got[check] for check in UNEARNED} == UNEARNED, result
