"""
First weights with heads that copy. A network that mends must repeat most of a line as it stands; networks learn that late, when
induction heads form (Olsson et al., 2022, "In-context learning and induction heads"). A small network that sees little data
has no time to wait for them, so two layers begin with such heads, built by hand, and training refines them like all other
weights:

- in layer 0, head 0 notes at every place the word before it and head 1 the word before that;
- in layer 1, heads 0 and 1 look for a place that follows the same two words as the next one does, and bring what stands there.
"""

import math

import torch
from torch import Tensor

from .network import Network, Shape

# This number of a state is the same for every word, so that a head can look by distance alone.
CONSTANT = 0
# Scale of the words' first vectors, and how much larger the constant is.
SCALE, CONSTANT_SCALE = 0.06, 4
# Found by trying on random words that repeat: sharpness of a look back, loudness of a note, score of a match, loudness of what is brought.
SHARP, NOTE, MATCH, BRING = 60.0, 1.5, 60.0, 6.0
# A match must hold over so many places: slower turns of a rotary position than this leave it as it is.
REACH, MOST_TURN = 200, 1.3


@torch.no_grad()
def begin_with_copying(network: Network, seed: int) -> None:
    """Writes the heads into the fresh weights of a network with at least three heads, of which each is at most a third of its width."""
    shape = network.shape
    generator = torch.Generator().manual_seed(seed)
    network.embed_tokens.weight.normal_(std=SCALE, generator=generator)
    network.embed_tokens.weight[:, CONSTANT] = SCALE * CONSTANT_SCALE
    word = orthonormal(shape.head, shape.width, generator)
    basis = orthonormal(2 * shape.head, shape.width, generator)
    notes = [basis[: shape.head], basis[shape.head :]]
    first, second = network.layers[0].self_attn, network.layers[1].self_attn
    for head, note in enumerate(notes):
        rows = slice(head * shape.head, (head + 1) * shape.head)
        look_back(first.q_proj.weight[rows], first.k_proj.weight[rows], shape, head + 1)
        first.v_proj.weight[rows] = word
        first.o_proj.weight[:, rows] = note.T * SCALE * NOTE
    other = orthonormal(shape.head, shape.head + 1, generator)[:, 1:]
    kept = turns_little(shape)[:, None] * math.sqrt(MATCH * 3 * shape.head**1.5 / (shape.width * turns_little(shape).sum()))
    for head in range(2):
        rows = slice(head * shape.head, (head + 1) * shape.head)
        second.q_proj.weight[rows] = kept * (word + other @ notes[0])
        second.k_proj.weight[rows] = kept * (notes[0] + other @ notes[1])
        brought = orthonormal(shape.head, shape.width, generator)
        second.v_proj.weight[rows] = brought
        second.o_proj.weight[:, rows] = brought.T * SCALE * BRING


def orthonormal(rows: int, columns: int, generator: torch.Generator) -> Tensor:
    """Random rows at right angles, none of which reads the constant."""
    q, _ = torch.linalg.qr(torch.randn(columns - 1, columns - 1, generator=generator))
    out = torch.zeros(rows, columns)
    out[:, 1:] = q[:rows]
    return out


def turns(shape: Shape) -> Tensor:
    """Radians by which each pair of a head's numbers turns from one place to the next."""
    return shape.theta ** (-torch.arange(0, shape.head, 2).float() / shape.head)


def turns_little(shape: Shape) -> Tensor:
    """1 for the numbers of a head that say what a word is wherever it stands, 0 for those that turn too fast."""
    return (turns(shape) * REACH < MOST_TURN).float().repeat(2)


def look_back(query: Tensor, key: Tensor, shape: Shape, places: int) -> None:
    """Weights of a head whose score is highest for the word so many places before."""
    half = shape.head // 2
    fast = (turns(shape) > 0.02).float()
    constant = math.sqrt(shape.width) * CONSTANT_SCALE / math.sqrt(CONSTANT_SCALE**2 + shape.width - 1)
    each = torch.sqrt(fast / fast.sum() * SHARP * math.sqrt(shape.head)) / constant
    query.zero_()
    key.zero_()
    # The key is turned on by as many places as the query looks back.
    query[:half, CONSTANT] = each
    key[:half, CONSTANT] = each * torch.cos(turns(shape) * places)
    key[half:, CONSTANT] = each * torch.sin(turns(shape) * places)
