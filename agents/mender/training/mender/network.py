"""The network: llama's, with Hugging Face's names for the weights, so that converters and PEFT know them."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Shape:
    """Sizes of the network. `head` is the width of one attention head; `context` the longest sequence in tokens."""

    vocab: int = 1536
    width: int = 256
    layers: int = 6
    head: int = 32
    inner: int = 704
    context: int = 512
    theta: float = 10000.0
    epsilon: float = 1e-5


class RootMeanSquare(nn.Module):
    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x.float(), (x.shape[-1],), self.weight.float(), self.epsilon).to(x.dtype)


def rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions in Hugging Face's layout: the first half of a head turns with the second."""
    low, high = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-high, low), dim=-1) * sin


class Attention(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.width // shape.head
        self.scale = shape.head**-0.5
        self.q_proj = nn.Linear(shape.width, shape.width, bias=False)
        self.k_proj = nn.Linear(shape.width, shape.width, bias=False)
        self.v_proj = nn.Linear(shape.width, shape.width, bias=False)
        self.o_proj = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, past: list[Tensor] | None, mask: Tensor | None) -> Tensor:
        batch, length, width = x.shape
        q, k, v = (
            part.view(batch, length, self.heads, -1).transpose(1, 2)
            for part in (self.q_proj(x), self.k_proj(x), self.v_proj(x))
        )
        q, k = rotated(q, cos, sin), rotated(k, cos, sin)
        if past is not None:
            if past:
                k, v = torch.cat((past[0], k), 2), torch.cat((past[1], v), 2)
            past[:] = [k, v]
        # Written out: with heads this small and rows this short it takes half the time of the fused kernel on a CPU.
        scores = (q * self.scale) @ k.transpose(-1, -2)
        if mask is None:
            scores = scores + torch.full((length, length), float("-inf"), dtype=scores.dtype).triu(1)
        else:
            scores = scores.masked_fill(~mask, float("-inf"))
        mixed = torch.softmax(scores, -1) @ v
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, length, width))


class Inner(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.width, shape.inner, bias=False)
        self.up_proj = nn.Linear(shape.width, shape.inner, bias=False)
        self.down_proj = nn.Linear(shape.inner, shape.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.input_layernorm = RootMeanSquare(shape.width, shape.epsilon)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = RootMeanSquare(shape.width, shape.epsilon)
        self.mlp = Inner(shape)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, past: list[Tensor] | None, mask: Tensor | None) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, past, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Network(nn.Module):
    """Decoder with tied input and output embeddings."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed_tokens = nn.Embedding(shape.vocab, shape.width)
        self.layers = nn.ModuleList([Layer(shape) for _ in range(shape.layers)])
        self.norm = RootMeanSquare(shape.width, shape.epsilon)
        turns = shape.theta ** (-torch.arange(0, shape.head, 2).float() / shape.head)
        angles = torch.outer(torch.arange(shape.context).float(), turns).repeat(1, 2)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                deep = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(weight, std=0.02 / (2 * shape.layers) ** 0.5 if deep else 0.02)

    def hidden_and_middle(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """States after the last norm, and states two layers before the end, from which training reads where the slip is."""
        x = middle = self.embed_tokens(tokens)
        cos, sin = (table[: tokens.shape[1]].to(x.dtype) for table in (self.cos, self.sin))
        for i, layer in enumerate(self.layers):
            x = layer(x, cos, sin, None, None)
            if i == len(self.layers) - 3:
                middle = x
        return self.norm(x), middle

    def hidden(self, tokens: Tensor, start: int = 0, past: list[list[Tensor]] | None = None, mask: Tensor | None = None) -> Tensor:
        """States after the last norm for tokens at positions from `start` on; `past` holds one list of keys and values a layer."""
        x = self.embed_tokens(tokens)
        cos, sin = (table[start : start + tokens.shape[1]].to(x.dtype) for table in (self.cos, self.sin))
        for i, layer in enumerate(self.layers):
            x = layer(x, cos, sin, None if past is None else past[i], mask)
        return self.norm(x)

    def forward(self, tokens: Tensor) -> Tensor:
        return F.linear(self.hidden(tokens), self.embed_tokens.weight)
