"""
Records how weights came about, for the model card: a row for each stretch of training, read from its last checkpoint.

    python -m mender.record --checkpoint final.pt --seed 7 --what "the grammar" --machine "Two cores." --written 440 --ways 720 --out run.json
"""

import argparse
import json
from pathlib import Path

import torch


def stretch_of(state: dict, what: str, seed: int) -> dict:
    """One stretch: its seed, and of what the checkpoint counts: steps, tokens learned from, samples at hand, minutes."""
    counted = {
        "steps": state.get("step"),
        "tokens": state.get("tokens"),
        "samples": sum(state["files"].values()) if state.get("files") else None,
        "minutes": round(state["seconds"] / 60, 1) if state.get("seconds") is not None else None,
    }
    return {"what": what, "seed": seed, **{name: value for name, value in counted.items() if value is not None}}


def record(state: dict, what: str, seed: int, machine: str, shapes: dict, before: dict | None = None) -> dict:
    """The record of a run: what the generator had, the stretches of the weights that it began with, and its own."""
    stretches = [] if before is None else before["stretches"]
    return {"machine": machine, "shapes": shapes, "stretches": [*stretches, stretch_of(state, what, seed)]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--what", required=True)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--written", type=int, required=True, help="shapes that the generator had written")
    parser.add_argument("--ways", type=int, required=True, help="ways of writing them")
    parser.add_argument("--goes-on-from", type=Path, help="record of the model file that the run began with")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    before = None if options.goes_on_from is None else json.loads(options.goes_on_from.read_text(encoding="utf-8"))
    state = torch.load(options.checkpoint, weights_only=True)
    shapes = {"written": options.written, "ways": options.ways}
    found = record(state, options.what, options.seed, options.machine, shapes, before)
    options.out.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
