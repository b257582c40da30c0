"""
Adds whole words to the vocabulary of a checkpoint, so that training goes on with a tokenizer that keeps common words whole.
A word of the vocabulary is one token without any merge (`ignore_merges`), in training and in the runtimes alike.

    python -m mender.widen --run OLD --samples FILE.jsonl --words DIR --to 3072 --out NEW
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer

from .data import read_samples
from .vary import varied, words_of
from .vocab import load_vocab

EMBEDDINGS = "embed_tokens.weight"


def missing_words(tokenizer: Tokenizer, texts: Iterable[str], count: int) -> list[str]:
    """The most frequent words of the texts that are more than one token, in the tokenizer's own spelling of bytes."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text))
    known = tokenizer.get_vocab()
    letters = (word for word, _ in counts.most_common() if word not in known and any(map(str.isalpha, word)))
    return [word for word, _ in zip(letters, range(count), strict=False)]


def widened(weight: torch.Tensor, pieces: list[list[int]], generator: torch.Generator) -> torch.Tensor:
    """Embeddings with a row for each new word: the mean of its pieces and something of its own, by which heads can tell it."""
    spread = weight[4:].std(0)
    rows = [weight[ids].mean(0) * 0.5 + torch.randn(weight.shape[1], generator=generator) * spread * 0.7 for ids in pieces]
    return torch.cat([weight, torch.stack(rows)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--words", type=Path, required=True)
    parser.add_argument("--to", type=int, default=3072)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    tokenizer = load_vocab(options.run / "tokenizer.json")
    random = Random(options.seed)
    words = words_of(options.words)
    samples = [varied(sample, words, random) for sample in read_samples(options.samples)]
    size = tokenizer.get_vocab_size()
    new = missing_words(tokenizer, (f"{s['prompt']}\n{s['answer']}" for s in samples), options.to - size)
    saved = json.loads((options.run / "tokenizer.json").read_text(encoding="utf-8"))
    pieces = [tokenizer.encode(tokenizer.decoder.decode([word]), add_special_tokens=False).ids for word in new]
    saved["model"]["vocab"].update({word: size + i for i, word in enumerate(new)})
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "tokenizer.json").write_text(json.dumps(saved), encoding="utf-8")
    state = torch.load(options.run / "last.pt", weights_only=True)
    generator = torch.Generator().manual_seed(options.seed)
    weights = {**state["average"], EMBEDDINGS: widened(state["average"][EMBEDDINGS], pieces, generator)}
    state |= {"network": weights, "average": weights, "files": {}}
    state["shape"]["vocab"] = size + len(new)
    del state["optimizers"]
    torch.save(state, options.out / "last.pt")
    print(f"{len(new)} words added: {', '.join(new[:30])} …")


if __name__ == "__main__":
    main()
