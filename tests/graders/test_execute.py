"""Learners' code behind the wall: right scores for honest and hostile work, nothing to steal."""

import time
from collections.abc import Callable

import nbformat
import pytest

from graders.engine.feedback import safe
from graders.engine.master import LabLimits, Master
from graders.engine.reference import Reference, measured
from graders.engine.repair import repaired
from graders.engine.run import execute
from graders.engine.scores import plain, scores
from graders.engine.servers import server_for
from graders.seeds import Seeds, grading_key
from tests.crowd import crowd

RIGHT = "def row_means(x):\n    return x.mean(axis=1)"
SPREAD = "def spread(x):\n    return np.std(x, ddof=1)"
FULL = {"check-row-means": 5, "check-spread": 2, "check-spread-hidden": 2}
NOTHING = {"check-row-means": 0, "check-spread": 0, "check-spread-hidden": 0}


@pytest.fixture
def graded(master: Master, answered) -> Callable[..., nbformat.NotebookNode]:
    """Return what executes a submission with these answers."""
    known = Reference({}, {name: {} for name in master.points})

    def run(files: dict[str, bytes] | None = None, **answers: str) -> nbformat.NotebookNode:
        notebook = repaired(master, answered(**answers)).notebook
        return execute(server_for(master), master, notebook, Seeds(fixed="0"), files, known).notebook

    return run


def shown(notebook: nbformat.NotebookNode, name: str) -> str:
    outputs = next(c.outputs for c in notebook.cells if c.get("id") == name)
    return "\n".join(o.get("text") or o.get("evalue") or o.data.get("text/plain", "") for o in outputs)


def test_the_reference_gets_full_marks(master: Master) -> None:
    assert measured(master).short == {}


def test_another_style_gets_full_marks_and_stubs_get_none(graded) -> None:
    assert plain(scores(graded(row_means=RIGHT, spread=SPREAD))) == FULL
    assert plain(scores(graded())) == NOTHING


def test_parts_are_scored_one_by_one(graded) -> None:
    wrong = graded(row_means="def row_means(x):\n    return np.array([x[0].mean()])", spread=SPREAD)
    assert plain(scores(wrong)) == {**FULL, "check-row-means": 3}


def test_warnings_prints_and_stderr_cost_nothing(graded) -> None:
    noisy = "import sys, warnings\ndef spread(x):\n    warnings.warn('odd'); print('a', file=sys.stderr)\n"
    notebook = graded(row_means=RIGHT, spread=noisy + "    return np.std(x, ddof=1)")
    assert plain(scores(notebook)) == FULL
    assert "odd" in shown(notebook, "check-spread")


HOSTILE = {
    "displays a score": "def row_means(x):\n    get_ipython().displayhook(5)\n    return 1 / 0",
    "displays and swallows": (
        "import sys\nshell = get_ipython()\n"
        "def row_means(x):\n    shell.displayhook(5); shell.displayhook = sys.displayhook = lambda v: None"
    ),
    "ends the process": "import os\ndef row_means(x):\n    os._exit(0)",
    "skips the rest by exit": "def row_means(x):\n    exit()",
    "returns more than there is": (
        "from graders.kit.score import Score\nScore.total = lambda self: 216.0\ndef row_means(x): return x"
    ),
    "raises what is no error": "def row_means(x):\n    raise BaseException('x')",
    "leaves by SystemExit": "def row_means(x):\n    raise SystemExit",
    "agrees with everything": (
        "class Yes(np.ndarray):\n    def __eq__(self, o): return np.True_\n    __ne__ = __eq__\n"
        "def row_means(x):\n    return np.zeros(len(x) + 1).view(Yes)"
    ),
    "replaces the score": (
        "from graders.kit.score import Score\nScore.total = lambda self: 5.0\ndef row_means(x): return x"
    ),
    "replaces the kit": (
        "class Fake:\n    def __getattr__(self, name): return lambda *a, **k: None\n"
        "kit.close = kit.equal = lambda *a, **k: None\nimport sys\n"
        "sys.modules['graders'].kit = kit = Fake()\ndef row_means(x): return x"
    ),
    "replaces the kit's code": (
        "import graders.kit.comparisons as c\nc._compare.__code__ = (lambda *a: None).__code__\n"
        "import graders.kit.structure as s\ns.mismatch.__code__ = (lambda *a, **k: None).__code__\n"
        "def row_means(x): return x"
    ),
    "rewrites the checks": (
        "import ast\nclass No(ast.NodeTransformer):\n    def visit_Call(self, n): return ast.Constant(None)\n"
        "get_ipython().ast_transformers.append(No())\n"
        "get_ipython().input_transformers_post.append(lambda lines: ['5'])\ndef row_means(x): return x"
    ),
    "empty arrays": "def row_means(x):\n    return np.zeros((0, 1))",
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_cheat_gains_nothing_and_later_answers_still_count(graded, answer: str) -> None:
    assert plain(scores(graded(row_means=answer, spread=SPREAD))) == {**FULL, "check-row-means": 0}


def test_code_that_never_ends_stops_at_the_labs_limit(master: Master, answered) -> None:
    short = Master(master.lab, master.folder, master.notebook, LabLimits(seconds=1.5))
    endless = answered(row_means="def row_means(x):\n    while True: pass", spread=SPREAD)
    notebook = execute(server_for(short), short, repaired(short, endless).notebook, Seeds(fixed="0")).notebook
    assert plain(scores(notebook)) == {**FULL, "check-row-means": 0}
    assert "the check's time was over" in shown(notebook, "check-row-means")


def test_what_was_earned_before_the_time_was_over_stays_and_the_learner_is_told(
    master: Master, answered
) -> None:
    short = Master(master.lab, master.folder, master.notebook, LabLimits(seconds=1.5))
    odd = "def row_means(x):\n    while len(x) == 1: pass\n    return x.mean(axis=1)"
    plain_check = "def spread(x):\n    while True: pass"
    notebook = repaired(short, answered(row_means=odd, spread=plain_check)).notebook
    executed = execute(server_for(short), short, notebook, Seeds(fixed="0")).notebook
    assert plain(scores(executed)) == {"check-row-means": 2, "check-spread": 0, "check-spread-hidden": 0}
    told = safe(short, executed)
    assert "0 / 3  a single row\n        the check's time was over" in shown(told, "check-row-means")
    assert "the check's time was over" in shown(told, "check-spread")


def test_on_a_busy_machine_a_right_answer_gets_its_marks(master: Master, answered) -> None:
    short = Master(master.lab, master.folder, master.notebook, LabLimits(seconds=2))
    work = "    import time; begun = time.process_time()\n    while time.process_time() - begun < 0.8: pass\n"
    busy = answered(row_means=RIGHT.replace("\n", "\n" + work), spread=SPREAD)
    notebook, server = repaired(short, busy).notebook, server_for(short)
    assert plain(scores(execute(server, short, notebook, Seeds(fixed="0")).notebook)) == FULL
    with crowd(6):
        begun = time.monotonic()
        executed = execute(server, short, notebook, Seeds(fixed="0")).notebook
        passed = time.monotonic() - begun
    assert plain(scores(executed)) == FULL
    assert passed > 2.5


def test_memory_beyond_the_labs_limit_is_not_given(graded) -> None:
    hungry = "def row_means(x):\n    return np.ones(2**31).sum()"
    assert plain(scores(graded(row_means=hungry, spread=SPREAD)))["check-row-means"] == 0


def test_the_wall_shows_the_labs_files_and_nothing_else(graded, master: Master) -> None:
    look = (
        "import os, pathlib, socket\n"
        "print('beside', sorted(os.listdir()))\n"
        f"print('source', pathlib.Path({str(master.folder / 'means.ipynb')!r}).exists())\n"
        "try:\n    socket.create_connection(('192.0.2.1', 9), 0.5)\n"
        "except OSError as error:\n    print('network', type(error).__name__)\n"
        "pathlib.Path('left.txt').write_text('for the next')\n"
    )
    for _ in range(2):
        told = shown(graded(row_means=look), "row-means")
        assert "beside ['table.csv']" in told
        assert "source False" in told
        assert "network OSError" in told


def test_a_learners_own_files_come_along_and_the_labs_win(graded) -> None:
    notebook = graded(
        {"plan/a.yml": b"a: 1", "table.csv": b"9,9\n"}, row_means="print(open('plan/a.yml').read())"
    )
    assert "a: 1" in shown(notebook, "row-means")
    assert "9.0" not in shown(graded({"table.csv": b"9,9\n"}, row_means="print(table)"), "row-means")


def test_public_checks_have_the_public_seed_and_hidden_ones_a_learners_own(tmp_path, master: Master) -> None:
    key = grading_key(tmp_path)
    assert key == grading_key(tmp_path)
    assert (tmp_path / "secrets" / "grading.key").stat().st_mode & 0o777 == 0o600
    ada, bob = (Seeds(key, "means", master.digest, name) for name in ("ada", "bob"))
    assert ada.of("check-spread") != bob.of("check-spread")
    assert ada.of("check-spread") != ada.of("check-row-means")
    assert ada.of("check-spread") == Seeds(key, "means", master.digest, "ada").of("check-spread")


def test_outputs_are_harmless_for_whoever_reads_them(graded) -> None:
    evil = (
        "from IPython.display import HTML, Javascript, display, Latex\n"
        "display(HTML('<b>bold</b><script>alert(1)</script><img src=x onerror=alert(1)>'))\n"
        "display(Javascript('alert(1)')); display(Latex('<script>alert(1)</script>'))\n"
        "display({'image/png': '\"><script>alert(1)</script>'}, raw=True)\n"
        "print('x' * 10**7)\n"
    )
    outputs = next(c.outputs for c in graded(row_means=evil).cells if c.get("id") == "row-means")
    text = str(outputs)
    assert "<b>bold</b>" in text
    for sign in ("<script", "<img", "application/javascript", "image/png", "text/latex"):
        assert sign not in text.lower()
    assert len(text) < 300_000


@pytest.mark.slow
def test_a_real_kernel_gives_the_same_scores(master: Master, answered, graded) -> None:
    from nbgrader.preprocessors import Execute

    answers = {"row_means": "def row_means(x):\n    return x.mean(axis=0)", "spread": SPREAD}
    notebook = repaired(master, answered(**answers)).notebook
    Execute().preprocess(notebook, {"metadata": {"path": str(master.folder)}})
    assert plain(scores(notebook)) == plain(scores(graded(**answers)))
