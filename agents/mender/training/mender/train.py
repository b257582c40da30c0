"""
Trains the specialist: warm-up, a long stretch at one learning rate, then a descent to zero (which may start from any
checkpoint). Runs on two cores in the background, writes a log line every so often, a checkpoint every few minutes, and goes on
from the last one when started again. Files of samples are read as they appear in the data folder.

    python -m mender.train --data DIR --run DIR --until 2026-01-01T06:00 [--descend-minutes 12]
"""

import argparse
import json
import math
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch.nn import functional as F

from .circuits import begin_with_copying
from .convert import read_gguf, read_vocab
from .data import Batch, batches, encode_samples, pad_of, read_samples
from .muon import Muon, half_is_faster
from .network import Network, Shape
from .vary import varied, words_of
from .vocab import load_vocab, train_vocab


def main() -> None:
    options = arguments()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    options.run.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(options)
    trainer.train()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--words", type=Path, help="folder of TypeScript whose words vary those of the samples")
    parser.add_argument("--start-from", type=Path, help="model file (GGUF) to begin with in a new run folder")
    parser.add_argument("--until", type=datetime.fromisoformat, required=True, help="time at which the descent has ended")
    parser.add_argument("--descend-minutes", type=float, default=12)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--inner", type=int, default=512)
    parser.add_argument("--head", type=int, default=64)
    parser.add_argument("--theta", type=float, default=1e6)
    parser.add_argument("--copying", action=argparse.BooleanOptionalAction, default=True, help="begin with heads that copy")
    parser.add_argument("--vocab", type=int, default=3072)
    parser.add_argument("--batch-tokens", type=int, default=4096)
    parser.add_argument("--rate", type=float, default=0.015)
    parser.add_argument("--adam-rate", type=float, default=2e-3)
    parser.add_argument("--prompt-weight", type=float, default=0.1)
    parser.add_argument("--longest", type=int, default=208)
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


class Trainer:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.words = [] if options.words is None else words_of(options.words)
        self.step, self.tokens, self.passes, self.seconds = 0, 0, 0, 0.0
        self.half = half_is_faster()
        self.start = None if options.start_from is None else read_gguf(options.start_from)
        self.tokenizer = self.vocabulary()
        self.network = Network(self.shape())
        matrices = [p for n, p in self.network.layers.named_parameters() if p.dim() == 2]
        self.finder = torch.nn.Linear(self.network.shape.width, 1)
        others = [*self.finder.parameters()] + [p for n, p in self.network.named_parameters() if p.dim() != 2 or n.startswith("embed")]
        self.optimizers = [
            Muon(matrices, lr=options.rate),
            torch.optim.AdamW(others, lr=options.adam_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
        ]
        self.files: dict[str, int] = {}
        self.encoded: list = []
        self.log = (options.run / "log.jsonl").open("a", encoding="utf-8")
        self.resume()

    def shape(self) -> Shape:
        """Sizes as asked for, or those of the model file that a new run begins with."""
        options = self.options
        if self.start is not None:
            return self.start.shape
        return Shape(
            vocab=self.tokenizer.get_vocab_size(),
            width=options.width,
            layers=options.layers,
            head=options.head,
            inner=options.inner,
            theta=options.theta,
        )

    def vocabulary(self):
        path = self.options.run / "tokenizer.json"
        start = self.options.start_from
        if start is not None and not path.exists():
            read_vocab(start).save(str(path))
        if not path.exists():
            files = sorted(self.options.data.glob("*.jsonl"))
            samples = [sample for file in files for sample in self.samples_of(file)[:20000]]
            train_vocab((s["prompt"] + "\n" + s["answer"] for s in samples), self.options.vocab).save(str(path))
        return load_vocab(path)

    def resume(self) -> None:
        last = self.options.run / "last.pt"
        if not last.exists():
            self.begin()
            return
        state = torch.load(last, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average = state["average"]
        self.finder.load_state_dict(state["finder"])
        for optimizer, saved in zip(self.optimizers, state.get("optimizers", []), strict="optimizers" in state):
            optimizer.load_state_dict(saved)
        self.step, self.tokens, self.passes, self.seconds = state["step"], state["tokens"], state["passes"] + 1, state["seconds"]

    def begin(self) -> None:
        """First weights: those of a model file, if one is given, else heads that copy; the optimizers begin anew."""
        if self.start is not None:
            self.network.load_state_dict(self.start.state_dict())
        elif self.options.copying:
            begin_with_copying(self.network, self.options.seed)
        self.average = {name: weight.detach().clone() for name, weight in self.network.named_parameters()}

    def save(self, name: str = "last.pt") -> None:
        state = {
            "network": self.network.state_dict(),
            "average": self.average,
            "finder": self.finder.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers],
            "shape": asdict(self.network.shape),
            "step": self.step,
            "tokens": self.tokens,
            "passes": self.passes,
            "seconds": self.seconds,
            "files": self.files,
        }
        path = self.options.run / name
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def read_new_files(self) -> None:
        """Files that are complete (no `.err` being written, size unchanged for a while) join the data."""
        for path in sorted(self.options.data.glob("*.jsonl")):
            quiet = time.time() - path.stat().st_mtime > 10
            if path.name in self.files or not quiet:
                continue
            samples = encode_samples(self.samples_of(path), self.tokenizer, self.options.longest)
            self.files[path.name] = len(samples)
            self.encoded += samples
            self.say({"file": path.name, "samples": len(samples)})

    def samples_of(self, path: Path) -> list[dict]:
        """The samples of a file, most of them with other words (see vary.py) when words are given."""
        samples = read_samples(path)
        random = Random(f"{self.options.seed} {path.name} {self.passes}")
        return [varied(sample, self.words, random) for sample in samples] if self.words else samples

    def say(self, line: dict) -> None:
        self.log.write(json.dumps({"at": datetime.now().isoformat(timespec="seconds"), **line}) + "\n")
        self.log.flush()

    def share(self) -> float:
        """Share of the full learning rate now: warm-up over 100 steps, the descent before the end."""
        left = (self.options.until - datetime.now()).total_seconds()
        descent = min(1.0, max(0.0, left / (self.options.descend_minutes * 60)))
        return min(1.0, (self.step + 1) / 100) * descent

    def train(self) -> None:
        self.read_new_files()
        run = torch.compile(self.states, dynamic=True) if self.options.compile else self.states
        saved = logged = time.time()
        losses: list[dict[str, float]] = []
        mark = self.tokens
        # One step in any case: a slow start must not make a run of nothing.
        while datetime.now() < self.options.until or (self.step == 0 and self.encoded):
            self.read_new_files()
            new_files = len(self.files)
            for batch in batches(
                self.encoded, self.options.batch_tokens, pad_of(self.tokenizer), self.options.prompt_weight, self.options.seed + self.passes
            ):
                begun = time.time()
                losses.append(self.one_step(run, batch))
                self.step += 1
                self.tokens += int((batch.weights > 0).sum())
                now = time.time()
                self.seconds += now - begun
                if now - logged > 20:
                    rate = (self.tokens - mark) / (now - logged)
                    self.say({"step": self.step, "tokens": self.tokens, **self.means(losses), "per_second": round(rate), "share": round(self.share(), 3)})
                    logged, mark, losses = now, self.tokens, []
                if now - saved > 120:
                    self.save()
                    saved = now
                    waiting = [p for p in self.options.data.glob("*.jsonl") if p.name not in self.files and time.time() - p.stat().st_mtime > 10]
                    if waiting and len(self.files) == new_files:
                        break
                if datetime.now() >= self.options.until:
                    break
            self.passes += 1
        self.save()
        self.save("final.pt")

    @staticmethod
    def means(losses: list[dict[str, float]]) -> dict[str, float]:
        return {name: round(sum(loss[name] for loss in losses) / len(losses), 4) for name in losses[0]} if losses else {}

    def states(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """States that predict, and those that find the slip; what `torch.compile` makes one piece of."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.half):
            return self.network.hidden_and_middle(tokens)

    def one_step(self, run, batch: Batch) -> dict[str, float]:
        """
        Learns from one batch. Beside the answers, and a random part of the prompts (which teach what code looks like), a
        network that mends must see where the slip is: a small reader of the middle states is trained to tell, and the word
        before the slip to expect what should stand there. Without these the answer's first number is the only sign of it.
        """
        states, middle = run(torch.from_numpy(batch.tokens))
        targets, weights, slips = (torch.from_numpy(each) for each in (batch.targets, batch.weights, batch.slips))
        scored = (weights == 1) | ((weights > 0) & (torch.rand_like(weights) < 0.25))
        scores = states[scored].float() @ self.network.embed_tokens.weight.T
        each = F.cross_entropy(scores, targets[scored], reduction="none")
        part = torch.where(weights[scored] == 1, 1.0, weights[scored] * 4)
        told = self.finder(F.rms_norm(middle.float(), (middle.shape[-1],)))[..., 0]
        found = F.binary_cross_entropy_with_logits(told, (slips == 1).float(), reduction="none")
        finding = found[slips == 1].sum() / max(1, int((slips == 1).sum())) + found[slips == 0].mean()
        ((each * part).sum() / part.sum() + 0.5 * finding).backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        share = self.share()
        for optimizer, full in zip(self.optimizers, (self.options.rate, self.options.adam_rate), strict=True):
            optimizer.param_groups[0]["lr"] = full * share
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        kept = min(0.995, 1 - 1 / (self.step + 2))
        with torch.no_grad():
            for name, weight in self.network.named_parameters():
                self.average[name].lerp_(weight, 1 - kept)
        loss = {"loss": each.detach()[weights[scored] == 1].mean().item(), "finding": finding.item(), **self.parts_of_loss(batch, scored, each)}
        if not math.isfinite(loss["loss"]):
            raise FloatingPointError(f"the loss is {loss['loss']} at step {self.step}")
        return loss

    @staticmethod
    def parts_of_loss(batch: Batch, scored: torch.Tensor, each: torch.Tensor) -> dict[str, float]:
        """Loss of the answers' first token alone (the number of the line, or `ok`), of the rest of them, and of the prompts."""
        first = np.zeros_like(batch.weights, dtype=bool)
        for row, slips in enumerate(batch.slips):
            first[row, np.flatnonzero(slips >= 0)[-1] + 1] = True
        rest = (batch.weights == 1) & (batch.slips < 0) & ~first
        parts = {"line": first, "rest": rest, "prompt": (batch.slips >= 0) & (batch.weights < 1)}
        losses = {name: each.detach()[torch.from_numpy(part)[scored]] for name, part in parts.items()}
        return {name: loss.mean().item() for name, loss in losses.items() if len(loss) > 0}


if __name__ == "__main__":
    main()
