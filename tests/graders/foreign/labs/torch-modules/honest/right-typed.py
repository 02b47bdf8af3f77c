# Type hints, Self, Final, Protocols, keyword-only helpers, dataclass configuration.
# Rest: right-tutorial
# %%
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from torch import Tensor

# %% grade_id="net"
@dataclass(frozen=True)
class Config:
    sizes: tuple[int, ...]
    activation: Callable[[Tensor], Tensor] = F.relu

class Net(nn.Module):
    layers: nn.ModuleList

    def __init__(self, sizes: list[int]) -> None:
        super().__init__()
        self.config = Config(tuple(sizes))
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:], strict=False)])

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers[:-1]:
            x = self.config.activation(layer(x))
        out: Tensor = self.layers[-1](x)
        return out

def count_parameters(module: nn.Module, *, trainable: bool = True) -> int:
    return sum(p.numel() for p in module.parameters() if p.requires_grad or not trainable)

# %% grade_id="batches"
def batches(x: Tensor, y: Tensor, size: int, generator: torch.Generator | None = None) -> Iterator[tuple[Tensor, Tensor]]:
    order: Tensor = torch.arange(x.size(0)) if generator is None else torch.randperm(x.size(0), generator=generator)
    yield from ((x[part], y[part]) for part in torch.split(order, size))

# %% grade_id="freeze"
def freeze(module: nn.Module, *prefixes: str) -> list[str]:
    def hit(name: str) -> bool:
        return name.startswith(prefixes)

    names = [name for name, p in module.named_parameters() if hit(name) and p.requires_grad_(False) is p]
    return names

def blend(a: Mapping[str, Tensor], b: Mapping[str, Tensor], t: float) -> dict[str, Tensor]:
    return {key: value + t * (b[key] - value) for key, value in a.items()}

best: dict[str, Tensor] = {k: v.clone() for k, v in Net([2, 4, 2]).state_dict().items()}
