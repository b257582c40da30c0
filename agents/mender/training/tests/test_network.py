"""The network, its file, and answers."""

from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from mender.answer import Answerer
from mender.convert import permuted, read_gguf, read_vocab, unpermuted, write_gguf
from mender.muon import orthogonal
from mender.network import Network, Shape
from mender.vocab import train_vocab

TEXTS = ["1| function f(a) {\n2|   return a;\n3| }"] * 5


@pytest.fixture
def small(tmp_path: Path):
    torch.manual_seed(3)
    tokenizer = train_vocab(TEXTS, 300)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    network = Network(Shape(vocab=tokenizer.get_vocab_size(), width=64, layers=3, inner=96, context=128)).eval()
    with torch.no_grad():
        for weight in network.parameters():
            if weight.dim() == 2:
                weight.copy_((weight * 8).half().float())
    return network, tokenizer, tmp_path


def test_rows_come_back_from_llamas_order():
    matrix = torch.arange(64 * 3).reshape(64, 3).numpy()
    assert (unpermuted(permuted(matrix, 2), 2) == matrix).all()
    assert not (permuted(matrix, 2) == matrix).all()


def test_a_model_file_gives_back_weights_and_tokenizer(small):
    network, tokenizer, folder = small
    write_gguf(network, folder / "tokenizer.json", folder / "model.gguf")
    again = read_gguf(folder / "model.gguf")
    for (name, weight), (other, same) in zip(network.named_parameters(), again.named_parameters(), strict=True):
        assert name == other and torch.equal(weight, same)
    assert read_vocab(folder / "model.gguf").encode(TEXTS[0]).ids == tokenizer.encode(TEXTS[0]).ids


def test_weights_kept_in_blocks_come_back_nearly_and_are_written_the_same_again(small):
    network, _, folder = small
    write_gguf(network, folder / "tokenizer.json", folder / "blocks.gguf", "Q8_0")
    again = read_gguf(folder / "blocks.gguf")
    assert (folder / "blocks.gguf").stat().st_size < 0.75 * size_of(network, folder)
    for (name, weight), (_, near) in zip(network.named_parameters(), again.named_parameters(), strict=True):
        assert (weight - near).abs().max() <= weight.abs().max() / 127, name
        assert torch.equal(weight, near) == (weight.dim() == 1), name
    write_gguf(again, folder / "tokenizer.json", folder / "twice.gguf", "Q8_0")
    for first, second in zip(again.parameters(), read_gguf(folder / "twice.gguf").parameters(), strict=True):
        assert torch.allclose(first, second, atol=1e-3)


def size_of(network: Network, folder: Path) -> int:
    write_gguf(network, folder / "tokenizer.json", folder / "half.gguf")
    return (folder / "half.gguf").stat().st_size


def test_answers_with_kept_states_are_those_of_the_whole_sequence(small):
    network, tokenizer, _ = small
    model = Answerer(network, tokenizer)
    (text,), _ = model.answers(TEXTS[0], 1, 0)
    ids = model.prompt_ids(TEXTS[0])
    for _ in range(8):
        token = int(F.linear(network.hidden(torch.tensor([ids]))[:, -1], network.embed_tokens.weight).argmax())
        if token == model.end:
            break
        ids.append(token)
    grown = tokenizer.decode(ids[len(model.prompt_ids(TEXTS[0])) :], skip_special_tokens=False)
    assert text.startswith(grown)


def test_attention_looks_back_only(small):
    network, _, _ = small
    tokens = torch.randint(4, 200, (1, 20))
    changed = tokens.clone()
    changed[0, 15:] = 5
    before, after = network.hidden(tokens), network.hidden(changed)
    assert torch.allclose(before[:, :15], after[:, :15], atol=1e-5)
    assert not torch.allclose(before[:, 15:], after[:, 15:], atol=1e-3)


def test_an_update_has_singular_values_near_one():
    values = torch.linalg.svdvals(orthogonal(torch.randn(48, 96)))
    assert values.min() > 0.3 and values.max() < 1.6
