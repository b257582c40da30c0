"""Muon (K. Jordan et al., 2024): momentum whose update is made orthogonal by five Newton-Schulz steps. For matrices only."""

import time
from functools import lru_cache

import torch
from torch import Tensor


@lru_cache
def half_is_faster() -> bool:
    """Whether products of matrices take less time in half precision: a processor without instructions for it takes many times as long."""
    took = {}
    for kind in (torch.float32, torch.bfloat16):
        matrix = torch.ones(256, 256, dtype=kind)
        _ = matrix @ matrix
        begun = time.perf_counter()
        for _ in range(10):
            _ = matrix @ matrix
        took[kind] = time.perf_counter() - begun
    return took[torch.bfloat16] < took[torch.float32]


def orthogonal(matrix: Tensor, steps: int = 5) -> Tensor:
    """The nearest matrix with singular values near one; half precision is enough, where it is faster."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix / (matrix.norm() + 1e-7)
    if half_is_faster():
        x = x.bfloat16()
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if tall else x).float()


class Muon(torch.optim.Optimizer):
    """`rate` is the length of a step relative to the weights' own scale; `decay` shrinks the weights."""

    def __init__(self, params: list[Tensor], lr: float, momentum: float = 0.95, decay: float = 0.01) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if "mean" not in state:
                    state["mean"] = torch.zeros_like(weight)
                mean = state["mean"]
                mean.lerp_(weight.grad, 1 - group["momentum"])
                update = orthogonal(weight.grad.lerp(mean, group["momentum"]))
                scale = max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5
                weight.mul_(1 - group["lr"] * group["decay"])
                weight.add_(update, alpha=-group["lr"] * scale)
