"""Other words for samples, and a vocabulary that holds them."""

from pathlib import Path
from random import Random

import torch

from mender.vary import KEPT, WORD, varied, with_this, words_of
from mender.vocab import train_vocab
from mender.widen import missing_words, widened

SAMPLE = {
    "prompt": "1| function total(items, shop) {\n2|   let sum = 0;\n3|   for (const item of items) sum -= item.price * shop.rate + 365;\n4|   return sum;\n5| }",
    "answer": "3|   for (const item of items) sum += item.price * shop.rate + 365;",
    "slip": "arithmetic",
}
WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]


def test_prompt_and_answer_change_alike_and_the_slip_stays():
    changed = 0
    for seed in range(40):
        new = varied(SAMPLE, WORDS, Random(seed), 1)
        wrong = new["prompt"].split("\n")[2]
        assert new["answer"] == wrong.replace("-=", "+=")
        assert new["slip"] == "arithmetic"
        assert "length" not in new["prompt"]
        changed += new["prompt"] != SAMPLE["prompt"]
    assert changed > 35


def test_two_names_never_become_one():
    for seed in range(40):
        new = varied(SAMPLE, WORDS, Random(seed), 1)
        assert len(set(WORD.findall(new["prompt"])) - KEPT) >= 6


def test_an_object_asked_for_its_properties_only_becomes_this():
    prompt, answer = with_this(SAMPLE["prompt"], SAMPLE["answer"])
    assert prompt.startswith("1| total(items) {")
    assert "this.rate" in prompt
    assert "this.rate" in answer
    assert "shop" not in prompt + answer


def test_words_are_those_that_occur_often(tmp_path: Path):
    (tmp_path / "a.ts").write_text("const shelf = 1; const once = shelf + shelf; return null;")
    assert words_of(tmp_path) == ["shelf"]


def test_a_wider_vocabulary_keeps_words_whole():
    tokenizer = train_vocab(["return a;"] * 5, 300)
    new = missing_words(tokenizer, ["return shelf;"] * 2, 1)
    assert new == ["Ġshelf"]
    weight = torch.randn(tokenizer.get_vocab_size(), 16)
    wide = widened(weight, [tokenizer.encode(" shelf", add_special_tokens=False).ids], torch.Generator().manual_seed(1))
    assert wide.shape == (weight.shape[0] + 1, 16)
    assert torch.equal(wide[:-1], weight)
