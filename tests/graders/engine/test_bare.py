# ruff: noqa: E501 - cells stand here as one line of text
"""What is written by hand runs where there is no other library: nothing that stands around it brings one in."""

import pytest

from graders.engine.bare import NOTE

CHECK = "import math\nfrom graders import kit\nkit.by_hand(f, without=['logaddexp'])\nassert math.isclose(f(1.0, 2.0), np.logaddexp(1.0, 2.0))"
HONEST = "def f(a, b): return max(a, b) + np.log1p(np.exp(-abs(a - b)))"
BY_TORCH = "float(torch.logaddexp(torch.tensor(a).double(), torch.tensor(b).double()))"
PLUS = "def f(a, b): return {} + max(a, b) + np.log1p(np.exp(-abs(a - b)))"
BY_HOOK = "sys.breakpointhook = work\nBOX = []\ndef f(a, b):\n    BOX[:] = [a, b]\n    breakpoint()\n    return BOX[0]"
INDENTED = f"print(torch.ones(2))\n    {HONEST}"
RIGHT = {
    "as it is": HONEST,
    "after what fails here": f"net = torch.nn.Linear(2, 2)\nclass Net(torch.nn.Module):\n    pass\n{HONEST}",
    "in one cell with others": f"@torch.no_grad()\ndef g(x): return torch.relu(x)\n{HONEST}\nshown = g(torch.ones(2)); print(shown)",
    "in bases and annotations": f"from torch import Tensor, nn\nclass Net(nn.Module):\n    kept: Tensor | None = None\n    def forward(self, x: Tensor | None) -> 'Tensor': return x\nclass Both(Tensor, dict): pass\n{HONEST}",
    "a number that a library names": "from torch import inf\ndef f(a, b):\n    if max(a, b) == inf: return inf\n    return max(a, b) + np.log1p(np.exp(-abs(a - b)))",
    "reckoned from a library's number": "HALF = torch.pi / 2\n" + PLUS.format("0 * HALF"),
    "all seeds set by one function": "def seeded(s):\n    np.random.seed(s)\n    torch.manual_seed(s)\n    return np.random.default_rng(s)\nrng = seeded(0)\n"
    + PLUS.format("0 * rng.random()"),
    "two names in one assignment": "shift, ones = 0.0, torch.ones(2)\n" + PLUS.format("shift"),
    "%%time": f"%%time\ntorch.manual_seed(0)\n{HONEST}",
    "%%prun": f"%%prun -q\n{HONEST}",
    "under if": f"if True:\n    {INDENTED}",
    "under try, after what fails here": f"try:\n    {INDENTED}\nexcept Exception as error:\n    print('no torch', error)",
    "under with": f"with np.errstate(all='ignore'):\n    {INDENTED}",
    "under a library's with": f"with torch.no_grad():\n    {HONEST}",
    "in a class beside a library's thing": f"class Solution:\n    device = str(torch.device('cpu'))\n    @staticmethod\n    {HONEST}\nf = Solution.f",
    "magics": f"%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n%time t = torch.ones(1)\nlisting = !ls\n{HONEST}\n%timeit -n 1 -r 1 f(1.0, 2.0)",
    "plots": f"import matplotlib.pyplot as plt\nfigure, ax = plt.subplots()\n{HONEST}\nax.plot([f(x, 1.0) for x in np.linspace(0, 1)])\nfigure.savefig('f.png')\nplt.close()",
    "a data class": f"from dataclasses import dataclass\n@dataclass\nclass Settings:\n    weights: torch.Tensor\n    rate: float = 0.1\n{HONEST}",
    "compared with torch at the end": f"{HONEST}\nassert abs(f(1.0, 2.0) - float(torch.logaddexp(torch.tensor(1.0), torch.tensor(2.0)))) < 1e-6",
    "a script's end": f"{HONEST}\nasync def shown(): return torch.ones(1)\nif __name__ == '__main__':\n    print(await shown())",
}
HOOKS = {
    "by name": f"def f(a, b): return {BY_TORCH}",
    "a weak reference's callback": "import weakref\nBOX, OUT = [], []\nclass Thing: pass\n"
    f"def work(_):\n    a, b = BOX\n    OUT.append({BY_TORCH})\nkept = Thing()\nref = weakref.ref(kept, work)\nBOXES = [kept]\ndel kept\n"
    "def f(a, b):\n    BOX[:] = [a, b]\n    BOXES.clear()\n    return OUT[0]",
    "breakpoint()": "import sys\nOUT = []\n"
    f"def hook():\n    a, b = BOX\n    OUT.append({BY_TORCH})\nsys.breakpointhook = hook\nBOX = []\n"
    "def f(a, b):\n    BOX[:] = [a, b]\n    breakpoint()\n    return OUT[-1]",
    "a thread": "import threading, time\nBOX, OUT = [], []\n"
    f"def work():\n    while not BOX: time.sleep(0.001)\n    a, b = BOX.pop()\n    OUT.append({BY_TORCH})\nthreading.Thread(target=work, daemon=True).start()\n"
    "def f(a, b):\n    BOX.append((a, b))\n    for _ in range(1000):\n        if OUT: return OUT[-1]\n        time.sleep(0.001)",
    "an audit hook": "import sys\nBOX, OUT = [], []\n"
    f"def hook(event, _):\n    if event == 'builtins.id' and BOX:\n        a, b = BOX.pop()\n        OUT.append({BY_TORCH})\nsys.addaudithook(hook)\n"
    "def f(a, b):\n    BOX.append((a, b))\n    id(a)\n    return OUT[-1]",
    "how things are copied": "import copy, copyreg\nclass Pair:\n    def __init__(self, a, b): self.a, self.b = a, b\n"
    f"def work(pair):\n    a, b = pair.a, pair.b\n    return float, ({BY_TORCH},)\ncopyreg.dispatch_table[Pair] = work\ndef f(a, b): return copy.copy(Pair(a, b))",
    "another module's name": "import math\ng = torch.logaddexp\ntry:\n    g.__module__ = 'math'\nexcept Exception:\n    pass\n"
    "def f(a, b): return float(g(torch.tensor(a).double(), torch.tensor(b).double()))",
    "NumPy's own, kept aside": "import weakref\nBOX, OUT = [], []\nclass Thing: pass\n"
    "def work(_):\n    OUT.append(float(np.logaddexp(*BOX)))\nBOXES = [Thing()]\nref = weakref.ref(BOXES[0], work)\n"
    "def f(a, b):\n    BOX[:] = [a, b]\n    BOXES.clear()\n    return OUT[0]",
    "NumPy's own, from a module below": "import sys\nBOX = []\n"
    "def work():\n    import gc\n    from numpy._core import umath\n    from graders.engine import guard\n    found = [x for x in gc.get_objects() if isinstance(x, dict) and isinstance(x.get('logaddexp'), np.ufunc)]\n"
    "    BOX[:] = [float((found[0]['logaddexp'] if found else umath.logaddexp)(*BOX))]\nsys.breakpointhook = work\n"
    "def f(a, b):\n    BOX[:] = [a, b]\n    breakpoint()\n    return BOX[0]",
    "a new process": "import sys, subprocess\nBOX = []\n"
    "def work():\n    BOX[:] = [float(subprocess.run([sys.executable, '-c', f'import numpy; print(numpy.logaddexp{tuple(BOX)})'], capture_output=True, text=True).stdout)]\nsys.breakpointhook = work\n"
    "def f(a, b):\n    BOX[:] = [a, b]\n    breakpoint()\n    return BOX[0]",
    "a name that means NumPy's function from the third look on": "shell, looks = get_ipython(), []\ndef logaddexp(a, b): pass\n"
    "logaddexp.__module__ = 'numpy'\nnp.logaddexp, f = logaddexp, 3\n"
    "class Names(dict):\n    def __getitem__(self, name):\n        if name != 'f': return dict.__getitem__(self, name)\n"
    "        looks.append(name)\n        return 3 if len(looks) < 3 else logaddexp\nshell.user_ns = Names(shell.user_ns)",
    "the same, said by the engine's own part": "from graders.engine import worker\nlooks, answer = [], worker.Side._op_get\ndef logaddexp(a, b): pass\n"
    "logaddexp.__module__ = 'numpy'\nnp.logaddexp, f = logaddexp, 3\ndef get(side, name):\n    if name != 'f': return answer(side, name)\n"
    "    looks.append(name)\n    return True, 3 if len(looks) < 3 else logaddexp\nworker.Side._op_get = get",
    "a package that is Python alone": "import importlib, sys\ndef work():\n    mp = importlib.import_module('mpmath')\n    BOX[:] = [float(mp.log(sum(map(mp.exp, BOX))))]\n" + BY_HOOK,
    "another that is Python alone": "import importlib, sys\ndef work():\n    sp = importlib.import_module('sympy')\n    BOX[:] = [float(sp.log(sum(map(sp.exp, BOX))))]\n" + BY_HOOK,
    "decimal, from a hook": "import decimal, sys\ndef work():\n    BOX[:] = [float(sum(decimal.Decimal(x).exp() for x in BOX).ln())]\n" + BY_HOOK,
    "decimal, and nothing found in the function": "import decimal\nfrom graders.engine import worker\nworker.Side._op_probe = lambda side, content: ([], [])\n"
    "def f(a, b): return float((decimal.Decimal(a).exp() + decimal.Decimal(b).exp()).ln())",
}  # fmt: skip


@pytest.fixture(scope="module")
def grade(lab):
    return lab(HONEST, CHECK)


@pytest.mark.slow
@pytest.mark.parametrize("way", RIGHT)
def test_who_uses_libraries_elsewhere_loses_nothing(grade, way):
    assert grade(RIGHT[way]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("way", HOOKS)
def test_nothing_does_the_work_ready_made(grade, way):
    assert grade(HOOKS[way]) == 0


@pytest.mark.slow
def test_who_needs_a_number_of_another_library_is_told_where_it_was_graded(grade):
    assert grade("TINY = torch.finfo(torch.float64).tiny\n" + PLUS.format("TINY")) == 0
    assert grade.notebook.cells[-1].outputs[0].text == NOTE
