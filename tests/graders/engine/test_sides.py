# ruff: noqa: E501 - cells stand here as one line of text
"""What ordinary checks do, over the line between the sides: right for honest work, refused if it cannot cross."""

import pytest

STACK = """
class Empty(Exception):
    def __init__(self, depth):
        super().__init__(f"empty at {depth}")
        self.depth = depth

class Stack:
    def __init__(self): self.items = []
    def push(self, x): self.items.append(x); return self
    def pop(self):
        if not self.items: raise Empty(0)
        return self.items.pop()
    def __len__(self): return len(self.items)
    def __eq__(self, other): return isinstance(other, Stack) and self.items == other.items
    def __enter__(self): return self
    def __exit__(self, *error): self.items.clear(); return error[0] is KeyError
    @property
    def top(self): return self.items[-1]
"""

# check, reference, and other answers with the score that is right
CROSSES = {
    "a function of numbers": ("assert f(2) == 4", "def f(x): return x * x", {"def f(x): return 2 * x + 1": 0}),
    "a class with state, operators and its own error": (
        "s = Stack().push(1).push(2)\nassert len(s) == 2 and s.top == 2 and s.pop() == 2\nassert s == Stack().push(1)\n"
        "assert isinstance(s, Stack) and type(s) is Stack\ns.pop()\ntry:\n    s.pop()\nexcept Empty as error:\n"
        "    assert error.depth == 0 and 'empty' in str(error)\nelse:\n    raise AssertionError\n"
        "with Stack() as t:\n    t.push(1)\n    raise KeyError\nassert len(t) == 0",
        STACK,
        {STACK.replace("self.items.pop()", "self.items.pop(0)"): 0},
    ),
    "a named tuple with methods, where the reference has none": (
        "assert draw() == ('A', 1) and draw().suit == 1 and draw().rank == 'A'",
        "from collections import namedtuple\nCard = namedtuple('Card', 'rank suit')\ndef draw(): return Card('A', 1)",
        {
            "from typing import NamedTuple\nclass Card(NamedTuple):\n    rank: str\n    suit: int\n"
            "    def __str__(self): return self.rank\ndef draw(): return Card('A', 1)": 1,
            "from typing import NamedTuple\nclass Card(NamedTuple):\n    rank: str\n    suit: int\n"
            "    def __eq__(self, other): return True\ndef draw(): return Card('A', 2)": 0,
        },
    ),
    "generators both ways, with reading ahead counted": (
        "seen = []\ndef source():\n    for i in range(6):\n        seen.append(i)\n        yield i\n"
        "g = pairs(source())\nassert next(g) == (0, 1) and seen == [0, 1]\nassert list(g) == [(2, 3), (4, 5)]",
        "def pairs(stream):\n    stream = iter(stream)\n    for a in stream:\n        yield a, next(stream)",
        {"def pairs(stream):\n    whole = list(stream)\n    return iter(list(zip(whole[::2], whole[1::2])))": 0},
    ),
    "callbacks that call back": (
        "assert twice(lambda g: g(3) + 1) == 8",
        "def twice(h): return 2 * h(lambda n: n)",
        {"def twice(h): return h(lambda n: n)": 0},
    ),
    "a list changed in place": (
        "x = [3, 1, 2]\nassert sort(x) is None and x == [1, 2, 3]",
        "def sort(x): x.sort()",
        {"def sort(x): x = sorted(x)": 0, "def sort(x): x[:] = sorted(x)": 1},
    ),
    "a list that an object keeps": (
        "log = []\nr = Recorder(log)\nr.note('a')\nlog.append('b')\nr.note('c')\nassert log == ['a', 'b', 'c']",
        "class Recorder:\n    def __init__(self, log): self.log = log\n    def note(self, x): self.log.append(x)",
        {"class Recorder:\n    def __init__(self, log): self.log = list(log)\n    def note(self, x): self.log.append(x)": 0},
    ),
    "printing, warning and input": (
        "out = io.StringIO()\nfrom contextlib import redirect_stdout\nfrom unittest import mock\n"
        "with redirect_stdout(out), mock.patch('builtins.input', lambda p='': 'Ada'):\n    greet()\n"
        "assert out.getvalue() == 'hello Ada\\n'\nwith warnings.catch_warnings(record=True) as noted:\n"
        "    warnings.simplefilter('always')\n    old()\nassert noted[0].category is DeprecationWarning",
        "def greet(): print('hello', input('who? '))\ndef old(): warnings.warn('old', DeprecationWarning)",
        {"def greet(): print('hello', input('who? '))\ndef old(): print('old')": 0},
    ),
    "files both ways": (
        "Path('in.txt').write_text('3 4')\nadd('in.txt', 'out.txt')\nassert Path('out.txt').read_text() == '7'",
        "def add(a, b): Path(b).write_text(str(sum(map(int, Path(a).read_text().split()))))",
        {"def add(a, b): return 7": 0},
    ),
    "an estimator that they keep, as the check left it, and a new one": (
        "a = keep()\na.fit(np.ones((2, 1)))\nassert keep() is a and hasattr(keep(), 'mean_')\nassert make() is not make()",
        "from sklearn.preprocessing import StandardScaler\nkept = StandardScaler()\ndef keep(): return kept\n"
        "def make(): return StandardScaler()",
        {
            "from sklearn.preprocessing import StandardScaler\nkept = StandardScaler()\ndef keep(): return kept\n"
            "def make(): return kept": 0,
            "from sklearn.preprocessing import StandardScaler\ndef keep(): return StandardScaler()\nmake = keep": 0,
        },
    ),
    "a table that both sides have, by its identity": (
        "assert first(table)[0] == first(table)[0]",
        "import random\nkept = {}\ndef first(x): return [int(x[0])]",
        {
            "import random\nkept = {}\ndef first(x):\n    if id(x) not in kept: kept[id(x)] = [random.random()]\n"
            "    return kept[id(x)]": 1,
            "import random\ndef first(x): return [random.random()]": 0,
        },
    ),
    "an object of the check's that is given another later": (
        "class Box: pass\nb = Box()\nassert look(b) == 0\nb.inner = Box()\nassert look(b) == 1",
        "def look(box): return len(vars(box))",
        {"def look(box): return 0": 0},
    ),
    "an awaited coroutine": (
        "assert await later(3) == 6",
        "async def later(x):\n    await asyncio.sleep(0)\n    return 2 * x",
        {"async def later(x): return x": 0},
    ),
    "a module trained by the check": (
        "torch.manual_seed(0)\nnet = Net()\nassert isinstance(net, torch.nn.Module)\n"
        "optimiser = torch.optim.SGD(net.parameters(), lr=0.1)\nx, y = torch.ones(8, 2), torch.full((8, 1), 3.0)\n"
        "for _ in range(60):\n    optimiser.zero_grad()\n    loss = ((net(x) - y) ** 2).mean()\n    loss.backward()\n"
        "    optimiser.step()\nassert loss.item() < 1e-3 and net.layer.weight.grad is not None",
        "class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.layer = torch.nn.Linear(2, 1)\n    def forward(self, x): return self.layer(x)",
        {"class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layer = "
         "torch.nn.Linear(2, 1)\n    def forward(self, x): return self.layer(x).detach()": 0},
    ),
    "a model trained by the learner, gradients by theirs": (
        "torch.manual_seed(0)\nnet = torch.nn.Linear(2, 1)\nopt = torch.optim.Adam(net.parameters(), lr=0.1)\n"
        "before = net.weight.detach().clone()\ntrain(net, opt, torch.ones(4, 2), torch.zeros(4, 1))\n"
        "assert not torch.equal(before, net.weight) and len(opt.state) == 2\n"
        "x = torch.ones(3, requires_grad=True)\ncube(x).sum().backward()\nassert torch.allclose(x.grad, 3 * torch.ones(3))",
        "def train(net, opt, x, y):\n    for _ in range(3):\n        opt.zero_grad()\n"
        "        ((net(x) - y) ** 2).mean().backward()\n        opt.step()\ndef cube(x): return x ** 3",
        {"def train(net, opt, x, y): pass\ndef cube(x): return x ** 3": 0},
    ),
    "a class derived from the learner's": (
        "class Loud(Base):\n    def name(self): return super().name().upper()\nassert Loud().greet() == 'hi ADA'",
        "class Base:\n    def name(self): return 'ada'\n    def greet(self): return 'hi ' + self.name()",
        {"class Base:\n    def name(self): return 'ada'\n    def greet(self): return 'hi ' + Base.name(self)": 0},
    ),
    "a function taken away and given back": (
        "kept = helper\ndel helper\ntry:\n    total([1])\nexcept NameError:\n    pass\nelse:\n    raise AssertionError\n"
        "finally:\n    helper = kept\nassert total([1, 2]) == 3",
        "def helper(x): return sum(x)\ndef total(x): return helper(x)",
        {"def helper(x): return sum(x)\ndef total(x): return sum(x)": 0},
    ),
    "the current figure": (
        "import matplotlib.pyplot as plt\nplt.close('all')\nplot()\nax = plt.gca()\n"
        "assert ax.get_title() == 'T' and ax.lines[0].get_ydata().tolist() == [1, 4]",
        "import matplotlib.pyplot as plt\ndef plot():\n    plt.plot([1, 2], [1, 4])\n    plt.title('T')",
        {"import matplotlib.pyplot as plt\ndef plot(): plt.plot([1, 2], [1, 4])": 0},
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("idiom", CROSSES)
def test_an_ordinary_check_gives_what_it_gives_in_one_process(lab, idiom):
    check, reference, others = CROSSES[idiom]
    grade = lab(reference, check)
    assert grade(reference) == 1
    for answer, right in others.items():
        assert grade(answer) == right, answer


LIAR = "class Liar:\n    def __eq__(self, other): return True\n    def __bool__(self): return True\n"
GAINS_NOTHING = {
    "an object that equals everything": ("assert f(3) == 9", f"{LIAR}def f(x): return Liar()"),
    "an empty array": ("assert np.allclose(f(np.ones(3)), np.ones(3)) and f(np.ones(3)).shape == (3,)",
                       "def f(x): return np.zeros((0, 1))"),
    "who changes what the check compares with": (
        "x = np.arange(4.0)\nassert (f(x) == x * x).all()", "def f(x):\n    x[:] = 0\n    return x"),
    "who looks for the check among the frames": (
        "expected = 9\nassert f(3) == expected",
        "import gc, sys\ndef f(x):\n    frame = sys._getframe()\n    while frame:\n        if 'expected' in frame.f_globals:"
        "\n            return frame.f_globals['expected']\n        frame = frame.f_back\n    return 0"),
    "who ends the process": ("assert f(3) == 9", "def f(x): os._exit(0)"),
    "who patches what compares": ("assert np.allclose(f(3), 9)", "np.allclose = lambda *a, **k: True\ndef f(x): return 0"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("trick", GAINS_NOTHING)
def test_a_trick_gains_nothing(lab, trick):
    check, answer = GAINS_NOTHING[trick]
    grade = lab("def f(x): return x * x if np.ndim(x) == 0 else x ** 2", check)
    assert grade(answer) != 1


@pytest.mark.slow
def test_what_cannot_cross_is_refused_and_never_scored(lab):
    grade = lab("def f(x): return x * x", "assert f(3) == 9")
    said = grade(f"{LIAR}def f(x): return Liar()")
    assert "object of class Liar" in said
    assert "compare data" in said


@pytest.mark.slow
def test_a_check_that_its_own_reference_cannot_pass_judges_nobody(lab):
    with pytest.raises(AssertionError, match="coroutine, which does not cross"):
        lab("async def run(job): return await job()", "async def job(): return 1\nassert await run(job) == 1")
