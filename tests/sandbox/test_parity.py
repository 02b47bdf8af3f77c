"""A notebook shows behind the warm process what it shows on a real kernel."""

import json
import os
import re

import nbformat
import pytest
from nbclient import NotebookClient

from sandbox import CellResult, WarmServer

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CELLS = {
    "streams and a value": (
        "import sys, os\nprint('out'); print('err', file=sys.stderr); print('again')\n6 * 7"
    ),
    "rich displays": (
        "from IPython.display import HTML, Image, JSON, Latex, Markdown\nimport base64\n"
        "display(HTML('<b>x</b>'), Markdown('*m*'), Latex('$a$'), JSON({'a': [1]}))\n"
        f"Image(base64.b64decode('{PIXEL}'))"
    ),
    "raw display": "display({'text/plain': 'raw', 'application/x-custom+json': {'a': 1}}, raw=True)",
    "a figure": (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2]);"
    ),
    "two figures": "plt.plot([3, 1]); plt.show(); print('between'); plt.bar([1], [2])",
    "a table": "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})",
    "an error in a function": "def f(x):\n    return 1 / x\nf(0)",
    "an error without a function": "raise KeyError('k')",
    "a chain of errors": "try:\n    f(0)\nexcept ZeroDivisionError as e:\n    raise ValueError('b') from e",
    "a syntax error": "x = (",
    "a group of errors": "raise ExceptionGroup('many', [ValueError(1)])",
    "cleared output": (
        "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('kept')\n"
        "clear_output(wait=True)\nprint('last')"
    ),
    "a display with an id": "handle = display('first', display_id='one')",
    "updates it from the next cell": "handle.update('second'); display('third', display_id='one')",
    "interact": "from ipywidgets import interact, Output, IntSlider\ninteract(lambda n: n * n, n=(0, 4));",
    "an output widget": "out = Output()\nwith out:\n    print('inside'); display(3)\nprint('outside')\nout",
    "has what it collected": "out.outputs",
    "an error in an output widget": "with out:\n    1 / 0\nprint('goes on')",
    "a cleared output widget": "out.clear_output()",
    "is empty": "out.outputs",
    "a slider": "IntSlider(value=3)",
    "top-level await": (
        "import asyncio\nawait asyncio.sleep(0.01)\nasync def g():\n    yield 1\n[v async for v in g()]"
    ),
    "a running loop": "asyncio.get_running_loop() is not None",
    "a task": "task = asyncio.create_task(asyncio.sleep(0, 'done'))",
    "its result": "await task",
    "timing": "%%time\nsum(range(10))",
    "capturing": "%%capture captured\nprint('captured'); display(5)",
    "what was captured": "captured.stdout, len(captured.outputs)",
    "a shell command": "!echo shell; echo bad >&2",
    "its output as a value": "files = !echo a b\nfiles",
    "a shell script": "%%bash\necho bash; echo e >&2",
    "a warning": "import warnings; warnings.warn('careful')",
    "logging": "import logging; logging.warning('logged')",
    "help in a pager": "len?",
    "leaving": "sys.exit(3)",
    "a quiet value": "1;",
    "nothing": "",
    "a comment": "# nothing",
    "history": "_, Out[1], In[1][:10]",
    "a broken repr": "class Broken:\n    def __repr__(self): raise ValueError('bad repr')\nBroken()",
    "a broken rich repr": (
        "class Half:\n    def _repr_html_(self): raise ValueError('no')\n"
        "    def __repr__(self): return 'Half()'\nHalf()"
    ),
    "source of a function": "import inspect\nprint(inspect.getsource(f)); f.__module__, __name__",
    "a thread": "import threading\nt = threading.Thread(target=print, args=('thread',)); t.start(); t.join()",
    "a forked process": (
        "import multiprocessing\ndef job(): print('from child', flush=True)\n"
        "p = multiprocessing.get_context('fork').Process(target=job); p.start(); p.join(); p.exitcode"
    ),
    "the path": "[p for p in sys.path if not p.startswith(os.path.expanduser('~/.local'))]",
    "the folder": "os.getcwd()",
    "the environment": "[os.environ.get(name) for name in ('TERM', 'PAGER', 'MPLBACKEND', 'CLICOLOR')]",
    "a progress bar": "import tqdm.auto\nfor _ in tqdm.auto.tqdm(range(2)): pass",
    "streams as files": "sys.stdout.isatty(), sys.stdout.encoding, hasattr(sys.stdout, 'buffer')",
    "what print returns": "sys.stdout.write('no newline')",
    "pickle": (
        "import dataclasses, pickle\n@dataclasses.dataclass\nclass P: a: int\n"
        "pickle.loads(pickle.dumps(P(2))), {3, 1}, {'z': 1}, float('nan')"
    ),
    "other formats": "%config InlineBackend.figure_format = 'jpeg'\nplt.plot([1]);",
    "script": "%%javascript\n1",
    "help": "help(dataclasses.astuple)",
    "a magic that is not there": "%nosuchmagic",
    "a module that is not there": "import nosuchmodule",
    "colours and letters": "print('\\x1b[31mred\\x1b[0m', 'é 中文')",
}


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> dict[str, tuple[dict, bool, CellResult]]:
    """For each cell what it shows on a kernel, whether it passed there, and its result."""
    folder = tmp_path_factory.mktemp("parity")
    codes = list(CELLS.values())
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in codes])
    passed = dict.fromkeys(range(len(codes)), True)

    def note(cell: dict, cell_index: int, execute_reply: dict) -> None:
        passed[cell_index] = execute_reply["content"]["status"] == "ok"

    client = NotebookClient(
        notebook, timeout=60, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    client.on_cell_executed = note
    client.execute(env={name: v for name, v in os.environ.items() if not name.startswith("PYTEST_")})
    with WarmServer(("matplotlib.pyplot", "pandas", "ipywidgets")) as server:
        results = server.run(codes, stop_on_error=False, cwd=folder)
    return dict(zip(CELLS, zip(notebook.cells, passed.values(), results, strict=True), strict=True))


def plain(outputs: list[dict]) -> list[dict]:
    """Return outputs without what differs from run to run: ids, cells' files, times, order of streams."""
    text = json.dumps(outputs, sort_keys=True)
    text = re.sub(r"\\u001b\[[0-9;]*m", "", text)
    text = re.sub(r"(/tmp/ipykernel_\d+/)?\d+\.py", "CELL", text)
    text = re.sub(r"[0-9a-f]{32}", "ID", text)
    text = re.sub(r"[\d.]+(e\+\d+)? (ns|\\u03bcs|ms|s)\b", "TIME", text)
    streams: dict[str, str] = {}
    rest = []
    for output in json.loads(text):
        if output["output_type"] == "stream":
            streams[output["name"]] = streams.get(output["name"], "") + output["text"]
        else:
            rest.append(output)
    return [streams, *rest]


@pytest.mark.parametrize("what", list(CELLS))
def test_a_cell_shows_what_it_shows_on_a_kernel(both, what):
    cell, passed, result = both[what]
    assert plain(result.outputs) == plain(cell.outputs)
    assert result.execution_count == cell.execution_count
    assert result.ok == passed


def test_what_goes_into_widgets_is_not_lost(both):
    assert both["interact"][2].captured[0]["data"]["text/plain"] == "4"
    (error,) = both["an error in an output widget"][2].captured
    assert error["ename"] == "ZeroDivisionError"
