"""Calls that leave arguments alone, prints and sources as data, inputs that depend on the seed alone."""

import numpy as np
import pytest
import torch

from graders import kit


def test_unchanged_returns_the_result_and_notices_a_change() -> None:
    def doubles(x: np.ndarray) -> np.ndarray:
        x *= 2
        return x

    assert kit.unchanged(sorted, [3, 1]) == [1, 3]
    with pytest.raises(kit.CheckFailed, match="argument 1 was changed"):
        kit.unchanged(doubles, np.ones(3))
    with pytest.raises(kit.CheckFailed, match="argument 'x' was changed"):
        kit.unchanged(doubles, x=torch.ones(3))


def test_a_probe_returns_copies_of_data_and_nothing_else() -> None:
    model = torch.nn.Linear(2, 1)
    weight = kit.probe(lambda m: m.weight, model)
    assert not weight.requires_grad
    weight += 1
    assert not torch.equal(weight, model.weight)
    assert kit.probe(lambda m: {"bias": [m.bias is not None, np.int64(3)]}, model) == {"bias": [True, 3]}
    with pytest.raises(TypeError, match="return numbers"):
        kit.probe(lambda m: m, model)


def test_printed_and_source() -> None:
    assert kit.printed(lambda: print("a")) == "a\n"
    assert "def test_printed_and_source" in kit.source(test_printed_and_source)
    with pytest.raises(kit.CheckFailed, match="no text"):
        kit.source(len)


def test_inputs_depend_on_seed_and_name_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACADEMY_SEED", raising=False)
    public = kit.rng("x").random(3)
    assert np.array_equal(public, kit.rng("x").random(3))
    assert not np.array_equal(public, kit.rng("y").random(3))
    monkeypatch.setenv("ACADEMY_SEED", "0")
    assert np.array_equal(public, kit.rng("x").random(3))
    monkeypatch.setenv("ACADEMY_SEED", "ab12")
    assert not np.array_equal(public, kit.rng("x").random(3))
    drawn = kit.examples(lambda r: r.random(), n=4, name="many")
    assert len(set(drawn)) == 4


def test_seed_makes_library_generators_repeat() -> None:
    kit.seed(3)
    first = (np.random.rand(), torch.rand(1).item())
    kit.seed(3)
    assert first == (np.random.rand(), torch.rand(1).item())
