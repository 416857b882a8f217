"""Daft: its `minhash` expression, then an explode of the bands and a group-by, as its guide shows; unverified.

The expression splits on single spaces only, so the texts are normalised first.
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from common import BANDS, NUM_PERM, ROWS, SIZE, Pairs, members, phase, spaced


def native() -> Callable[[Path], Pairs]:
    """On the local engine, all cores."""
    os.environ["DAFT_PROGRESS_BAR"] = "0"
    import daft
    from daft import col, functions

    daft.set_runner_native()

    @daft.func()
    def numbers(bands: list[int]) -> list[int]:
        return list(range(BANDS))

    def link(corpus: Path) -> Pairs:
        texts = spaced(corpus)
        frame = daft.from_pydict({"row": list(range(len(texts))), "text": texts})
        signature = col("text").minhash(num_hashes=NUM_PERM, ngram_size=SIZE, seed=42, hash_function="xxhash")
        with phase("sign"):
            signed = frame.with_column("minima", signature).select("row", "minima").collect()
        with phase("link"):
            lists = col("minima").cast(daft.DataType.list(daft.DataType.uint32()))
            banded = signed.with_column("band", functions.chunk(lists, ROWS))
            banded = banded.with_column("number", numbers(col("band"))).explode("band", "number")
            rows = col("row")
            grouped = banded.groupby("number", "band").agg(rows.list_agg().alias("rows"), rows.count().alias("size"))
            groups = grouped.where(col("size") > 1).select("rows").to_pydict()["rows"]
        with phase("pairs"):
            return members(np.sort(np.array(group, np.int64)) for group in groups)

    return link
