"""Tokens a second of the transformers backend by threads, alone and beside a busy process.

`python tests/bench/bench_generate.py [--out docs/results/generate.json]`. Every case writes the same texts.
"""

import argparse
import json
import multiprocessing
import time
from pathlib import Path

import torch

from lineage.generate.backends.decode import Writer
from lineage.generate.backends.load import load_model
from lineage.generate.backends.port import Job
from lineage.generate.model import open_model
from lineage.generate.sampling import SamplingParams


def spin() -> None:
    """Keep one core busy."""
    while True:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    asked = open_model(options.model)
    model = load_model(asked.source, dtype="float32")
    params = SamplingParams(1.0, max_tokens=options.tokens)
    jobs = [Job(asked.ids.prefix_ids, seed, params, asked.stops) for seed in range(options.rows)]

    def rate(threads: int) -> float:
        torch.set_num_threads(threads)
        start = time.perf_counter()
        done = Writer(model, asked.tokenizer, jobs, params, asked.stops).run()
        return sum(len(one.ids) for one in done) / (time.perf_counter() - start)

    rates: dict[str, list[float]] = {}
    for beside in ("alone", "beside a busy process"):
        busy = multiprocessing.get_context("spawn").Process(target=spin, daemon=True)
        if beside != "alone":
            busy.start()
        for _ in range(options.rounds):
            for threads in (1, 2):
                rates.setdefault(f"{beside}, {threads} threads", []).append(round(rate(threads), 1))
        if beside != "alone":
            busy.kill()
    for case, found in rates.items():
        print(f"{case:36} {sorted(found)[len(found) // 2]:7.1f} tokens/s   {found}")
    if options.out:
        options.out.write_text(json.dumps({"tokens_per_s": rates}, indent=2) + "\n")


if __name__ == "__main__":
    main()
