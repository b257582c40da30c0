"""The adapter: what PEFT trains is what is written, and the base of PEFT is the network that is shipped."""

from pathlib import Path

import gguf
import numpy as np
import pytest
import torch

from mender.convert import read_gguf, tensor_name, write_gguf
from mender.lora import ALPHA, RANK, Base, learn, merged, write_adapter
from mender.network import Network, Shape
from mender.vocab import train_vocab

SAMPLES = [{"prompt": f"1| function f(a) {{\n2|   a = {i};\n3| }}", "answer": f"2|   a += {i};"} for i in range(12)]


@pytest.fixture
def base(tmp_path: Path) -> Base:
    torch.manual_seed(3)
    tokenizer = train_vocab((s["prompt"] + "\n" + s["answer"] for s in SAMPLES), 300)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    network = Network(Shape(vocab=tokenizer.get_vocab_size(), width=64, layers=3, inner=96, context=128, theta=5000.0)).eval()
    with torch.no_grad():
        for weight in network.parameters():
            if weight.dim() == 2:
                weight.copy_((weight * 8).half().float())
    write_gguf(network, tmp_path / "tokenizer.json", tmp_path / "model.gguf")
    return Base.of(tmp_path / "model.gguf", tmp_path / "base")


def test_the_base_of_peft_is_the_shipped_network(base: Base):
    tokens, _ = base.encode(SAMPLES[0])
    with torch.no_grad():
        theirs = base.load()(input_ids=torch.tensor([tokens])).logits
        ours = base.network(torch.tensor([tokens]))
    assert torch.allclose(theirs, ours, atol=2e-4)


def test_an_adapter_learns_and_its_file_makes_the_merged_weights(base: Base, tmp_path: Path):
    heads = base.network.shape.width // base.network.shape.head
    model = learn(base, SAMPLES, 1e-2, 4, seed=1)
    write_adapter(model, heads, tmp_path / "adapter.gguf")
    network = merged(model, base)
    write_gguf(network, base.folder / "tokenizer.json", tmp_path / "merged.gguf")

    parts = {tensor.name: np.array(tensor.data) for tensor in gguf.GGUFReader(tmp_path / "adapter.gguf").tensors}
    before, after = ({t.name: np.array(t.data, np.float32) for t in gguf.GGUFReader(tmp_path / n).tensors} for n in ("model.gguf", "merged.gguf"))
    adapted = {name.rsplit(".", 1)[0] for name in parts}
    assert len(adapted) == 7 * base.network.shape.layers
    for name in adapted:
        change = parts[f"{name}.lora_b"] @ parts[f"{name}.lora_a"] * (ALPHA / RANK)
        assert np.abs(change).max() > 0, name
        assert np.allclose(before[name] + change, after[name], atol=2e-3), name
    for name in set(before) - adapted:
        assert np.array_equal(before[name], after[name]), name
    assert tensor_name("layers.0.self_attn.q_proj.weight") in adapted
    assert read_gguf(tmp_path / "merged.gguf").shape == base.network.shape


def test_an_adapter_can_be_made_for_weights_kept_in_blocks(base: Base, tmp_path: Path):
    write_gguf(base.network, base.folder / "tokenizer.json", tmp_path / "blocks.gguf", "Q8_0")
    blocks = Base.of(tmp_path / "blocks.gguf", tmp_path / "of-blocks")
    assert blocks.network.shape == base.network.shape
    network = merged(learn(blocks, SAMPLES, 1e-2, 1, seed=1), blocks)
    write_gguf(network, blocks.folder / "tokenizer.json", tmp_path / "merged.gguf")
    before, after = (dict(each.named_parameters()) for each in (blocks.network, network))
    assert all(torch.allclose(before[name], after[name], atol=0.05) for name in before)


def test_samples_learn_from_their_answers_alone(base: Base):
    tokens, start = base.encode(SAMPLES[0])
    assert base.tokenizer.decode(tokens[start:-1]) == SAMPLES[0]["answer"]
