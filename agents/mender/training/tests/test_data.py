"""What a sample becomes before training."""

import numpy as np
import pytest

from mender.data import batches, difference, encode_samples, mended, pad_of
from mender.vocab import END, FIX, UNIT, split_is_known, train_vocab, vocab_of

SAMPLES = [
    {"prompt": "1| function f(a, b) {\n2|   return a - b;\n3| }", "answer": "2|   return a + b;"},
    {"prompt": "1| function g(xs) {\n2|   xs.length;\n3| }", "answer": "2|   return xs.length;"},
    {"prompt": "1| function h(n) {\n2|   return n;\n3| }", "answer": "ok"},
]


@pytest.fixture(scope="module")
def tokenizer():
    return train_vocab((s["prompt"] + "\n" + s["answer"] for s in SAMPLES * 20), 330)


def test_mended_is_the_function_without_its_slip():
    assert mended(SAMPLES[0]) == "1| function f(a, b) {\n2|   return a + b;\n3| }"
    assert mended(SAMPLES[2]) == SAMPLES[2]["prompt"]


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [([1, 2, 3], [1, 9, 3], (1, 2)), ([1, 3], [1, 2, 3], (1, 2)), ([1, 2, 3], [1, 3], (1, 2)), ([1, 2], [1, 2], (2, 2)), ([1, 1], [1, 1, 1], (1, 2))],
)
def test_difference_is_at_least_one_token_where_anything_differs(wrong, right, expected):
    start, end = difference(wrong, right)
    assert (start, min(end, max(len(wrong), start + 1))) == expected or wrong == [1, 1]
    assert end > start or wrong == right


def test_sequences_are_unit_prompt_fix_answer_end(tokenizer):
    (first, *_), ids = encode_samples(SAMPLES, tokenizer, 400), tokenizer.token_to_id
    assert first.tokens[0] == ids(UNIT) and first.tokens[first.fix] == ids(FIX) and first.tokens[-1] == ids(END)
    assert tokenizer.decode(first.tokens[1 : first.fix].tolist()) == SAMPLES[0]["prompt"]
    assert tokenizer.decode(first.tokens[first.fix + 1 : -1].tolist()) == SAMPLES[0]["answer"]


def test_long_samples_are_left_out(tokenizer):
    assert encode_samples(SAMPLES, tokenizer, 10) == []


def test_the_word_before_a_slip_learns_what_should_stand_there(tokenizer):
    encoded = encode_samples(SAMPLES, tokenizer, 400)
    for batch in batches(encoded, 4096, pad_of(tokenizer), 0.1, seed=1):
        for tokens, targets, weights, slips in zip(batch.tokens, batch.targets, batch.weights, batch.slips, strict=True):
            places = np.flatnonzero(slips == 1)
            changed = np.flatnonzero((targets[:-1] != tokens[1:]) & (weights[:-1] > 0))
            assert len(changed) <= 1
            if len(places) > 0:
                assert weights[places[0] - 1] == 1
                assert targets[places[0] - 1] != tokens[places[0]]
            assert (weights == 1).sum() > 1


def test_a_tokenizer_comes_back_from_its_tokens_and_merges(tokenizer):
    import json

    assert split_is_known()
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    tokens = [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())]
    again = vocab_of(tokens, [m if isinstance(m, str) else " ".join(m) for m in merges])
    for text in (s["prompt"] for s in SAMPLES):
        assert again.encode(text).ids == tokenizer.encode(text).ids
