"""This project: rows are read, signed and joined as by any of its commands; every pair is verified exactly."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from common import THRESHOLD, Pairs, phase

from lineage.link.corpus import load_corpus
from lineage.link.options import LinkOptions
from lineage.link.within import link_within


def default() -> Callable[[Path], Pairs]:
    """By signatures: 64 minima."""
    return _linking(LinkOptions(threshold=THRESHOLD))


def exact() -> Callable[[Path], Pairs]:
    """By the join that misses nothing."""
    return _linking(LinkOptions(threshold=THRESHOLD, exact=True))


def _linking(options: LinkOptions) -> Callable[[Path], Pairs]:
    def link(corpus: Path) -> Pairs:
        with phase("read and sign"):
            read = load_corpus(corpus)
        with phase("link and verify"):
            found = link_within(read, options=options).responses
            rows = found.texts.first
            return rows[found.a], rows[found.b]

    # Kernels are compiled once for a machine and then read from a cache; a first small run does either.
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder, "small.parquet")
        texts = [
            f"this is text number {row} of a handful, about {row % 7} things and {row % 5} more" for row in range(200)
        ]
        texts += [f"{text} – naïve, 東京 {text}" for text in texts[:20]]  # not all texts are ASCII
        pq.write_table(pa.table({"text": pa.array(texts, pa.large_string())}), small)
        link(small)
    return link
