"""What trains, and what must not have moved."""

import pytest
import torch

from graders import kit


@pytest.fixture
def model() -> torch.nn.Module:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))
    model[0].requires_grad_(False)
    return model


def test_parameters_count_trained_and_frozen(model: torch.nn.Module) -> None:
    assert kit.parameters(model) == {"trained": 10, "frozen": 16}


def test_frozen_weights_must_be_bit_for_bit_the_same(model: torch.nn.Module) -> None:
    before = kit.snapshot(model)
    with torch.no_grad():
        model[1].weight += 1
    kit.frozen_unchanged(before, model, "0.*")
    with pytest.raises(kit.CheckFailed, match=r"1 of 4 frozen weights changed: 1\.weight"):
        kit.frozen_unchanged(before, model)
    with torch.no_grad():
        model[0].bias[0] += 1e-7
    with pytest.raises(kit.CheckFailed, match=r"0\.bias"):
        kit.frozen_unchanged(before, model, ["0.*"])


def test_a_wrapped_layer_is_found_again_by_its_values(model: torch.nn.Module) -> None:
    before = kit.snapshot(model)
    wrapped = torch.nn.Module()
    wrapped.base, wrapped.down = model, torch.nn.Linear(3, 1)
    kit.frozen_unchanged(before, wrapped)
    with torch.no_grad():
        model[0].weight.zero_()
    with pytest.raises(kit.CheckFailed, match=r"0\.weight"):
        kit.frozen_unchanged(before, wrapped)


def test_names_that_match_nothing_are_not_a_pass(model: torch.nn.Module) -> None:
    with pytest.raises(kit.CheckFailed, match="no weight of the snapshot"):
        kit.frozen_unchanged(kit.snapshot(model), model, ["encoder.*"])
