"""
Freezes what serving is compared with: token ids and greedy answers by PyTorch on the weights as shipped, with the smallest
margin between the two best tokens on the way. Writes `parity.jsonl` and, saying of which model file they are, `parity.json`.

    python -m mender.parity --model model.gguf --out results
"""

import argparse
import hashlib
import json
from itertools import zip_longest
from pathlib import Path

import torch

from .answer import Answerer, load_model

EVALUATION = Path(__file__).parents[1] / "evaluation"
# Another runtime adds in another order: where the two best tokens are nearer than this, either may come first.
BOUND = 0.05


def prompts(count: int) -> list[str]:
    """Prompts of the evaluation sets in turn, each once."""
    sets = [(EVALUATION / f"{name}.jsonl").read_text(encoding="utf-8").splitlines() for name in ("demo", "unseen", "seen")]
    in_turn = [line for lines in zip_longest(*sets) for line in lines if line is not None]
    return list(dict.fromkeys(json.loads(line)["prompt"] for line in in_turn))[:count]


def frozen(model: Answerer, prompt: str) -> dict:
    answers, margins = model.answers(prompt, 1, 0)
    return {"prompt": prompt, "ids": model.prompt_ids(prompt), "answer": answers[0], "margin": round(margins[0], 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    # One word at a time is too little work for two threads to share.
    torch.set_num_threads(1)
    model = load_model(options.model)
    lines = [json.dumps(frozen(model, prompt), ensure_ascii=False) for prompt in prompts(options.count)]
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "parity.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    digest = hashlib.sha256(options.model.read_bytes()).hexdigest()
    (options.out / "parity.json").write_text(json.dumps({"model": digest, "prompts": len(lines), "bound": BOUND}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
