"""text-dedup: MinHash in NumPy through `datasets`, edges joined into clusters; unverified."""

import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from common import NUM_PERM, SIZE, THRESHOLD, Ints, phase, threads


def minhash() -> Callable[[Path], Ints]:
    """Its command, called in this process; bands are its own choice."""
    from text_dedup.minhash import main

    def link(corpus: Path) -> Ints:
        with tempfile.TemporaryDirectory() as folder, phase("all"):
            options = {
                "path": "parquet", "data_files": corpus, "split": "train", "cache_dir": f"{folder}/cache",
                "output": f"{folder}/out", "column": "text", "ngram": SIZE, "min_length": 1, "num_perm": NUM_PERM,
                "threshold": THRESHOLD, "num_proc": threads(), "batch_size": 10_000,
            }  # fmt: skip
            arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
            main.main([*arguments, "--debug"], standalone_mode=False)
            with Path(folder, "out", "uf.pkl").open("rb") as file:
                joined = pickle.load(file)
        rows = list(joined.parent)
        clusters = np.full(max(rows, default=-1) + 1, -1, np.int64)
        clusters[rows] = [joined.find(row) for row in rows]
        return clusters

    return link
