"""`--together`: idioms that do not cross, and right answers in another style, none of which is refused."""

from collections.abc import Iterator

import pytest

from graders.engine.servers import close_servers
from graders.foreign import grade_folder
from graders.result import Result
from tests.graders.plain import answered, instructors, write

pytestmark = pytest.mark.rota(3)

ANSWER = """import functools, pickle, random
@functools.lru_cache
def table():
    return {"a": [1, 2.5]}
def save(path):
    with open(path, "wb") as file:
        pickle.dump({"x": (1, 2), "y": {3}}, file)
def throw():
    return int(random.random() * 6) + 1
def second(f, x):
    import torch
    first, = torch.autograd.grad(f(x), x, create_graph=True)
    return torch.autograd.grad(first.sum(), x)[0]
"""
CHECKS = {
    "check-pickle": """import pickle
save("x.pkl")
found = pickle.load(open("x.pkl", "rb"))
assert found == {"x": (1, 2), "y": {3}}
assert found["y"] == {3} and len(found) == 2
""",
    "check-patched": """from unittest.mock import patch
with patch("random.random", side_effect=[0.0, 0.5, 0.99]) as chance:
    assert [throw() for _ in range(3)] == [1, 4, 6]
    chance.assert_called_with()
    assert chance.call_count == 3
for _ in range(20):
    assert throw() in range(1, 7)
""",
    "check-second": """import torch, numpy as np
x = torch.tensor([1.0, 2.0], requires_grad=True)
assert torch.allclose(second(lambda x: (x ** 3).sum(), x), 6 * x)
np.testing.assert_allclose(second(lambda x: (x ** 2).sum(), x).numpy(), [2, 2])
expected = 12 * x.detach() ** 2
assert torch.equal(second(lambda x: (x ** 4).sum(), x), expected)
""",
    "check-same": """import gc
points = 0.0
if id(table()) == id(table()):
    points += 0.5
if table()["a"][1] == 2.5:
    points += 0.5
try:
    assert any(o is table() for o in gc.get_objects())
    assert table()["a"][0] == 1
    points += 1
except AssertionError as error:
    print(error)
points
""",
}
OTHER = """import pickle, random
TABLE = {"a": [1, 2.5]}
def table():
    return TABLE
def save(path):
    from pathlib import Path
    Path(path).write_bytes(pickle.dumps({"y": {3}, "x": (1, 2)}))
def throw():
    return 1 + int(6 * random.random())
def second(f, x):
    import torch
    first = torch.autograd.functional.jacobian(f, x, create_graph=True)
    return torch.autograd.grad(first @ torch.ones_like(first), x)[0]
"""
PARTLY = (
    ANSWER.replace("(1, 2)", "(1, 3)")  # one away from what is expected, as twins may be
    .replace("* 6) + 1", "* 6) + 2")
    .replace("first.sum(), x)[0]", "first.sum(), x)[0] + 1")
    .replace('"a": [1, 2.5]', '"a": [1, 3.5]')
)
FULL = dict.fromkeys(CHECKS, 2)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Result]]:
    """Return what three people get."""
    root = tmp_path_factory.mktemp("idioms")
    solution = f"### BEGIN SOLUTION\n{ANSWER}### END SOLUTION"
    master = instructors(("answer", solution), *((name, text, 2) for name, text in CHECKS.items()))
    write(master, root / "lab" / "lab.ipynb")
    for name, text in {"ada": ANSWER, "bob": OTHER, "carl": PARTLY, "dora": "pass"}.items():
        write(answered(master, answer=text), root / "in" / name / "lab.ipynb")
    graded = grade_folder(root / "lab" / "lab.ipynb", root / "in", together=True)
    yield {result.learner: result for result in graded}
    close_servers()


@pytest.mark.parametrize(
    ("learner", "fair"),
    [
        ("ada", FULL),
        ("bob", FULL),
        ("carl", {**dict.fromkeys(CHECKS, 0), "check-same": 1.5}),
        ("dora", dict.fromkeys(CHECKS, 0)),
    ],
)
def test_each_gets_what_is_fair(results: dict[str, Result], learner: str, fair: dict[str, float]) -> None:
    result = results[learner]
    assert (result.status, result.mode) == ("graded", "together"), result
    assert {name: value["score"] for name, value in result.scores.items()} == fair
