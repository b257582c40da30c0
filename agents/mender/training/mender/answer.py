"""
Answers of a network by PyTorch, greedy and sampled, as JSON lines.

    python -m mender.answer --model model.gguf --prompts items.jsonl --out answers.jsonl --samples 100
"""

import argparse
import json
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from .convert import load_network, read_gguf, read_vocab
from .network import Network
from .vocab import END, FIX, UNIT, load_vocab

LONGEST_ANSWER = 64


class Answerer:
    """Draws answers from a network, one prompt at a time, all samples of a prompt together."""

    def __init__(self, network: Network, tokenizer: Tokenizer) -> None:
        self.network, self.tokenizer = network, tokenizer
        self.unit, self.fix, self.end = (tokenizer.token_to_id(name) for name in (UNIT, FIX, END))

    def prompt_ids(self, prompt: str) -> list[int]:
        return [self.unit, *self.tokenizer.encode(prompt, add_special_tokens=False).ids, self.fix]

    @torch.inference_mode()
    def answers(self, prompt: str, count: int, temperature: float, generator: torch.Generator | None = None) -> tuple[list[str], list[float]]:
        """`count` answers (temperature 0: greedy) and for each the smallest margin between the two best tokens on its way."""
        ids = self.prompt_ids(prompt)
        past: list = [[] for _ in self.network.layers]
        state = self.network.hidden(torch.tensor([ids]), past=past)[:, -1]
        for layer in past:
            layer[:] = [part.expand(count, -1, -1, -1) for part in layer]
        scores = F.linear(state, self.network.embed_tokens.weight).expand(count, -1)
        chosen = torch.full((count, LONGEST_ANSWER), self.end)
        margins = torch.full((count,), float("inf"))
        done = torch.zeros(count, dtype=torch.bool)
        for i in range(LONGEST_ANSWER):
            best = scores.topk(2).values
            margins = torch.where(done, margins, torch.minimum(margins, best[:, 0] - best[:, 1]))
            if temperature == 0:
                token = scores.argmax(-1)
            else:
                token = torch.multinomial(F.softmax(scores / temperature, -1), 1, generator=generator)[:, 0]
            token = torch.where(done, self.end, token)
            chosen[:, i] = token
            done |= token == self.end
            if bool(done.all()) or len(ids) + i + 1 >= self.network.shape.context:
                break
            mask = torch.ones(1, 1, 1, len(ids) + i + 1, dtype=torch.bool)
            state = self.network.hidden(token[:, None], start=len(ids) + i, past=past, mask=mask)[:, -1]
            scores = F.linear(state, self.network.embed_tokens.weight)
        texts = []
        for row in chosen.tolist():
            stop = row.index(self.end) if self.end in row else len(row)
            texts.append(self.tokenizer.decode(row[:stop], skip_special_tokens=False))
        return texts, margins.tolist()


def load_model(path: Path, weights: str = "average") -> Answerer:
    """Answers of a shipped model file, or of a checkpoint with its tokenizer beside it."""
    if path.suffix == ".gguf":
        return Answerer(read_gguf(path), read_vocab(path))
    return Answerer(load_network(path, weights), load_vocab(path.parent / "tokenizer.json"))


def answer_items(model: Answerer, items: list[dict], samples: int, temperature: float, seed: int) -> list[dict]:
    """For each item (`id`, `prompt`): the greedy answer with its margin, and samples drawn from a seed of its own."""
    results = []
    for place, item in enumerate(items):
        greedy, margins = model.answers(item["prompt"], 1, 0)
        drawn: list[str] = []
        if samples > 0:
            drawn, _ = model.answers(item["prompt"], samples, temperature, torch.Generator().manual_seed(seed * 100003 + place))
        results.append({"id": item["id"], "greedy": greedy[0], "margin": round(margins[0], 4), "samples": drawn})
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file or a checkpoint")
    parser.add_argument("--weights", choices=["average", "last"], default="average")
    parser.add_argument("--prompts", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--samples", type=int, default=0)
    parser.add_argument("--temperature", type=float, default=0.8)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--limit", type=int, default=1_000_000)
    options = parser.parse_args()
    torch.set_num_threads(2)
    model = load_model(options.model, options.weights)
    items = [json.loads(line) for line in options.prompts.read_text(encoding="utf-8").splitlines()][: options.limit]
    results = answer_items(model, items, options.samples, options.temperature, options.seed)
    options.out.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in results), encoding="utf-8")


if __name__ == "__main__":
    main()
