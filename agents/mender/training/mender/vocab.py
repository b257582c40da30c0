"""The specialist's tokenizer: byte-level BPE with exactly the split expression that runtimes know as `llama-bpe`."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPLIT_SHA256 = "d98f9631be1e9607a9848c26c1f9eac1aa9fc21ac6ba82a2fc0741af9780a48f"

# A sequence is UNIT, the numbered lines, FIX, the answer, END. There is no other beginning-of-sequence token.
UNIT, FIX, END, PAD = "<|unit|>", "<|fix|>", "<|end|>", "<|pad|>"
SPECIALS = [UNIT, FIX, END, PAD]


def split_is_known() -> bool:
    """Whether the split expression still is the one that runtimes recognise."""
    return hashlib.sha256(SPLIT.encode()).hexdigest() == SPLIT_SHA256


def splitting() -> pre_tokenizers.PreTokenizer:
    """Words as `llama-bpe` splits them, as bytes."""
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def train_vocab(texts: Iterable[str], size: int) -> Tokenizer:
    """Trains the tokenizer. `ignore_merges` as llama.cpp has it for this pre-tokenizer: a whole word in the vocabulary is one token."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = splitting()
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=SPECIALS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def load_vocab(path: Path) -> Tokenizer:
    """Reads a tokenizer saved as JSON."""
    return Tokenizer.from_file(str(path))


def vocab_of(tokens: list[str], merges: list[str]) -> Tokenizer:
    """The tokenizer of a shipped model file, from its list of tokens and its merges (`a b`)."""
    pairs = [tuple(merge.split(" ", 1)) for merge in merges]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=pairs, ignore_merges=True))
    tokenizer.pre_tokenizer = splitting()
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIALS)
    return tokenizer
