"""Samples as token arrays, cut into batches of about equal numbers of tokens."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from .vocab import END, FIX, PAD, UNIT


def read_samples(path: Path) -> list[dict]:
    """All samples of a JSONL file: `prompt`, `answer`, `slip`, `shape`."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@dataclass(frozen=True)
class Encoded:
    """A sample as tokens: `fix` is the place of FIX; the slip is the tokens from `slip` to `slip_end`; `wanted` belongs there."""

    tokens: np.ndarray
    fix: int
    slip: int
    slip_end: int
    wanted: int


def encode_samples(samples: list[dict], tokenizer: Tokenizer, longest: int) -> list[Encoded]:
    """Samples that fit into `longest` tokens."""
    unit, fix, end = (tokenizer.token_to_id(name) for name in (UNIT, FIX, END))
    texts = [sample["prompt"] for sample in samples], [sample["answer"] for sample in samples], [mended(sample) for sample in samples]
    batches_of_ids = [tokenizer.encode_batch(list(each), add_special_tokens=False) for each in texts]
    encoded = []
    for prompt, answer, right in zip(*batches_of_ids, strict=True):
        tokens = np.array([unit, *prompt.ids, fix, *answer.ids, end], dtype=np.int32)
        if len(tokens) <= longest:
            slip, slip_end = difference(prompt.ids, right.ids)
            wanted = right.ids[slip] if slip < len(right.ids) else fix
            encoded.append(Encoded(tokens, len(prompt.ids) + 1, slip + 1, slip_end + 1, wanted))
    return encoded


def mended(sample: dict) -> str:
    """The prompt as it would be without its slip."""
    lines = sample["prompt"].split("\n")
    if sample["answer"] != "ok":
        for line in sample["answer"].split("\n"):
            lines[int(line.split("|", 1)[0]) - 1] = line
    return "\n".join(lines)


def difference(wrong: list[int], right: list[int]) -> tuple[int, int]:
    """Where the wrong tokens begin and end (at least one token; both are the length where nothing differs)."""
    if wrong == right:
        return len(wrong), len(wrong)
    start = 0
    while start < min(len(wrong), len(right)) and wrong[start] == right[start]:
        start += 1
    same_end = 0
    while same_end < min(len(wrong), len(right)) - start and wrong[-1 - same_end] == right[-1 - same_end]:
        same_end += 1
    return start, max(start + 1, len(wrong) - same_end)


@dataclass(frozen=True)
class Batch:
    """
    Rows of like length. `targets` are the next tokens, with what should stand there in place of the slip's first token;
    `weights` are 1 in the answer and there, `prompt_weight` in the prompt, 0 in the slip and the padding; `slips` is 1 on
    tokens of a slip, 0 on the other tokens of the prompt, -1 elsewhere.
    """

    tokens: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    slips: np.ndarray


def batches(encoded: list[Encoded], tokens_per_batch: int, pad: int, prompt_weight: float, seed: int) -> Iterator[Batch]:
    """
    One pass over the samples in an order drawn from `seed`. Lengths are rounded up to few values, so that a compiled step is
    used again.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(encoded))
    for group in np.array_split(order, max(1, len(order) // 4096)):
        ordered = sorted(group, key=lambda i: len(encoded[i].tokens))
        pending = []
        start = 0
        while start < len(ordered):
            count = 1
            while start + count < len(ordered) and (count + 1) * rounded(len(encoded[ordered[start + count]].tokens)) <= tokens_per_batch:
                count += 1
            pending.append(ordered[start : start + count])
            start += count
        random.shuffle(pending)
        for rows in pending:
            yield padded([encoded[i] for i in rows], pad, prompt_weight)


def rounded(length: int) -> int:
    """Length of the padded row: a multiple of 32, and one more for the shifted targets."""
    return (length + 30) // 32 * 32 + 1


def padded(rows: list[Encoded], pad: int, prompt_weight: float) -> Batch:
    length = rounded(max(len(row.tokens) for row in rows))
    tokens = np.full((len(rows), length), pad, dtype=np.int64)
    weights = np.zeros((len(rows), length - 1), dtype=np.float32)
    slips = np.full((len(rows), length - 1), -1, dtype=np.int8)
    for i, row in enumerate(rows):
        end = len(row.tokens)
        tokens[i, :end] = row.tokens
        weights[i, : end - 1] = prompt_weight
        slips[i, 1 : row.fix] = 0
        weights[i, row.fix : end - 1] = 1
    targets = tokens[:, 1:].copy()
    for i, row in enumerate(rows):
        if row.slip < row.fix:
            weights[i, row.slip - 1 : row.slip_end - 1] = 0
            weights[i, row.slip - 1] = 1
            targets[i, row.slip - 1] = row.wanted
            slips[i, row.slip : row.slip_end] = 1
    return Batch(tokens[:, :-1], targets, weights, slips)


def pad_of(tokenizer: Tokenizer) -> int:
    return tokenizer.token_to_id(PAD)
