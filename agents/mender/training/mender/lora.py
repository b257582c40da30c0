"""
An adapter (LoRA) for a kind of slip that training left out, with PEFT on two cores, and the same done naively.

    python -m mender.lora --model model.gguf --work DIR --steps 120

Reads `new.jsonl` and `old.jsonl` (samples to learn from) and `*-asked.jsonl` (what will be asked, never learned from) in DIR
and writes there: `adapter/` (as PEFT saves it), `adapter.gguf` (for ADAPTER in a Modelfile), `merged.gguf`, `naive.gguf`
(merged too), and `lora.json` with how long it took on what.

Two things keep old skills: half of the samples are of the old kinds, and the learning rate is that of a small step. The
naive adapter learns from the new kind alone, at ten times the rate.
"""

import argparse
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch.nn import functional as F
from transformers import LlamaForCausalLM

from .convert import permuted, read_gguf, read_vocab, tensor_name, write_gguf, write_safetensors
from .data import read_samples
from .network import Network
from .vocab import END, FIX, UNIT

RANK, ALPHA = 16, 32
RATE, NAIVE_RATE = 1e-3, 1e-2
ROWS = 16
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


@dataclass(frozen=True)
class Base:
    """A shipped model file as a Hugging Face folder, with the network and the tokenizer that were in it."""

    network: Network
    tokenizer: object
    folder: Path

    @staticmethod
    def of(model: Path, folder: Path) -> "Base":
        network, tokenizer = read_gguf(model), read_vocab(model)
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer.save(str(folder / "tokenizer.json"))
        write_safetensors(network, folder / "tokenizer.json", folder)
        return Base(network, tokenizer, folder)

    def load(self) -> LlamaForCausalLM:
        """The base for PEFT, in single precision: two cores have no use for half."""
        return LlamaForCausalLM.from_pretrained(self.folder, dtype=torch.float32)

    def encode(self, sample: dict) -> tuple[list[int], int]:
        """The tokens of a sample, and where its answer begins."""
        unit, fix, end = (self.tokenizer.token_to_id(name) for name in (UNIT, FIX, END))
        prompt, answer = (self.tokenizer.encode(sample[part], add_special_tokens=False).ids for part in ("prompt", "answer"))
        return [unit, *prompt, fix, *answer, end], len(prompt) + 2


def learn(base: Base, samples: list[dict], rate: float, steps: int, seed: int) -> PeftModel:
    """Trains an adapter on the answers of the samples; the learning rate goes down to zero in a half wave."""
    torch.manual_seed(seed)
    config = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=PROJECTIONS, task_type="CAUSAL_LM")
    model = get_peft_model(base.load(), config)
    encoded = [row for row in map(base.encode, samples) if len(row[0]) <= base.network.shape.context]
    order = random.Random(seed)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(steps):
        tokens, answers = padded(order.sample(encoded, min(ROWS, len(encoded))))
        scores = model(input_ids=tokens).logits[:, :-1]
        learned = answers[:, 1:]
        loss = F.cross_entropy(scores[learned], tokens[:, 1:][learned])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        schedule.step()
        if step % 10 == 9 or step == steps - 1:
            print(f"step {step + 1} of {steps}, loss {loss.item():.3f}", flush=True)
    return model


def padded(rows: list[tuple[list[int], int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of one length, and which of their tokens belong to an answer. Attention looks back only: no mask is needed."""
    length = max(len(tokens) for tokens, _ in rows)
    tokens = torch.zeros(len(rows), length, dtype=torch.long)
    answers = torch.zeros(len(rows), length, dtype=torch.bool)
    for i, (row, start) in enumerate(rows):
        tokens[i, : len(row)] = torch.tensor(row)
        answers[i, start : len(row)] = True
    return tokens, answers


def write_adapter(model: PeftModel, heads: int, out: Path) -> None:
    """
    The adapter as GGUF. Its rows for q and k are reordered as those of the base are: an adapter that is not makes the base
    worse in a way that no error shows.
    """
    writer = gguf.GGUFWriter(out, "llama")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, ALPHA)
    for name, weight in model.named_parameters():
        for part, suffix in ((".lora_A.default.weight", "lora_a"), (".lora_B.default.weight", "lora_b")):
            if not name.endswith(part):
                continue
            place = name.removeprefix("base_model.model.model.").removesuffix(part)
            matrix = weight.detach().float().numpy()
            if suffix == "lora_b" and place.endswith(("q_proj", "k_proj")):
                matrix = permuted(matrix, heads)
            writer.add_tensor(f"{tensor_name(f'{place}.weight')}.{suffix}", np.ascontiguousarray(matrix))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def merged(model: PeftModel, base: Base) -> Network:
    """The base's network with the adapter in its weights, rounded as it will be written. The PEFT model is used up."""
    weights = model.merge_and_unload().model.state_dict()
    network = Network(base.network.shape)
    network.load_state_dict({name: weights[name].half().float() if weights[name].dim() == 2 else weights[name] for name in network.state_dict()})
    return network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(2)
    work = options.work
    base = Base.of(options.model, work / "base")
    asked = {sample["prompt"] for path in work.glob("*-asked.jsonl") for sample in read_samples(path)}
    new, old = ([s for s in read_samples(work / name) if s["prompt"] not in asked] for name in ("new.jsonl", "old.jsonl"))

    started = time.monotonic()
    model = learn(base, new + old, RATE, options.steps, options.seed)
    seconds = time.monotonic() - started
    model.save_pretrained(work / "adapter")
    write_adapter(model, base.network.shape.width // base.network.shape.head, work / "adapter.gguf")
    write_gguf(merged(model, base), base.folder / "tokenizer.json", work / "merged.gguf")

    print("naively, to compare", flush=True)
    naive = learn(base, new, NAIVE_RATE, options.steps, options.seed)
    write_gguf(merged(naive, base), base.folder / "tokenizer.json", work / "naive.gguf")
    facts = {
        "seconds": round(seconds),
        "steps": options.steps,
        "samples": len(new) + len(old),
        "rank": RANK,
        "rate": RATE,
        "naiveRate": NAIVE_RATE,
    }
    (work / "lora.json").write_text(json.dumps(facts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
