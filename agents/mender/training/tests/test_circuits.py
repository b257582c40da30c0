"""Heads that copy, before any training."""

import torch

from mender.circuits import begin_with_copying
from mender.network import Network, Shape


def follows(network: Network, tokens: torch.Tensor) -> float:
    """Share of the second half of rows that repeat themselves which the network expects."""
    half = tokens.shape[1] // 2
    with torch.no_grad():
        expected = network(tokens)[:, half + 2 : -1].argmax(-1)
    return (expected == tokens[:, half + 3 :]).float().mean().item()


def repeated(words: int) -> torch.Tensor:
    row = torch.randint(words, (16, 60))
    return torch.cat([row, row], 1)


def fresh() -> Network:
    torch.manual_seed(1)
    return Network(Shape(vocab=1000, width=192, layers=3, head=64, inner=256, theta=1e6))


def test_fresh_weights_repeat_what_stood_there_once():
    network = fresh()
    assert follows(network, repeated(1000)) < 0.05
    begin_with_copying(network, 7)
    assert follows(network, repeated(1000)) > 0.7


def test_two_words_decide_where_one_stands_often():
    network = fresh()
    begin_with_copying(network, 7)
    assert follows(network, repeated(30)) > 0.45
